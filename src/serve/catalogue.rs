//! The catalogue of layers and releases.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::House;
use super::answer::OfServer;
use super::error::ApiError;
use super::reply::{JSON, Question, json, reply};
use super::served::Served;
use super::shelf::Shelf;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Bilingual, CubeColumn, Rate, Theme};
use crate::domain::region::Slug;
use crate::encode::title::{geography_title, title};
use crate::encode::{Format, ReleaseLabel};
use crate::protect::Protection;

/// What is served.
#[derive(Serialize)]
pub(super) struct Catalogue<'a> {
    release: &'a ReleaseLabel,
    /// All that `release` and `compare` may name.
    releases: Vec<Slug>,
    regions: &'a Slug,
    protection: Protection,
    poverty_threshold: u8,
    totals: CatalogueTotals,
    themes: Vec<ThemeEntry<'a>>,
    geographies: Vec<GeographyEntry>,
    layers: Vec<LayerEntry>,
}

/// All households counted, and of them those known to no region.
#[derive(Serialize)]
struct CatalogueTotals {
    households: i64,
    /// Its margin; null where it is exact.
    households_moe95: Option<f64>,
    unplaced: i64,
    unplaced_moe95: Option<f64>,
}

#[derive(Serialize)]
struct ThemeEntry<'a> {
    name: &'a str,
    title: &'a Bilingual,
    unit: &'a Bilingual,
    definition: &'a Bilingual,
    breakdown: Vec<&'static str>,
    share_of: &'static str,
    /// Its quotients beside the breakdown.
    rates: Vec<RateEntry<'a>>,
    /// In which it has layers.
    geographies: Vec<&'static str>,
    /// Whether the release holds what the theme counts.
    held: bool,
}

#[derive(Serialize)]
struct RateEntry<'a> {
    name: &'a str,
    title: &'a Bilingual,
    numerator: Vec<&'static str>,
    denominator: Vec<&'static str>,
}

#[derive(Serialize)]
struct GeographyEntry {
    name: &'static str,
    title: Bilingual,
}

/// A layer and where it is.
#[derive(Serialize)]
pub(super) struct LayerEntry {
    pub name: String,
    pub title: Bilingual,
    pub urls: Vec<String>,
}

/// `/layers`
pub(super) async fn layers(
    State(house): State<House>,
    Extension(shelf): Extension<Arc<Shelf>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let releases = shelf.list();
    let canonical = format!("{releases:?}");
    let question = Question { name: "catalogue", canonical, media_type: JSON };
    let make = move |served: &Served| Ok(json(&catalogue(served, releases)));
    let mut response = reply(&house, &headers, question, make).await?;
    response.extensions_mut().insert(OfServer);
    Ok(response)
}

fn catalogue(served: &Served, releases: Vec<Slug>) -> Catalogue<'_> {
    let leaves = &served.leaves;
    let margins = leaves.margins_of_households();
    Catalogue {
        release: &served.label,
        releases,
        regions: served.tree.version(),
        protection: leaves.protection(),
        poverty_threshold: leaves.threshold().decile(),
        totals: CatalogueTotals {
            households: leaves.households(),
            households_moe95: margins.map(|[households, _]| households),
            unplaced: leaves.unplaced_households(),
            unplaced_moe95: margins.map(|[_, unplaced]| unplaced),
        },
        themes: served
            .indicators
            .themes
            .iter()
            .map(|theme| entry(theme, leaves.holds(theme, &served.indicators)))
            .collect(),
        geographies: Geography::ALL
            .map(|geography| GeographyEntry {
                name: geography.name(),
                title: geography_title(geography),
            })
            .into(),
        layers: layers_of_all(served),
    }
}

fn entry(theme: &Theme, held: bool) -> ThemeEntry<'_> {
    ThemeEntry {
        name: &theme.name,
        title: &theme.title,
        unit: &theme.unit,
        definition: &theme.definition,
        breakdown: names(&theme.breakdown),
        share_of: theme.share_of.name(),
        rates: theme.rates.iter().map(RateEntry::from).collect(),
        geographies: theme.geographies().map(Geography::name).collect(),
        held,
    }
}

impl<'a> From<&'a Rate> for RateEntry<'a> {
    fn from(rate: &'a Rate) -> Self {
        Self {
            name: &rate.name,
            title: &rate.title,
            numerator: names(&rate.numerator),
            denominator: names(&rate.denominator),
        }
    }
}

fn names(columns: &[CubeColumn]) -> Vec<&'static str> {
    columns.iter().map(|column| column.name()).collect()
}

/// Every layer that the release may have, and the institutions that it has.
fn layers_of_all(served: &Served) -> Vec<LayerEntry> {
    let institutions = served.institutions.as_ref().map(|_| LayerEntry {
        name: "institutions".to_owned(),
        title: Bilingual { en: "Institutions".to_owned(), id: "Lembaga".to_owned() },
        urls: vec!["/layers/institutions.geojson".to_owned()],
    });
    served.indicators.themes.iter().flat_map(layers_of).chain(institutions).collect()
}

/// A theme's layers, one a geography.
pub(super) fn layers_of(theme: &Theme) -> impl Iterator<Item = LayerEntry> + '_ {
    theme.geographies().map(|geography| LayerEntry {
        name: format!("{}-{geography}", theme.name),
        title: title(theme, geography),
        urls: Format::ALL
            .map(|format| format!("/layers/{}/{geography}.{}", theme.name, format.extension()))
            .into(),
    })
}

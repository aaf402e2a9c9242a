//! The catalogue of layers and releases.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use serde::Serialize;

use super::House;
use super::shelf::Shelf;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Bilingual, Theme};
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
    unplaced: i64,
}

#[derive(Serialize)]
struct ThemeEntry<'a> {
    name: &'a str,
    title: &'a Bilingual,
    unit: &'a Bilingual,
    definition: &'a Bilingual,
    breakdown: Vec<&'static str>,
    share_of: &'static str,
    /// Whether the release holds what the theme counts.
    held: bool,
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
) -> Json<serde_json::Value> {
    let served = &house.served;
    let leaves = &served.leaves;
    let catalogue = Catalogue {
        release: &served.label,
        releases: shelf.list(),
        regions: served.tree.version(),
        protection: leaves.protection(),
        poverty_threshold: leaves.threshold().decile(),
        totals: CatalogueTotals {
            households: leaves.households(),
            unplaced: leaves.unplaced_households(),
        },
        themes: served
            .indicators
            .themes
            .iter()
            .map(|theme| entry(theme, leaves.fields()))
            .collect(),
        geographies: Geography::ALL
            .map(|geography| GeographyEntry {
                name: geography.name(),
                title: geography_title(geography),
            })
            .into(),
        layers: served.indicators.themes.iter().flat_map(layers_of).collect(),
    };
    Json(serde_json::to_value(catalogue).expect("names are texts, and no number is infinite"))
}

fn entry(theme: &Theme, fields: u32) -> ThemeEntry<'_> {
    ThemeEntry {
        name: &theme.name,
        title: &theme.title,
        unit: &theme.unit,
        definition: &theme.definition,
        breakdown: theme.breakdown.iter().map(|column| column.name()).collect(),
        share_of: theme.share_of.name(),
        held: theme.needs.are_met_by(fields),
    }
}

/// A theme's layers, one a geography.
pub(super) fn layers_of(theme: &Theme) -> impl Iterator<Item = LayerEntry> + '_ {
    Geography::ALL.into_iter().map(|geography| LayerEntry {
        name: format!("{}-{geography}", theme.name),
        title: title(theme, geography),
        urls: Format::ALL
            .map(|format| format!("/layers/{}/{geography}.{}", theme.name, format.extension()))
            .into(),
    })
}

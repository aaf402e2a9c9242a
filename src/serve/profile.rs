//! What is told of a region or of the nation: where it lies, what it holds, its figures in every theme.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::House;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::place::{Named, bbox, label};
use super::query::parse_within;
use super::reply::{JSON, Question, json, reply};
use super::served::Served;
use super::shelf::Shelf;
use super::{answer, compare};
use crate::analyse::{Change, Figures, Rank, ThemeFigures};
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::domain::position::Bounds;
use crate::domain::region::{Level, RegionId, RegionKind, Slug};
use crate::protect::carried_over::CarriedFrom;
use crate::protect::{Layer, LayerRequest};
use crate::report::first::PlaceFigures;
use crate::report::sentence::Told;

/// What stands for a code where all regions are meant.
const NATION: &str = "nation";

#[derive(Serialize)]
struct Profile<'a> {
    release: &'a Slug,
    code: String,
    /// `None` for the nation, whose name no table of regions has.
    name: Option<&'a str>,
    level: &'static str,
    kind: RegionKind,
    area_km2: f64,
    /// The release whose figures it has, where too little changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    carried_over: Option<&'a CarriedFrom>,
    bbox: [f64; 4],
    label: [f64; 2],
    parents: Vec<Named<'a>>,
    children: Vec<Named<'a>>,
    themes: Vec<ThemeFigures<'a>>,
    /// What changed since the release that `compare` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Comparison<'a>>,
}

#[derive(Serialize)]
struct Comparison<'a> {
    with: &'a Slug,
    themes: Vec<ThemeChange<'a>>,
}

#[derive(Serialize)]
struct ThemeChange<'a> {
    theme: &'a str,
    #[serde(flatten)]
    change: Change,
}

/// `/regions/{code}` and `/regions/nation`
pub(super) async fn profile(
    State(house): State<House>,
    Extension(shelf): Extension<Arc<Shelf>>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(code) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let parameters = Parameters::parse(asked, &house.served, &["compare"])?;
    let other =
        compare::other(&shelf, &house.served, ("compare", parameters.get("compare"))).await?;
    let region = region_of(&house.served, &code)?;
    let canonical = format!("{region:?}{}", answer::since(other.as_deref()));
    let question = Question { name: "region", canonical, media_type: JSON };
    reply(&house, &headers, question, move |served| {
        let of = |served| region.map_or_else(|| of_nation(served), |id| of_region(served, id));
        let mut profile = of(served);
        profile.compared = other.as_deref().map(|other| Comparison {
            with: &other.label.release,
            themes: changes(
                &profile,
                &of(other),
                |theme| compare::is_counted_alike(theme, served, other),
                served,
            ),
        });
        Ok(json(&profile))
    })
    .await
}

/// The region of a code, or `None` for the nation.
pub(super) fn region_of(served: &Served, code: &str) -> Result<Option<RegionId>, ApiError> {
    match code {
        NATION => Ok(None),
        code => parse_within(served, Geography::Region(Level::Village), code).map(Some),
    }
}

/// The changes of all themes that are counted alike in both profiles of a place.
fn changes<'a>(
    now: &Profile<'a>,
    before: &Profile<'_>,
    is_counted_alike: impl Fn(&Theme) -> bool,
    served: &'a Served,
) -> Vec<ThemeChange<'a>> {
    let themes = served.indicators.themes.iter().filter(|theme| is_counted_alike(theme));
    let change = |theme: &'a Theme| {
        let find = |profile: &Profile<'_>| {
            let found = profile.themes.iter().find(|it| it.theme == theme.name)?;
            Some(found.figures.clone())
        };
        let change = Change::of_figures(&find(now)?, &find(before)?);
        Some(ThemeChange { theme: &theme.name, change })
    };
    themes.filter_map(change).collect()
}

fn of_region(served: &Served, id: RegionId) -> Profile<'_> {
    let (tree, region) = (&served.tree, served.tree.get(id));
    let themes = served.indicators.themes.iter();
    Profile {
        release: &served.label.release,
        code: region.code.to_string(),
        name: Some(&region.name),
        level: region.level.name(),
        kind: region.kind,
        area_km2: region.area_km2,
        carried_over: tree
            .ancestor(id, Level::Regency)
            .and_then(|regency| served.label.carried_over.get(&tree.get(regency).code)),
        bbox: bbox(region.bounds),
        label: label(region.label),
        parents: Named::parents(id, tree),
        children: tree.children(id).map(|child| Named::of(RegionId(child), tree)).collect(),
        themes: themes.filter_map(|theme| theme_of_region(served, theme, id)).collect(),
        compared: None,
    }
}

/// A theme in a region; every region is in the layer of its siblings, so there always is one.
fn theme_of_region<'a>(
    served: &Served,
    theme: &'a Theme,
    id: RegionId,
) -> Option<ThemeFigures<'a>> {
    let parent = served.tree.parent(id);
    let level = served.tree.get(id).level;
    let siblings = layer(served, theme, level, parent);
    let of_parent = |parent| {
        let own = layer(served, theme, served.tree.get(parent).level, Some(parent));
        Figures::of_region(parent, &own)
    };
    Some(ThemeFigures {
        theme: &theme.name,
        figures: Figures::of_region(id, &siblings)?,
        rank: Rank::of(id, &siblings),
        parent: parent.and_then(of_parent),
        nation: nation_figures(served, theme),
    })
}

fn of_nation(served: &Served) -> Profile<'_> {
    let tree = &served.tree;
    let theme = |theme| {
        let figures: Figures = nation_figures(served, theme);
        let nation = figures.clone();
        ThemeFigures { theme: &theme.name, figures, rank: None, parent: None, nation }
    };
    let Bounds { west, south, east, north } = tree.bounds();
    let middle = [f64::midpoint(west, east), f64::midpoint(south, north)];
    Profile {
        release: &served.label.release,
        code: NATION.to_owned(),
        name: None,
        level: NATION,
        kind: RegionKind::Region,
        area_km2: area_km2(served),
        carried_over: None,
        bbox: bbox(tree.bounds()),
        label: middle,
        parents: Vec::new(),
        children: tree.level(Level::Province).map(|(id, _)| Named::of(id, tree)).collect(),
        themes: served.indicators.themes.iter().map(theme).collect(),
        compared: None,
    }
}

/// The figures of a region, or of the nation, in every theme.
pub(super) fn place_figures(served: &Served, region: Option<RegionId>) -> PlaceFigures<'_> {
    let profile = region.map_or_else(|| of_nation(served), |id| of_region(served, id));
    PlaceFigures { region, themes: profile.themes }
}

pub(super) fn nation_figures(served: &Served, theme: &Theme) -> Figures {
    let provinces = layer(served, theme, Level::Province, None);
    Figures::of_nation(&provinces, area_km2(served))
}

/// What a sentence tells of a theme in a region, or in the nation.
pub(super) fn told(served: &Served, theme: &Theme, within: Option<RegionId>) -> Told {
    let of_region = |id: RegionId| {
        let level = served.tree.get(id).level;
        Figures::of_region(id, &layer(served, theme, level, Some(id)))
    };
    let figures = within.and_then(of_region).unwrap_or_else(|| nation_figures(served, theme));
    Told::from(&figures)
}

fn area_km2(served: &Served) -> f64 {
    served.tree.level(Level::Province).map(|(_, region)| region.area_km2).sum()
}

fn layer(served: &Served, theme: &Theme, level: Level, within: Option<RegionId>) -> Layer {
    let geography = Geography::Region(level);
    served.layer(&LayerRequest { theme, geography, within, bounds: None, limit: None })
}

//! The areas of a map, the land around them, the line around them, and their circles.

use std::borrow::Cow;
use std::collections::HashSet;

use geo::{BoundingRect, MultiPolygon, Polygon};
use maud::{Markup, html};
use rayon::prelude::*;

use super::clip::clip;
use super::frame::frame;
use super::labels::tenth;
use super::path::{Dot, closed, open, rings};
use super::view::View;
use super::{Picture, Plain, marks};
use crate::analyse::Measure;
use crate::domain::geography::Geography;
use crate::domain::position::Bounds;
use crate::domain::region::{Level, RegionId};
use crate::encode::Outlines;
use crate::encode::outline::Outline;
use crate::protect::{Feature, Place};
use crate::report::colours::paper;
use crate::report::legend::radius_px;

/// Land around the areas is drawn on a grid of so many tenths of a dot.
const LAND_STEP: i32 = 5;
/// Beyond the picture, so that the sides of what is cut are not seen where a page shows it in a box of another
/// shape.
const BEYOND: f64 = 0.25;
/// How much a veil hides of what does not meet conditions, and what it leaves of its circle: as the page's map.
const VEIL: &str = ".78";
const FAINT: &str = ".15";
/// Degrees halfway round the globe.
const HALF_TURN: f64 = 180.0;
const FRAME: &str = "#3b3b3b";

/// Everything of a map but its words, in tenths of a dot.
pub(super) fn areas(picture: &Picture<'_>, view: &View, plain: &Plain<'_>) -> Markup {
    let features = picture.shown.layer.features();
    let seen = view.bounds();
    let drawn: Vec<Vec<Vec<Dot>>> = features
        .par_iter()
        .map(|feature| {
            let shape = outline(picture, feature);
            shape.map_or_else(Vec::new, |shape| rings(&near(shape.held(), seen), view, 1))
        })
        .collect();
    let is_hexagon = matches!(picture.shown.layer.geography(), Geography::Hexagon(_));
    let border = if features.len() > 1500 { 3 } else { 6 };
    html! {
        g transform="scale(.1)" fill-rule="evenodd" stroke-linejoin="round" {
            path class="land" d=(land(picture, view)) fill=(paper().land) stroke=(paper().land) stroke-width="8" {}
            g class="areas" stroke=(paper().border) stroke-width=(border) fill-opacity=[is_hexagon.then_some(".85")] {
                @for (index, (feature, rings)) in features.iter().zip(&drawn).enumerate() {
                    (area(picture, (index, feature), &closed(rings), plain))
                }
            }
            (faded(picture, &drawn))
            path class="frame" d=(open(&around(picture, view, &drawn))) fill="none" stroke=(FRAME) stroke-width="14" {}
        }
    }
}

/// A hexagon that the 180th meridian cuts has a part at either end of the world: those that a map shows.
fn near(shape: &MultiPolygon, seen: Bounds) -> Cow<'_, MultiPolygon> {
    let is_far = |part: &Polygon| {
        let rect = part.bounding_rect();
        rect.is_some_and(|rect| {
            let part = Bounds::from(rect);
            part.west > seen.east + HALF_TURN || part.east < seen.west - HALF_TURN
        })
    };
    if !shape.iter().any(is_far) {
        return Cow::Borrowed(shape);
    }
    let near = shape.iter().filter(|part| !is_far(part)).cloned().collect();
    Cow::Owned(MultiPolygon::new(near))
}

/// What does not meet the conditions, under a veil, and a line around what does.
fn faded(picture: &Picture<'_>, drawn: &[Vec<Vec<Dot>>]) -> Markup {
    let Some(met) = picture.met else { return html! {} };
    let features = picture.shown.layer.features().iter().zip(drawn);
    let (meeting, others): (Vec<_>, Vec<_>) = features.partition(|(feature, _)| met.holds(feature));
    let outlines = |of: Vec<(&Feature, &Vec<Vec<Dot>>)>| -> String {
        of.into_iter().map(|(_, rings)| closed(rings)).collect()
    };
    html! {
        path class="veil" d=(outlines(others)) fill="#ffffff" fill-opacity=(VEIL) pointer-events="none" {}
        path class="met" d=(outlines(meeting)) fill="none" stroke="#111111" stroke-width="16" pointer-events="none" {}
    }
}

fn area(
    picture: &Picture<'_>,
    (index, feature): (usize, &Feature),
    outline: &str,
    plain: &Plain<'_>,
) -> Markup {
    let code = feature.code.to_string();
    let chosen = plain.chosen.is_some_and(|chosen| chosen == code);
    let path = html! {
        path data-code=(code) class=[chosen.then_some("chosen")] d=(outline) fill=(fill(picture, (index, feature))) {
            title { (picture.sentence(index, feature)) }
        }
    };
    match plain.href.and_then(|href| href(feature)) {
        Some(href) => html! { a href=(href) { (path) } },
        None => path,
    }
}

fn fill(picture: &Picture<'_>, (index, feature): (usize, &Feature)) -> String {
    if let Some((compared, difference)) = picture.compared.zip(picture.difference(index)) {
        let plain = || compared.colour(difference).unwrap_or(&paper().untold).to_owned();
        return marks::fill(difference.status).unwrap_or_else(plain);
    }
    let hatched = marks::fill(feature.status);
    let plain = match picture.shown.by {
        Measure::Count => "#ffffff",
        _ => picture.shown.colour(feature).unwrap_or(&paper().untold),
    };
    hatched.unwrap_or_else(|| plain.to_owned())
}

fn outline<'a>(picture: &Picture<'a>, feature: &Feature) -> Option<Outline<'a>> {
    Outline::of(feature.place, Outlines::Regions(picture.outlines))
}

/// The line around the areas of a region; the nation has its coast.
fn around(picture: &Picture<'_>, view: &View, drawn: &[Vec<Vec<Dot>>]) -> Vec<Vec<Dot>> {
    let Some(within) = picture.within() else { return Vec::new() };
    match picture.shown.layer.geography() {
        Geography::Region(_) => frame(drawn.iter().flatten()),
        Geography::Hexagon(_) => {
            let shape = &picture.outlines[within.index()];
            let close = |mut ring: Vec<Dot>| {
                ring.extend(ring.first().copied());
                ring
            };
            rings(shape, view, 1).into_iter().map(close).collect()
        }
    }
}

/// The land on which the areas lie, or which lies beside them: regions of their own level, so that borders
/// meet; under hexagons those of the level of the region that is shown.
fn land(picture: &Picture<'_>, view: &View) -> String {
    let layer = picture.shown.layer;
    let level = match (layer.geography(), picture.within()) {
        (Geography::Region(level), _) => level,
        (Geography::Hexagon(_), Some(within)) => picture.tree.get(within).level,
        (Geography::Hexagon(_), None) => Level::Province,
    };
    let own: HashSet<RegionId> = layer
        .features()
        .iter()
        .filter_map(|feature| match feature.place {
            Place::Region(id) => Some(id),
            Place::Hexagon(_) => None,
        })
        .collect();
    let seen = wider(view.bounds());
    let beside: Vec<RegionId> = picture
        .tree
        .level(level)
        .filter(|(id, region)| !own.contains(id) && region.bounds.touches(seen))
        .map(|(id, _)| id)
        .collect();
    let drawn: Vec<String> = beside
        .par_iter()
        .map(|id| clip(&picture.outlines[id.index()], seen))
        .filter(|shape: &MultiPolygon| shape.bounding_rect().is_some())
        .map(|shape| closed(&rings(&shape, view, LAND_STEP)))
        .collect();
    drawn.concat()
}

fn wider(seen: Bounds) -> Bounds {
    let (across, up) = ((seen.east - seen.west) * BEYOND, (seen.north - seen.south) * BEYOND);
    Bounds {
        west: seen.west - across,
        south: seen.south - up,
        east: seen.east + across,
        north: seen.north + up,
    }
}

/// The circles of counts, the largest below.
pub(super) fn circles(picture: &Picture<'_>, view: &View) -> Markup {
    let shown = &picture.shown;
    let mut circles: Vec<(f64, geo::Coord, bool)> = Vec::new();
    if picture.has_circles() {
        circles.extend(shown.layer.features().iter().filter_map(|feature| {
            let Place::Region(id) = feature.place else { return None };
            let place = view.place(picture.tree.get(id).label.coord());
            let is_met = picture.met.is_none_or(|met| met.holds(feature));
            Some((shown.value(feature)?, place, is_met))
        }));
    }
    circles.sort_by(|one, other| other.0.total_cmp(&one.0));
    html! {
        g class="circles" fill=(paper().circle) fill-opacity=".7" stroke="#ffffff" pointer-events="none" {
            @for (count, at, is_met) in circles {
                circle cx=(tenth(at.x)) cy=(tenth(at.y)) r=(tenth(radius_px(count, shown.most)))
                    fill-opacity=[(!is_met).then_some(FAINT)] {}
            }
        }
    }
}

//! The names of areas, where they fit: the largest area first, and none over another.

use maud::{Markup, html};

use super::Picture;
use super::text::{FAMILIES, halves, width_px};
use super::view::View;
use crate::domain::region::{Region, RegionId};
use crate::protect::{Feature, Place};
use crate::report::legend::radius_px;

const SIZE_PX: f64 = 12.0;
const LINE_PX: f64 = 13.5;
/// Room around a label.
const PADDING_PX: f64 = 3.0;
/// A label may be so much wider than its area's box.
const OVERHANG: f64 = 1.25;
/// More labels than this are not read.
const MOST: usize = 200;

/// A label with its place.
struct Label<'a> {
    lines: Vec<&'a str>,
    middle_px: f64,
    top_px: f64,
    half_px: f64,
}

impl Label<'_> {
    fn height_px(&self) -> f64 {
        LINE_PX * self.lines.len() as f64
    }

    fn bottom_px(&self) -> f64 {
        self.top_px + self.height_px()
    }

    fn touches(&self, other: &Self) -> bool {
        (self.middle_px - other.middle_px).abs() < self.half_px + other.half_px + PADDING_PX
            && self.top_px < other.bottom_px() + PADDING_PX
            && other.top_px < self.bottom_px() + PADDING_PX
    }

    fn is_in(&self, view: &View) -> bool {
        self.middle_px - self.half_px >= PADDING_PX
            && self.middle_px + self.half_px <= view.width_px - PADDING_PX
            && self.top_px >= PADDING_PX
            && self.bottom_px() <= view.height_px - PADDING_PX
    }
}

/// The labels of a picture; hexagons have none.
pub(super) fn labels(picture: &Picture<'_>, view: &View, named: &[RegionId]) -> Markup {
    let placed = place(picture, view, named);
    html! {
        g class="labels" font-family=(FAMILIES) font-size=(SIZE_PX) text-anchor="middle" fill="#1a1a1a"
            stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"
            pointer-events="none" aria-hidden="true" {
            @for label in &placed {
                @for (at, line) in label.lines.iter().enumerate() {
                    text x=(tenth(label.middle_px)) y=(tenth(label.top_px + LINE_PX * (at as f64 + 0.8))) {
                        (line)
                    }
                }
            }
        }
    }
}

fn place<'a>(picture: &Picture<'a>, view: &View, named: &[RegionId]) -> Vec<Label<'a>> {
    let mut areas: Vec<(&Feature, &Region, bool)> = picture
        .shown
        .layer
        .features()
        .iter()
        .filter_map(|feature| match feature.place {
            Place::Region(id) => Some((feature, picture.tree.get(id), named.contains(&id))),
            Place::Hexagon(_) => None,
        })
        .collect();
    areas.sort_by(|(_, one, is_first), (_, other, is_other_first)| {
        let by_size = other.area_km2.total_cmp(&one.area_km2).then(one.code.cmp(&other.code));
        is_other_first.cmp(is_first).then(by_size)
    });
    let mut placed: Vec<Label<'a>> = Vec::new();
    for (feature, region, is_named) in areas {
        if placed.len() == MOST {
            break;
        }
        let overhang = if is_named { f64::INFINITY } else { OVERHANG };
        let tries = tries(picture, (feature, region), view, overhang);
        let free = |label: &Label<'_>| {
            label.is_in(view) && !placed.iter().any(|other| other.touches(label))
        };
        placed.extend(tries.into_iter().find(free));
    }
    placed
}

/// Where a label may stand, the best first; nowhere where its area is too small for it.
fn tries<'a>(
    picture: &Picture<'a>,
    (feature, region): (&Feature, &'a Region),
    view: &View,
    overhang: f64,
) -> Vec<Label<'a>> {
    let lines = halves(&region.name);
    let widths = lines.iter().map(|line| width_px(line, SIZE_PX));
    let half_px = widths.fold(0.0, f64::max) / 2.0;
    let corner = |x, y| view.place(geo::Coord { x, y });
    let north_west = corner(region.bounds.west, region.bounds.north);
    let size = corner(region.bounds.east, region.bounds.south) - north_west;
    let height = LINE_PX * lines.len() as f64;
    if 2.0 * half_px > size.x * overhang || height > size.y * overhang {
        return Vec::new();
    }
    let at = view.place(region.label.coord());
    let count = picture.shown.value(feature).filter(|_| picture.has_circles());
    let tops = match count.map(|count| radius_px(count, picture.shown.most) + 1.0) {
        Some(radius) => vec![radius, -radius - height],
        None => vec![-height / 2.0, -height / 2.0 - LINE_PX, -height / 2.0 + LINE_PX],
    };
    let label = |top| Label { lines: lines.clone(), middle_px: at.x, top_px: at.y + top, half_px };
    tops.into_iter().map(label).collect()
}

/// In tenths of a dot.
pub(super) fn tenth(px: f64) -> f64 {
    (px * 10.0).round() / 10.0
}

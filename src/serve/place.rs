//! A region as answers name it: in a line, or with where it lies.

use serde::Serialize;

use crate::domain::code::RegionCode;
use crate::domain::position::{Bounds, Position};
use crate::domain::region::{Level, RegionId, RegionTree};

/// A region by its name.
#[derive(Serialize)]
pub(super) struct Named<'a> {
    code: RegionCode,
    name: &'a str,
    level: Level,
}

/// A region with what holds it and where it lies.
#[derive(Serialize)]
pub(super) struct Found<'a> {
    #[serde(flatten)]
    named: Named<'a>,
    parents: Vec<Named<'a>>,
    bbox: [f64; 4],
    label: [f64; 2],
}

impl<'a> Named<'a> {
    pub fn of(id: RegionId, tree: &'a RegionTree) -> Self {
        let region = tree.get(id);
        Self { code: region.code, name: &region.name, level: region.level }
    }

    /// What holds a region, from the province down.
    pub fn parents(id: RegionId, tree: &'a RegionTree) -> Vec<Self> {
        let above = std::iter::successors(tree.parent(id), |id| tree.parent(*id));
        let mut parents: Vec<Self> = above.map(|id| Self::of(id, tree)).collect();
        parents.reverse();
        parents
    }
}

impl<'a> Found<'a> {
    pub fn of(id: RegionId, tree: &'a RegionTree) -> Self {
        let region = tree.get(id);
        Self {
            named: Named::of(id, tree),
            parents: Named::parents(id, tree),
            bbox: bbox(region.bounds),
            label: label(region.label),
        }
    }
}

/// West, south, east, north.
pub(super) fn bbox(bounds: Bounds) -> [f64; 4] {
    <[f64; 4]>::from(bounds).map(rounded)
}

/// Longitude and latitude of the place where a region's label stands.
pub(super) fn label(position: Position) -> [f64; 2] {
    [position.longitude(), position.latitude()].map(rounded)
}

/// With 7 decimals, as RFC 7946 has it.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

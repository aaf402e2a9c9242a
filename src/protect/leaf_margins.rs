//! The margins of a public leaf table: variances of the places that layers are made of.

use h3o::Resolution;
use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::margin::{Margins, Parts};
use super::policy::Policy;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

/// A variance for each table, by [`Table::index`]; infinite where the table is not told.
type Variances = [f32; Table::ALL.len()];

/// The same of the tables that go down to hexagons, the first ones.
type OfHexagon = [f32; Table::Visits.index()];

/// The variances of regions and of villages' parts of hexagons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafMargins {
    /// By [`RegionId`].
    regions: Vec<Variances>,
    /// By the place of a leaf: of the part of a hexagon 8; of the whole hexagon 7 at its rest.
    parts: Vec<OfHexagon>,
    /// Of the rests of hexagons 7 themselves, by their places.
    rests: Vec<(usize, OfHexagon)>,
}

impl LeafMargins {
    pub fn new(
        leaves: &ArrangedLeaves,
        regions: &RegionTree,
        policy: &Policy,
        threshold: PovertyThreshold,
    ) -> Self {
        let margins = Margins::new(regions, &leaves.shown(), policy, threshold);
        let tree = margins.tree();
        let of_region = |(id, _)| variances(&margins, tree.of_region(id));
        let part = |place: usize| {
            let part = leaves.region(place).zip(leaves.hexagons()[place]);
            let node = part.and_then(|(region, cell)| tree.of_hexagon(region, cell));
            node.map_or([f32::INFINITY; Table::Visits.index()], |node| of_hexagon(&margins, node))
        };
        let rest = |place: usize| {
            let (region, cell) = leaves.region(place).zip(leaves.hexagons()[place])?;
            if cell.resolution() != Resolution::Seven {
                return None;
            }
            let whole = tree.of_hexagon(region, cell)?;
            Some((place, of_hexagon(&margins, tree.rest(whole))))
        };
        Self {
            regions: regions.iter().map(of_region).collect(),
            parts: (0..leaves.len()).into_par_iter().map(part).collect(),
            rests: (0..leaves.len()).into_par_iter().filter_map(rest).collect(),
        }
    }

    /// The margin of a region's sum of columns; `None` where one is not told there.
    pub fn of_region(&self, parts: &Parts, region: RegionId) -> Option<f64> {
        parts.moe95([self.regions[region.index()]].into_iter())
    }

    /// The margin of a hexagon's sum of columns, given the places of all leaves within it. Those of
    /// resolution 7 stand for all that lies in them, so of a larger hexagon only they are added up.
    pub fn of_hexagon(
        &self,
        parts: &Parts,
        leaves: &ArrangedLeaves,
        places: impl Iterator<Item = usize>,
        resolution: Resolution,
    ) -> Option<f64> {
        let of_place = |place: usize| {
            let own = leaves.hexagons()[place].map(h3o::CellIndex::resolution);
            match (resolution, own) {
                (Resolution::Eight, Some(Resolution::Seven)) => self.rest(place),
                (Resolution::Eight, _) | (_, Some(Resolution::Seven)) => Some(self.parts[place]),
                _ => None,
            }
        };
        parts.moe95(places.filter_map(of_place).map(whole))
    }

    fn rest(&self, place: usize) -> Option<OfHexagon> {
        let found = self.rests.binary_search_by_key(&place, |rest| rest.0).ok()?;
        Some(self.rests[found].1)
    }
}

fn of_hexagon(margins: &Margins, node: usize) -> OfHexagon {
    let all = variances(margins, node);
    std::array::from_fn(|table| all[table])
}

/// Tables that are told of regions alone are not told of a hexagon.
fn whole(of_hexagon: OfHexagon) -> Variances {
    let mut all = [f32::INFINITY; Table::ALL.len()];
    all[..of_hexagon.len()].copy_from_slice(&of_hexagon);
    all
}

fn variances(margins: &Margins, node: usize) -> Variances {
    Table::ALL.map(|table| {
        let variance = margins.variance(table, node).unwrap_or(f64::INFINITY);
        variance as f32
    })
}

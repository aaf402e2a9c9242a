//! The margins of a public leaf table: errors of the places that layers are made of.

use h3o::Resolution;
use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::margin::{Errors, Margins, Parts};
use super::policy::Policy;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

/// The tables that go down to hexagons, the first ones: with the others, leaves would take twice the memory.
const OF_HEXAGONS: usize = Table::Visits.index();

type OfHexagon = Errors<f32, OF_HEXAGONS>;

/// The errors of regions and of villages' parts of hexagons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafMargins {
    /// By [`RegionId`].
    regions: Vec<Errors<f32>>,
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
        let margins = Margins::new(regions, leaves, policy, threshold);
        let tree = margins.tree();
        let of_region = |(id, _)| errors(&margins, tree.of_region(id));
        let part = |place: usize| {
            let part = leaves.region(place).zip(leaves.hexagons()[place]);
            let node = part.and_then(|(region, cell)| tree.of_hexagon(region, cell));
            node.map_or(UNTOLD, |node| of_hexagon(&margins, node))
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
        parts.moe95(places.filter_map(of_place))
    }

    fn rest(&self, place: usize) -> Option<OfHexagon> {
        let found = self.rests.binary_search_by_key(&place, |rest| rest.0).ok()?;
        Some(self.rests[found].1)
    }
}

/// Of a place that is no node.
const UNTOLD: OfHexagon =
    Errors { variances: [f32::INFINITY; OF_HEXAGONS], shortfalls: [0.0; OF_HEXAGONS] };

fn of_hexagon(margins: &Margins, node: usize) -> OfHexagon {
    let Errors { variances, shortfalls } = errors(margins, node);
    let [variances, shortfalls] =
        [variances, shortfalls].map(|of| std::array::from_fn(|table| of[table]));
    Errors { variances, shortfalls }
}

fn errors(margins: &Margins, node: usize) -> Errors<f32> {
    let Errors { variances, shortfalls } = margins.errors(node);
    let [variances, shortfalls] =
        [variances, shortfalls].map(|of| of.map(|value: f64| value as f32));
    Errors { variances, shortfalls }
}

//! The margins of a public leaf table: errors of the places that layers are made of.

use h3o::Resolution;
use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::margin::{Errors, Margins, Parts};
use super::policy::Policy;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

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
            node.map_or(OfHexagon::UNTOLD, |node| OfHexagon::new(&margins, node))
        };
        let rest = |place: usize| {
            let (region, cell) = leaves.region(place).zip(leaves.hexagons()[place])?;
            if cell.resolution() != Resolution::Seven {
                return None;
            }
            let whole = tree.of_hexagon(region, cell)?;
            Some((place, OfHexagon::new(&margins, tree.rest(whole))))
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
        parts.moe95(places.filter_map(of_place).map(OfHexagon::whole))
    }

    fn rest(&self, place: usize) -> Option<OfHexagon> {
        let found = self.rests.binary_search_by_key(&place, |rest| rest.0).ok()?;
        Some(self.rests[found].1)
    }
}

/// The tables that are told of hexagons, the first ones.
const OF_HEXAGONS: usize = Table::Visits.index();

/// The errors of a part of a hexagon, in the tables that are told there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct OfHexagon {
    variances: [f32; OF_HEXAGONS],
    shortfalls: [f32; OF_HEXAGONS],
}

impl OfHexagon {
    /// Of a place that is no node.
    const UNTOLD: Self =
        Self { variances: [f32::INFINITY; OF_HEXAGONS], shortfalls: [0.0; OF_HEXAGONS] };

    fn new(margins: &Margins, node: usize) -> Self {
        let Errors { variances, shortfalls } = errors(margins, node);
        let first = |of: [f32; Table::ALL.len()]| std::array::from_fn(|table| of[table]);
        Self { variances: first(variances), shortfalls: first(shortfalls) }
    }

    fn whole(self) -> Errors<f32> {
        let mut all = Errors {
            variances: [f32::INFINITY; Table::ALL.len()],
            shortfalls: [0.0; Table::ALL.len()],
        };
        all.variances[..OF_HEXAGONS].copy_from_slice(&self.variances);
        all.shortfalls[..OF_HEXAGONS].copy_from_slice(&self.shortfalls);
        all
    }
}

fn errors(margins: &Margins, node: usize) -> Errors<f32> {
    let Errors { variances, shortfalls } = margins.errors(node);
    let [variances, shortfalls] =
        [variances, shortfalls].map(|of| of.map(|value: f64| value as f32));
    Errors { variances, shortfalls }
}

//! The margins of a public leaf table: errors of the places that layers are made of.

use h3o::Resolution;
use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::margin::Margins;
use super::parts::Parts;
use super::policy::Policy;
use super::tree::NATION;
use crate::count::CubeKey;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::region::{RegionId, RegionTree};

/// Margins, and where in their tree each leaf is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafMargins {
    margins: Margins,
    /// The node of each leaf, by its place.
    nodes: Vec<u32>,
}

impl LeafMargins {
    pub fn new(
        leaves: &ArrangedLeaves,
        regions: &RegionTree,
        policy: &Policy,
        threshold: PovertyThreshold,
    ) -> Self {
        let margins = Margins::new(regions, leaves, policy, threshold);
        let node = |place: usize| {
            let (region, hexagon) = (leaves.region(place), leaves.hexagons()[place]);
            let node = margins.tree().leaf(&CubeKey { region, hexagon });
            u32::try_from(node).expect("a tree has fewer than 2^32 nodes")
        };
        let nodes = (0..leaves.len()).into_par_iter().map(node).collect();
        Self { margins, nodes }
    }

    /// The margin of a region's sum of columns; `None` where one is not told there.
    pub fn of_region(&self, parts: &Parts, region: RegionId) -> Option<f64> {
        self.margins.moe95_of(parts, &mut [self.margins.tree().of_region(region)])
    }

    /// The margin of the nation's sum of columns; `None` where one is not published.
    pub fn of_nation(&self, parts: &Parts) -> Option<f64> {
        self.margins.moe95_of(parts, &mut [NATION])
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
            let (leaf, own) = (self.nodes[place] as usize, leaves.hexagons()[place]?.resolution());
            match (resolution, own) {
                (Resolution::Eight, _) => Some(leaf),
                (_, Resolution::Seven) => Some(self.margins.tree().parent(leaf)),
                _ => None,
            }
        };
        let mut nodes: Vec<usize> = places.filter_map(of_place).collect();
        self.margins.moe95_of(parts, &mut nodes)
    }

    /// The margin of what is known to regions, or to the nation (`None`), and to nothing below them.
    pub fn of_remainders(
        &self,
        parts: &Parts,
        of: impl Iterator<Item = Option<RegionId>>,
    ) -> Option<f64> {
        let tree = self.margins.tree();
        let node = |region: Option<RegionId>| region.map_or(NATION, |id| tree.of_region(id));
        let nodes: Vec<usize> =
            of.map(node).filter(|node| !tree.children(*node).is_empty()).collect();
        self.margins.moe95_of_remainders(parts, &nodes)
    }
}

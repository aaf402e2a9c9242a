//! A leaf table summed to the nodes of a protected tree: told figures and exact ones side by side.

use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::leaves::{LeafTable, households};
use super::measure::Figures;
use super::policy::deepest;
use super::tree::ProtectedTree;
use crate::count::CubeKey;
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::RegionId;
use crate::domain::table::Table;

/// The leaves of a tree in which those of a table lie.
pub struct OnTree<'a> {
    leaves: &'a ArrangedLeaves,
    threshold: PovertyThreshold,
    tree: &'a ProtectedTree,
    /// In the order by (region, hexagon).
    nodes: Vec<usize>,
}

impl<'a> OnTree<'a> {
    pub fn new(leaves: &'a LeafTable, tree: &'a ProtectedTree) -> Self {
        Self::of(&leaves.leaves, leaves.threshold(), tree)
    }

    pub(super) fn of(
        leaves: &'a ArrangedLeaves,
        threshold: PovertyThreshold,
        tree: &'a ProtectedTree,
    ) -> Self {
        let places: Vec<usize> = leaves.by_region().collect();
        let leaf = |place: usize| {
            let (region, hexagon) = (leaves.region(place), leaves.hexagons()[place]);
            tree.leaf(&CubeKey { region, hexagon })
        };
        Self { leaves, threshold, tree, nodes: places.into_par_iter().map(leaf).collect() }
    }

    /// The households of each leaf that lies in a region and a hexagon, and the leaf of the tree in which
    /// they are told.
    pub fn positioned(&self) -> impl Iterator<Item = (RegionId, i64, usize)> {
        let arranged = self.leaves;
        arranged.by_region().zip(&self.nodes).filter_map(|(place, node)| {
            let region = arranged.region(place)?;
            arranged.hexagons()[place]?;
            let counts = arranged.sum_run(place..place + 1, &CubeColumn::HOUSEHOLDS);
            Some((region, households(&counts), *node))
        })
    }

    /// Sums the classes of a table to every node down to its deepest level.
    pub fn figures(&self, table: Table) -> Figures {
        let columns = table.classes(self.threshold);
        let (nodes, classes) = (self.tree.down_to(deepest(table)), columns.len());
        let mut figures = vec![0; nodes * classes];
        for (class, columns) in columns.into_iter().enumerate() {
            for column in columns {
                let Some(counts) = self.leaves.counts_by_region(*column) else { continue };
                for (leaf, count) in self.nodes.iter().zip(counts) {
                    let mut node = *leaf;
                    while node >= nodes {
                        node = self.tree.parent(node);
                    }
                    let count = i32::try_from(count).expect("a place has fewer than 2^31 units");
                    figures[node * classes + class] += count;
                }
            }
        }
        for node in (1..nodes).rev() {
            let parent = self.tree.parent(node);
            let (above, below) = figures.split_at_mut(node * classes);
            let sums = &mut above[parent * classes..][..classes];
            sums.iter_mut().zip(below).for_each(|(sum, figure)| *sum += *figure);
        }
        Figures { classes, figures }
    }
}

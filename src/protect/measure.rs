//! Measuring: the exact content of each node of the tree, and the same with noise.

use rayon::prelude::*;

use super::noise::{Draw, NoiseKey, Samplers};
use super::policy::{Policy, deepest};
use super::tree::ProtectedTree;
use crate::count::{Cell, Cube};
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::RegionTree;
use crate::domain::table::Table;

/// The figures of a table, node by node from the nation down to the table's deepest level; those of one
/// node are its classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub classes: usize,
    pub figures: Vec<i32>,
}

/// The exact figures of a table, and a digest of what each node holds.
#[derive(Clone)]
pub struct Contents {
    table: Table,
    exact: Figures,
    digests: Vec<u64>,
}

/// A cube by the leaves of a tree.
pub struct Leaves<'a> {
    cells: Vec<(u32, &'a Cell)>,
    tree: &'a ProtectedTree,
    threshold: PovertyThreshold,
}

/// Nodes that one task measures.
const CHUNK: usize = 4096;

impl<'a> Leaves<'a> {
    /// Finds the leaf of every cell.
    pub fn new(cube: &'a Cube, tree: &'a ProtectedTree, threshold: PovertyThreshold) -> Self {
        let leaf = |key| u32::try_from(tree.leaf(&key)).expect("a tree has fewer than 2^32 nodes");
        let cells = cube.cells().map(|(key, cell)| (leaf(key), cell)).collect();
        Self { cells, tree, threshold }
    }

    /// Sums a table to every node.
    pub fn contents(&self, table: Table) -> Contents {
        let columns = table.classes(self.threshold);
        let (nodes, classes) = (self.tree.down_to(deepest(table)), columns.len());
        let mut figures = vec![0; nodes * classes];
        let mut digests = vec![0_u64; nodes];
        for (leaf, cell) in &self.cells {
            let mut node = *leaf as usize;
            while node >= nodes {
                node = self.tree.parent(node);
            }
            let sums = &mut figures[node * classes..][..classes];
            for (sum, columns) in sums.iter_mut().zip(&columns) {
                *sum += total(cell, columns);
            }
            digests[node] = digests[node].wrapping_add(cell.digests[table.index()]);
        }
        for node in (1..nodes).rev() {
            let parent = self.tree.parent(node);
            let (above, below) = figures.split_at_mut(node * classes);
            let sums = &mut above[parent * classes..][..classes];
            sums.iter_mut().zip(below).for_each(|(sum, figure)| *sum += *figure);
            digests[parent] = digests[parent].wrapping_add(digests[node]);
        }
        Contents { table, exact: Figures { classes, figures }, digests }
    }
}

fn total(cell: &Cell, columns: &[CubeColumn]) -> i32 {
    let count: i64 = columns.iter().map(|column| cell.counts[column.index()]).sum();
    i32::try_from(count).expect("a country has fewer than 2^31 units")
}

impl Contents {
    /// The exact figures.
    pub const fn exact(&self) -> &Figures {
        &self.exact
    }

    /// Adds noise to every figure of every node.
    pub fn measure(
        self,
        tree: &ProtectedTree,
        regions: &RegionTree,
        policy: &Policy,
        (samplers, key): (&Samplers, &NoiseKey),
    ) -> Figures {
        let Self { table, exact: Figures { classes, mut figures }, digests } = self;
        for (level, nodes) in tree.levels() {
            let Some(epsilon) = policy.epsilon(table, level) else { continue };
            let sampler = samplers.get(epsilon);
            let level = &mut figures[nodes.start * classes..nodes.end * classes];
            level.par_chunks_mut(CHUNK * classes).enumerate().for_each(|(chunk, figures)| {
                let first = nodes.start + chunk * CHUNK;
                for (node, figures) in (first..).zip(figures.chunks_mut(classes)) {
                    let digest = digests[node];
                    let draw = Draw { table, node: tree.name(node, regions), epsilon, digest };
                    key.add(&draw, sampler, figures);
                }
            });
        }
        Figures { classes, figures }
    }
}

impl Figures {
    /// A figure of a node.
    pub fn get(&self, node: usize, class: usize) -> i32 {
        self.figures[node * self.classes + class]
    }

    /// The number of nodes.
    pub fn nodes(&self) -> usize {
        self.figures.len() / self.classes
    }
}

//! Measuring: the exact content of each node of the tree, and the same with noise.

use rayon::prelude::*;

use super::noise::{Draw, NoiseKey, Samplers};
use super::policy::{Policy, deepest};
use super::tree::ProtectedTree;
use crate::count::{Cell, Cube, CubeKey};
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::{RegionId, RegionTree};
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
    cube: &'a Cube,
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
        Self { cube, cells, tree, threshold }
    }

    /// Sums a table to every node.
    pub fn contents(&self, table: Table) -> Contents {
        let classes = table.classes(self.threshold).len();
        let nodes = self.tree.down_to(deepest(table));
        let mut figures = vec![0; nodes * classes];
        let mut digests = vec![0_u64; nodes];
        let unknown = Table::UNKNOWN.iter().position(|unknown| *unknown == table);
        match (table.programme(), unknown) {
            _ if table == Table::Coverage => {
                let regions = self.cube.prelist();
                let regions = regions.map(|(region, it)| (region, it.counts, it.digest));
                self.add_regions(regions, &mut figures, &mut digests);
            }
            (Some(programme), _) => {
                let regions = self.cube.reach(programme);
                let regions = regions.map(|(region, it)| (region, it.counts, it.digest));
                self.add_regions(regions, &mut figures, &mut digests);
            }
            (None, Some(at)) => {
                let regions = self.cube.unknown();
                let regions = regions.map(|(region, it)| (region, [it.counts[at]], it.digests[at]));
                self.add_regions(regions, &mut figures, &mut digests);
            }
            (None, None) => self.add_cells(table, &mut figures, &mut digests),
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

    /// Adds each cell to the node in which it is told, without the persons beyond the bounds of a household.
    fn add_cells(&self, table: Table, figures: &mut [i32], digests: &mut [u64]) {
        let columns = table.classes(self.threshold);
        for (leaf, cell) in &self.cells {
            let node = self.told_in(*leaf as usize, digests.len());
            let sums = &mut figures[node * columns.len()..][..columns.len()];
            for (sum, columns) in sums.iter_mut().zip(&columns) {
                *sum += total(cell, columns);
            }
            digests[node] = digests[node].wrapping_add(cell.digests[table.index()]);
        }
        for (key, beyond) in self.cube.beyond() {
            let node = self.told_in(self.tree.leaf(&key), digests.len());
            let sums = &mut figures[node * columns.len()..][..columns.len()];
            for (sum, columns) in sums.iter_mut().zip(&columns) {
                *sum -= few(columns.iter().map(|column| beyond[column.index()]).sum());
            }
        }
    }

    /// Adds what is counted by region alone, with its digest, to the node in which it is told.
    fn add_regions<const N: usize>(
        &self,
        regions: impl Iterator<Item = (Option<RegionId>, [i64; N], u64)>,
        figures: &mut [i32],
        digests: &mut [u64],
    ) {
        for (region, counts, digest) in regions {
            let leaf = self.tree.leaf(&CubeKey { region, hexagon: None });
            let node = self.told_in(leaf, digests.len());
            let sums = &mut figures[node * N..][..N];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += few(count);
            }
            digests[node] = digests[node].wrapping_add(digest);
        }
    }

    /// The node above a leaf that is among the first so many, to which a table goes down.
    fn told_in(&self, leaf: usize, nodes: usize) -> usize {
        let mut node = leaf;
        while node >= nodes {
            node = self.tree.parent(node);
        }
        node
    }
}

fn total(cell: &Cell, columns: &[CubeColumn]) -> i32 {
    few(columns.iter().map(|column| cell.counts[column.index()]).sum())
}

fn few(count: i64) -> i32 {
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
                    if tree.is_declared_empty(node) {
                        continue;
                    }
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

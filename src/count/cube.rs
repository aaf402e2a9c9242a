//! The cube: sums of additive columns by region and hexagon.

use std::collections::BTreeMap;

use h3o::CellIndex;

use crate::domain::indicator::{Counts, CubeColumn};
use crate::domain::region::RegionId;

/// Where households count: the region, which may be of any level or the nation alone, and the hexagon
/// (resolution 8 or 7), where they may be shown in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CubeKey {
    /// `None`: placed in no region, counted in the nation.
    pub region: Option<RegionId>,
    pub hexagon: Option<CellIndex>,
}

/// Exact counts. It can't be serialised and stays in the house: `protect` makes of it what leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cube {
    cells: BTreeMap<CubeKey, Counts>,
}

impl Cube {
    /// Adds counts to a key.
    pub fn add(&mut self, key: CubeKey, counts: &Counts) {
        let cell = self.cells.entry(key).or_insert([0; CubeColumn::COUNT]);
        for (sum, count) in cell.iter_mut().zip(counts) {
            *sum += count;
        }
    }

    /// Adds every cell of another cube.
    pub fn merge(&mut self, other: &Self) {
        for (key, counts) in &other.cells {
            self.add(*key, counts);
        }
    }

    /// The cells in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (CubeKey, &Counts)> {
        self.cells.iter().map(|(key, counts)| (*key, counts))
    }

    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The households of all cells.
    pub fn households(&self) -> i64 {
        self.cells.values().map(households).sum()
    }
}

/// The households of one row of counts.
pub fn households(counts: &Counts) -> i64 {
    CubeColumn::HOUSEHOLDS.iter().map(|column| counts[column.index()]).sum()
}

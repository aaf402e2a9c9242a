//! The leaves: the smallest figures of a release, the only thing that layers are summed from.

use std::ops::Range;

use arrow::buffer::ScalarBuffer;
use h3o::CellIndex;
use serde::{Deserialize, Serialize};

use crate::count::Cube;
use crate::domain::indicator::{Counts, CubeColumn, Indicators, PovertyThreshold};
use crate::domain::region::{Level, RegionId, RegionTree};

/// Who may see the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Exact: for the register's own machine.
    Restricted,
    /// Noised: for anybody.
    Public,
}

impl Protection {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Public => "public",
        }
    }
}

/// The leaves of a release by (region, hexagon), in that order, kept by column.
///
/// The region may be of any level, or `None` for the nation alone; the hexagon is of resolution 8 or 7,
/// or `None`. Only this stage makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafTable {
    pub(super) facts: LeafFacts,
    pub(super) columns: LeafColumns,
    /// The sum of each region's leaves and of all below it, by [`RegionId`].
    pub(super) sums: Vec<Counts>,
    /// The households known to a region and to nothing below it, by [`RegionId`].
    pub(super) own_households: Vec<i64>,
    pub(super) nation: Counts,
    pub(super) unplaced_households: i64,
}

/// What is true of all leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeafFacts {
    pub protection: Protection,
    pub threshold: PovertyThreshold,
    /// The visit fields that the input held, as bits.
    pub fields: u32,
}

/// The leaves' columns, all of one length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafColumns {
    pub regions: Vec<Option<RegionId>>,
    pub hexagons: Vec<Option<CellIndex>>,
    /// By [`CubeColumn::index`]; `None` where the input does not hold the column.
    pub counts: Vec<Option<ScalarBuffer<i64>>>,
}

impl LeafTable {
    /// The exact leaves of a cube, restricted. `fields` are the visit fields that the input held, as
    /// bits ([`crate::domain::visit::VisitField::bit`]); `tree` is the one that the cube was counted on.
    pub fn exact(cube: &Cube, fields: u32, threshold: PovertyThreshold, tree: &RegionTree) -> Self {
        let facts = LeafFacts { protection: Protection::Restricted, threshold, fields };
        let held = Indicators::embedded().held(fields);
        let held = CubeColumn::ALL.into_iter().filter(|column| held & column.bit() != 0);
        let held: Vec<usize> = held.map(CubeColumn::index).collect();
        let (mut regions, mut hexagons) = (Vec::new(), Vec::new());
        let mut values: [Vec<i64>; CubeColumn::COUNT] = Default::default();
        for (key, counts) in cube.iter() {
            regions.push(key.region);
            hexagons.push(key.hexagon);
            for &column in &held {
                values[column].push(counts[column]);
            }
        }
        let mut counts = vec![None; CubeColumn::COUNT];
        for column in held {
            counts[column] = Some(ScalarBuffer::from(std::mem::take(&mut values[column])));
        }
        Self::assemble(facts, LeafColumns { regions, hexagons, counts }, tree)
    }

    pub(super) fn assemble(facts: LeafFacts, columns: LeafColumns, tree: &RegionTree) -> Self {
        let mut sums = vec![[0; CubeColumn::COUNT]; tree.len()];
        let mut unplaced = [0; CubeColumn::COUNT];
        columns.add_by_region(&mut sums, &mut unplaced);
        let own_households = sums.iter().map(households).collect();
        let mut nation = unplaced;
        for child in (0..sums.len()).rev() {
            let id = RegionId(u32::try_from(child).expect("a tree has fewer than 2^32 regions"));
            let (above, below) = sums.split_at_mut(child);
            let sum = tree.parent(id).map_or(&mut nation, |parent| &mut above[parent.index()]);
            add(sum, &below[0]);
        }
        let unplaced_households = households(&unplaced);
        Self { facts, columns, sums, own_households, nation, unplaced_households }
    }

    /// The number of leaves.
    pub fn len(&self) -> usize {
        self.columns.regions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.columns.regions.is_empty()
    }

    pub const fn protection(&self) -> Protection {
        self.facts.protection
    }

    /// The deciles that count as poor.
    pub const fn threshold(&self) -> PovertyThreshold {
        self.facts.threshold
    }

    /// The visit fields that the input held, as bits.
    pub const fn fields(&self) -> u32 {
        self.facts.fields
    }

    /// All households.
    pub fn households(&self) -> i64 {
        households(&self.nation)
    }

    /// The households that no region is known of.
    pub const fn unplaced_households(&self) -> i64 {
        self.unplaced_households
    }

    /// The sum over the nation, or over a region and all below it.
    pub(super) fn scope_counts(&self, within: Option<RegionId>) -> &Counts {
        within.map_or(&self.nation, |id| &self.sums[id.index()])
    }

    /// The leaves of the nation, or of a region and all below it.
    pub(super) fn scope(&self, within: Option<RegionId>, tree: &RegionTree) -> Vec<Range<usize>> {
        let Some(region) = within else {
            return std::iter::once(0..self.len()).collect();
        };
        let at = |id: u32| self.columns.regions.partition_point(|leaf| *leaf < Some(RegionId(id)));
        runs_below(region, tree).into_iter().map(|run| at(run.start)..at(run.end)).collect()
    }
}

/// The region, and the regions below it: one run a level, since a tree is ordered by level and code.
fn runs_below(region: RegionId, tree: &RegionTree) -> Vec<Range<u32>> {
    let mut runs = Vec::with_capacity(Level::ALL.len());
    let mut run = region.0..region.0 + 1;
    while !run.is_empty() {
        let below =
            tree.children(RegionId(run.start)).start..tree.children(RegionId(run.end - 1)).end;
        runs.push(std::mem::replace(&mut run, below));
    }
    runs
}

impl LeafColumns {
    fn add_by_region(&self, sums: &mut [Counts], unplaced: &mut Counts) {
        for (index, counts) in self.counts.iter().enumerate() {
            let Some(counts) = counts else { continue };
            for (region, count) in self.regions.iter().zip(counts.iter()) {
                let sum = region.map_or(&mut *unplaced, |region| &mut sums[region.index()]);
                sum[index] += count;
            }
        }
    }

    /// Adds these columns of a leaf.
    pub fn add_leaf(&self, leaf: usize, wanted: &[CubeColumn], sum: &mut Counts) {
        for column in wanted {
            if let Some(counts) = &self.counts[column.index()] {
                sum[column.index()] += counts[leaf];
            }
        }
    }
}

fn add(sum: &mut Counts, more: &Counts) {
    for (sum, count) in sum.iter_mut().zip(more) {
        *sum += count;
    }
}

/// The households of one row of counts; a column that is not held is 0 in it.
pub(super) fn households(counts: &Counts) -> i64 {
    CubeColumn::HOUSEHOLDS.iter().map(|column| counts[column.index()]).sum()
}

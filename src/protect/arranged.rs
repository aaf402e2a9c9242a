//! Leaves in the order of their hexagons: each hexagon of any size is one run of them.

use std::ops::Range;

use h3o::{CellIndex, Resolution};
use rayon::prelude::*;

use super::leaves::LeafPlaces;
use super::runs::{LargeHexagon, large_hexagons};
use super::tree::Shown;
use crate::domain::indicator::{AllCounts, CubeColumn};
use crate::domain::region::{Level, RegionId, RegionTree};

/// The leaves by (hexagon, region), those without a hexagon first, kept by column; and where each stands
/// in the order by (region, hexagon).
///
/// Hexagons are ordered without regard to their resolution, so that a hexagon's children, of any depth,
/// stand together, and it stands behind them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ArrangedLeaves {
    regions: Vec<Option<RegionId>>,
    hexagons: Vec<Option<CellIndex>>,
    /// By [`CubeColumn::index`].
    columns: Vec<Option<Column>>,
    /// The places of the leaves, in their order by (region, hexagon).
    by_region: Vec<u32>,
    /// So that a search in a box begins near it.
    large: Vec<LargeHexagon>,
}

/// For each place in the order by (hexagon, region), the row in that by (region, hexagon).
pub(super) struct Order(Vec<u32>);

impl Order {
    pub fn of(places: &LeafPlaces) -> Self {
        let row = |row| u32::try_from(row).expect("a table has fewer than 2^32 leaves");
        let rows = places.hexagons.par_iter().enumerate();
        let mut rows: Vec<_> = rows.map(|(index, hexagon)| (*hexagon, row(index))).collect();
        // Rows stand by region already, so the row's number stands for its region.
        rows.par_sort_unstable();
        Self(rows.into_iter().map(|(_, row)| row).collect())
    }

    fn arrange<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.0.iter().map(|row| values[*row as usize]).collect()
    }

    fn inverse(&self) -> Vec<u32> {
        let mut places = vec![0; self.0.len()];
        for (place, row) in (0..).zip(&self.0) {
            places[*row as usize] = place;
        }
        places
    }
}

/// The counts of one column, up to the last that is not 0: those that are counted by region alone end
/// where hexagons begin. Those of a place fit in 32 bits, unless somebody invents them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Column {
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
}

impl Column {
    pub fn arranged(counts: &[i64], order: &Order) -> Self {
        let last = order.0.iter().rposition(|row| counts[*row as usize] != 0);
        let told = order.0[..last.map_or(0, |last| last + 1)].iter();
        if counts.iter().all(|count| i32::try_from(*count).is_ok()) {
            Self::Narrow(told.map(|row| counts[*row as usize] as i32).collect())
        } else {
            Self::Wide(told.map(|row| counts[*row as usize]).collect())
        }
    }

    fn get(&self, place: usize) -> i64 {
        match self {
            Self::Narrow(counts) => counts.get(place).copied().unwrap_or(0).into(),
            Self::Wide(counts) => counts.get(place).copied().unwrap_or(0),
        }
    }

    fn sum(&self, run: Range<usize>) -> i64 {
        match self {
            Self::Narrow(counts) => part(counts, run).iter().map(|count| i64::from(*count)).sum(),
            Self::Wide(counts) => part(counts, run).iter().sum(),
        }
    }
}

/// What a column has of a run.
fn part<T>(counts: &[T], run: Range<usize>) -> &[T] {
    let end = run.end.min(counts.len());
    &counts[run.start.min(end)..end]
}

impl ArrangedLeaves {
    pub fn new(places: &LeafPlaces, order: &Order, columns: Vec<Option<Column>>) -> Self {
        let (regions, hexagons) =
            rayon::join(|| order.arrange(&places.regions), || order.arrange(&places.hexagons));
        let first = hexagons.partition_point(Option::is_none);
        let large = large_hexagons(&hexagons, first);
        Self { regions, hexagons, columns, by_region: order.inverse(), large }
    }

    pub fn len(&self) -> usize {
        self.by_region.len()
    }

    /// The parts of hexagons in which leaves lie.
    pub fn shown(&self) -> Shown {
        let mut shown = Shown::default();
        for place in self.by_region() {
            let Some((region, cell)) = self.regions[place].zip(self.hexagons[place]) else {
                continue;
            };
            match cell.resolution() {
                Resolution::Seven => shown.hexagons7.push((region, cell)),
                _ => shown.hexagons8.push((region, cell)),
            }
        }
        shown
    }

    pub fn region(&self, place: usize) -> Option<RegionId> {
        self.regions[place]
    }

    /// In the order of places.
    pub fn hexagons(&self) -> &[Option<CellIndex>] {
        &self.hexagons
    }

    /// The places of the leaves, in their order by (region, hexagon).
    pub fn by_region(&self) -> impl ExactSizeIterator<Item = usize> {
        self.by_region.iter().map(|place| *place as usize)
    }

    /// A column's counts by (region, hexagon); `None` where it is not held.
    pub fn counts_by_region(&self, column: CubeColumn) -> Option<Vec<i64>> {
        let column = self.columns[column.index()].as_ref()?;
        Some(self.by_region().map(|place| column.get(place)).collect())
    }

    /// The sum of these columns over a run of places.
    pub fn sum_run(&self, run: Range<usize>, wanted: &[CubeColumn]) -> AllCounts {
        self.sum_by(wanted, |counts| counts.sum(run.clone()))
    }

    /// The sum of these columns over some places.
    fn sum(&self, places: &[u32], wanted: &[CubeColumn]) -> AllCounts {
        let sum = |counts: &Column| places.iter().map(|place| counts.get(*place as usize)).sum();
        self.sum_by(wanted, sum)
    }

    fn sum_by(&self, wanted: &[CubeColumn], sum: impl Fn(&Column) -> i64) -> AllCounts {
        let mut sums = [0; CubeColumn::ALL.len()];
        for column in wanted {
            if let Some(counts) = &self.columns[column.index()] {
                sums[column.index()] = sum(counts);
            }
        }
        sums
    }

    /// The leaves with a hexagon, of the nation, or of a region and all below it.
    pub fn cells(&self, within: Option<RegionId>, tree: &RegionTree) -> Cells<'_> {
        let first = self.hexagons.partition_point(Option::is_none);
        let Some(region) = within else {
            return Cells { leaves: self, kept: Kept::From(first) };
        };
        let row = |id: u32| {
            let is_before = |place: &u32| self.regions[*place as usize] < Some(RegionId(id));
            self.by_region.partition_point(is_before)
        };
        let mut places = Vec::new();
        for run in runs_below(region, tree) {
            let rows = &self.by_region[row(run.start)..row(run.end)];
            places.extend(rows.iter().copied().filter(|place| *place as usize >= first));
        }
        places.par_sort_unstable();
        Cells { leaves: self, kept: Kept::These(places) }
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

/// The leaves of a scope that have a hexagon, numbered in the order of their hexagons.
pub(super) struct Cells<'a> {
    leaves: &'a ArrangedLeaves,
    kept: Kept,
}

enum Kept {
    /// All from this place on.
    From(usize),
    /// Those in these places, in their order.
    These(Vec<u32>),
}

impl Cells<'_> {
    pub fn len(&self) -> usize {
        match &self.kept {
            Kept::From(first) => self.leaves.len() - first,
            Kept::These(places) => places.len(),
        }
    }

    /// The hexagon of a leaf, of resolution 8 or 7.
    pub fn hexagon(&self, number: usize) -> CellIndex {
        let place = match &self.kept {
            Kept::From(first) => first + number,
            Kept::These(places) => places[number] as usize,
        };
        self.leaves.hexagons[place].expect("leaves without a hexagon stand before the first")
    }

    /// The hexagons of resolution 4 in which leaves lie, those of other scopes too.
    pub fn large_hexagons(&self) -> &[LargeHexagon] {
        &self.leaves.large
    }

    /// The numbers of the leaves of the scope in a run of places.
    pub fn numbers(&self, places: Range<usize>) -> Range<usize> {
        match &self.kept {
            Kept::From(first) => places.start - first..places.end - first,
            Kept::These(kept) => {
                let before = |end: usize| kept.partition_point(|place| (*place as usize) < end);
                before(places.start)..before(places.end)
            }
        }
    }

    /// The places of a run of leaves.
    pub fn places(&self, run: Range<usize>) -> impl Iterator<Item = usize> {
        run.map(|number| match &self.kept {
            Kept::From(first) => first + number,
            Kept::These(places) => places[number] as usize,
        })
    }

    /// The sum of these columns over a run of leaves.
    pub fn sum(&self, run: Range<usize>, wanted: &[CubeColumn]) -> AllCounts {
        match &self.kept {
            Kept::From(first) => self.leaves.sum_run(first + run.start..first + run.end, wanted),
            Kept::These(places) => self.leaves.sum(&places[run], wanted),
        }
    }
}

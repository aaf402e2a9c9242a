//! The cube: sums of additive columns by region and hexagon.

use std::collections::BTreeMap;

use h3o::CellIndex;

use super::digest::{self, Digests, Unit};
use super::household::Unknown;
use crate::domain::indicator::{Counts, CubeColumn};
use crate::domain::programme::{Programme, Targeting};
use crate::domain::region::RegionId;
use crate::domain::table::Table;

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
    cells: BTreeMap<CubeKey, Cell>,
    /// Whom programmes reach, by region: far fewer than there are cells.
    reach: BTreeMap<Programme, BTreeMap<Option<RegionId>, ReachCell>>,
    /// Poor households whose figures are unknown, by region; nothing where all are known.
    unknown: BTreeMap<Option<RegionId>, UnknownCell>,
    /// Persons beyond the bounds of what one household adds, by the cell that counts them: they are not in what is
    /// published. Few households have any.
    beyond: BTreeMap<CubeKey, Counts>,
    /// Households of the prelist, by region; `None` where no prelist was given.
    prelist: Option<BTreeMap<Option<RegionId>, PrelistCell>>,
}

/// What is counted in one place, and the digests of the content of each table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub counts: Counts,
    pub digests: Digests,
}

/// What is counted of a programme in one region: its classes, in the order of its columns, and a digest of
/// which household is in which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReachCell {
    pub counts: [i64; 3],
    pub digest: u64,
}

impl ReachCell {
    fn add(&mut self, other: &Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, count)| *sum += count);
        self.digest = self.digest.wrapping_add(other.digest);
    }
}

/// The poor households of one region whose figures are unknown, in the order of [`CubeColumn::UNKNOWN`],
/// and a digest for each of which households those are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UnknownCell {
    pub counts: [i64; CubeColumn::UNKNOWN.len()],
    pub digests: [u64; CubeColumn::UNKNOWN.len()],
}

impl UnknownCell {
    /// Adds a household to the columns of which its figures are unknown.
    pub fn add_household(&mut self, household: Unit, unknown: Unknown) {
        for index in (0..unknown.len()).filter(|index| unknown[*index]) {
            let (table, column) = (Table::UNKNOWN[index], CubeColumn::UNKNOWN[index]);
            let digest = &mut self.digests[index];
            *digest = digest.wrapping_add(household.digest_of_one(table, column));
            self.counts[index] += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, count)| *sum += count);
        let digests = self.digests.iter_mut().zip(other.digests);
        digests.for_each(|(sum, digest)| *sum = sum.wrapping_add(digest));
    }
}

/// The households of the prelist of one region, in the order of [`CubeColumn::PRELIST`], and a digest of which
/// household is in which class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrelistCell {
    pub counts: [i64; CubeColumn::PRELIST.len()],
    pub digest: u64,
}

impl PrelistCell {
    /// Adds a household of the prelist to the class of a column.
    pub fn add_household(&mut self, household: Unit, column: CubeColumn) {
        let at = CubeColumn::PRELIST.iter().position(|own| *own == column);
        self.counts[at.expect("the column is one of the prelist")] += 1;
        let digest = household.digest_of_one(Table::Coverage, column);
        self.digest = self.digest.wrapping_add(digest);
    }

    pub fn add(&mut self, other: &Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(sum, count)| *sum += count);
        self.digest = self.digest.wrapping_add(other.digest);
    }
}

impl From<&Targeting> for ReachCell {
    fn from(targeting: &Targeting) -> Self {
        Self { counts: targeting.classes().map(u64::cast_signed), digest: targeting.digest }
    }
}

impl Default for Cell {
    fn default() -> Self {
        Self { counts: [0; CubeColumn::COUNT], digests: [0; Table::COUNT] }
    }
}

impl Cell {
    /// Adds what one unit or another part of the place adds.
    pub fn add(&mut self, counts: &Counts, digests: &Digests) {
        for (sum, count) in self.counts.iter_mut().zip(counts) {
            *sum += count;
        }
        digest::add(&mut self.digests, digests);
    }

    /// Adds a unit to one class of a table of single columns.
    pub fn add_one(&mut self, unit: Unit, table: Table, column: CubeColumn) {
        self.counts[column.index()] += 1;
        let sum = &mut self.digests[table.index()];
        *sum = sum.wrapping_add(unit.digest_of_one(table, column));
    }
}

impl Cube {
    /// Adds counts to a key, without a digest of what they are of.
    pub fn add(&mut self, key: CubeKey, counts: &Counts) {
        self.add_cell(key, &Cell { counts: *counts, ..Cell::default() });
    }

    /// Adds counts and their digests to a key.
    pub fn add_cell(&mut self, key: CubeKey, cell: &Cell) {
        self.cells.entry(key).or_default().add(&cell.counts, &cell.digests);
    }

    /// Adds every cell of another cube.
    pub fn merge(&mut self, other: &Self) {
        for (key, cell) in &other.cells {
            self.add_cell(*key, cell);
        }
        for (programme, regions) in &other.reach {
            self.know(*programme);
            for (region, cell) in regions {
                self.add_reach(*programme, *region, cell);
            }
        }
        for (region, cell) in &other.unknown {
            self.add_unknown(*region, cell);
        }
        for (key, counts) in &other.beyond {
            self.add_beyond(*key, counts);
        }
        if let Some(regions) = &other.prelist {
            self.know_prelist();
            regions.iter().for_each(|(region, cell)| self.add_prelist(*region, cell));
        }
    }

    /// What is counted in some regions alone. It is known of the same programmes whom they reach.
    pub fn within(&self, is_in: impl Fn(Option<RegionId>) -> bool) -> Self {
        let cells = self.cells.iter().filter(|(key, _)| is_in(key.region));
        let of_regions = |regions: &BTreeMap<Option<RegionId>, ReachCell>| {
            let kept = regions.iter().filter(|(region, _)| is_in(**region));
            kept.map(|(region, cell)| (*region, *cell)).collect()
        };
        let unknown = self.unknown.iter().filter(|(region, _)| is_in(**region));
        let beyond = self.beyond.iter().filter(|(key, _)| is_in(key.region));
        let prelist = self.prelist.as_ref().map(|regions| {
            let kept = regions.iter().filter(|(region, _)| is_in(**region));
            kept.map(|(region, cell)| (*region, *cell)).collect()
        });
        Self {
            cells: cells.map(|(key, cell)| (*key, *cell)).collect(),
            reach: self
                .reach
                .iter()
                .map(|(programme, regions)| (*programme, of_regions(regions)))
                .collect(),
            unknown: unknown.map(|(region, cell)| (*region, *cell)).collect(),
            beyond: beyond.map(|(key, counts)| (*key, *counts)).collect(),
            prelist,
        }
    }

    /// Says that persons that a cell counts are beyond the bounds of what one household adds.
    pub fn add_beyond(&mut self, key: CubeKey, counts: &Counts) {
        let sums = self.beyond.entry(key).or_insert([0; CubeColumn::COUNT]);
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }

    /// The persons of a cell beyond the bounds; `None` where there are none.
    pub fn beyond_of(&self, key: &CubeKey) -> Option<&Counts> {
        self.beyond.get(key)
    }

    /// The persons beyond the bounds, by the cell that counts them.
    pub fn beyond(&self) -> impl ExactSizeIterator<Item = (CubeKey, &Counts)> {
        self.beyond.iter().map(|(key, counts)| (*key, counts))
    }

    /// Adds households of a region whose figures are unknown.
    pub fn add_unknown(&mut self, region: Option<RegionId>, cell: &UnknownCell) {
        // It is told with the region's own cell.
        self.cells.entry(CubeKey { region, hexagon: None }).or_default();
        self.unknown.entry(region).or_default().add(cell);
    }

    /// The poor households whose figures are unknown, by region.
    pub fn unknown(&self) -> impl Iterator<Item = (Option<RegionId>, &UnknownCell)> {
        self.unknown.iter().map(|(region, cell)| (*region, cell))
    }

    /// Notes that a prelist was given, though it may list nothing.
    pub fn know_prelist(&mut self) {
        self.prelist.get_or_insert_default();
    }

    /// Adds households of a region's prelist.
    pub fn add_prelist(&mut self, region: Option<RegionId>, cell: &PrelistCell) {
        // It is published with the region's own cell.
        self.cells.entry(CubeKey { region, hexagon: None }).or_default();
        self.prelist.get_or_insert_default().entry(region).or_default().add(cell);
    }

    /// Whether a prelist was given.
    pub const fn has_prelist(&self) -> bool {
        self.prelist.is_some()
    }

    /// The households of the prelist, by region.
    pub fn prelist(&self) -> impl Iterator<Item = (Option<RegionId>, &PrelistCell)> {
        self.prelist.iter().flatten().map(|(region, cell)| (*region, cell))
    }

    /// Notes that it is known whom a programme reaches, though it may be nobody.
    pub fn know(&mut self, programme: Programme) {
        self.reach.entry(programme).or_default();
    }

    /// Adds whom a programme reaches in a region.
    pub fn add_reach(&mut self, programme: Programme, region: Option<RegionId>, cell: &ReachCell) {
        // It is told with the region's own cell.
        self.cells.entry(CubeKey { region, hexagon: None }).or_default();
        self.reach.entry(programme).or_default().entry(region).or_default().add(cell);
    }

    /// The programmes of which it is known whom they reach.
    pub fn programmes(&self) -> Vec<Programme> {
        self.reach.keys().copied().collect()
    }

    /// Whom a programme reaches, by region.
    pub fn reach(
        &self,
        programme: Programme,
    ) -> impl Iterator<Item = (Option<RegionId>, &ReachCell)> {
        let regions = self.reach.get(&programme).into_iter().flatten();
        regions.map(|(region, cell)| (*region, cell))
    }

    /// The counts in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (CubeKey, &Counts)> {
        self.cells.iter().map(|(key, cell)| (*key, &cell.counts))
    }

    /// The cells in the order of their keys.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (CubeKey, &Cell)> {
        self.cells.iter().map(|(key, cell)| (*key, cell))
    }

    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The households of all cells.
    pub fn households(&self) -> i64 {
        self.cells.values().map(|cell| households(&cell.counts)).sum()
    }
}

/// The households of one row of counts.
pub fn households(counts: &Counts) -> i64 {
    CubeColumn::HOUSEHOLDS.iter().map(|column| counts[column.index()]).sum()
}

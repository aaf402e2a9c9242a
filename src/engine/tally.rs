//! Counting what leaves the plan: cube, accounts and findings of one partition.

use std::collections::{BTreeMap, HashMap};

use h3o::CellIndex;

use super::targeting::TargetingTally;
use crate::check::Rule;
use crate::count::{Accounts, Cube, CubeKey, HouseholdColumns};
use crate::domain::indicator::{Counts, CubeColumn, PovertyThreshold};
use crate::domain::programme::TargetingTable;
use crate::domain::region::RegionId;
use crate::place::{PlacedBatch, Standing};

/// The sums of a partition. Its visits come region by region.
pub struct Tally {
    threshold: PovertyThreshold,
    cube: Cube,
    accounts: Accounts,
    findings: BTreeMap<Rule, u64>,
    region: Option<RegionId>,
    /// The sums of the region at hand.
    cells: HashMap<Option<CellIndex>, Counts>,
    targeting: TargetingTally,
}

impl Tally {
    /// `programmes` are the highest deciles for which the programmes are, by their numbers.
    pub fn new(threshold: PovertyThreshold, programmes: Vec<Option<u8>>) -> Self {
        Self {
            threshold,
            cube: Cube::default(),
            accounts: Accounts::default(),
            findings: BTreeMap::new(),
            region: None,
            cells: HashMap::new(),
            targeting: TargetingTally::new(programmes),
        }
    }

    pub fn add(&mut self, placed: &PlacedBatch<'_>) {
        let households = HouseholdColumns::new(placed.visits());
        for row in 0..placed.visits().len() {
            for finding in placed.findings(row) {
                *self.findings.entry(finding.rule).or_default() += 1;
            }
            match placed.standing(row) {
                Standing::Counted => self.count(placed, row, &households),
                Standing::Superseded => self.accounts.superseded += 1,
                Standing::NotCompleted => self.accounts.not_completed += 1,
                Standing::Repeated => {
                    self.accounts.superseded += 1;
                    self.accounts.repeated_rows += 1;
                }
            }
        }
    }

    fn count(&mut self, placed: &PlacedBatch<'_>, row: usize, households: &HouseholdColumns<'_>) {
        let (region, hexagon) = (placed.region(row), placed.hexagon(row));
        self.accounts.counted += 1;
        match (region, hexagon) {
            (Some(_), Some(_)) => self.accounts.placed_in_hexagon += 1,
            (Some(_), None) => self.accounts.placed_in_region_only += 1,
            (None, _) => self.accounts.unplaced += 1,
        }
        if region != self.region {
            self.close_region();
            self.region = region;
        }
        if let Some(receives) = placed.receives(row) {
            self.targeting.add(households.decile(row), receives);
        }
        let cell = self.cells.entry(hexagon).or_insert([0; CubeColumn::COUNT]);
        for (sum, count) in cell.iter_mut().zip(households.counts(
            row,
            placed.persons(row).as_ref(),
            self.threshold,
        )) {
            *sum += count;
        }
    }

    fn close_region(&mut self) {
        self.targeting.close_region(self.region);
        for (hexagon, counts) in self.cells.drain() {
            self.cube.add(CubeKey { region: self.region, hexagon }, &counts);
        }
    }

    /// The sums.
    pub fn finish(mut self) -> (Cube, Accounts, BTreeMap<Rule, u64>, TargetingTable) {
        self.close_region();
        (self.cube, self.accounts, self.findings, self.targeting.finish())
    }
}

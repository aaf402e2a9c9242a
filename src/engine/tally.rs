//! Counting what leaves the plan: cube, accounts and findings of one partition.

use std::collections::{BTreeMap, HashMap};

use h3o::CellIndex;

use super::targeting::{ForWhom, TargetingTally};
use crate::check::Rule;
use crate::count::{
    Accounts, Cell, Cube, CubeKey, HouseholdColumns, HouseholdCounts, Unit, UnknownCell, beyond,
};
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::person::PersonBounds;
use crate::domain::programme::TargetingTable;
use crate::domain::region::RegionId;
use crate::domain::table::Table;
use crate::domain::visit::VisitField;
use crate::place::{PlacedBatch, Standing};

/// The sums of a partition. Its visits come region by region.
pub struct Tally {
    threshold: PovertyThreshold,
    /// How many persons of a household are published at most; `None` where nothing is.
    bounds: Option<PersonBounds>,
    cube: Cube,
    accounts: Accounts,
    findings: BTreeMap<Rule, u64>,
    region: Option<RegionId>,
    /// The region at hand as a whole: its visits and positions.
    whole: Cell,
    /// Its poor households whose figures are unknown.
    unknown: UnknownCell,
    /// The households of the region at hand, by hexagon.
    cells: HashMap<Option<CellIndex>, Cell>,
    targeting: TargetingTally,
}

impl Tally {
    /// `programmes` say for whom the programmes are, by their numbers.
    pub fn new(
        threshold: PovertyThreshold,
        bounds: Option<PersonBounds>,
        programmes: Vec<ForWhom>,
    ) -> Self {
        Self {
            threshold,
            bounds,
            cube: Cube::default(),
            accounts: Accounts::default(),
            findings: BTreeMap::new(),
            region: None,
            whole: Cell::default(),
            unknown: UnknownCell::default(),
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
            let standing = placed.standing(row);
            if standing != Standing::Repeated {
                self.count_visit(placed, row);
            }
            match standing {
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
        let household = Unit::new(placed.visits().text(VisitField::HouseholdId).value(row));
        let position = match hexagon {
            Some(_) => CubeColumn::Positioned,
            None => CubeColumn::NotPositioned,
        };
        self.whole.add_one(household, Table::Positions, position);
        if let Some(receives) = placed.receives(row) {
            self.targeting.add(household, households.decile(row), receives);
        }
        let HouseholdCounts { counts, unknown } =
            households.counts(row, placed.persons(row).as_ref(), self.threshold);
        self.unknown.add_household(household, unknown);
        // The digest is of what is published: a person more beyond the bounds draws no other noise.
        let digests = match self.bounds.and_then(|bounds| beyond(&counts, &bounds)) {
            None => household.digests(&counts, self.threshold),
            Some(beyond) => {
                self.cube.add_beyond(CubeKey { region, hexagon }, &beyond);
                let mut published = counts;
                published.iter_mut().zip(&beyond).for_each(|(count, beyond)| *count -= beyond);
                household.digests(&published, self.threshold)
            }
        };
        self.cells.entry(hexagon).or_default().add(&counts, &digests);
    }

    /// Counts a visit in its region by its outcome, whatever becomes of it.
    fn count_visit(&mut self, placed: &PlacedBatch<'_>, row: usize) {
        let region = placed.region(row);
        if region != self.region {
            self.close_region();
            self.region = region;
        }
        let visit = Unit::new(placed.visits().text(VisitField::VisitId).value(row));
        let outcome = placed.visits().visit(row).outcome();
        self.whole.add_one(visit, Table::Visits, CubeColumn::of_outcome(outcome));
    }

    fn close_region(&mut self) {
        self.targeting.close_region(self.region);
        let whole = std::mem::take(&mut self.whole);
        if whole != Cell::default() {
            self.cube.add_cell(CubeKey { region: self.region, hexagon: None }, &whole);
        }
        let unknown = std::mem::take(&mut self.unknown);
        if unknown != UnknownCell::default() {
            self.cube.add_unknown(self.region, &unknown);
        }
        for (hexagon, cell) in self.cells.drain() {
            self.cube.add_cell(CubeKey { region: self.region, hexagon }, &cell);
        }
    }

    /// The sums.
    pub fn finish(mut self) -> (Cube, Accounts, BTreeMap<Rule, u64>, TargetingTable) {
        self.close_region();
        (self.cube, self.accounts, self.findings, self.targeting.finish())
    }
}

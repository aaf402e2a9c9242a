//! The ledger: what a release tells of one household at most, summed over all tables.

use serde::Serialize;

use super::epsilon::Epsilon;
use super::policy::{Policy, TreeLevel};
use crate::domain::table::Table;

/// What a release spends on a household, at most.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spent {
    pub persons: u32,
    pub visits: u32,
    /// Each table's epsilon, as often as the household stands in it.
    pub tables: Vec<(Table, Epsilon)>,
    pub epsilon: Epsilon,
    /// The chance that the household's place is shown though it is alone there.
    pub delta: f64,
}

/// The sizes of households of which the ledger tells.
const HOUSEHOLDS: [u32; 3] = [1, 4, 8];

impl Policy {
    /// What a release spends on households of 1, 4 and 8 persons that were visited once.
    pub fn ledger(&self) -> Vec<Spent> {
        HOUSEHOLDS.map(|persons| self.spent(persons, 1)).to_vec()
    }

    /// What a release spends on a poor household in which every person is disabled and of which no figure is
    /// known in full, with so many persons and visits: any other household of this size costs less.
    pub fn spent(&self, persons: u32, visits: u32) -> Spent {
        let of = |table: Table| (table, self.total(table).times(units(table, persons, visits)));
        let tables = Table::ALL.map(of).to_vec();
        let epsilon = tables.iter().map(|(_, epsilon)| *epsilon).sum();
        let delta = TreeLevel::ALL.into_iter().map(|level| self.chance_alone(level)).sum();
        Spent { persons, visits, tables, epsilon, delta }
    }
}

/// How many units of a table a household of so many persons and visits is at most.
pub const fn units(table: Table, persons: u32, visits: u32) -> u32 {
    match table {
        Table::Ages | Table::Disabilities => persons,
        Table::Visits => visits,
        Table::Counted | Table::Welfare | Table::Deciles | Table::Positions => 1,
        Table::Pkh | Table::Sembako | Table::PbiJk => 1,
        Table::ChildrenUnknown | Table::ElderlyUnknown | Table::DisabilityUnknown => 1,
        Table::Coverage => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_what_households_of_one_four_and_eight_persons_spend() {
        let ledger = Policy::default().ledger();
        let spent: Vec<f64> = ledger.iter().map(|spent| spent.epsilon.to_float()).collect();
        assert_eq!(spent, [16.9, 30.1, 47.7]);
        let delta = Policy::default().spent(4, 1).delta;
        assert!((1.2e-5..3e-5).contains(&delta), "{delta}");
    }
}

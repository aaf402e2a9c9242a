//! The ledger: what a release tells of one household at most, summed over all tables.

use serde::Serialize;

use super::epsilon::Epsilon;
use super::policy::{Policy, TreeLevel};
use crate::domain::person::PersonBounds;
use crate::domain::table::Table;

/// What a release spends on a household, at most, in two readings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spent {
    pub persons: u32,
    pub visits: u32,
    /// Each table's epsilon, as often as the household stands in it.
    pub tables: Vec<(Table, Epsilon)>,
    /// That the household is in the register or not: the sum of `tables`.
    pub epsilon: Epsilon,
    /// That a household known to be in the register is poor or not: it changes its class in the tables of households by
    /// welfare and by programmes, which spends each of them twice, and its persons come or go.
    pub epsilon_poor_or_not: Epsilon,
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
        let bounds = self.person_bounds();
        let of = |table: Table| {
            (table, self.total(table).times(units(table, (persons, visits), &bounds)))
        };
        let tables = Table::ALL.map(of).to_vec();
        let epsilon = tables.iter().map(|(_, epsilon)| *epsilon).sum();
        let changed =
            |table: Table| self.total(table).times(units_poor_or_not(table, persons, &bounds));
        let epsilon_poor_or_not = Table::ALL.map(changed).into_iter().sum();
        let delta = TreeLevel::ALL.into_iter().map(|level| self.chance_alone(level)).sum();
        Spent { persons, visits, tables, epsilon, epsilon_poor_or_not, delta }
    }
}

/// How many units of a table a household of so many persons and visits is at most.
pub fn units(table: Table, (persons, visits): (u32, u32), bounds: &PersonBounds) -> u32 {
    match table {
        Table::Ages => persons.min(bounds.persons.into()),
        Table::Disabilities => persons.min(bounds.disabled.into()),
        Table::Visits => visits,
        Table::Counted | Table::Welfare | Table::Deciles | Table::Positions => 1,
        Table::Pkh | Table::Sembako | Table::PbiJk => 1,
        Table::ChildrenUnknown | Table::ElderlyUnknown | Table::DisabilityUnknown => 1,
        Table::Coverage => 1,
    }
}

/// By how many units, all classes together, a table differs at most where a household of so many persons is poor and
/// where it is not.
pub fn units_poor_or_not(table: Table, persons: u32, bounds: &PersonBounds) -> u32 {
    let own = units(table, (persons, 1), bounds);
    match table {
        // It leaves one class and stands in another. Of a programme that reaches it, it is among those for whom the
        // programme is, or among the others.
        Table::Welfare | Table::Deciles | Table::Pkh | Table::Sembako | Table::PbiJk => 2 * own,
        Table::Ages | Table::Disabilities => own,
        Table::ChildrenUnknown | Table::ElderlyUnknown | Table::DisabilityUnknown => own,
        Table::Counted | Table::Visits | Table::Positions | Table::Coverage => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_what_households_of_one_four_and_eight_persons_spend() {
        let ledger = Policy::default().ledger();
        let hundredths = |epsilon: Epsilon| (100.0 * epsilon.to_float()).round() / 100.0;
        let spent: Vec<f64> = ledger.iter().map(|spent| hundredths(spent.epsilon)).collect();
        assert_eq!(spent, [8.99, 10.39, 11.91]);
        let changed = ledger.iter().map(|spent| hundredths(spent.epsilon_poor_or_not));
        assert_eq!(changed.collect::<Vec<_>>(), [6.79, 8.19, 9.71]);
        let delta = Policy::default().spent(4, 1).delta;
        assert!((1.2e-5..3e-5).contains(&delta), "{delta}");
    }

    #[test]
    fn persons_beyond_the_bounds_spend_nothing() {
        let policy = Policy::default();
        assert_eq!(policy.spent(10, 1).epsilon, policy.spent(20, 1).epsilon);
    }
}

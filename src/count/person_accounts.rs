//! The accounts of the persons table: every row that came in is told of, or nothing is published.

use serde::{Deserialize, Serialize};

/// What became of the persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonAccounts {
    /// Rows of all persons files.
    pub rows: u64,
    /// Of households that count.
    pub in_counted_households: u64,
    /// Of households that were visited and don't count: not found, refused, part of another.
    pub in_other_households: u64,
    /// Of those who live in an institution, whatever household they name.
    pub in_institutions: u64,
    /// Of those who moved away or died, as their presence says.
    pub absent: u64,
    /// Of households that are in no visit.
    pub orphans: u64,
    /// Rows that stand in the input once more.
    pub repeated: u64,
}

/// That the accounts of persons do not close.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{rows} persons came in, but {told} were told of (in households that count and others, in \
     institutions, absent, orphans, repeated)"
)]
pub struct PersonAccountsError {
    rows: u64,
    told: u64,
}

impl PersonAccounts {
    /// Adds the accounts of another part.
    pub const fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.in_counted_households += other.in_counted_households;
        self.in_other_households += other.in_other_households;
        self.in_institutions += other.in_institutions;
        self.absent += other.absent;
        self.orphans += other.orphans;
        self.repeated += other.repeated;
    }

    /// Checks that the accounts close.
    ///
    /// # Errors
    /// Where they don't.
    pub const fn close(&self) -> Result<(), PersonAccountsError> {
        let told = self.in_counted_households
            + self.in_other_households
            + self.in_institutions
            + self.absent
            + self.orphans
            + self.repeated;
        if self.rows == told { Ok(()) } else { Err(PersonAccountsError { rows: self.rows, told }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_where_every_person_is_told_of() {
        let accounts = PersonAccounts {
            rows: 21,
            in_counted_households: 6,
            in_other_households: 5,
            in_institutions: 4,
            absent: 3,
            orphans: 2,
            repeated: 1,
        };
        assert_eq!(accounts.close(), Ok(()));
        let lost = PersonAccounts { orphans: 1, ..accounts };
        assert_eq!(lost.close(), Err(PersonAccountsError { rows: 21, told: 20 }));
    }
}

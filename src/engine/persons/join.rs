//! Persons meet the visits of their household.

use crate::count::PersonAccounts;
use crate::domain::person::PersonCounts;
use crate::engine::error::EngineError;
use crate::engine::kept::{Keeping, Kept};
use crate::engine::notes::Noting;
use crate::engine::walk::{Meet, Visited};

/// One partition's persons, added up by household.
pub struct Join {
    noting: Noting<PersonCounts>,
    orphans: Keeping,
    accounts: PersonAccounts,
}

impl Join {
    pub fn new(noting: Noting<PersonCounts>, orphans: Keeping) -> Self {
        Self { noting, orphans, accounts: PersonAccounts::default() }
    }

    /// The accounts, and the persons of households that were not visited.
    ///
    /// # Errors
    /// Where those could not be kept.
    pub fn finish(self) -> Result<(PersonAccounts, Kept), EngineError> {
        Ok((self.accounts, self.orphans.finish()?))
    }
}

impl Meet for Join {
    fn visited(&mut self, household: Visited<'_>, rows: &[Vec<u8>]) -> Result<(), EngineError> {
        // A household's persons were added up to one row.
        let Some(counts) = rows.first().map(|row| PersonCounts::from_bytes(row)) else {
            return Ok(());
        };
        let persons = u64::from(counts.members());
        match household.counted {
            Some(row) => {
                self.accounts.in_counted_households += persons;
                self.noting.note(row, counts)
            }
            None => {
                self.accounts.in_other_households += persons;
                Ok(())
            }
        }
    }

    fn not_visited(&mut self, household: &str, row: &[u8]) -> Result<(), EngineError> {
        self.accounts.orphans += u64::from(PersonCounts::from_bytes(row).members());
        self.orphans.put(household, row)
    }
}

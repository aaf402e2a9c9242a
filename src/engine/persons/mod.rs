//! Persons joined to the visits by which their households count.
//!
//! Persons are read once and sorted by household, those who stand together in a file as one row. Each
//! partition's counts by household go to the disk, in the order in which the first pass over the visits
//! meets the households of the same partition. So the join holds one household at a time, and what it
//! finds is noted about the row that counts, for the second pass.

mod gather;
mod group;
mod join;
mod repeats;
mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::EngineError;
use super::kept::{Keeping, Kept, Merged};
use super::latest::Choice;
use super::notes::{NotedRows, Notes};
use super::operator::MakeStep;
use super::plan::Build;
use super::walk::Walks;
use crate::count::PersonAccounts;
use crate::domain::person::{Definition, PersonCounts};
use crate::read::persons::PersonFiles;

use gather::Gathered;
use join::Join;
pub use rows::RowCounts;

/// Persons while they are being joined.
pub struct Persons {
    walks: Arc<Walks<Join>>,
    accounts: PersonAccounts,
    rows: Vec<u64>,
    institutions: Vec<Kept>,
    notes: Arc<Notes<PersonCounts>>,
}

/// Persons that were joined.
#[derive(Debug)]
pub struct Joined {
    pub accounts: PersonAccounts,
    /// The rows of each file.
    pub rows: Vec<u64>,
    /// The persons of households that are in no visit, as [`PersonCounts`] by household.
    pub orphans: Merged,
    /// Those who live in institutions, as [`PersonCounts`] by institution.
    pub institutions: Merged,
}

/// What the second pass is told of the persons.
pub struct PersonsTold {
    pub definition: Option<Definition>,
    counts: NotedRows<PersonCounts>,
}

impl Persons {
    /// Reads the persons and sorts them by household. `progress` is told how many were read so far.
    ///
    /// # Errors
    /// [`EngineError`]: rows that can't be read, a person that stands in the input twice.
    pub async fn gather(
        build: &Build<'_>,
        files: &Arc<PersonFiles>,
        progress: impl Fn(u64),
    ) -> Result<Self, EngineError> {
        let rows: Arc<[AtomicU64]> = files.paths().map(|_| AtomicU64::new(0)).collect();
        let gathered = gather::gather(build, files, &rows, progress).await?;
        let Gathered { accounts, households, institutions, ids } = gathered;
        repeats::refuse_repeated(&ids, files)?;
        let notes = Notes::in_folder(build.spill_folder);
        let walks = Walks::begin(households, || {
            Ok(Join::new(notes.noting(), Keeping::in_folder(build.spill_folder)?))
        })?;
        let rows: Vec<u64> = rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect();
        let accounts = PersonAccounts { rows: rows.iter().sum(), ..accounts };
        Ok(Self { walks, accounts, rows, institutions, notes })
    }

    /// Makes the step that joins a partition's persons to its visits.
    pub fn join_step(&self, choice: &Arc<Choice>) -> MakeStep {
        self.walks.step(choice)
    }

    /// Ends the join, when all visits went by.
    ///
    /// # Errors
    /// Where what is kept on the disk can't be read or written.
    pub fn finish(
        self,
        definition: Option<Definition>,
    ) -> Result<(Joined, PersonsTold), EngineError> {
        let mut accounts = self.accounts;
        let mut orphans = Vec::new();
        for join in self.walks.finish()? {
            let (of_partition, kept) = join.finish()?;
            accounts.merge(&of_partition);
            orphans.push(kept);
        }
        let (orphans, institutions) = (Merged::of(orphans)?, Merged::of(self.institutions)?);
        let joined = Joined { accounts, rows: self.rows, orphans, institutions };
        Ok((joined, PersonsTold { definition, counts: self.notes.finish()? }))
    }
}

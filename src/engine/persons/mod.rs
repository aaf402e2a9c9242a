//! Persons joined to the visits by which their households count.
//!
//! Persons are read once and sorted by household, those who stand together in a file as one row. Each
//! partition's counts by household go to the disk, in the order in which the first pass over the visits
//! meets the households of the same partition. So the join holds one household at a time, and what it
//! finds is noted about the row that counts, for the second pass.

mod gather;
mod group;
mod join;
mod kept;
mod repeats;
mod rows;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::EngineError;
use super::latest::Choice;
use super::notes::{NotedRows, Notes};
use super::operator::MakeStep;
use super::plan::Build;
use crate::count::PersonAccounts;
use crate::domain::person::{Definition, PersonCounts};
use crate::read::persons::PersonFiles;

use gather::Gathered;
use join::Joining;
use kept::KeptCounts;
pub use kept::MergedCounts;
pub use rows::RowCounts;

/// Persons while they are being joined.
pub struct Persons {
    partitions: Vec<Mutex<Joining>>,
    accounts: PersonAccounts,
    rows: Vec<u64>,
    institutions: Vec<KeptCounts>,
    notes: Arc<Notes<PersonCounts>>,
}

/// Persons that were joined.
#[derive(Debug)]
pub struct Joined {
    pub accounts: PersonAccounts,
    /// The rows of each file.
    pub rows: Vec<u64>,
    /// The persons of households that are in no visit, by household.
    pub orphans: MergedCounts,
    /// Those who live in institutions, by institution.
    pub institutions: MergedCounts,
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
    ) -> Result<Arc<Self>, EngineError> {
        let rows: Arc<[AtomicU64]> = files.paths().map(|_| AtomicU64::new(0)).collect();
        let gathered = gather::gather(build, files, &rows, progress).await?;
        let Gathered { accounts, households, institutions, ids } = gathered;
        repeats::refuse_repeated(&ids, files)?;
        let notes = Notes::in_folder(build.spill_folder);
        let joining = |kept| Joining::new(kept, notes.noting(), build.spill_folder).map(Mutex::new);
        let partitions = households.into_iter().map(joining).collect::<Result<_, EngineError>>()?;
        let rows: Vec<u64> = rows.iter().map(|rows| rows.load(Ordering::Relaxed)).collect();
        let accounts = PersonAccounts { rows: rows.iter().sum(), ..accounts };
        Ok(Arc::new(Self { partitions, accounts, rows, institutions, notes }))
    }

    /// Makes the step that joins a partition's persons to its visits, whose standings are known. The
    /// visits go on as they are.
    pub fn join_step(self: &Arc<Self>, choice: &Arc<Choice>) -> MakeStep {
        let (persons, choice) = (Arc::clone(self), Arc::clone(choice));
        Arc::new(move |partition| {
            let (persons, choice) = (Arc::clone(&persons), Arc::clone(&choice));
            Box::new(move |batch| {
                lock(&persons.partitions[partition]).step(&batch, &choice)?;
                Ok(batch)
            })
        })
    }

    /// Ends the join, when all visits went by.
    ///
    /// # Errors
    /// Where what is kept on the disk can't be read or written.
    pub fn finish(
        &self,
        definition: Option<Definition>,
    ) -> Result<(Joined, PersonsTold), EngineError> {
        let mut accounts = self.accounts;
        let mut orphans = Vec::new();
        for partition in &self.partitions {
            let ended = lock(partition).finish()?;
            accounts.merge(&ended.accounts);
            orphans.push(ended.orphans);
        }
        let institutions = self.institutions.iter().map(KeptCounts::again);
        let institutions = institutions.collect::<Result<Vec<_>, _>>()?;
        let joined = Joined {
            accounts,
            rows: self.rows.clone(),
            orphans: MergedCounts::of(orphans)?,
            institutions: MergedCounts::of(institutions)?,
        };
        Ok((joined, PersonsTold { definition, counts: self.notes.finish()? }))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file for what is kept between passes.
fn temporary(folder: &Path) -> Result<std::fs::File, EngineError> {
    tempfile::tempfile_in(folder).map_err(EngineError::Spill)
}

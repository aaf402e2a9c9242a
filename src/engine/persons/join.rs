//! The join of one partition: visits and persons, both in the order of their households.

use std::cmp::Ordering;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch};

use super::kept::{CountsReader, KeepingCounts, KeptCounts};
use crate::count::PersonAccounts;
use crate::domain::person::PersonCounts;
use crate::domain::visit::VisitField;
use crate::engine::error::EngineError;
use crate::engine::latest::{Choice, places_of};
use crate::engine::notes::{Noting, RowKey};
use crate::place::Standing;

/// A partition at work.
pub struct Joining {
    persons: CountsReader,
    /// The household at hand, with its persons where there are some.
    household: Option<String>,
    counts: Option<PersonCounts>,
    /// The row by which it counts.
    counted: Option<RowKey>,
    /// `None` when the join has ended.
    work: Option<Work>,
    accounts: PersonAccounts,
}

struct Work {
    noting: Noting<PersonCounts>,
    orphans: KeepingCounts,
}

/// What came of a partition.
pub struct Ended {
    pub accounts: PersonAccounts,
    pub orphans: KeptCounts,
}

impl Joining {
    pub fn new(
        persons: KeptCounts,
        noting: Noting<PersonCounts>,
        folder: &Path,
    ) -> Result<Self, EngineError> {
        let work = Work { noting, orphans: KeepingCounts::in_folder(folder)? };
        Ok(Self {
            persons: persons.read()?,
            household: None,
            counts: None,
            counted: None,
            work: Some(work),
            accounts: PersonAccounts::default(),
        })
    }

    /// Takes the next visits.
    ///
    /// # Errors
    /// Where what is kept on the disk can't be read or written.
    pub fn step(&mut self, batch: &RecordBatch, choice: &Choice) -> Result<(), EngineError> {
        let households = batch
            .column_by_name(VisitField::HouseholdId.name())
            .expect("the plan made the column")
            .as_string::<i32>();
        let place = places_of(batch);
        for row in 0..batch.num_rows() {
            let household = households.value(row);
            if self.household.as_deref() != Some(household) {
                self.end_household()?;
                self.begin_household(household)?;
            }
            if choice.standings.get(place(row)) == Some(Standing::Counted) {
                self.counted = Some(RowKey::new(place(row)));
            }
        }
        Ok(())
    }

    /// Ends the last household; the persons that are left belong to none.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn finish(&mut self) -> Result<Ended, EngineError> {
        self.end_household()?;
        while self.persons.get().is_some() {
            self.orphan()?;
        }
        let work = self.work.take().expect("a join ends once");
        drop(work.noting);
        Ok(Ended { accounts: self.accounts, orphans: work.orphans.finish()? })
    }

    fn begin_household(&mut self, household: &str) -> Result<(), EngineError> {
        while let Some((id, counts)) = self.persons.get() {
            match id.cmp(household) {
                Ordering::Less => self.orphan()?,
                Ordering::Equal => {
                    self.counts = Some(*counts);
                    self.persons.advance()?;
                    break;
                }
                Ordering::Greater => break,
            }
        }
        self.household = Some(household.to_owned());
        Ok(())
    }

    fn end_household(&mut self) -> Result<(), EngineError> {
        let (counts, counted) = (self.counts.take(), self.counted.take());
        let Some(counts) = counts else { return Ok(()) };
        let persons = u64::from(counts.members());
        match (counted, &mut self.work) {
            (Some(row), Some(work)) => {
                self.accounts.in_counted_households += persons;
                work.noting.note(row, counts)?;
            }
            _ => self.accounts.in_other_households += persons,
        }
        Ok(())
    }

    /// The persons at hand belong to no household that was visited.
    fn orphan(&mut self) -> Result<(), EngineError> {
        if let (Some((id, counts)), Some(work)) = (self.persons.get(), &mut self.work) {
            self.accounts.orphans += u64::from(counts.members());
            work.orphans.put(id, counts)?;
        }
        self.persons.advance()
    }
}

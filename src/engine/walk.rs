//! Going through the visits and a register side by side, both in the order of their households.

use std::cmp::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::UInt8Type;

use super::error::EngineError;
use super::kept::{Kept, KeptReader};
use super::latest::{Choice, places_of};
use super::notes::RowKey;
use super::operator::MakeStep;
use crate::domain::coverage::resolves;
use crate::domain::visit::{Outcome, VisitField};
use crate::place::Standing;

/// A household that was visited.
#[derive(Clone, Copy)]
pub struct Visited<'a> {
    pub id: &'a str,
    /// The visit by which it counts.
    pub counted: Option<RowKey>,
    /// Whether no visit counts and one says that there is no household to survey.
    pub is_resolved: bool,
}

/// What is done with the households that the visits and a register have.
pub trait Meet: Send + 'static {
    /// A household that was visited, with its rows of the register, which may be none.
    ///
    /// # Errors
    /// Where what was found can't be kept.
    fn visited(&mut self, household: Visited<'_>, rows: &[Vec<u8>]) -> Result<(), EngineError>;

    /// A row of the register whose household was not visited.
    ///
    /// # Errors
    /// Where what was found can't be kept.
    fn not_visited(&mut self, household: &str, row: &[u8]) -> Result<(), EngineError>;
}

/// All partitions of a register at work.
pub struct Walks<M>(Vec<Mutex<Option<Walk<M>>>>);

/// One partition: a household at a time.
struct Walk<M> {
    register: KeptReader,
    household: Option<String>,
    /// Its rows of the register.
    rows: Vec<Vec<u8>>,
    counted: Option<RowKey>,
    /// Whether one of its visits says that there is no household.
    is_without: bool,
    meet: M,
}

impl<M: Meet> Walks<M> {
    /// Begins with what each partition of the register kept.
    ///
    /// # Errors
    /// Where that can't be read, and those of `make`.
    pub fn begin(
        parts: Vec<Kept>,
        make: impl Fn() -> Result<M, EngineError>,
    ) -> Result<Arc<Self>, EngineError> {
        let begin = |kept: Kept| Ok(Mutex::new(Some(Walk::new(kept.read()?, make()?))));
        Ok(Arc::new(Self(parts.into_iter().map(begin).collect::<Result<_, EngineError>>()?)))
    }

    /// Makes the step that goes through a partition's visits, whose standings are known. They go on as
    /// they are.
    pub fn step(self: &Arc<Self>, choice: &Arc<Choice>) -> MakeStep {
        let (walks, choice) = (Arc::clone(self), Arc::clone(choice));
        Arc::new(move |partition| {
            let (walks, choice) = (Arc::clone(&walks), Arc::clone(&choice));
            Box::new(move |batch| {
                if let Some(walk) = &mut *lock(&walks.0[partition]) {
                    walk.step(&batch, &choice)?;
                }
                Ok(batch)
            })
        })
    }

    /// Ends, when all visits went by: what is left of the register was not visited.
    ///
    /// # Errors
    /// Those of the meeting.
    pub fn finish(&self) -> Result<Vec<M>, EngineError> {
        let ended = self.0.iter().filter_map(|walk| lock(walk).take().map(Walk::finish));
        ended.collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<M: Meet> Walk<M> {
    const fn new(register: KeptReader, meet: M) -> Self {
        Self { register, household: None, rows: Vec::new(), counted: None, is_without: false, meet }
    }

    fn step(&mut self, batch: &RecordBatch, choice: &Choice) -> Result<(), EngineError> {
        let households = batch
            .column_by_name(VisitField::HouseholdId.name())
            .expect("the plan made the column")
            .as_string::<i32>();
        let outcomes = batch
            .column_by_name(VisitField::Outcome.name())
            .expect("the plan made the column")
            .as_primitive::<UInt8Type>();
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
            let outcome = Outcome::from_number(outcomes.value(row));
            self.is_without |= outcome.is_some_and(resolves);
        }
        Ok(())
    }

    fn begin_household(&mut self, household: &str) -> Result<(), EngineError> {
        while let Some((id, row)) = self.register.get() {
            match id.cmp(household) {
                Ordering::Less => self.meet.not_visited(id, row)?,
                Ordering::Equal => self.rows.push(row.to_vec()),
                Ordering::Greater => break,
            }
            self.register.advance()?;
        }
        self.is_without = false;
        self.household = Some(household.to_owned());
        Ok(())
    }

    fn end_household(&mut self) -> Result<(), EngineError> {
        if let Some(id) = &self.household {
            let counted = self.counted.take();
            let is_resolved = counted.is_none() && self.is_without;
            self.meet.visited(Visited { id, counted, is_resolved }, &self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<M, EngineError> {
        self.end_household()?;
        while let Some((id, row)) = self.register.get() {
            self.meet.not_visited(id, row)?;
            self.register.advance()?;
        }
        Ok(self.meet)
    }
}

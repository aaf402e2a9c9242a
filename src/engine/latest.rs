//! Which visit of each household counts.
//!
//! The input comes sorted by household and, within one, from the latest visit to the first, so one row
//! at a time is enough: nothing is held, however many visits a household has.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::SortOptions;
use arrow::datatypes::{UInt8Type, UInt16Type, UInt64Type};

use super::error::EngineError;
use super::identity::{Noting, VisitIds};
use super::operator::{MakeStep, Step};
use super::standings::{KnowsStandings, Standings};
use crate::domain::visit::{Outcome, SOURCE, SOURCE_ROW, VisitField};
use crate::place::Standing;
use crate::place::batch::{FINDINGS, PERSONS, STANDING};

/// The order in which households' visits must come, with the options of each column.
pub const ORDER: [(VisitField, SortOptions); 4] = [
    (VisitField::HouseholdId, SortOptions { descending: false, nulls_first: false }),
    (VisitField::StartedAt, SortOptions { descending: true, nulls_first: false }),
    (VisitField::ReceivedAt, SortOptions { descending: true, nulls_first: false }),
    (VisitField::VisitId, SortOptions { descending: true, nulls_first: false }),
];

/// The columns of visits by which the choice is made.
pub const CHOICE: [&str; 7] =
    ["household_id", "visit_id", "started_at", "received_at", "outcome", SOURCE, SOURCE_ROW];

/// Where a first pass puts what it finds.
pub struct Choice {
    pub standings: Standings,
    pub ids: Arc<VisitIds>,
    /// The rows of each file.
    pub rows: Arc<[AtomicU64]>,
}

impl KnowsStandings for Choice {
    fn standings_of(&self, batch: &RecordBatch) -> Result<Vec<Option<Standing>>, EngineError> {
        let place = places_of(batch);
        Ok((0..batch.num_rows()).map(|row| self.standings.get(place(row))).collect())
    }
}

/// Makes the step that tells each visit's standing and notes its identity. The rows go on as they are.
pub fn latest_step(choice: &Arc<Choice>) -> MakeStep {
    let choice = Arc::clone(choice);
    Arc::new(move |_| -> Step {
        let mut state = Latest::default();
        let (choice, mut noted) = (Arc::clone(&choice), choice.ids.noting());
        Box::new(move |batch| {
            state.choose(&batch, &choice, &mut noted)?;
            Ok(batch)
        })
    })
}

/// What is known of the household at hand, from the visits that came before.
#[derive(Default)]
pub struct Latest {
    household: String,
    /// Whether a later visit counts, or took the household away.
    is_decided: bool,
    visit: String,
}

impl Latest {
    /// Tells of each row of the next batch its number, its standing and its visit's identity.
    ///
    /// # Errors
    /// Those of `tell`.
    pub fn judge(
        &mut self,
        batch: &RecordBatch,
        mut tell: impl FnMut(usize, Standing, &str) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let households = text(batch, VisitField::HouseholdId);
        let visits = text(batch, VisitField::VisitId);
        let outcomes = column(batch, VisitField::Outcome.name()).as_primitive::<UInt8Type>();
        for row in 0..batch.num_rows() {
            let is_new = households.value(row) != self.household;
            if is_new {
                households.value(row).clone_into(&mut self.household);
                self.is_decided = false;
            }
            // Whether it is the same row once more is seen when all of it is read.
            let standing = if !is_new && visits.value(row) == self.visit {
                Standing::Repeated
            } else {
                visits.value(row).clone_into(&mut self.visit);
                self.stand(outcome(outcomes.value(row)))
            };
            tell(row, standing, &self.visit)?;
        }
        Ok(())
    }

    fn choose(
        &mut self,
        batch: &RecordBatch,
        choice: &Choice,
        noted: &mut Noting,
    ) -> Result<(), EngineError> {
        let place = places_of(batch);
        self.judge(batch, |row, standing, visit_id| {
            choice.standings.set(&choice.rows, place(row), standing);
            if standing == Standing::Repeated { Ok(()) } else { noted.note(visit_id) }
        })
    }

    const fn stand(&mut self, outcome: Outcome) -> Standing {
        match outcome {
            Outcome::Completed if !self.is_decided => {
                self.is_decided = true;
                Standing::Counted
            }
            Outcome::Completed => Standing::Superseded,
            outcome => {
                self.is_decided |= outcome.removes_household();
                Standing::NotCompleted
            }
        }
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> &'a ArrayRef {
    batch.column_by_name(name).expect("the plan made the column")
}

fn text(batch: &RecordBatch, field: VisitField) -> &StringArray {
    column(batch, field.name()).as_string::<i32>()
}

fn outcome(number: u8) -> Outcome {
    Outcome::from_number(number).expect("the reader lets 1 to 6 through")
}

/// Whether two rows are equal in everything but where they stood and what became of them.
pub fn is_same(one: (&RecordBatch, usize), other: (&RecordBatch, usize)) -> bool {
    let schema = one.0.schema();
    schema.fields().iter().enumerate().all(|(column, field)| {
        let cell =
            |(batch, row): (&RecordBatch, usize)| batch.column(column).slice(row, 1).to_data();
        [SOURCE, SOURCE_ROW, STANDING, FINDINGS, PERSONS].contains(&field.name().as_str())
            || cell(one) == cell(other)
    })
}

/// That two rows are of one visit; the one that was given first comes first.
pub fn repeated(
    one: (&RecordBatch, usize),
    other: (&RecordBatch, usize),
    names: &[String],
) -> EngineError {
    let visit_id = text(one.0, VisitField::VisitId).value(one.1).to_owned();
    let mut places = [one, other].map(|(batch, row)| places_of(batch)(row));
    places.sort_unstable();
    let in_words =
        |(source, row): (u16, u64)| format!("row {row} of `{}`", names[usize::from(source)]);
    let [first, second] = places.map(in_words);
    EngineError::RepeatedVisit { visit_id, first, second }
}

/// The rows' files and numbers.
pub fn places_of(batch: &RecordBatch) -> impl Fn(usize) -> (u16, u64) {
    let sources = column(batch, SOURCE).as_primitive::<UInt16Type>();
    let numbers = column(batch, SOURCE_ROW).as_primitive::<UInt64Type>();
    move |row| (sources.value(row), numbers.value(row))
}

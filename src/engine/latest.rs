//! Which visit of each household counts.
//!
//! The input comes sorted by household and, within one, from the latest visit to the first, so one row
//! at a time is enough: nothing is held, however many visits a household has.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, UInt8Builder};
use arrow::compute::SortOptions;
use arrow::datatypes::{UInt16Type, UInt64Type};
use datafusion_common::Result;

use super::error::EngineError;
use super::identity::VisitIds;
use super::operator::{MakeStep, Step};
use crate::domain::visit::{Outcome, SOURCE, SOURCE_ROW, VisitBatch, VisitField};
use crate::place::batch::{PLACED_SCHEMA, Standing};

/// The order in which households' visits must come, with the options of each column.
pub const ORDER: [(VisitField, SortOptions); 4] = [
    (VisitField::HouseholdId, SortOptions { descending: false, nulls_first: false }),
    (VisitField::StartedAt, SortOptions { descending: true, nulls_first: false }),
    (VisitField::ReceivedAt, SortOptions { descending: true, nulls_first: false }),
    (VisitField::VisitId, SortOptions { descending: true, nulls_first: false }),
];

/// Makes the step that adds each visit's standing. Visits' identities are noted in `ids`.
pub fn latest_step(ids: &Arc<VisitIds>, names: Arc<[String]>) -> MakeStep {
    let ids = Arc::clone(ids);
    Arc::new(move |_| -> Step {
        let mut state = Latest { household: String::new(), is_decided: false, before: None };
        let (names, mut noted) = (Arc::clone(&names), ids.noting());
        Box::new(move |batch| {
            let standings = state.step(&batch, &names, &mut |visit_id| noted.note(visit_id))?;
            let mut columns = batch.columns().to_vec();
            columns.push(standings);
            Ok(RecordBatch::try_new(Arc::clone(&PLACED_SCHEMA), columns)?)
        })
    })
}

/// What is known of the household at hand, from the visits that came before.
struct Latest {
    household: String,
    /// Whether a later visit counts, or took the household away.
    is_decided: bool,
    /// The last row of the batch before.
    before: Option<RecordBatch>,
}

impl Latest {
    fn step(
        &mut self,
        batch: &RecordBatch,
        names: &[String],
        note: &mut dyn FnMut(&str) -> Result<(), EngineError>,
    ) -> Result<arrow::array::ArrayRef, EngineError> {
        let visits = VisitBatch::new(batch);
        let households = visits.text(VisitField::HouseholdId);
        let visit_ids = visits.text(VisitField::VisitId);
        let mut standings = UInt8Builder::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            if self.is_repeated(batch, row, visit_ids, names)? {
                standings.append_value(Standing::Repeated as u8);
                continue;
            }
            note(visit_ids.value(row))?;
            if households.value(row) != self.household {
                households.value(row).clone_into(&mut self.household);
                self.is_decided = false;
            }
            standings.append_value(self.stand(visits.visit(row).outcome()) as u8);
        }
        if batch.num_rows() > 0 {
            self.before = Some(batch.slice(batch.num_rows() - 1, 1));
        }
        Ok(Arc::new(standings.finish()))
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

    /// Whether a row is the one before once more. The same visit with other contents is an error.
    fn is_repeated(
        &self,
        batch: &RecordBatch,
        row: usize,
        visit_ids: &arrow::array::StringArray,
        names: &[String],
    ) -> Result<bool, EngineError> {
        let before = match (row, &self.before) {
            (0, None) => return Ok(false),
            (0, Some(before)) => (before, 0),
            _ => (batch, row - 1),
        };
        let id_before = VisitBatch::new(before.0).text(VisitField::VisitId).value(before.1);
        if id_before != visit_ids.value(row) {
            return Ok(false);
        }
        if is_same((batch, row), before) {
            return Ok(true);
        }
        Err(repeated(before, (batch, row), names))
    }
}

/// Whether two rows are equal in everything but where they stood.
pub fn is_same(one: (&RecordBatch, usize), other: (&RecordBatch, usize)) -> bool {
    let schema = one.0.schema();
    schema.fields().iter().enumerate().all(|(column, field)| {
        let cell =
            |(batch, row): (&RecordBatch, usize)| batch.column(column).slice(row, 1).to_data();
        [SOURCE, SOURCE_ROW].contains(&field.name().as_str()) || cell(one) == cell(other)
    })
}

/// That two rows are of one visit; the one that was given first comes first.
pub fn repeated(
    one: (&RecordBatch, usize),
    other: (&RecordBatch, usize),
    names: &[String],
) -> EngineError {
    let visit_id = VisitBatch::new(one.0).text(VisitField::VisitId).value(one.1).to_owned();
    let mut places = [place_of(one), place_of(other)];
    places.sort_unstable();
    let in_words =
        |(source, row): (u16, u64)| format!("row {row} of `{}`", names[usize::from(source)]);
    let [first, second] = places.map(in_words);
    EngineError::RepeatedVisit { visit_id, first, second }
}

/// A row's file and number.
fn place_of((batch, row): (&RecordBatch, usize)) -> (u16, u64) {
    let column = |name| batch.column_by_name(name).expect("the reader made the column");
    let source = column(SOURCE).as_primitive::<UInt16Type>().value(row);
    (source, column(SOURCE_ROW).as_primitive::<UInt64Type>().value(row))
}

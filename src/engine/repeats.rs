//! A row that stands in the input once more is equal to the first in everything, or it is an error.

use arrow::array::RecordBatch;

use super::error::EngineError;
use super::latest::is_same;
use crate::domain::visit::VisitField;
use crate::place::{PlacedBatch, Standing};

/// Compares repeated rows with the ones before them. Equal rows come one after the other, because all
/// that the order looks at is equal in them.
#[derive(Default)]
pub struct Repeats {
    /// The last row of the batch before.
    before: Option<RecordBatch>,
}

impl Repeats {
    /// Looks at the next batch.
    ///
    /// # Errors
    /// [`EngineError::Unequal`] of a visit whose rows differ.
    pub fn check(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        let placed = PlacedBatch::new(batch);
        for row in 0..batch.num_rows() {
            if placed.standing(row) != Standing::Repeated {
                continue;
            }
            let before = match (row, &self.before) {
                (0, None) => None,
                (0, Some(before)) => Some((before, 0)),
                _ => Some((batch, row - 1)),
            };
            if !before.is_some_and(|before| is_same(before, (batch, row))) {
                let visit_id = placed.visits().text(VisitField::VisitId).value(row).to_owned();
                return Err(EngineError::Unequal { visit_id });
            }
        }
        if let Some(last) = batch.num_rows().checked_sub(1) {
            self.before = Some(batch.slice(last, 1));
        }
        Ok(())
    }
}

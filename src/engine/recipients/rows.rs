//! What the second pass is told of the recipients, row by row of a batch of visits.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};

use super::BenefitsTold;
use crate::engine::latest::places_of;
use crate::engine::notes::RowKey;

/// The column of [`crate::place::batch::RECEIVES`] of a batch, whose rows stand together in a file: the
/// programmes that reach the household, as bits.
pub struct RowBenefits;

impl RowBenefits {
    pub fn column(batch: &RecordBatch, told: Option<&BenefitsTold>) -> ArrayRef {
        let rows = batch.num_rows();
        let (Some(told), Some(last)) = (told, rows.checked_sub(1)) else {
            return Arc::new(UInt32Array::new_null(rows));
        };
        let place = places_of(batch);
        let key = |row: usize| RowKey::new(place(row));
        let mut noted = told.bits.between(key(0), key(last)).into_iter().peekable();
        let bits = |row: usize| {
            noted.next_if(|(key_of, _)| *key_of == key(row)).map_or(0, |(_, bits)| bits)
        };
        Arc::new((0..rows).map(bits).map(Some).collect::<UInt32Array>())
    }
}

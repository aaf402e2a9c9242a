//! What the second pass is told of the persons, row by row of a batch of visits.

use arrow::array::{ArrayRef, BinaryBuilder, RecordBatch};
use std::sync::Arc;

use super::PersonsTold;
use crate::check::{Finding, check_persons};
use crate::domain::person::PersonCounts;
use crate::domain::visit::Visit;
use crate::engine::latest::places_of;
use crate::engine::notes::RowKey;
use crate::place::Standing;

/// The counts of persons of the rows of a batch, which stand together in a file.
pub struct RowCounts<'a> {
    told: Option<&'a PersonsTold>,
    noted: std::iter::Peekable<std::vec::IntoIter<(RowKey, PersonCounts)>>,
    keys: std::vec::IntoIter<RowKey>,
    column: BinaryBuilder,
}

impl<'a> RowCounts<'a> {
    pub fn of(batch: &RecordBatch, told: Option<&'a PersonsTold>) -> Self {
        let rows = batch.num_rows();
        let place = places_of(batch);
        let keys: Vec<RowKey> = match told {
            Some(_) => (0..rows).map(|row| RowKey::new(place(row))).collect(),
            None => Vec::new(),
        };
        let noted = match (told, keys.first(), keys.last()) {
            (Some(told), Some(&first), Some(&last)) => told.counts.between(first, last),
            _ => Vec::new(),
        };
        let (noted, keys) = (noted.into_iter().peekable(), keys.into_iter());
        Self { told, noted, keys, column: BinaryBuilder::with_capacity(rows, 0) }
    }

    /// Goes on to the next row, and compares its household with its persons.
    pub fn next(&mut self, visit: Visit<'_>, standing: Standing) -> Vec<Finding> {
        let (Some(told), Some(key)) = (self.told, self.keys.next()) else {
            self.column.append_null();
            return Vec::new();
        };
        let counts = self.noted.next_if(|(noted, _)| *noted == key).map(|(_, counts)| counts);
        self.column.append_option(counts.as_ref().map(PersonCounts::as_bytes));
        match standing {
            Standing::Counted => check_persons(visit, counts.as_ref(), told.definition),
            _ => Vec::new(),
        }
    }

    /// The column of [`crate::place::batch::PERSONS`].
    pub fn finish(mut self) -> ArrayRef {
        Arc::new(self.column.finish())
    }
}

//! What the first pass tells of each row: where it stands, its standing, its identity's hash.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, UInt8Builder, UInt16Builder, UInt64Builder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt8Type, UInt16Type, UInt64Type};

use super::kept::Telling;
use crate::domain::visit::{SOURCE, SOURCE_ROW};
use crate::engine::error::EngineError;
use crate::engine::identity::{Noting, hash};
use crate::engine::latest::{Latest, places_of};
use crate::engine::operator::{MakeStep, Step};
use crate::place::Standing;
use crate::place::batch::STANDING;

/// A row for each row; the hash is null where the visit stands in a row before.
pub static TOLD_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(SOURCE, DataType::UInt16, false),
        Field::new(SOURCE_ROW, DataType::UInt64, false),
        Field::new(STANDING, DataType::UInt8, false),
        Field::new("identity", DataType::UInt64, true),
    ]))
});

/// Makes the step that tells each visit's standing.
pub fn told_step() -> MakeStep {
    Arc::new(|_| -> Step {
        let mut state = Latest::default();
        Box::new(move |batch| {
            let place = places_of(&batch);
            let (mut sources, mut rows) = (UInt16Builder::new(), UInt64Builder::new());
            let (mut standings, mut identities) = (UInt8Builder::new(), UInt64Builder::new());
            state.judge(&batch, |row, standing, visit_id| {
                let (source, number) = place(row);
                sources.append_value(source);
                rows.append_value(number);
                standings.append_value(standing as u8);
                let is_new = standing != Standing::Repeated;
                identities.append_option(is_new.then(|| hash(visit_id)));
                Ok(())
            })?;
            let columns: Vec<ArrayRef> = vec![
                Arc::new(sources.finish()),
                Arc::new(rows.finish()),
                Arc::new(standings.finish()),
                Arc::new(identities.finish()),
            ];
            Ok(RecordBatch::try_new(Arc::clone(&TOLD_SCHEMA), columns)?)
        })
    })
}

/// Everything that was told.
#[derive(Debug, Default)]
pub struct AllTold {
    pub standings: Telling,
    /// The rows of each file.
    pub rows: Vec<u64>,
}

impl AllTold {
    pub fn of_files(count: usize) -> Self {
        Self { standings: Telling::default(), rows: vec![0; count] }
    }

    /// Takes the next batch that was told.
    ///
    /// # Errors
    /// Where an identity can't be noted.
    pub fn take(&mut self, batch: &RecordBatch, noted: &mut Noting) -> Result<(), EngineError> {
        let sources = batch.column(0).as_primitive::<UInt16Type>();
        let rows = batch.column(1).as_primitive::<UInt64Type>();
        let standings = batch.column(2).as_primitive::<UInt8Type>();
        let identities = batch.column(3).as_primitive::<UInt64Type>();
        for row in 0..batch.num_rows() {
            let source = sources.value(row);
            self.rows[usize::from(source)] += 1;
            self.standings.set((source, rows.value(row)), standings.value(row));
            if identities.is_valid(row) {
                noted.note_hash(identities.value(row))?;
            }
        }
        Ok(())
    }
}

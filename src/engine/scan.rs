//! The scan of visits files: blocking threads read them, a list of portions each.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;

use super::error::EngineError;
use super::source::Source;
use crate::domain::visit::{VISIT_SCHEMA, VisitField};
use crate::read::visits::{Locale, Portion, VisitFiles};

/// A scan, and how far it has come.
pub struct VisitsScan {
    pub source: Source,
    /// The rows that were read so far, by file.
    pub rows: Arc<[AtomicU64]>,
}

impl VisitsScan {
    /// Reads every column, in so many partitions.
    pub fn new(files: Arc<VisitFiles>, locale: Locale, partitions: usize) -> Self {
        let portions = files.portions(partitions);
        Self::of_portions(&all_columns(), files, locale, portions)
    }

    /// Reads these columns.
    pub fn of_columns(
        names: &[&str],
        files: Arc<VisitFiles>,
        locale: Locale,
        partitions: usize,
    ) -> Self {
        let portions = files.portions(partitions);
        Self::of_portions(names, files, locale, portions)
    }

    /// Reads these columns of these portions, a list of them in each partition.
    pub fn of_portions(
        names: &[&str],
        files: Arc<VisitFiles>,
        locale: Locale,
        portions: Vec<Vec<Portion>>,
    ) -> Self {
        let index = |name: &&str| VISIT_SCHEMA.index_of(name).expect("the reader makes the column");
        let columns: Vec<usize> = names.iter().map(index).collect();
        let schema = Arc::new(VISIT_SCHEMA.project(&columns).expect("the columns are there"));
        let fields = names.iter().filter_map(|name| VisitField::find(name));
        let wanted = fields.fold(0, |bits, field| bits | field.bit());
        let rows: Arc<[AtomicU64]> = files.paths().map(|_| AtomicU64::new(0)).collect();
        let (partitions, read) = (portions.len(), Arc::clone(&rows));
        let make = move |partition: usize, most: usize, put: Put<'_>| {
            for portion in &portions[partition] {
                let read = &read[portion.file()];
                let mut put_parts = |batch: RecordBatch| {
                    read.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
                    let batch = batch.project(&columns).expect("the columns are there");
                    parts(&batch, most).try_for_each(&mut *put)
                };
                files.read(portion, &locale, wanted, &mut put_parts).map_err(EngineError::from)?;
            }
            Ok(())
        };
        Self { source: Source::new("VisitsScan", schema, partitions, Arc::new(make)), rows }
    }
}

type Put<'a> = &'a mut dyn FnMut(RecordBatch) -> ControlFlow<()>;

/// The names of all columns that the reader makes.
pub fn all_columns() -> Vec<&'static str> {
    VISIT_SCHEMA.fields().iter().map(|field| field.name().as_str()).collect()
}

/// A batch in parts of at most `most` rows.
fn parts(batch: &RecordBatch, most: usize) -> impl Iterator<Item = RecordBatch> + use<'_> {
    let rows = batch.num_rows();
    (0..rows).step_by(most).map(move |start| batch.slice(start, most.min(rows - start)))
}

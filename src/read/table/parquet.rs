//! A register's table from Parquet: its columns as they are.

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::{Numbers, Put, Reading, TableBatch, TableError, TableSpec};

const BATCH_ROWS: usize = 8192;

/// A Parquet file whose footer has been read.
pub(super) struct ParquetTable {
    metadata: ArrowReaderMetadata,
}

impl ParquetTable {
    /// Reads the footer, and gives the columns' names.
    pub fn open(path: &Path, spec: &'static TableSpec) -> Result<(Self, Vec<String>), TableError> {
        let register = spec.register;
        let file = File::open(path);
        let file =
            file.map_err(|source| TableError::Open { register, path: path.into(), source })?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(|source| TableError::Parquet { register, path: path.into(), source })?;
        let fields = metadata.schema().fields().iter();
        let names = fields.map(|field| field.name().clone()).collect();
        Ok((Self { metadata }, names))
    }

    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Reads the rows of some row groups, in batches, until `put` breaks.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        row_groups: Range<usize>,
        put: &mut Put<'_>,
    ) -> Result<(), TableError> {
        let (path, register) = (reading.path, reading.spec.register);
        let refuse =
            |source: ParquetError| TableError::Parquet { register, path: path.into(), source };
        let before = self.metadata.metadata().row_groups()[..row_groups.start].iter();
        let mut first = 1 + before.map(|group| group.num_rows().unsigned_abs()).sum::<u64>();
        let file = File::open(path);
        let file =
            file.map_err(|source| TableError::Open { register, path: path.into(), source })?;
        let used = reading.found.columns.iter().flatten().copied();
        let schema = self.metadata.metadata().file_metadata().schema_descr();
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(ProjectionMask::roots(schema, used))
                .with_row_groups(row_groups.collect())
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(refuse)?;
        for batch in reader {
            let batch = batch.map_err(|error| refuse(ParquetError::from(error)))?;
            let column = |place: &Option<usize>| {
                let name = self.metadata.schema().field((*place)?).name();
                batch.column_by_name(name).cloned()
            };
            let table = TableBatch {
                path,
                file: reading.number,
                spec: reading.spec,
                columns: reading.found.columns.iter().map(column).collect(),
                rows: batch.num_rows(),
                numbers: Numbers::From(first),
            };
            first += batch.num_rows() as u64;
            if put(&table)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

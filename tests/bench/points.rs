//! Positions out of Parquet files.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use arrow::array::{AsArray, Float64Array, RecordBatch};
use arrow::datatypes::Float64Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use sebaran::domain::position::Position;

/// Rows that are worked on at once, as in a build.
pub const ROWS_AT_ONCE: usize = 8192;

/// The usable positions of visits files, in their order.
pub fn read(files: &[PathBuf]) -> anyhow::Result<Vec<Position>> {
    let mut positions = Vec::new();
    for file in files {
        for batch in open(file)? {
            positions.extend(of(&batch?).into_iter().flatten());
        }
    }
    Ok(positions)
}

/// Opens a file for its columns longitude and latitude.
pub fn open(path: &Path) -> anyhow::Result<ParquetRecordBatchReader> {
    batches(path, &["longitude", "latitude"])
}

/// Opens a file for some of its columns.
pub fn batches(path: &Path, columns: &[&str]) -> anyhow::Result<ParquetRecordBatchReader> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("cannot open `{shown}`"))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)
        .with_context(|| format!("cannot read `{shown}` as Parquet"))?;
    for &column in columns {
        let float = builder.schema().field_with_name(column);
        float.with_context(|| format!("`{shown}` has no column `{column}`"))?;
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
    Ok(builder.with_projection(mask).with_batch_size(ROWS_AT_ONCE).build()?)
}

/// The position of each row of a batch.
pub fn of(batch: &RecordBatch) -> Vec<Option<Position>> {
    let (longitude, latitude) = (axis(batch, "longitude"), axis(batch, "latitude"));
    let both = longitude.iter().zip(latitude);
    both.map(|(longitude, latitude)| Position::new(longitude?, latitude?)).collect()
}

fn axis<'a>(batch: &'a RecordBatch, name: &str) -> &'a Float64Array {
    batch.column_by_name(name).expect("it was asked for").as_primitive::<Float64Type>()
}

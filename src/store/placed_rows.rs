//! Placed visits read back from a release, row by row, in their order.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType, UInt8Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Release, StoreError};
use crate::domain::position::Position;
use crate::domain::visit::Outcome;
use crate::place::Standing;

const COLUMNS: [&str; 10] = [
    "region_code",
    "hexagon",
    "standing",
    "geometry",
    "visit_id",
    "household_id",
    "enumerator_id",
    "supervisor_id",
    "started_at",
    "outcome",
];

/// What is read of a placed visit. It does not print itself: it tells where a household lives.
pub struct PlacedRow {
    pub region_code: Option<String>,
    pub household_id: String,
    pub visit_id: String,
    pub enumerator_id: String,
    pub supervisor_id: Option<String>,
    pub started_us: i64,
    pub outcome: Option<Outcome>,
    pub standing: Option<Standing>,
    pub has_hexagon: bool,
    pub position: Option<Position>,
}

/// Reads the placed visits of a release, province by province.
///
/// # Errors
/// [`StoreError`] where a file can't be read.
pub fn read(release: &Release, mut put: impl FnMut(PlacedRow)) -> Result<(), StoreError> {
    for name in release.files_in("placed") {
        read_file(&release.file(name)?, &mut put)?;
    }
    Ok(())
}

fn read_file(path: &Path, put: &mut impl FnMut(PlacedRow)) -> Result<(), StoreError> {
    const READ: &str = "read the placed visits";
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(StoreError::parquet(READ, path))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
    let reader = builder.with_projection(mask).build().map_err(StoreError::parquet(READ, path))?;
    for batch in reader {
        let batch = batch.map_err(|error| StoreError::parquet(READ, path)(error.into()))?;
        (0..batch.num_rows()).for_each(|row| put(placed_row(&batch, row)));
    }
    Ok(())
}

fn placed_row(batch: &RecordBatch, row: usize) -> PlacedRow {
    let column = |name: &str| batch.column_by_name(name).expect("a release has the column");
    let text = |name: &str| {
        let texts = column(name).as_string::<i32>();
        texts.is_valid(row).then(|| texts.value(row).to_owned())
    };
    let small = |name: &str| column(name).as_primitive::<UInt8Type>().value(row);
    let points = column("geometry").as_struct();
    let axis = |number: usize| points.column(number).as_primitive::<Float64Type>().value(row);
    let position = points.is_valid(row).then(|| Position::new(axis(0), axis(1))).flatten();
    PlacedRow {
        region_code: text("region_code"),
        household_id: text("household_id").unwrap_or_default(),
        visit_id: text("visit_id").unwrap_or_default(),
        enumerator_id: text("enumerator_id").unwrap_or_default(),
        supervisor_id: text("supervisor_id"),
        started_us: column("started_at").as_primitive::<TimestampMicrosecondType>().value(row),
        outcome: Outcome::from_number(small("outcome")),
        standing: Standing::from_number(small("standing")),
        has_hexagon: column("hexagon").is_valid(row),
        position,
    }
}

//! The denominators of a release: the table that its build was given, in a file of its own.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray, UInt16Array, UInt64Array};
use arrow::datatypes::{UInt16Type, UInt64Type};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::verified::Published;
use super::{Release, StoreError};
use crate::domain::code::RegionCode;
use crate::domain::indicator::{Denominator, Denominators};

/// The name of the denominators in a release that has some.
pub const DENOMINATORS: &str = "denominators.parquet";

/// Writes the denominators into a release that is being made, by region code, as a build takes them.
///
/// # Errors
/// [`StoreError`] where they can't be written.
pub fn write(folder: &Path, table: &Denominators) -> Result<(), StoreError> {
    let path = folder.join(DENOMINATORS);
    let file = File::create(&path).map_err(StoreError::io("write", &path))?;
    to_batch(table)
        .map_err(ParquetError::from)
        .and_then(|batch| {
            let mut writer = ArrowWriter::try_new(file, batch.schema(), None)?;
            writer.write(&batch)?;
            writer.close()
        })
        .map(drop)
        .map_err(StoreError::parquet("write the denominators", &path))
}

/// Reads a release's denominators; there are none where its build was given none.
///
/// # Errors
/// [`StoreError`] where they can't be read.
pub fn read(release: &Release) -> Result<Denominators, StoreError> {
    if !release.manifest().files().contains_key(DENOMINATORS) {
        return Ok(Denominators::new());
    }
    read_verified(&Published::of(release, DENOMINATORS)?)
}

/// Reads a file that [`write`] made, once its bytes are verified.
///
/// # Errors
/// [`StoreError`] where it can't be read.
pub(super) fn read_verified(published: &Published) -> Result<Denominators, StoreError> {
    let path = &published.path;
    read_table(published.map()?).map_err(StoreError::parquet("read the denominators", path))
}

fn to_batch(table: &Denominators) -> Result<RecordBatch, ArrowError> {
    let rows = || table.values();
    let codes: StringArray = table.keys().map(|code| Some(code.to_string())).collect();
    let sources: StringArray = rows().map(|row| Some(row.source.as_str())).collect();
    let population: UInt64Array = rows().map(|row| row.population).collect();
    let households: UInt64Array = rows().map(|row| row.households).collect();
    let columns: [(&str, ArrayRef); 5] = [
        ("region_code", Arc::new(codes)),
        ("year", Arc::new(UInt16Array::from_iter_values(rows().map(|row| row.year)))),
        ("source", Arc::new(sources)),
        ("population", Arc::new(population)),
        ("households", Arc::new(households)),
    ];
    RecordBatch::try_from_iter(columns)
}

fn read_table(table: Bytes) -> Result<Denominators, ParquetError> {
    let mut all = Denominators::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(table)?.build()? {
        let rows = from_batch(&batch?);
        all.extend(rows.ok_or_else(|| ParquetError::General("it has other columns".to_owned()))?);
    }
    Ok(all)
}

/// `None` where it is not what [`to_batch`] makes.
fn from_batch(batch: &RecordBatch) -> Option<Vec<(RegionCode, Denominator)>> {
    let column = |name| batch.column_by_name(name);
    let codes = column("region_code")?.as_string_opt::<i32>()?;
    let years = column("year")?.as_primitive_opt::<UInt16Type>()?;
    let sources = column("source")?.as_string_opt::<i32>()?;
    let population = column("population")?.as_primitive_opt::<UInt64Type>()?;
    let households = column("households")?.as_primitive_opt::<UInt64Type>()?;
    let mut rows = Vec::with_capacity(batch.num_rows());
    let numbers = population.iter().zip(households);
    for (((code, year), source), (population, households)) in
        codes.iter().zip(years).zip(sources).zip(numbers)
    {
        let source = source?.to_owned();
        rows.push((
            code?.parse().ok()?,
            Denominator { year: year?, population, households, source },
        ));
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        let row = |year, households| Denominator {
            year,
            population: Some(9),
            households,
            source: "invented".to_owned(),
        };
        let code = |text: &str| text.parse::<RegionCode>().unwrap();
        let table =
            Denominators::from([(code("02"), row(2021, None)), (code("0101"), row(2020, Some(3)))]);
        let folder = tempfile::tempdir().unwrap();
        for table in [table, Denominators::new()] {
            write(folder.path(), &table).unwrap();
            let bytes = std::fs::read(folder.path().join(DENOMINATORS)).unwrap();
            assert_eq!(read_table(bytes.into()).unwrap(), table);
        }
    }
}

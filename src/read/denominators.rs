//! The denominators table: resident households and persons by region, from CSV or Parquet.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::domain::indicator::{Denominator, Denominators};

/// A denominators table that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DenominatorsError {
    #[error("cannot read denominators file `{path}`")]
    Open { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(
        "denominators file `{path}` has no column `{name}`; it needs region_code, year and source, \
         and may have population and households"
    )]
    MissingColumn { path: PathBuf, name: &'static str },
    #[error("row {row} of denominators file `{path}`: {column} is `{value}`, not {expected}")]
    Value { path: PathBuf, row: usize, column: &'static str, value: String, expected: &'static str },
    #[error(
        "row {row} of denominators file `{path}`: region `{code}` stands more than once; leave one \
         row for each region"
    )]
    Repeated { path: PathBuf, row: usize, code: String },
}

const COLUMNS: [&str; 5] = ["region_code", "year", "source", "population", "households"];
const REQUIRED: usize = 3;

/// The texts of one row, in the order of [`COLUMNS`]; absent and empty are `None`.
type Row = [Option<String>; COLUMNS.len()];

/// Reads a table with the columns `region_code`, `year`, `source`, and perhaps `population` and
/// `households`; others are ignored. A file whose name ends in `.parquet` is Parquet, another CSV.
///
/// # Errors
/// [`DenominatorsError`] with file, row (the header of a CSV is row 1) and remedy.
pub fn read(path: &Path) -> Result<Denominators, DenominatorsError> {
    if path.extension().is_some_and(|extension| extension == "parquet") {
        collect(path, 1, read_parquet(path)?)
    } else {
        collect(path, 2, read_csv(path)?)
    }
}

fn open_error(
    path: &Path,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> DenominatorsError {
    DenominatorsError::Open { path: path.to_owned(), source: source.into() }
}

fn read_csv(path: &Path) -> Result<Vec<Row>, DenominatorsError> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| open_error(path, error))?;
    let headers = reader.headers().map_err(|error| open_error(path, error))?.clone();
    let find = |name: &str| {
        headers.iter().position(|header| header.trim_start_matches('\u{feff}').trim() == name)
    };
    let places = find_columns(path, find)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| open_error(path, error))?;
        rows.push(places.map(|place| record.get(place?).map(str::trim).map(str::to_owned)));
    }
    Ok(rows)
}

fn read_parquet(path: &Path) -> Result<Vec<Row>, DenominatorsError> {
    let file = File::open(path).map_err(|error| open_error(path, error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| open_error(path, error))?;
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| open_error(path, error))?;
        let places = find_columns(path, |name| batch.schema().index_of(name).ok())?;
        read_batch(&batch, places, &mut rows).map_err(|error| open_error(path, error))?;
    }
    Ok(rows)
}

fn read_batch(
    batch: &RecordBatch,
    places: [Option<usize>; COLUMNS.len()],
    rows: &mut Vec<Row>,
) -> Result<(), arrow::error::ArrowError> {
    let mut texts = Vec::new();
    for place in places {
        texts.push(place.map(|place| cast(batch.column(place), &DataType::Utf8)).transpose()?);
    }
    for row in 0..batch.num_rows() {
        let text = |column: usize| {
            let column = texts[column].as_ref()?.as_string::<i32>();
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        rows.push(std::array::from_fn(text));
    }
    Ok(())
}

fn find_columns(
    path: &Path,
    find: impl Fn(&str) -> Option<usize>,
) -> Result<[Option<usize>; COLUMNS.len()], DenominatorsError> {
    let places = COLUMNS.map(find);
    for (name, place) in COLUMNS.iter().zip(places).take(REQUIRED) {
        if place.is_none() {
            return Err(DenominatorsError::MissingColumn { path: path.to_owned(), name });
        }
    }
    Ok(places)
}

fn collect(path: &Path, first: usize, rows: Vec<Row>) -> Result<Denominators, DenominatorsError> {
    let mut denominators = Denominators::new();
    for (index, row) in rows.into_iter().enumerate() {
        let cells = Cells { path, row: first + index, texts: row };
        let code = cells.required(0, "a region code of digits")?;
        let denominator = Denominator {
            year: cells.required(1, "a year")?,
            source: cells.required(2, "a text")?,
            population: cells.optional(3, "a whole number")?,
            households: cells.optional(4, "a whole number")?,
        };
        if denominators.insert(code, denominator).is_some() {
            let (path, code) = (path.to_owned(), code.to_string());
            return Err(DenominatorsError::Repeated { path, row: cells.row, code });
        }
    }
    Ok(denominators)
}

struct Cells<'a> {
    path: &'a Path,
    row: usize,
    texts: Row,
}

impl Cells<'_> {
    fn optional<T: std::str::FromStr>(
        &self,
        column: usize,
        expected: &'static str,
    ) -> Result<Option<T>, DenominatorsError> {
        match self.texts[column].as_deref() {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| self.refuse(column, text, expected)),
        }
    }

    fn required<T: std::str::FromStr>(
        &self,
        column: usize,
        expected: &'static str,
    ) -> Result<T, DenominatorsError> {
        self.optional(column, expected)?.ok_or_else(|| self.refuse(column, "", expected))
    }

    fn refuse(&self, column: usize, text: &str, expected: &'static str) -> DenominatorsError {
        DenominatorsError::Value {
            path: self.path.to_owned(),
            row: self.row,
            column: COLUMNS[column],
            value: text.chars().take(40).collect(),
            expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray, UInt16Array};
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn read_text(text: &str) -> Result<Denominators, DenominatorsError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("denominators.csv");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn reads_columns_in_any_order_and_empty_as_none() {
        let table = "\u{feff}source,children,households,region_code,year\nsensus,9,120,0101,2024\n\
                     sensus,,,0102,2024\n";
        let read = read_text(table).unwrap();
        let of = |code: &str| read[&code.parse().unwrap()].clone();
        assert_eq!(of("0101").households, Some(120));
        assert_eq!(of("0101").population, None);
        assert_eq!((of("0102").households, of("0102").year), (None, 2024));
    }

    #[test]
    fn refuses_a_missing_column_a_repeated_region_and_a_bad_number() {
        let missing = read_text("region_code,year\n").unwrap_err();
        assert!(missing.to_string().contains("no column `source`"), "{missing}");
        let repeated = read_text("region_code,year,source\n01,2024,s\n01,2023,s\n").unwrap_err();
        assert!(repeated.to_string().starts_with("row 3 of"), "{repeated}");
        let bad = read_text("region_code,year,source,population\n01,2024,s,-4\n").unwrap_err();
        assert!(bad.to_string().contains("population is `-4`"), "{bad}");
    }

    #[test]
    fn reads_the_same_from_parquet() {
        let columns: [(&str, ArrayRef); 4] = [
            ("region_code", Arc::new(StringArray::from(vec!["01", "02"]))),
            ("year", Arc::new(UInt16Array::from(vec![2024, 2024]))),
            ("source", Arc::new(StringArray::from(vec!["s", "s"]))),
            ("households", Arc::new(UInt16Array::from(vec![Some(5), None]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("denominators.parquet");
        let file = File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let from_csv = "region_code,year,source,households\n01,2024,s,5\n02,2024,s,\n";
        assert_eq!(read(&path).unwrap(), read_text(from_csv).unwrap());
    }
}

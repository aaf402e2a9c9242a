//! Tables of visits as tests write and read them: in Parquet, in CSV, in another order, in parts.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A table in text: its columns' names, and its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    pub names: Vec<String>,
    /// Null is empty.
    pub rows: Vec<Vec<String>>,
}

impl Texts {
    /// Where a column stands.
    pub fn column(&self, name: &str) -> usize {
        self.names.iter().position(|found| found == name).unwrap()
    }
}

pub fn read_parquet(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

pub fn write_parquet(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The texts of a batch: numbers with all their digits, times in ISO 8601.
pub fn texts(batch: &RecordBatch) -> Texts {
    let options = FormatOptions::default();
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    let row = |row: usize| columns.iter().map(|column| column.value(row).to_string()).collect();
    let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    Texts { names, rows: (0..batch.num_rows()).map(row).collect() }
}

pub fn read_csv(path: &Path) -> Texts {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |row: Result<csv::StringRecord, _>| row.unwrap().iter().map(str::to_owned).collect();
    Texts { names, rows: reader.records().map(row).collect() }
}

pub fn write_csv(path: &Path, texts: &Texts) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(&texts.names).unwrap();
    for row in &texts.rows {
        writer.write_record(row).unwrap();
    }
    writer.flush().unwrap();
}

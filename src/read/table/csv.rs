//! A register's table from CSV: any of the usual delimiters, encodings and line ends, packed or not.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::array::{ArrayRef, StringBuilder};

use super::{Found, Names, Numbers, Put, Reading, RowError, TableBatch, TableError, TableSpec};
use crate::domain::visit::Need;
use crate::read::records::{
    BATCH_ROWS, Encoded, Header, RecordError, RecordReader, Records, Shape,
};
use crate::read::visits::ColumnsFile;

/// A CSV file whose header has been read.
pub(super) struct CsvTable {
    delimiter: u8,
    /// The columns of the file.
    columns: usize,
}

impl CsvTable {
    /// Reads the header, and gives the names in it: the delimiter is the one by which most of the
    /// register's columns are found.
    pub fn open(
        path: &Path,
        spec: &'static TableSpec,
        names: &Names,
        settings: &ColumnsFile,
    ) -> Result<(Self, Vec<String>), TableError> {
        let asked = settings.delimiter.map(|delimiter| delimiter.0);
        let matches = |found: &[String]| names.matches(spec, found);
        let header = RecordReader::find_header(encoded(path, settings), asked, matches);
        let Header { names: found, delimiter, .. } =
            header.map_err(|error| refuse(spec.register, path, error))?;
        if found.iter().all(String::is_empty) {
            return Err(TableError::Empty { register: spec.register, path: path.into() });
        }
        Ok((Self { delimiter, columns: found.len() }, found))
    }

    /// Reads all rows, in batches, until `put` breaks.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        settings: &ColumnsFile,
        put: &mut Put<'_>,
    ) -> Result<(), TableError> {
        let (path, register) = (reading.path, reading.spec.register);
        let refuse = |error| refuse(register, path, error);
        let (file, asked) = (encoded(path, settings), Some(self.delimiter));
        let opened = RecordReader::open(file, u64::MAX, asked, self.delimiter);
        let mut reader = opened.map_err(refuse)?.0;
        let shape =
            Shape { columns: self.columns, required: required(reading.spec, reading.found) };
        let mut records = Records::default();
        loop {
            let rows = reader.read(&mut records, shape, BATCH_ROWS).map_err(refuse)?;
            if rows == 0 {
                reading.empty_rows.store(reader.empty_rows(), Ordering::Relaxed);
                return Ok(());
            }
            let batch = TableBatch {
                path,
                file: reading.number,
                spec: reading.spec,
                columns: columns(reading, &records, rows),
                rows,
                numbers: Numbers::Records(&records),
                doubts: reading.doubts,
            };
            if put(&batch)?.is_break() {
                return Ok(());
            }
        }
    }
}

/// The first columns of a file, which hold all required ones.
fn required(spec: &TableSpec, found: &Found) -> usize {
    let places = spec.columns.iter().zip(&found.columns);
    let places = places.filter(|((_, need), _)| *need == Need::Required);
    places.filter_map(|(_, place)| *place).max().map_or(0, |last| last + 1)
}

fn columns(reading: &Reading<'_>, records: &Records, rows: usize) -> Vec<Option<ArrayRef>> {
    let column = |place: &Option<usize>| -> Option<ArrayRef> {
        let place = (*place)?;
        let mut texts = StringBuilder::with_capacity(rows, rows * 8);
        for row in 0..rows {
            let text = records.get(row, place);
            texts.append_option((!text.is_empty()).then_some(text));
        }
        Some(Arc::new(texts.finish()))
    };
    reading.found.columns.iter().map(column).collect()
}

fn encoded<'a>(path: &'a Path, settings: &ColumnsFile) -> Encoded<'a> {
    Encoded { path, encoding: settings.encoding.map(|encoding| encoding.0) }
}

fn refuse(register: &'static str, path: &Path, error: RecordError) -> TableError {
    let path = path.to_owned();
    match error {
        RecordError::Read { line: 0, source } => TableError::Open { register, path, source },
        RecordError::Read { line: row, source } => TableError::Csv { register, path, row, source },
        RecordError::Row { line: row, problem } => {
            TableError::Row { register, path, row, problem: RowError::Record(problem) }
        }
    }
}

//! Visits from CSV: any of the usual delimiters, encodings and line ends, packed or not.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use arrow::array::RecordBatch;
use csv::{ErrorKind, StringRecord};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::Reading;
use super::batch::{Rows, Unread, assemble};
use super::columns::{ColumnsFile, FoundColumns};
use super::error::{Problem, RowProblem, VisitsError};
use super::parse::{Texts, column};
use crate::domain::visit::VisitField;

/// Rows that are parsed at a time.
const BATCH_ROWS: usize = 8192;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A CSV file whose header has been read.
pub struct CsvFile {
    delimiter: u8,
    pub columns: FoundColumns,
}

impl CsvFile {
    /// Reads the header: the delimiter is the one by which most of our columns are found.
    ///
    /// # Errors
    /// [`VisitsError`] where the file can't be opened or its header does not do.
    pub fn open(path: &Path, settings: &ColumnsFile) -> Result<Self, VisitsError> {
        let asked = settings.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
        let mut best: Option<(usize, u8, Vec<String>)> = None;
        for delimiter in asked.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]) {
            let names = header(path, settings, delimiter)?;
            let matches = settings.matches(&names);
            if best.as_ref().is_none_or(|(most, ..)| matches > *most) {
                best = Some((matches, delimiter, names));
            }
        }
        let (_, delimiter, names) = best.expect("at least one delimiter was tried");
        if names.iter().all(String::is_empty) {
            return Err(VisitsError::Empty { path: path.into() });
        }
        Ok(Self { delimiter, columns: settings.find(path, &names)? })
    }

    /// Reads all rows, in batches, until `put` breaks.
    ///
    /// # Errors
    /// [`VisitsError`] of the first row that can't be read.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        settings: &ColumnsFile,
        put: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
    ) -> Result<(), VisitsError> {
        let path = reading.path;
        let mut reader = reader(path, settings, self.delimiter)?;
        reader.headers().map_err(|source| VisitsError::Header { path: path.into(), source })?;
        let mut records = vec![StringRecord::new(); BATCH_ROWS];
        // The header is row 1.
        let mut first = 2;
        loop {
            let mut count = 0;
            while count < BATCH_ROWS {
                let position = reader.position().clone();
                let more = reader.read_record(&mut records[count]);
                match more
                    .map_err(|error| row_error(path, line_of(path, settings, &position), error))?
                {
                    true => count += 1,
                    false => break,
                }
            }
            if count == 0 {
                return Ok(());
            }
            let batch = self.parse(reading, settings, first, &records[..count])?;
            first += count as u64;
            if put(batch).is_break() {
                return Ok(());
            }
        }
    }

    fn parse(
        &self,
        reading: &Reading<'_>,
        settings: &ColumnsFile,
        first: u64,
        records: &[StringRecord],
    ) -> Result<RecordBatch, VisitsError> {
        let of_field = |field: VisitField| {
            self.columns.of_field[field.index()].filter(|_| reading.wants(field))
        };
        let text = |field: VisitField, row: usize| {
            of_field(field).map_or("", |column| records[row].get(column).unwrap_or_default().trim())
        };
        let position_text = |row: usize| {
            let (longitude, latitude) =
                (text(VisitField::Longitude, row), text(VisitField::Latitude, row));
            Some((longitude.into(), latitude.into()))
        };
        let rows = Rows { first, count: records.len() };
        let batch = assemble(reading, rows, position_text, |field, beside| {
            let Some(index) = of_field(field) else { return Ok(None) };
            let get = |row: usize| {
                records[row].get(index).map(str::trim).filter(|text: &&str| !text.is_empty())
            };
            column(&Texts { field, rows: rows.count, get: &get }, beside).map(Some)
        });
        batch.map_err(|unread| match unread {
            Unread::Row(RowProblem { offset, problem }) => {
                let line = |position| line_of(reading.path, settings, position);
                let row = records[offset].position().map_or(first + offset as u64, line);
                VisitsError::Row { path: reading.path.into(), row, problem }
            }
            Unread::Batch(error) => error,
        })
    }
}

fn header(path: &Path, settings: &ColumnsFile, delimiter: u8) -> Result<Vec<String>, VisitsError> {
    let mut reader = reader(path, settings, delimiter)?;
    let names =
        reader.headers().map_err(|source| VisitsError::Header { path: path.into(), source })?;
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

fn reader(
    path: &Path,
    settings: &ColumnsFile,
    delimiter: u8,
) -> Result<csv::Reader<impl Read + use<>>, VisitsError> {
    let bytes = open(path).map_err(|source| VisitsError::Open { path: path.into(), source })?;
    let text = decoded(bytes, settings);
    Ok(csv::ReaderBuilder::new().delimiter(delimiter).buffer_capacity(1 << 18).from_reader(text))
}

/// The file's text as UTF-8, without a byte-order mark.
fn decoded(bytes: Box<dyn Read>, settings: &ColumnsFile) -> impl Read + use<> {
    DecodeReaderBytesBuilder::new()
        .encoding(settings.encoding.map(|encoding| encoding.0))
        .strip_bom(true)
        .build(bytes)
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = BufReader::with_capacity(1 << 18, File::open(path)?);
    let is_packed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    Ok(if is_packed {
        Box::new(flate2::bufread::MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

/// The line of the record that is read from a position: blank lines before it are no records, but who
/// opens the file counts them.
fn line_of(path: &Path, settings: &ColumnsFile, position: &csv::Position) -> u64 {
    let blank_lines = || -> io::Result<u64> {
        let mut text = BufReader::new(decoded(open(path)?, settings));
        io::copy(&mut text.by_ref().take(position.byte()), &mut io::sink())?;
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let bytes = text.bytes().map_while(Result::ok).take_while(is_break);
        Ok(bytes.filter(|byte| *byte == b'\n').count() as u64)
    };
    position.line() + blank_lines().unwrap_or(0)
}

fn row_error(path: &Path, row: u64, error: csv::Error) -> VisitsError {
    let problem = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::Fields { found: *len, expected: *expected_len }
        }
        ErrorKind::Utf8 { .. } => Problem::Encoding,
        _ => return VisitsError::Csv { path: path.into(), row, source: error },
    };
    VisitsError::Row { path: path.into(), row, problem }
}

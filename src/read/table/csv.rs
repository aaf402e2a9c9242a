//! A register's table from CSV: any of the usual delimiters, encodings and line ends, packed or not.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use csv::{ErrorKind, Position, StringRecord};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::{Names, Numbers, Put, Reading, RowError, TableBatch, TableError, TableSpec};
use crate::read::visits::ColumnsFile;

/// Rows that are handed on at a time.
const BATCH_ROWS: usize = 8192;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A CSV file whose header has been read.
pub(super) struct CsvTable {
    delimiter: u8,
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
        let asked = settings.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
        let mut best: Option<(usize, u8, Vec<String>)> = None;
        for delimiter in asked.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]) {
            let found = header(path, spec, settings, delimiter)?;
            let matches = names.matches(spec, &found);
            if best.as_ref().is_none_or(|(most, ..)| matches > *most) {
                best = Some((matches, delimiter, found));
            }
        }
        let (_, delimiter, found) = best.expect("at least one delimiter was tried");
        if found.iter().all(String::is_empty) {
            return Err(TableError::Empty { register: spec.register, path: path.into() });
        }
        Ok((Self { delimiter }, found))
    }

    /// Reads all rows, in batches, until `put` breaks.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        settings: &ColumnsFile,
        put: &mut Put<'_>,
    ) -> Result<(), TableError> {
        let (path, register) = (reading.path, reading.spec.register);
        let mut reader = reader(path, register, settings, self.delimiter)?;
        let header = reader.headers();
        header.map_err(|source| TableError::Header { register, path: path.into(), source })?;
        let line = |position: &Position| line_of(path, settings, position);
        let mut records = vec![StringRecord::new(); BATCH_ROWS];
        loop {
            let mut count = 0;
            while count < BATCH_ROWS {
                let position = reader.position().clone();
                let more = reader.read_record(&mut records[count]);
                match more.map_err(|error| row_error(reading, line(&position), error))? {
                    true => count += 1,
                    false => break,
                }
            }
            if count == 0 {
                return Ok(());
            }
            let positions = records[..count].iter();
            let positions =
                positions.map(|record| record.position().cloned().unwrap_or_else(Position::new));
            let batch = TableBatch {
                path,
                file: reading.number,
                spec: reading.spec,
                columns: columns(reading, &records[..count]),
                rows: count,
                numbers: Numbers::Lines(positions.collect(), &line),
            };
            if put(&batch)?.is_break() {
                return Ok(());
            }
        }
    }
}

fn columns(reading: &Reading<'_>, records: &[StringRecord]) -> Vec<Option<ArrayRef>> {
    let column = |place: &Option<usize>| -> Option<ArrayRef> {
        let place = (*place)?;
        let mut texts = StringBuilder::with_capacity(records.len(), records.len() * 8);
        for record in records {
            let text = record.get(place).map(str::trim);
            texts.append_option(text.filter(|text| !text.is_empty()));
        }
        Some(Arc::new(texts.finish()))
    };
    reading.found.columns.iter().map(column).collect()
}

fn header(
    path: &Path,
    spec: &'static TableSpec,
    settings: &ColumnsFile,
    delimiter: u8,
) -> Result<Vec<String>, TableError> {
    let register = spec.register;
    let mut reader = reader(path, register, settings, delimiter)?;
    let names = reader.headers();
    let names =
        names.map_err(|source| TableError::Header { register, path: path.into(), source })?;
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

fn reader(
    path: &Path,
    register: &'static str,
    settings: &ColumnsFile,
    delimiter: u8,
) -> Result<csv::Reader<impl Read + use<>>, TableError> {
    let bytes = open(path);
    let bytes = bytes.map_err(|source| TableError::Open { register, path: path.into(), source })?;
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
fn line_of(path: &Path, settings: &ColumnsFile, position: &Position) -> u64 {
    let blank_lines = || -> io::Result<u64> {
        let mut text = BufReader::new(decoded(open(path)?, settings));
        io::copy(&mut text.by_ref().take(position.byte()), &mut io::sink())?;
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let bytes = text.bytes().map_while(Result::ok).take_while(is_break);
        Ok(bytes.filter(|byte| *byte == b'\n').count() as u64)
    };
    position.line() + blank_lines().unwrap_or(0)
}

fn row_error(reading: &Reading<'_>, row: u64, error: csv::Error) -> TableError {
    let (register, path) = (reading.spec.register, reading.path.to_owned());
    let problem = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            RowError::Fields { found: *len, expected: *expected_len }
        }
        ErrorKind::Utf8 { .. } => RowError::Encoding,
        _ => return TableError::Csv { register, path, row, source: error },
    };
    TableError::Row { register, path, row, problem }
}

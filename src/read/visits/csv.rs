//! Visits from CSV: any of the usual delimiters, encodings and line ends, packed or not.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::OnceLock;

use arrow::array::RecordBatch;
use csv::{ErrorKind, StringRecord};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::Reading;
use super::batch::{Rows, Unread, assemble};
use super::columns::{ColumnsFile, FoundColumns};
use super::error::{Problem, RowProblem, VisitsError};
use super::parse::{Texts, column};
use super::splits::{self, CHUNK_BYTES, Cut};
use crate::domain::visit::VisitField;

/// Rows that are parsed at a time.
const BATCH_ROWS: usize = 8192;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A CSV file whose header has been read.
pub struct CsvFile {
    delimiter: u8,
    pub columns: FoundColumns,
    /// Bytes between two cuts, about.
    chunk_bytes: u64,
    /// Found when they are first asked for; none where the file is read in one go.
    cuts: OnceLock<Vec<Cut>>,
}

/// What is read of a file.
struct Part {
    bytes: Range<u64>,
    /// The number of its first row; the header is row 1.
    first: u64,
    /// Read before its bytes, so that it begins with a header as the file does.
    header: Vec<u8>,
}

/// A file in one go.
pub const ALL_PARTS: Range<usize> = 0..usize::MAX;

const WHOLE: Part = Part { bytes: 0..u64::MAX, first: 2, header: Vec::new() };

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
        let columns = settings.find(path, &names)?;
        Ok(Self { delimiter, columns, chunk_bytes: CHUNK_BYTES, cuts: OnceLock::new() })
    }

    /// In how many parts the file can be read.
    pub fn parts(&self, path: &Path, settings: &ColumnsFile) -> usize {
        self.cuts(path, settings).len() + 1
    }

    fn cuts(&self, path: &Path, settings: &ColumnsFile) -> &[Cut] {
        self.cuts.get_or_init(|| {
            let is_split = is_splittable(path, settings, self.delimiter);
            // Who reads it as a whole tells what is wrong with it.
            let find = || splits::find(path, self.delimiter, self.chunk_bytes).unwrap_or_default();
            if is_split { find() } else { Vec::new() }
        })
    }

    fn part(&self, path: &Path, settings: &ColumnsFile, parts: Range<usize>) -> io::Result<Part> {
        if parts == ALL_PARTS {
            return Ok(WHOLE);
        }
        let cuts = self.cuts(path, settings);
        let cut = |part: usize| part.checked_sub(1).and_then(|at| cuts.get(at));
        let end = cut(parts.end).map_or(u64::MAX, |cut| cut.start);
        let whole = Part { bytes: 0..end, first: 2, header: Vec::new() };
        match cut(parts.start) {
            None => Ok(whole),
            Some(cut) => Ok(Part {
                bytes: cut.start..end,
                first: cut.records + 1,
                header: splits::header(path, self.delimiter)?,
            }),
        }
    }

    /// Reads the rows of some parts, in batches, until `put` breaks.
    ///
    /// # Errors
    /// [`VisitsError`] of the first row that can't be read.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        settings: &ColumnsFile,
        parts: Range<usize>,
        put: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
    ) -> Result<(), VisitsError> {
        let path = reading.path;
        let open = |source| VisitsError::Open { path: path.into(), source };
        let part = self.part(path, settings, parts).map_err(open)?;
        let mut reader = reader(path, settings, self.delimiter, &part)?;
        reader.headers().map_err(|source| VisitsError::Header { path: path.into(), source })?;
        let mut records = vec![StringRecord::new(); BATCH_ROWS];
        let mut first = part.first;
        loop {
            let mut count = 0;
            while count < BATCH_ROWS {
                let position = reader.position().clone();
                let more = reader.read_record(&mut records[count]);
                match more.map_err(|error| {
                    row_error(path, line_of(path, settings, &part, &position), error)
                })? {
                    true => count += 1,
                    false => break,
                }
            }
            if count == 0 {
                return Ok(());
            }
            let batch = self.parse((reading, &part), settings, first, &records[..count])?;
            first += count as u64;
            if put(batch).is_break() {
                return Ok(());
            }
        }
    }

    fn parse(
        &self,
        (reading, part): (&Reading<'_>, &Part),
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
                let line = |position| line_of(reading.path, settings, part, position);
                let row = records[offset].position().map_or(first + offset as u64, line);
                VisitsError::Row { path: reading.path.into(), row, problem }
            }
            Unread::Batch(error) => error,
        })
    }
}

fn header(path: &Path, settings: &ColumnsFile, delimiter: u8) -> Result<Vec<String>, VisitsError> {
    let mut reader = reader(path, settings, delimiter, &WHOLE)?;
    let names =
        reader.headers().map_err(|source| VisitsError::Header { path: path.into(), source })?;
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

fn reader(
    path: &Path,
    settings: &ColumnsFile,
    delimiter: u8,
    part: &Part,
) -> Result<csv::Reader<impl Read + use<>>, VisitsError> {
    let bytes =
        open(path, part).map_err(|source| VisitsError::Open { path: path.into(), source })?;
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

fn open(path: &Path, part: &Part) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    if is_packed(path) {
        let file = BufReader::with_capacity(1 << 18, file);
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)));
    }
    file.seek(SeekFrom::Start(part.bytes.start))?;
    let bytes = file.take(part.bytes.end - part.bytes.start);
    let bytes = Cursor::new(part.header.clone()).chain(bytes);
    Ok(Box::new(BufReader::with_capacity(1 << 18, bytes)))
}

fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// Whether quotes, delimiters and line ends can be found in the file's bytes before they are decoded.
fn is_splittable(path: &Path, settings: &ColumnsFile, delimiter: u8) -> bool {
    let is_plain = |encoding: &'static encoding_rs::Encoding| {
        encoding == encoding_rs::UTF_8 || encoding.is_single_byte()
    };
    let has_wide_mark = || {
        let mut start = [0; 2];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
        read.is_err() || [[0xff, 0xfe], [0xfe, 0xff]].contains(&start)
    };
    !is_packed(path)
        && delimiter.is_ascii()
        && !matches!(delimiter, b'"' | b'\r' | b'\n')
        && settings.encoding.is_none_or(|encoding| is_plain(encoding.0))
        && !has_wide_mark()
}

/// The line of the record that is read from a position: blank lines before it are no records, but who
/// opens the file counts them.
fn line_of(path: &Path, settings: &ColumnsFile, part: &Part, position: &csv::Position) -> u64 {
    let line = || -> io::Result<u64> {
        let before = splits::line_feeds(path, part.bytes.start)?;
        let again = part.header.iter().filter(|byte| **byte == b'\n').count() as u64;
        let mut text = BufReader::new(decoded(open(path, part)?, settings));
        io::copy(&mut text.by_ref().take(position.byte()), &mut io::sink())?;
        let bytes = text.bytes().map_while(Result::ok);
        let blank = bytes.take_while(|byte| matches!(byte, b'\n' | b'\r'));
        let blank = blank.filter(|byte| *byte == b'\n').count() as u64;
        Ok((before + position.line() + blank).saturating_sub(again))
    };
    line().unwrap_or_else(|_| position.line())
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

#[cfg(test)]
#[path = "splits_tests.rs"]
mod tests;

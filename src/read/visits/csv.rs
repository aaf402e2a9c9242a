//! Visits from CSV: any of the usual delimiters, encodings and line ends, packed or not.

use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::OnceLock;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;

use super::Reading;
use super::batch::{Rows, Unread, assemble};
use super::columns::{ColumnsFile, FoundColumns};
use super::error::{Problem, RowProblem, VisitsError};
use super::parse::{Texts, column};
use super::point;
use super::splits::{self, CHUNK_BYTES, Cut};
use crate::domain::visit::VisitField;
use crate::read::records::{
    BATCH_ROWS, Encoded, Header, RecordError, RecordReader, Records, Shape, is_splittable,
};

/// A CSV file whose header has been read.
pub struct CsvFile {
    delimiter: u8,
    shape: Shape,
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
}

/// A file in one go.
pub const ALL_PARTS: Range<usize> = 0..usize::MAX;

/// The columns, in the order of [`VISIT_SCHEMA`](crate::domain::visit::VISIT_SCHEMA), behind the fields.
const POSITION_TEXTS: usize = VisitField::ALL.len();
const DOUBTS: usize = POSITION_TEXTS + 1;

impl CsvFile {
    /// Reads the header: the delimiter is the one by which most of our columns are found.
    ///
    /// # Errors
    /// [`VisitsError`] where the file can't be opened or its header does not do.
    pub fn open(path: &Path, settings: &ColumnsFile) -> Result<Self, VisitsError> {
        let asked = settings.delimiter.map(|delimiter| delimiter.0);
        let matches = |names: &[String]| settings.matches(names);
        let header = RecordReader::find_header(encoded(path, settings), asked, matches);
        let Header { names, delimiter, .. } =
            header.map_err(|error| refuse(path, error, |line| line))?;
        if names.iter().all(String::is_empty) {
            return Err(VisitsError::Empty { path: path.into() });
        }
        let columns = settings.find(path, &names)?;
        let shape = Shape { columns: names.len(), required: columns.required() };
        Ok(Self { delimiter, shape, columns, chunk_bytes: CHUNK_BYTES, cuts: OnceLock::new() })
    }

    /// In how many parts the file can be read.
    pub fn parts(&self, path: &Path, settings: &ColumnsFile) -> usize {
        self.cuts(path, settings).len() + 1
    }

    fn cuts(&self, path: &Path, settings: &ColumnsFile) -> &[Cut] {
        self.cuts.get_or_init(|| {
            // Who reads it as a whole tells what is wrong with it.
            let find = || splits::find(path, self.delimiter, self.chunk_bytes).unwrap_or_default();
            if is_splittable(encoded(path, settings)) { find() } else { Vec::new() }
        })
    }

    fn part(&self, path: &Path, settings: &ColumnsFile, parts: Range<usize>) -> Part {
        if parts == ALL_PARTS {
            return Part { bytes: 0..u64::MAX, first: 2 };
        }
        let cuts = self.cuts(path, settings);
        let cut = |part: usize| part.checked_sub(1).and_then(|at| cuts.get(at));
        let end = cut(parts.end).map_or(u64::MAX, |cut| cut.start);
        match cut(parts.start) {
            None => Part { bytes: 0..end, first: 2 },
            Some(cut) => Part { bytes: cut.start..end, first: cut.records + 1 },
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
        let part = self.part(path, settings, parts);
        let line_of = |line| file_line(path, &part, line);
        let refuse = |error| refuse(path, error, line_of);
        let mut reader = self.reader(path, settings, &part).map_err(refuse)?;
        let mut records = Records::default();
        let mut first = part.first;
        loop {
            let count = reader.read(&mut records, self.shape, BATCH_ROWS).map_err(refuse)?;
            if count == 0 {
                break;
            }
            let rows = Rows { first, count };
            let batch = self.parse(reading, rows, &records).map_err(|unread| match unread {
                Unread::Row(RowProblem { offset, problem }) => {
                    let row = line_of(records.line(offset));
                    VisitsError::Row { path: path.into(), row, problem }
                }
                Unread::Batch(error) => error,
            })?;
            first += count as u64;
            if put(batch).is_break() {
                return Ok(());
            }
        }
        reading.note_empty_rows(reader.empty_rows());
        Ok(())
    }

    /// Reads one field of some rows of the file as it was written: each with its row as messages call it.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn written(
        &self,
        path: &Path,
        settings: &ColumnsFile,
        field: VisitField,
        rows: &[u64],
    ) -> Result<Vec<(u64, String)>, VisitsError> {
        let part = Part { bytes: 0..u64::MAX, first: 2 };
        let refuse = |error| refuse(path, error, |line| line);
        let mut reader = self.reader(path, settings, &part).map_err(refuse)?;
        let (mut records, mut first, mut found) = (Records::default(), part.first, Vec::new());
        while found.len() < rows.len() {
            let count = reader.read(&mut records, self.shape, BATCH_ROWS).map_err(refuse)? as u64;
            if count == 0 {
                break;
            }
            for row in rows.iter().filter(|row| (first..first + count).contains(row)) {
                let record = (row - first) as usize;
                let text = self.text(&records, field, record).unwrap_or_default();
                found.push((records.line(record), text.to_owned()));
            }
            first += count;
        }
        Ok(found)
    }

    fn reader(
        &self,
        path: &Path,
        settings: &ColumnsFile,
        part: &Part,
    ) -> Result<RecordReader, RecordError> {
        let file = encoded(path, settings);
        if part.bytes.start == 0 {
            let (end, asked) = (part.bytes.end, Some(self.delimiter));
            return Ok(RecordReader::open(file, end, asked, self.delimiter)?.0);
        }
        let bytes = file.open(part.bytes.clone());
        let bytes = bytes.map_err(|source| RecordError::Read { line: 0, source })?;
        Ok(RecordReader::new(bytes, self.delimiter))
    }

    /// A field of a record, `None` where the file has it not or it is empty.
    fn text<'r>(&self, records: &'r Records, field: VisitField, record: usize) -> Option<&'r str> {
        let text = match self.columns.of_field[field.index()] {
            Some(column) => records.get(record, column),
            None => point::part(field, records.get(record, self.columns.geopoint?))?,
        };
        (!text.is_empty()).then_some(text)
    }

    fn parse(
        &self,
        reading: &Reading<'_>,
        rows: Rows,
        records: &Records,
    ) -> Result<RecordBatch, Unread> {
        let has = |field: VisitField| reading.wants(field) && self.columns.place(field).is_some();
        let text = |field: VisitField, row: usize| {
            let text = has(field).then(|| self.text(records, field, row));
            text.flatten().unwrap_or_default()
        };
        let position_text = |row: usize| {
            let (longitude, latitude) =
                (text(VisitField::Longitude, row), text(VisitField::Latitude, row));
            Some((longitude.into(), latitude.into()))
        };
        let batch = assemble(reading, rows, position_text, |field, beside| {
            if !has(field) {
                return Ok(None);
            }
            let get = |row: usize| self.text(records, field, row);
            column(&Texts { field, rows: rows.count, get: &get }, beside).map(Some)
        });
        let batch = batch.map_err(|unread| too_short(records, unread))?;
        let doubts = batch.column(DOUBTS).as_primitive::<UInt32Type>();
        let positions = batch.column(POSITION_TEXTS);
        let is_doubtful = |row: usize| doubts.value(row) != 0 || positions.is_valid(row);
        match records.too_short(is_doubtful) {
            None => Ok(batch),
            Some((offset, problem)) => {
                Err(Unread::Row(RowProblem { offset, problem: Problem::Record(problem) }))
            }
        }
    }
}

/// A row without its last fields that can't be read: a delimiter is missing.
fn too_short(records: &Records, unread: Unread) -> Unread {
    match unread {
        Unread::Row(RowProblem { offset, problem }) => {
            let short = records.too_short(|row| row == offset);
            let problem = short.map_or(problem, |(_, problem)| Problem::Record(problem));
            Unread::Row(RowProblem { offset, problem })
        }
        Unread::Batch(error) => Unread::Batch(error),
    }
}

fn encoded<'a>(path: &'a Path, settings: &ColumnsFile) -> Encoded<'a> {
    Encoded { path, encoding: settings.encoding.map(|encoding| encoding.0) }
}

/// The line of the file that is a line of a part.
fn file_line(path: &Path, part: &Part, line: u64) -> u64 {
    let before = splits::line_ends(path, part.bytes.start);
    before.map_or(line, |before| before + line)
}

fn refuse(path: &Path, error: RecordError, line_of: impl Fn(u64) -> u64) -> VisitsError {
    let path = path.to_owned();
    match error {
        RecordError::Read { line: 0, source } => VisitsError::Open { path, source },
        RecordError::Read { line, source } => {
            let row = line_of(line);
            VisitsError::Csv { path, row, source }
        }
        RecordError::Row { line, problem } => {
            let row = line_of(line);
            VisitsError::Row { path, row, problem: Problem::Record(problem) }
        }
    }
}

#[cfg(test)]
#[path = "splits_tests.rs"]
mod tests;

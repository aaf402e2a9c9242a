//! A record while it is being read: how long it may be, and when it is whole.

use super::{MOST_FIELD, MOST_RECORD, RecordProblem};

/// A table of fewer columns than this is too narrow to tell rows within a text.
const TELLING_COLUMNS: usize = 4;

/// How many fields a record has, and how many of them it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub columns: usize,
    /// Fields behind these may be left out where they are empty, as spreadsheets do.
    pub required: usize,
}

/// How a field ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Field,
    Line,
    File,
}

/// A record while it is being read.
pub struct Record<'a> {
    pub text: &'a mut Vec<u8>,
    pub start: usize,
    pub ends: &'a mut Vec<usize>,
    pub fields: usize,
    pub has_quotes: bool,
    pub shape: Option<Shape>,
}

impl Record<'_> {
    /// The start of the field at hand.
    fn field_start(&self) -> usize {
        if self.fields == 0 { self.start } else { self.ends[self.ends.len() - 1] }
    }

    /// Whether the record and its field at hand are no longer than they may be.
    ///
    /// # Errors
    /// That one of them is.
    pub fn check_lengths(&self) -> Result<(), RecordProblem> {
        let end = self.text.len();
        if end - self.start > MOST_RECORD {
            Err(RecordProblem::LongRecord)
        // A header is one field for those delimiters that are not its own.
        } else if self.shape.is_some() && end - self.field_start() > MOST_FIELD {
            Err(RecordProblem::LongField)
        } else {
            Ok(())
        }
    }

    /// Whether there are delimiters and spaces alone. A row of NUL is what a disk leaves where rows were: no spreadsheet
    /// writes it, and it is not passed over.
    pub fn is_empty(&self) -> bool {
        !self.has_quotes && self.text[self.start..].iter().all(|byte| is_nothing(*byte))
    }

    /// Whether the quoted field that ends here, a text of several lines, holds the end of one row, whole
    /// rows, and the start of another, so that its quotes are those of two rows.
    pub fn holds_rows(&self, start: usize, delimiter: u8) -> bool {
        let Some(Shape { columns, .. }) = self.shape else { return false };
        let Some(behind) = columns.checked_sub(self.fields + 1) else { return false };
        let mut lines = self.text[start..].split(|byte| matches!(byte, b'\n' | b'\r'));
        let delimiters = |line: &[u8]| memchr::memchr_iter(delimiter, line).count();
        let (first, last) =
            (lines.next().unwrap_or_default(), lines.next_back().unwrap_or_default());
        columns >= TELLING_COLUMNS
            && delimiters(first) == behind
            && delimiters(last) == self.fields
            && lines.all(|line| line.is_empty() || delimiters(line) + 1 == columns)
    }

    /// Gives the record as many fields as it must have.
    ///
    /// # Errors
    /// Where it has too few or too many.
    pub fn close(&mut self, shape: Shape, end: End) -> Result<(), RecordProblem> {
        let first = self.ends.len() - self.fields;
        if self.fields > shape.columns {
            let behind = self.ends[first + shape.columns - 1];
            if !self.text[behind..].iter().all(|byte| is_nothing(*byte)) {
                let (found, expected) = (self.fields, shape.columns);
                return Err(RecordProblem::Fields { found, expected });
            }
            self.text.truncate(behind);
            self.ends.truncate(first + shape.columns);
            return Ok(());
        }
        let is_short = self.fields < shape.columns;
        // The last row of a file that was cut is no row of a spreadsheet.
        if is_short && (self.fields < shape.required || end == End::File) {
            return Err(RecordProblem::Fields { found: self.fields, expected: shape.columns });
        }
        self.ends.resize(first + shape.columns, self.text.len());
        Ok(())
    }
}

/// Whether a byte says nothing in a cell.
pub const fn is_nothing(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

//! Records that were read, field by field in one text.

use super::RecordProblem;
use crate::read::values;

/// Records that were read, one field after the other.
#[derive(Debug, Default)]
pub struct Records {
    text: String,
    columns: usize,
    /// Where each field ends in the text.
    ends: Vec<usize>,
    lines: Vec<u64>,
    /// Records whose last fields were left out, with the number of those that were not.
    short: Vec<(usize, usize)>,
}

/// Records while they are being read.
pub struct Filling<'a> {
    records: &'a mut Records,
    text: Vec<u8>,
}

impl Filling<'_> {
    pub fn len(&self) -> usize {
        self.records.lines.len()
    }

    /// The text of the fields so far, and where each ends.
    pub const fn fields(&mut self) -> (&mut Vec<u8>, &mut Vec<usize>) {
        (&mut self.text, &mut self.records.ends)
    }

    /// Ends a record that began in a line and had so many fields, before it was given those left out.
    pub fn close(&mut self, line: u64, fields: usize) {
        if fields < self.records.columns {
            self.records.short.push((self.records.lines.len(), fields));
        }
        self.records.lines.push(line);
    }

    /// Ends the reading: where the text is not UTF-8, the line of the first record that is not; only those
    /// before it are kept.
    pub fn finish(self) -> Option<u64> {
        self.records.take_text(self.text)
    }
}

impl Records {
    /// Begins to read records of so many columns, over those that were read before.
    pub fn begin(&mut self, columns: usize) -> Filling<'_> {
        let mut text = std::mem::take(&mut self.text).into_bytes();
        text.clear();
        self.columns = columns;
        self.ends.clear();
        self.lines.clear();
        self.short.clear();
        Filling { records: self, text }
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Takes the text of all fields; where it is not UTF-8, only records before that: the line of the first
    /// one that is not.
    fn take_text(&mut self, text: Vec<u8>) -> Option<u64> {
        self.ends.truncate(self.lines.len() * self.columns);
        let (text, valid) = match String::from_utf8(text) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let mut text = error.into_bytes();
                text.truncate(valid);
                (String::from_utf8(text).unwrap_or_default(), Some(valid))
            }
        };
        // A letter that begins in one field and ends in the next one is none.
        let is_torn =
            |end: &usize| valid.is_some_and(|valid| *end > valid) || !text.is_char_boundary(*end);
        let torn = self.ends.iter().position(is_torn).map(|field| field / self.columns);
        self.text = text;
        let record = torn?;
        let line = self.lines[record];
        self.ends.truncate(record * self.columns);
        self.lines.truncate(record);
        Some(line)
    }

    /// A field as it stands in the file, without what can't be seen at either end.
    pub fn get(&self, record: usize, column: usize) -> &str {
        let field = record * self.columns + column;
        let start = field.checked_sub(1).map_or(0, |before| self.ends[before]);
        values::trim(&self.text[start..self.ends[field]])
    }

    /// The line of the text in which a record begins, from 1.
    pub fn line(&self, record: usize) -> u64 {
        self.lines[record]
    }

    /// That a record, whose last fields were left out, has too few of them after all: one of those that are
    /// there can't be read, so a delimiter may be missing before it. `is_doubtful` tells of a record.
    pub fn too_short(&self, is_doubtful: impl Fn(usize) -> bool) -> Option<(usize, RecordProblem)> {
        let (record, found) = *self.short.iter().find(|(record, _)| is_doubtful(*record))?;
        Some((record, RecordProblem::Fields { found, expected: self.columns }))
    }
}

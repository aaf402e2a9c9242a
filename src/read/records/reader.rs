//! The reader of records: one pass over the bytes, fields copied once, nothing held but a batch.

use std::io::{self, Read};

use memchr::memchr;

use super::batch::Records;
use super::record::{End, Record, Shape};
use super::source::{Encoded, preamble};
use super::{DELIMITERS, MOST_FIELDS, RecordError, RecordProblem};
use crate::read::values;

const QUOTE: u8 = b'"';
/// Bytes that are read at a time.
const BUFFER: usize = 1 << 18;

/// The names of a header, and the delimiter that a line before it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub names: Vec<String>,
    pub delimiter: u8,
    pub is_told: bool,
}

/// Reads records from a text.
pub struct RecordReader {
    bytes: Box<dyn Read>,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    delimiter: u8,
    /// The bytes at which a field without quotes ends.
    is_end: [bool; 256],
    /// The line of the next byte, from 1.
    line: u64,
    /// The line of the record at hand.
    record_line: u64,
    /// What stopped the reading behind records that were given.
    stopped: Option<RecordError>,
    /// Rows of delimiters alone.
    empty_rows: u64,
}

impl RecordReader {
    /// Reads a file to a byte of it, behind what stands before its header. A line `sep=;` there tells the
    /// delimiter where none is `asked` for.
    ///
    /// # Errors
    /// Where the file can't be opened or its header is none.
    pub fn open(
        file: Encoded<'_>,
        end: u64,
        asked: Option<u8>,
        otherwise: u8,
    ) -> Result<(Self, Header), RecordError> {
        let bytes = file.open(0..end);
        let bytes = bytes.map_err(|source| RecordError::Read { line: 0, source })?;
        let mut reader = Self::new(bytes, asked.unwrap_or(otherwise));
        let told = reader.skip_preamble();
        let told = told.map_err(|source| RecordError::Read { line: 1, source })?;
        if let (None, Some(delimiter)) = (asked, told) {
            reader.split_at(delimiter);
        }
        let names = reader.header()?;
        let header = Header { names, delimiter: reader.delimiter, is_told: told.is_some() };
        Ok((reader, header))
    }

    /// Reads the header of a file: the delimiter that is `asked` for or told, else the one by which most
    /// columns are found.
    ///
    /// # Errors
    /// Where no delimiter makes a header of it.
    pub fn find_header(
        file: Encoded<'_>,
        asked: Option<u8>,
        matches: impl Fn(&[String]) -> usize,
    ) -> Result<Header, RecordError> {
        let mut best: Option<(usize, Header)> = None;
        let mut failed = None;
        for delimiter in DELIMITERS {
            let header = match Self::open(file, u64::MAX, asked, delimiter) {
                Ok((_, header)) => header,
                Err(error) => {
                    failed.get_or_insert(error);
                    continue;
                }
            };
            let (found, is_sure) = (matches(&header.names), asked.is_some() || header.is_told);
            if best.as_ref().is_none_or(|(most, _)| found > *most) {
                best = Some((found, header));
            }
            if is_sure {
                break;
            }
        }
        match (best, failed) {
            (Some((_, header)), _) => Ok(header),
            (None, Some(error)) => Err(error),
            (None, None) => unreachable!("at least one delimiter was tried"),
        }
    }

    /// Reads records from a text that begins with one.
    pub fn new(bytes: Box<dyn Read>, delimiter: u8) -> Self {
        let mut reader = Self {
            bytes,
            buffer: vec![0; BUFFER],
            at: 0,
            end: 0,
            delimiter,
            is_end: [false; 256],
            line: 1,
            record_line: 1,
            stopped: None,
            empty_rows: 0,
        };
        reader.split_at(delimiter);
        reader
    }

    fn split_at(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
        self.is_end = [false; 256];
        for byte in [delimiter, b'\n', b'\r'] {
            self.is_end[usize::from(byte)] = true;
        }
    }

    /// The rows of delimiters alone that were left out so far.
    pub const fn empty_rows(&self) -> u64 {
        self.empty_rows
    }

    fn skip_preamble(&mut self) -> io::Result<Option<u8>> {
        while self.end < 64 {
            match self.bytes.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let (bytes, delimiter) = preamble(&self.buffer[..self.end]);
        self.at = bytes;
        self.line += u64::from(delimiter.is_some());
        Ok(delimiter)
    }

    /// The names of the first record; none where there is no record.
    fn header(&mut self) -> Result<Vec<String>, RecordError> {
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        self.record(&mut text, &mut ends, None)?;
        let wide = |at: usize| text.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
        let (low, high) = (wide(1), wide(0));
        if low.max(high) * 4 > text.len() {
            let label = if low > high { "utf-16le" } else { "utf-16be" };
            return Err(self.refuse(RecordProblem::Utf16 { label }));
        }
        let mut start = 0;
        let mut names = Vec::with_capacity(ends.len());
        for end in ends {
            let name = std::str::from_utf8(&text[start..end]);
            let name = name.map_err(|_| self.refuse(RecordProblem::Encoding))?;
            // Spaces within a name are part of it; what has no width never is.
            let name: String = values::trim(name)
                .chars()
                .filter(|letter| letter.is_whitespace() || !values::is_unseen(*letter))
                .collect();
            names.push(name);
            start = end;
        }
        Ok(names)
    }

    /// Reads up to `most` records: how many there were, 0 at the end of the file.
    ///
    /// # Errors
    /// [`RecordError`] of the first record that can't be read, behind those before it.
    pub fn read(
        &mut self,
        records: &mut Records,
        shape: Shape,
        most: usize,
    ) -> Result<usize, RecordError> {
        let mut filling = records.begin(shape.columns);
        while self.stopped.is_none() && filling.len() < most {
            let (text, ends) = filling.fields();
            match self.record(text, ends, Some(shape)) {
                Ok(None) => break,
                Ok(Some(fields)) => filling.close(self.record_line, fields),
                Err(error) => self.stopped = Some(error),
            }
        }
        if let Some(line) = filling.finish() {
            self.stopped = Some(RecordError::Row { line, problem: RecordProblem::Encoding });
        }
        match self.stopped.take_if(|_| records.is_empty()) {
            Some(error) => Err(error),
            None => Ok(records.len()),
        }
    }

    /// Reads the next record that holds something: how many fields it has, `None` at the end of the file.
    fn record(
        &mut self,
        text: &mut Vec<u8>,
        ends: &mut Vec<usize>,
        shape: Option<Shape>,
    ) -> Result<Option<usize>, RecordError> {
        let (start, first) = (text.len(), ends.len());
        loop {
            if !self.skip_line_ends()? {
                return Ok(None);
            }
            self.record_line = self.line;
            text.truncate(start);
            ends.truncate(first);
            let mut record = Record {
                text: &mut *text,
                start,
                ends: &mut *ends,
                fields: 0,
                has_quotes: false,
                shape,
            };
            let end = self.fields(&mut record)?;
            if shape.is_some() && record.is_empty() {
                self.empty_rows += 1;
                continue;
            }
            let closed = shape.map_or(Ok(()), |shape| record.close(shape, end));
            let fields = record.fields;
            return closed.map(|()| Some(fields)).map_err(|problem| self.refuse(problem));
        }
    }

    fn fields(&mut self, record: &mut Record<'_>) -> Result<End, RecordError> {
        loop {
            let end = match self.peek()? {
                Some(QUOTE) => self.quoted(record)?,
                _ => self.plain(record)?,
            };
            record.ends.push(record.text.len());
            record.fields += 1;
            if record.fields > MOST_FIELDS {
                return Err(self.refuse(RecordProblem::ManyFields));
            }
            if end != End::Field {
                return Ok(end);
            }
        }
    }

    /// Reads a field to its end, as it stands.
    fn plain(&mut self, record: &mut Record<'_>) -> Result<End, RecordError> {
        loop {
            self.fill()?;
            let block = &self.buffer[self.at..self.end];
            if block.is_empty() {
                return Ok(End::File);
            }
            let end = block.iter().position(|byte| self.is_end[usize::from(*byte)]);
            let length = end.unwrap_or(block.len());
            record.text.extend_from_slice(&block[..length]);
            self.at += length;
            record.check_lengths().map_err(|problem| self.refuse(problem))?;
            if end.is_some() {
                let byte = self.buffer[self.at];
                // Line ends are left to be counted before the next record.
                self.at += usize::from(byte == self.delimiter);
                return Ok(if byte == self.delimiter { End::Field } else { End::Line });
            }
        }
    }

    /// Reads a field that begins with a quote.
    fn quoted(&mut self, record: &mut Record<'_>) -> Result<End, RecordError> {
        self.at += 1;
        record.has_quotes = true;
        let (start, line) = (record.text.len(), self.line);
        let mut is_after_return = false;
        loop {
            self.fill()?;
            let block = &self.buffer[self.at..self.end];
            if block.is_empty() {
                return Err(self.refuse(RecordProblem::OpenQuote));
            }
            let quote = memchr(QUOTE, block);
            let length = quote.unwrap_or(block.len());
            record.text.extend_from_slice(&block[..length]);
            self.line += line_ends(&block[..length], &mut is_after_return);
            self.at += length;
            record.check_lengths().map_err(|problem| self.refuse(problem))?;
            if quote.is_none() {
                continue;
            }
            self.at += 1;
            match self.peek()? {
                Some(QUOTE) => {
                    record.text.push(QUOTE);
                    self.at += 1;
                    is_after_return = false;
                }
                Some(byte) if !self.is_end[usize::from(byte)] => {
                    if self.line > line {
                        return Err(self.refuse(RecordProblem::ClosedInField));
                    }
                    return self.plain(record);
                }
                next => {
                    if self.line > line && record.holds_rows(start, self.delimiter) {
                        let lines = self.line - line + 1;
                        return Err(self.refuse(RecordProblem::RowsInQuotes { lines }));
                    }
                    self.at += usize::from(next == Some(self.delimiter));
                    return Ok(match next {
                        None => End::File,
                        Some(byte) if byte == self.delimiter => End::Field,
                        Some(_) => End::Line,
                    });
                }
            }
        }
    }

    /// Goes on behind line ends: whether there is more.
    fn skip_line_ends(&mut self) -> Result<bool, RecordError> {
        loop {
            match self.peek()? {
                None => return Ok(false),
                Some(b'\n') => {
                    self.at += 1;
                    self.line += 1;
                }
                Some(b'\r') => {
                    self.at += 1;
                    let is_alone = self.peek()? != Some(b'\n');
                    self.line += u64::from(is_alone);
                }
                Some(_) => return Ok(true),
            }
        }
    }

    fn peek(&mut self) -> Result<Option<u8>, RecordError> {
        self.fill()?;
        Ok(self.buffer[self.at..self.end].first().copied())
    }

    /// Reads more where all that was read is used.
    fn fill(&mut self) -> Result<(), RecordError> {
        while self.at == self.end {
            match self.bytes.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(read) => (self.at, self.end) = (0, read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(RecordError::Read { line: self.line, source }),
            }
        }
        Ok(())
    }

    const fn refuse(&self, problem: RecordProblem) -> RecordError {
        RecordError::Row { line: self.record_line, problem }
    }
}

/// The line ends in bytes: a return and a feed together are one, also where a block ends between them.
fn line_ends(bytes: &[u8], is_after_return: &mut bool) -> u64 {
    let mut count = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        let follows_return = if at == 0 { *is_after_return } else { bytes[at - 1] == b'\r' };
        count += u64::from(bytes[at] == b'\r' || !follows_return);
    }
    if let Some(last) = bytes.last() {
        *is_after_return = *last == b'\r';
    }
    count
}

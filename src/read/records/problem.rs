//! What stops the reading of records.

use std::io;

/// Why a file's records can't be read on.
#[derive(Debug)]
pub enum RecordError {
    /// The bytes behind this line can't be read or unpacked.
    Read {
        line: u64,
        source: io::Error,
    },
    Row {
        line: u64,
        problem: RecordProblem,
    },
}

/// What is wrong with a record, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    #[error(
        "it has {found} fields where the header has {expected}; look for a stray or missing delimiter or \
         quote"
    )]
    Fields { found: usize, expected: usize },
    #[error(
        "it is not UTF-8 text; save the file as UTF-8, or say its encoding in a columns file (--columns), \
         for example encoding = \"windows-1252\""
    )]
    Encoding,
    #[error(
        "a quote opens here and is not closed before the end of the file, so every row behind it would be \
         lost; close the quote, or remove it"
    )]
    OpenQuote,
    #[error(
        "a quote opens here and closes rows below, in the middle of a field, so the rows between would \
         be lost; close the quote, or remove it"
    )]
    ClosedInField,
    #[error(
        "a quote opens here and holds whole rows, {lines} lines of the file; close the quote, or remove \
         it"
    )]
    RowsInQuotes { lines: u64 },
    #[error(
        "a field is longer than {} KiB; look for a quote that is not closed, or shorten the text",
        super::MOST_FIELD >> 10
    )]
    LongField,
    #[error(
        "it is longer than {} KiB; look for missing line ends or a quote that is not closed",
        super::MOST_RECORD >> 10
    )]
    LongRecord,
    #[error("it has more than {} fields; look for missing line ends", super::MOST_FIELDS)]
    ManyFields,
    #[error(
        "it is UTF-16 text without a byte-order mark; save the file as UTF-8, or say encoding = \
         \"{label}\" in a columns file (--columns)"
    )]
    Utf16 { label: &'static str },
}

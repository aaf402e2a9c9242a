//! Records of a CSV file: text in, fields out, with bounded memory whatever the file holds.
//!
//! Quotes are those of RFC 4180. A quote that is never closed would take every row behind it into one
//! field; that is an error, and so is a field, a record or a header of a length that no table has.

mod batch;
mod problem;
mod reader;
mod record;
mod source;

pub use batch::Records;
pub use problem::{RecordError, RecordProblem};
pub use reader::{Header, RecordReader};
pub use record::{Shape, is_nothing};
pub use source::{Encoded, is_splittable, preamble};

/// The delimiters that are tried where none is named.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are read at a time.
pub const BATCH_ROWS: usize = 8192;

/// The most bytes of one field.
const MOST_FIELD: usize = 64 << 10;
/// The most bytes of one record.
const MOST_RECORD: usize = 1 << 20;
/// The most fields of one record: as many as spreadsheets have columns.
const MOST_FIELDS: usize = 1 << 14;

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;

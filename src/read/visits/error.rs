//! What stops the reading of visits. Where a value is only doubtful, the visit is read without it.

use std::path::PathBuf;

use crate::domain::visit::VisitField;
use crate::read::records::RecordProblem;
use crate::read::row_groups::RowGroupFault;

#[derive(Debug, thiserror::Error)]
pub enum VisitsError {
    #[error("cannot open visits file `{path}`")]
    Open { path: PathBuf, source: std::io::Error },
    #[error(
        "visits file `{path}` ends in neither .csv, .csv.gz, .tsv, .tsv.gz nor .parquet; \
         rename it to what it is, or convert it"
    )]
    Format { path: PathBuf },
    #[error("`{path}` is a folder; name the files in it, for example `{path}/*.parquet`")]
    Folder { path: PathBuf },
    #[error("there are more than 65,535 visits files; join some")]
    TooManyFiles,
    #[error("visits file `{path}` is empty; it needs a header row and visits")]
    Empty { path: PathBuf },
    #[error(
        "visits file `{path}` has no column `{wanted}`; it has {found}.{near} Rename the column, or name \
         it in a columns file (--columns)"
    )]
    MissingColumn { path: PathBuf, wanted: String, found: String, near: String },
    #[error("visits file `{path}` has the column `{name}` twice; remove one")]
    RepeatedColumn { path: PathBuf, name: String },
    #[error("visits file `{path}`, row {row}: {problem}")]
    Row { path: PathBuf, row: u64, problem: Problem },
    #[error(
        "visits file `{path}` cannot be read beyond row {row}; it may not be whole: copy or export it \
         again"
    )]
    Csv { path: PathBuf, row: u64, source: std::io::Error },
    #[error(
        "cannot read Parquet file `{path}`; it may not be whole, or not Parquet: export it again"
    )]
    Parquet { path: PathBuf, source: parquet::errors::ParquetError },
    #[error("Parquet file `{path}`: {fault}")]
    RowGroups { path: PathBuf, fault: RowGroupFault },
    #[error(
        "column `{field}` of Parquet file `{path}` is of a type that can't be read as it ({found})"
    )]
    ColumnType { path: PathBuf, field: VisitField, found: String },
    #[error("cannot assemble visits of `{path}` into a batch")]
    Batch { path: PathBuf, source: arrow::error::ArrowError },
}

/// What is wrong with a row, and what to do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Problem {
    #[error("{field} is empty; every visit needs one")]
    Empty { field: VisitField },
    #[error(
        "started_at `{text}` is not a time; write ISO 8601, for example 2021-03-04T09:12:00+07:00 \
         (without an offset it is the province's local time)"
    )]
    Time { text: String },
    #[error(
        "outcome `{text}` is none of 1 completed, 2 not found, 3 moved or gone, 4 part of another, 5 refused, 6 duplicate"
    )]
    Outcome { text: String },
    #[error(
        "village_code `{text}` is in the dotted form of Kemendagri codes, but the regions have codes of \
         the system {system}; build on regions of the system kemendagri, or recode the visits"
    )]
    DottedCode { text: String, system: &'static str },
    #[error(
        "village_code `{text}` is not a code as it was given out but what a spreadsheet made of it, and \
         digits of it may be lost; format the column as text and write plain digits, for example \
         0101010001. `--accept-doubtful village_code` reads such codes as unknown"
    )]
    RewrittenCode { text: String },
    #[error(
        "{field} is the number {text}, of which the last digits are lost; write the column as text or as \
         whole numbers of 64 bits"
    )]
    InexactId { field: VisitField, text: String },
    #[error(transparent)]
    Record(#[from] RecordProblem),
}

/// A row's problem before its file is known.
#[derive(Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// Counted from the batch's first row, 0.
    pub offset: usize,
    pub problem: Problem,
}

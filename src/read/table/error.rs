//! What stops the reading of a register's table.

use std::path::PathBuf;

use crate::read::records::RecordProblem;
use crate::read::row_groups::RowGroupFault;

#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("cannot open {register} file `{path}`")]
    Open { register: &'static str, path: PathBuf, source: std::io::Error },
    #[error(
        "{register} file `{path}` ends in neither .csv, .csv.gz, .tsv, .tsv.gz nor .parquet; \
         rename it to what it is, or convert it"
    )]
    Format { register: &'static str, path: PathBuf },
    #[error(
        "`{path}` is a folder; name the {register} files in it, for example `{path}/*.parquet`"
    )]
    Folder { register: &'static str, path: PathBuf },
    #[error("{register} file `{path}` is empty; it needs a header row")]
    Empty { register: &'static str, path: PathBuf },
    #[error(
        "{register} file `{path}` has no column `{column}`; it has {found}.{near} Rename the column, \
         or name it in the section [{register}] of a columns file (--columns)"
    )]
    MissingColumn {
        register: &'static str,
        path: PathBuf,
        column: String,
        found: String,
        near: String,
    },
    #[error("{register} file `{path}` has the column `{column}` twice; remove one")]
    RepeatedColumn { register: &'static str, path: PathBuf, column: String },
    #[error(
        "the section [{register}] of the columns file names `{column}`, which is no column of \
         {register}; there are {known}"
    )]
    UnknownColumn { register: &'static str, column: String, known: String },
    #[error("{register} file `{path}`, row {row}: {problem}")]
    Row { register: &'static str, path: PathBuf, row: u64, problem: RowError },
    #[error(
        "{register} file `{path}` cannot be read beyond row {row}; it may not be whole: copy or export \
         it again"
    )]
    Csv { register: &'static str, path: PathBuf, row: u64, source: std::io::Error },
    #[error(
        "cannot read {register} file `{path}`; it may not be whole, or not Parquet: export it again"
    )]
    Parquet { register: &'static str, path: PathBuf, source: parquet::errors::ParquetError },
    #[error("{register} file `{path}`: {fault}")]
    RowGroups { register: &'static str, path: PathBuf, fault: RowGroupFault },
    #[error(
        "column `{column}` of {register} file `{path}` is of a type that can't be read as it ({found})"
    )]
    ColumnType { register: &'static str, path: PathBuf, column: &'static str, found: String },
}

/// What is wrong with a row, and what would do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RowError {
    #[error("{column} is empty; every row needs {expected}")]
    Empty { column: &'static str, expected: &'static str },
    #[error("{column} is `{text}`, not {expected}")]
    Value { column: &'static str, text: String, expected: &'static str },
    #[error("{column} `{text}` stands in row {first} already, and the rows differ; leave one")]
    Repeated { column: &'static str, text: String, first: u64 },
    #[error(
        "{column} is the number {text}, of which the last digits are lost; write the column as text or as \
         whole numbers of 64 bits"
    )]
    InexactId { column: &'static str, text: String },
    #[error(transparent)]
    Record(#[from] RecordProblem),
}

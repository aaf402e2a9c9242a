//! What stops the reading of a register's table.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("cannot open {register} file `{path}`")]
    Open { register: &'static str, path: PathBuf, source: std::io::Error },
    #[error(
        "{register} file `{path}` ends in neither .csv, .csv.gz, .tsv, .tsv.gz nor .parquet; \
         rename it to what it is, or convert it"
    )]
    Format { register: &'static str, path: PathBuf },
    #[error("{register} file `{path}` is empty; it needs a header row")]
    Empty { register: &'static str, path: PathBuf },
    #[error("cannot read the header of {register} file `{path}`")]
    Header { register: &'static str, path: PathBuf, source: csv::Error },
    #[error(
        "{register} file `{path}` has no column `{column}`; it has {found}. Rename the column, or name \
         it in the section [{register}] of a columns file (--columns)"
    )]
    MissingColumn { register: &'static str, path: PathBuf, column: String, found: String },
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
    Csv { register: &'static str, path: PathBuf, row: u64, source: csv::Error },
    #[error(
        "cannot read {register} file `{path}`; it may not be whole, or not Parquet: export it again"
    )]
    Parquet { register: &'static str, path: PathBuf, source: parquet::errors::ParquetError },
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
        "it has {found} fields where the header has {expected}; look for a stray or missing delimiter \
         or quote"
    )]
    Fields { found: u64, expected: u64 },
    #[error(
        "it is not UTF-8 text; save the file as UTF-8, or say its encoding in a columns file \
         (--columns), for example encoding = \"windows-1252\""
    )]
    Encoding,
}

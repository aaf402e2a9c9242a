//! Tables of the registers in: CSV or Parquet, columns by name, each row with its number.
//!
//! What a value means is the register's own; here it is found, and told of where a row can't be read.

mod cells;
mod csv;
mod doubts;
mod error;
mod names;
mod parquet;

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

pub use cells::{Cell, codes, dates, ids, reals, texts, wholes};
pub use doubts::ColumnValues;
pub use error::{RowError, TableError};
pub use names::Names;

use self::csv::CsvTable;
use self::doubts::Doubts;
use self::parquet::ParquetTable;
use super::records::Records;
use super::values::{shorten, trim};
use super::visits::ColumnsFile;
use crate::domain::visit::Need;

/// What a register's table holds.
#[derive(Debug)]
pub struct TableSpec {
    /// What messages call it, and the section of a columns file that names its columns.
    pub register: &'static str,
    pub columns: &'static [(&'static str, Need)],
}

/// Files of one register whose headers have been read.
pub struct TableFiles {
    spec: &'static TableSpec,
    files: Vec<TableFile>,
    /// How the text of CSV files is written.
    settings: ColumnsFile,
}

struct TableFile {
    path: PathBuf,
    found: Found,
    kind: Kind,
    doubts: Doubts,
    /// Rows of delimiters alone.
    empty_rows: AtomicU64,
}

enum Kind {
    Csv(CsvTable),
    Parquet(ParquetTable),
}

/// The columns of a file that hold values that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileValues {
    pub path: PathBuf,
    pub columns: Vec<(&'static str, ColumnValues)>,
}

/// Where a file has the columns of its spec, and the names of the others.
struct Found {
    columns: Vec<Option<usize>>,
    /// Names that were found in other letters, and what they are read as.
    renamed: Vec<(String, &'static str)>,
    ignored: Vec<String>,
}

/// A part of a file that is read by one thread.
#[derive(Debug, Clone)]
pub struct Portion {
    file: usize,
    /// Of a Parquet file; CSV is read whole.
    row_groups: Range<usize>,
}

impl Portion {
    /// The number of its file among the inputs.
    pub const fn file(&self) -> usize {
        self.file
    }
}

/// Rows of a file: the columns of its spec, `None` for one that it has not. In CSV every column is text,
/// and empty is null.
pub struct TableBatch<'a> {
    path: &'a Path,
    pub file: usize,
    spec: &'static TableSpec,
    columns: Vec<Option<ArrayRef>>,
    rows: usize,
    numbers: Numbers<'a>,
    doubts: &'a Doubts,
}

/// How rows are numbered: by the lines of the file for CSV, from 1 for Parquet.
enum Numbers<'a> {
    From(u64),
    Records(&'a Records),
}

type Put<'p> = dyn FnMut(&TableBatch<'_>) -> Result<ControlFlow<()>, TableError> + 'p;

impl TableFiles {
    /// Reads the headers of all files.
    ///
    /// # Errors
    /// [`TableError`] of the first file that can't be read as this register's.
    pub fn open(
        paths: &[PathBuf],
        spec: &'static TableSpec,
        settings: &ColumnsFile,
    ) -> Result<Self, TableError> {
        let names = settings.names(spec.register);
        names.check(spec)?;
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let register = spec.register;
            if path.is_dir() {
                return Err(TableError::Folder { register, path: path.into() });
            }
            let name = path.to_string_lossy().to_lowercase();
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            let (columns, kind) = if name.ends_with(".csv") || name.ends_with(".tsv") {
                let (table, columns) = CsvTable::open(path, spec, names, settings)?;
                (columns, Kind::Csv(table))
            } else if name.ends_with(".parquet") {
                let (table, columns) = ParquetTable::open(path, spec)?;
                (columns, Kind::Parquet(table))
            } else {
                return Err(TableError::Format { register, path: path.into() });
            };
            let found = names.find(path, spec, &columns)?;
            let path = path.clone();
            let (doubts, empty_rows) = (Doubts::default(), AtomicU64::new(0));
            files.push(TableFile { path, found, kind, doubts, empty_rows });
        }
        Ok(Self { spec, files, settings: settings.clone() })
    }

    pub fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// The names of columns that are none of the register's, sorted.
    pub fn ignored(&self) -> Vec<String> {
        let mut ignored: Vec<String> =
            self.files.iter().flat_map(|file| file.found.ignored.clone()).collect();
        ignored.sort();
        ignored.dedup();
        ignored
    }

    /// The rows of each file that were left out because they hold nothing.
    pub fn empty_rows(&self) -> Vec<u64> {
        self.files.iter().map(|file| file.empty_rows.load(Ordering::Relaxed)).collect()
    }

    /// How many values of each column could be read, file by file.
    pub fn values(&self) -> Vec<FileValues> {
        let of_column = |(column, values): (usize, ColumnValues)| {
            (values.unreadable > 0).then(|| (self.spec.columns[column].0, values))
        };
        let of_file = |file: &TableFile| FileValues {
            path: file.path.clone(),
            columns: file.doubts.columns().into_iter().enumerate().filter_map(of_column).collect(),
        };
        self.files.iter().map(of_file).collect()
    }

    /// What people should know of the columns that were found, one sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let of_file = |file: &TableFile| {
            let path = file.path.display().to_string();
            let remark = move |(name, column): &(String, &'static str)| {
                format!("column `{name}` of `{path}` is read as `{column}`")
            };
            file.found.renamed.iter().map(remark).collect::<Vec<_>>()
        };
        self.files.iter().flat_map(of_file).collect()
    }

    /// Whether a file has a column.
    pub fn has(&self, file: usize, column: usize) -> bool {
        self.files[file].found.columns[column].is_some()
    }

    /// Deals the files' contents out to at most `count` readers, each in file order.
    pub fn portions(&self, count: usize) -> Vec<Vec<Portion>> {
        let mut all = Vec::new();
        for (file, table) in self.files.iter().enumerate() {
            let groups = match &table.kind {
                Kind::Csv(_) => 1,
                Kind::Parquet(parquet) => parquet.row_groups(),
            };
            all.extend((0..groups).map(|group| Portion { file, row_groups: group..group + 1 }));
        }
        let share = all.len().div_ceil(count.max(1)).max(1);
        let dealt: Vec<_> = all.chunks(share).map(<[Portion]>::to_vec).collect();
        if dealt.is_empty() { vec![vec![]] } else { dealt }
    }

    /// Reads a portion in batches, until `put` breaks.
    ///
    /// # Errors
    /// [`TableError`] of the first row that can't be read, and those of `put`.
    pub fn read(&self, portion: &Portion, put: &mut Put<'_>) -> Result<(), TableError> {
        let file = &self.files[portion.file];
        let reading = Reading {
            path: &file.path,
            number: portion.file,
            spec: self.spec,
            found: &file.found,
            doubts: &file.doubts,
            empty_rows: &file.empty_rows,
        };
        match &file.kind {
            Kind::Csv(csv) => csv.read(&reading, &self.settings, put),
            Kind::Parquet(parquet) => parquet.read(&reading, portion.row_groups.clone(), put),
        }
    }

    /// Reads every row of every file, in their order.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_all(&self, put: &mut Put<'_>) -> Result<(), TableError> {
        self.portions(1).concat().iter().try_for_each(|portion| self.read(portion, put))
    }
}

/// What a file is read with.
struct Reading<'a> {
    path: &'a Path,
    number: usize,
    spec: &'static TableSpec,
    found: &'a Found,
    doubts: &'a Doubts,
    empty_rows: &'a AtomicU64,
}

impl TableBatch<'_> {
    pub const fn len(&self) -> usize {
        self.rows
    }

    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// A column of the spec, where the file has it.
    pub fn column(&self, column: usize) -> Option<&ArrayRef> {
        self.columns[column].as_ref()
    }

    /// The number of a row, as messages call it.
    pub fn row_number(&self, row: usize) -> u64 {
        match &self.numbers {
            Numbers::From(first) => first + row as u64,
            Numbers::Records(records) => records.line(row),
        }
    }

    /// That a cell is not what it must be; `expected` says what would do.
    pub fn refuse(&self, column: usize, row: usize, expected: &'static str) -> TableError {
        let text = self.text(column, row);
        let name = self.spec.columns[column].0;
        let problem = match text {
            None => RowError::Empty { column: name, expected },
            Some(text) => RowError::Value { column: name, text, expected },
        };
        self.refuse_row(row, problem)
    }

    /// That a row can't be read.
    pub fn refuse_row(&self, row: usize, problem: RowError) -> TableError {
        let (register, path) = (self.spec.register, self.path.into());
        TableError::Row { register, path, row: self.row_number(row), problem }
    }

    /// Notes which values of a column can't be read, and refuses a row that may be shifted: one without its
    /// last fields, in which a value can't be read.
    fn note<T>(&self, column: usize, cells: &[Cell<T>]) -> Result<(), TableError> {
        let is_doubtful = |row: usize| cells[row].is_unreadable();
        if let Numbers::Records(records) = self.numbers
            && let Some((row, problem)) = records.too_short(is_doubtful)
        {
            return Err(self.refuse_row(row, RowError::Record(problem)));
        }
        let show = |row| (self.row_number(row), self.text(column, row).unwrap_or_default());
        self.doubts.add(column, cells, show);
        Ok(())
    }

    /// Notes which values of a column could be read and can't be meant, such as an age of 300: by the cells as
    /// they were read, and by what was made of them.
    pub fn note_out_of_range<T, U>(&self, column: usize, as_read: &[Cell<T>], made: &[Cell<U>]) {
        let rows = (0..made.len())
            .filter(|&row| matches!(as_read[row], Cell::Value(_)) && made[row].is_unreadable());
        let show = |row| (self.row_number(row), self.text(column, row).unwrap_or_default());
        self.doubts.refuse(column, rows, show);
    }

    /// That a number is no id any more.
    fn refuse_inexact(&self, column: usize, row: usize, text: String) -> TableError {
        let column = self.spec.columns[column].0;
        self.refuse_row(row, RowError::InexactId { column, text })
    }

    /// That a column is of a type that can't be read.
    pub fn refuse_type(&self, column: usize) -> TableError {
        let found =
            self.column(column).map_or_else(String::new, |array| array.data_type().to_string());
        let (register, path) = (self.spec.register, self.path.into());
        TableError::ColumnType { register, path, column: self.spec.columns[column].0, found }
    }

    /// The first 40 characters of a cell, `None` where it is empty.
    fn text(&self, column: usize, row: usize) -> Option<String> {
        let cell = self.column(column)?.slice(row, 1);
        let text = cast(&cell, &DataType::Utf8).ok()?;
        let text = text.as_string::<i32>();
        let text = text.is_valid(0).then(|| trim(text.value(0))).filter(|text| !text.is_empty())?;
        Some(shorten(text))
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;

//! Visits files in: batches of visits out, each row parsed once.

mod batch;
mod columns;
mod csv;
mod degrees;
mod error;
mod parquet;
mod parse;
mod point;
mod splits;

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arrow::array::RecordBatch;

pub use columns::ColumnsFile;
pub use error::{Problem, VisitsError};
pub use parse::Locale;

use self::columns::FoundColumns;
use self::csv::CsvFile;
use self::parquet::ParquetFile;
use crate::domain::visit::{Need, VisitField};
use crate::read::headers::quoted;

/// Every field, as bits.
pub const ALL_FIELDS: u32 = u32::MAX;

/// Visits files whose headers have been read.
pub struct VisitFiles {
    files: Vec<VisitFile>,
    settings: ColumnsFile,
    /// The fields whose doubtful values were accepted, as bits.
    accepted: u32,
}

/// Rows of delimiters alone, by the first and the last of the parts in which they were found.
type EmptyRows = Mutex<BTreeMap<(usize, usize), u64>>;

struct VisitFile {
    path: PathBuf,
    number: u16,
    kind: Kind,
    /// Rows of delimiters alone, by the parts in which they were found.
    empty_rows: EmptyRows,
}

enum Kind {
    Csv(CsvFile),
    Parquet(ParquetFile),
}

impl Portion {
    /// A part that [`VisitFiles::portions`] dealt out elsewhere.
    pub const fn new(file: usize, parts: Range<usize>) -> Self {
        Self { file, parts }
    }

    /// Row groups of a Parquet file, parts of a CSV file.
    pub const fn parts(&self) -> &Range<usize> {
        &self.parts
    }

    /// The number of its file among the inputs.
    pub const fn file(&self) -> usize {
        self.file
    }
}

/// A part of a file that is read by one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    file: usize,
    /// Row groups of a Parquet file, parts of a CSV file.
    parts: Range<usize>,
}

impl VisitFiles {
    /// Reads the headers of all files.
    ///
    /// # Errors
    /// [`VisitsError`] of the first file that can't be read as visits.
    pub fn open(paths: &[PathBuf], settings: ColumnsFile) -> Result<Self, VisitsError> {
        let mut files = Vec::with_capacity(paths.len());
        for (number, path) in paths.iter().enumerate() {
            let number = u16::try_from(number).map_err(|_| VisitsError::TooManyFiles)?;
            files.push(VisitFile {
                path: path.clone(),
                number,
                kind: Kind::open(path, &settings)?,
                empty_rows: Mutex::default(),
            });
        }
        Ok(Self { files, settings, accepted: 0 })
    }

    /// Reads on where values of these fields, as bits, are what stops the reading.
    #[must_use]
    pub fn accepting(self, accepted: u32) -> Self {
        Self { accepted, ..self }
    }

    /// What people should know of the columns that were found, one sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let axes = VisitField::Longitude.bit() | VisitField::Latitude.bit();
        let mut remarks = Vec::new();
        for file in &self.files {
            let (path, columns) = (file.path.display(), file.kind.columns());
            for (name, field) in &columns.renamed {
                remarks.push(format!("column `{name}` of `{path}` is read as `{field}`"));
            }
            if columns.fields() & axes != axes {
                remarks.push(format!(
                    "visits file `{path}` has no columns `longitude` and `latitude`, so its visits have no \
                     position; name them in a columns file (--columns), or the column of whole \
                     positions as `geopoint`. Columns that are not read: {}",
                    quoted(&columns.ignored)
                ));
            }
        }
        remarks
    }

    /// The rows of each file that were left out because they hold nothing.
    pub fn empty_rows(&self) -> Vec<u64> {
        let of_file = |file: &VisitFile| {
            let found = file.empty_rows.lock().unwrap_or_else(PoisonError::into_inner);
            found.get(&(0, usize::MAX)).copied().unwrap_or_else(|| found.values().sum())
        };
        self.files.iter().map(of_file).collect()
    }

    /// Reads one field of some rows of a file as it was written: each with its row as messages call it.
    ///
    /// # Errors
    /// Where the file can't be read again.
    pub fn written(
        &self,
        file: u16,
        field: VisitField,
        rows: &[u64],
    ) -> Result<Vec<(u64, String)>, VisitsError> {
        let VisitFile { path, kind, .. } = &self.files[usize::from(file)];
        match kind {
            Kind::Csv(csv) => csv.written(path, &self.settings, field, rows),
            Kind::Parquet(parquet) => parquet.written(path, field, rows),
        }
    }

    /// The paths, by the number under which a row names its source.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// The paths as messages call them.
    pub fn names(&self) -> Vec<String> {
        self.paths().map(|path| path.display().to_string()).collect()
    }

    /// The fields that any of the files has, as bits.
    pub fn fields(&self) -> u32 {
        self.files.iter().fold(0, |bits, file| bits | file.kind.columns().fields())
    }

    /// The names of columns that are no field of ours, sorted.
    pub fn ignored(&self) -> Vec<String> {
        let columns = self.files.iter().flat_map(|file| &file.kind.columns().ignored);
        let mut ignored: Vec<String> = columns.cloned().collect();
        ignored.sort();
        ignored.dedup();
        ignored
    }

    /// Deals the files' contents out to at most `count` readers, each in file order.
    pub fn portions(&self, count: usize) -> Vec<Vec<Portion>> {
        let mut all = Vec::new();
        for (file, visit_file) in self.files.iter().enumerate() {
            let parts = match &visit_file.kind {
                // Whoever reads all of it by himself needs no cuts.
                Kind::Csv(_) if count == 1 => {
                    all.push(Portion { file, parts: csv::ALL_PARTS });
                    continue;
                }
                Kind::Csv(csv) => csv.parts(&visit_file.path, &self.settings),
                Kind::Parquet(parquet) => parquet.row_groups(),
            };
            all.extend((0..parts).map(|part| Portion { file, parts: part..part + 1 }));
        }
        let share = all.len().div_ceil(count.max(1)).max(1);
        let dealt: Vec<_> = all.chunks(share).map(<[Portion]>::to_vec).collect();
        if dealt.is_empty() { vec![vec![]] } else { dealt }
    }

    /// Reads a portion in batches of [`crate::domain::visit::VISIT_SCHEMA`], until `put` breaks. Of
    /// the fields only the required ones and those that are wanted are read, as bits; the others are
    /// null.
    ///
    /// # Errors
    /// [`VisitsError`] of the first row that can't be read.
    pub fn read(
        &self,
        portion: &Portion,
        locale: &Locale,
        wanted: u32,
        put: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
    ) -> Result<(), VisitsError> {
        let file = &self.files[portion.file];
        let (path, number) = (&file.path, file.number);
        let required = VisitField::ALL.iter().filter(|field| field.need() == Need::Required);
        let wanted = required.fold(wanted, |bits, field| bits | field.bit());
        let accepted = self.accepted;
        let empty_rows = (portion, &file.empty_rows);
        let reading = Reading { path, number, locale, wanted, accepted, empty_rows };
        match &file.kind {
            Kind::Csv(csv) => csv.read(&reading, &self.settings, portion.parts.clone(), put),
            Kind::Parquet(parquet) => parquet.read(&reading, portion.parts.clone(), put),
        }
    }
}

/// What a file is read with.
struct Reading<'a> {
    path: &'a Path,
    number: u16,
    locale: &'a Locale,
    /// The fields to read, as bits.
    wanted: u32,
    /// Those whose doubtful values were accepted.
    accepted: u32,
    /// Where rows of delimiters alone are noted.
    empty_rows: (&'a Portion, &'a EmptyRows),
}

impl Reading<'_> {
    const fn wants(&self, field: VisitField) -> bool {
        self.wanted & field.bit() != 0
    }

    /// Notes the rows of delimiters alone of what was read; each pass finds the same.
    fn note_empty_rows(&self, rows: u64) {
        let (Portion { parts, .. }, noted) = self.empty_rows;
        if rows > 0 {
            let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.insert((parts.start, parts.end), rows);
        }
    }
}

impl Kind {
    fn open(path: &Path, settings: &ColumnsFile) -> Result<Self, VisitsError> {
        if path.is_dir() {
            return Err(VisitsError::Folder { path: path.into() });
        }
        let name = path.to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if name.ends_with(".csv") || name.ends_with(".tsv") {
            return CsvFile::open(path, settings).map(Self::Csv);
        }
        if name.ends_with(".parquet") {
            return ParquetFile::open(path, settings).map(Self::Parquet);
        }
        Err(VisitsError::Format { path: path.into() })
    }

    const fn columns(&self) -> &FoundColumns {
        match self {
            Self::Csv(file) => &file.columns,
            Self::Parquet(file) => &file.columns,
        }
    }
}

#[cfg(test)]
#[path = "visits_tests.rs"]
mod tests;

//! Persons files in: whose household, how old at the reference date, disabled in which class.

mod error;
mod parse;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use arrow::array::{Array, StringArray};

pub use error::PersonsError;

use super::table::{FileValues, Portion, TableFiles, TableSpec};
use super::visits::ColumnsFile;
use crate::domain::date::Date;
use crate::domain::person::{AgeBounds, Definition, Person};
use crate::domain::visit::Need::{Optional, Required};
use crate::domain::visit::VisitField;

/// The columns of the persons table.
pub static PERSONS: TableSpec = TableSpec {
    register: "persons",
    columns: &[
        ("person_id", Required),
        ("household_id", Required),
        ("sex", Required),
        ("birth_date", Optional),
        ("age_years", Optional),
        ("disability_code", Optional),
        ("presence", Optional),
        ("institution_id", Optional),
        ("wg_a", Optional),
        ("wg_b", Optional),
        ("wg_c", Optional),
        ("wg_d", Optional),
        ("wg_e", Optional),
        ("wg_f", Optional),
        ("wg_g", Optional),
        ("wg_h", Optional),
        ("wg_i", Optional),
    ],
};

const BIRTH_DATE: usize = 3;
const AGE_YEARS: usize = 4;
const DISABILITY_CODE: usize = 5;
const ANSWERS: std::ops::Range<usize> = 8..17;

/// Takes a batch of persons, with a function that gives the number of a row, as messages call it.
pub type PutPersons<'a> = dyn FnMut(PersonBatch, &dyn Fn(usize) -> u64) -> ControlFlow<()> + 'a;

/// Persons files whose headers have been read, and how their rows are judged.
pub struct PersonFiles {
    files: TableFiles,
    definition: Option<Definition>,
    ages: AgeBounds,
}

/// Rows of a persons file.
pub struct PersonBatch {
    pub person_ids: StringArray,
    /// Null or empty for some of those who live in an institution.
    pub household_ids: StringArray,
    pub institution_ids: Option<StringArray>,
    pub rows: Vec<PersonRow>,
}

/// What a row says besides whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonRow {
    pub person: Person,
    /// Whether the person lives there, or is counted there for the first time.
    pub is_present: bool,
    /// A hash of all values but the ids: equal rows have equal ones.
    pub content: u64,
}

/// Where a person lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home<'a> {
    Household(&'a str),
    Institution(&'a str),
}

impl PersonFiles {
    /// Reads the headers of all files. `asked` is the definition of disability to go by where the files
    /// hold both.
    ///
    /// # Errors
    /// [`PersonsError`] of the first file that can't be read as persons, and where files tell of
    /// disabilities by different definitions.
    pub fn open(
        paths: &[PathBuf],
        settings: &ColumnsFile,
        asked: Option<Definition>,
        reference: Date,
    ) -> Result<Self, PersonsError> {
        let files = TableFiles::open(paths, &PERSONS, settings)?;
        for (file, path) in files.paths().enumerate() {
            if !files.has(file, BIRTH_DATE) && !files.has(file, AGE_YEARS) {
                return Err(PersonsError::NoAge { path: path.into() });
            }
        }
        let definition = definition(&files, asked)?;
        Ok(Self { files, definition, ages: AgeBounds::at(reference) })
    }

    /// By which definition the files tell who is disabled; `None` where they don't.
    pub const fn definition(&self) -> Option<Definition> {
        self.definition
    }

    /// The counts of a household that its persons tell, as bits of visit fields.
    pub fn fields(&self) -> u32 {
        use VisitField::*;
        let ages = [Members, Children, ChildrenUnder5, Elderly, Elderly70Plus];
        let disabilities = [
            Disabled,
            DisabledPhysical,
            DisabledIntellectual,
            DisabledMental,
            DisabledSensory,
            DisabledMultiple,
        ];
        let told: &[VisitField] = if self.definition.is_some() { &disabilities } else { &[] };
        ages.iter().chain(told).fold(0, |bits, field| bits | field.bit())
    }

    pub fn paths(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.files.paths()
    }

    /// The names of columns that are none of the table's, sorted.
    pub fn ignored(&self) -> Vec<String> {
        self.files.ignored()
    }

    /// The rows of each file that were left out because they hold nothing.
    pub fn empty_rows(&self) -> Vec<u64> {
        self.files.empty_rows()
    }

    /// The columns with values that can't be read, file by file.
    pub fn values(&self) -> Vec<FileValues> {
        self.files.values()
    }

    /// What people should know of the columns that were found.
    pub fn remarks(&self) -> Vec<String> {
        self.files.remarks()
    }

    /// Deals the files' contents out to at most `count` readers, each in file order.
    pub fn portions(&self, count: usize) -> Vec<Vec<Portion>> {
        self.files.portions(count)
    }

    /// Reads a portion in batches, until `put` breaks. With each comes a function that gives the number
    /// of a row, as messages call it.
    ///
    /// # Errors
    /// [`PersonsError`] of the first row that can't be read.
    pub fn read(&self, portion: &Portion, put: &mut PutPersons<'_>) -> Result<(), PersonsError> {
        let read = self.files.read(portion, &mut |table| {
            let batch = parse::batch(table, self.definition, &self.ages)?;
            Ok(put(batch, &|row| table.row_number(row)))
        });
        Ok(read?)
    }
}

/// The one definition that the files have, or that was asked for and that all of them have.
fn definition(
    files: &TableFiles,
    asked: Option<Definition>,
) -> Result<Option<Definition>, PersonsError> {
    let count = files.paths().len();
    let has = |definition: Definition, file: usize| match definition {
        Definition::Dtks => files.has(file, DISABILITY_CODE),
        Definition::Wg => ANSWERS.into_iter().any(|answer| files.has(file, answer)),
    };
    let is_told = |definition: Definition| (0..count).any(|file| has(definition, file));
    let definition = match (asked, is_told(Definition::Dtks), is_told(Definition::Wg)) {
        (Some(asked), ..) => asked,
        (None, true, true) => return Err(PersonsError::TwoDefinitions),
        (None, true, false) => Definition::Dtks,
        (None, false, true) => Definition::Wg,
        (None, false, false) => return Ok(None),
    };
    match files.paths().enumerate().find(|(file, _)| !has(definition, *file)) {
        None => Ok(Some(definition)),
        Some((_, path)) => {
            Err(PersonsError::NoDefinition { path: path.into(), definition: definition.name() })
        }
    }
}

impl PersonBatch {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Where the person of a row lives: in an institution, where one is told.
    pub fn home(&self, row: usize) -> Home<'_> {
        match self.institution(row) {
            Some(institution) => Home::Institution(institution),
            None => Home::Household(self.household(row)),
        }
    }

    /// The institution that a row names.
    pub fn institution(&self, row: usize) -> Option<&str> {
        self.institution_ids.as_ref().and_then(|ids| text(ids, row))
    }

    /// The household that a row names, also where the person lives in an institution.
    pub fn household(&self, row: usize) -> &str {
        text(&self.household_ids, row).unwrap_or_default()
    }
}

/// A text, `None` where it is empty.
fn text(texts: &StringArray, row: usize) -> Option<&str> {
    texts.is_valid(row).then(|| texts.value(row)).filter(|text| !text.is_empty())
}

#[cfg(test)]
#[path = "persons_tests.rs"]
mod tests;

//! Recipients files in: whom a programme reaches, by household or by person.

use std::ops::{ControlFlow, Deref};
use std::path::PathBuf;

use arrow::array::{Array, StringArray};

use super::table::{Portion, TableBatch, TableError, TableFiles, TableSpec, ids, texts};
use super::visits::ColumnsFile;
use crate::domain::programme::{Period, RecipientStatus};
use crate::domain::visit::Need::{Optional, Required};

/// The columns of the recipients table.
pub static RECIPIENTS: TableSpec = TableSpec {
    register: "recipients",
    columns: &[
        ("programme", Required),
        ("household_id", Optional),
        ("person_id", Optional),
        ("period", Required),
        ("status", Required),
        ("amount_idr", Optional),
    ],
};

/// Recipients files whose headers have been read.
pub struct RecipientFiles(TableFiles);

/// Who receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient<'a> {
    Household(&'a str),
    Person(&'a str),
}

/// Rows of recipients.
pub struct RecipientBatch {
    programmes: StringArray,
    households: Option<StringArray>,
    persons: Option<StringArray>,
    told: Vec<(Period, RecipientStatus)>,
}

impl Deref for RecipientFiles {
    type Target = TableFiles;

    fn deref(&self) -> &TableFiles {
        &self.0
    }
}

impl RecipientFiles {
    /// Reads the headers of all files.
    ///
    /// # Errors
    /// [`TableError`] of the first file that can't be read as recipients.
    pub fn open(paths: &[PathBuf], settings: &ColumnsFile) -> Result<Self, TableError> {
        TableFiles::open(paths, &RECIPIENTS, settings).map(Self)
    }

    /// Reads a portion in batches, until `put` breaks.
    ///
    /// # Errors
    /// [`TableError`] of the first row that can't be read.
    pub fn read(
        &self,
        portion: &Portion,
        put: &mut dyn FnMut(&RecipientBatch) -> ControlFlow<()>,
    ) -> Result<(), TableError> {
        self.0.read(portion, &mut |table| Ok(put(&parse(table)?)))
    }
}

fn parse(table: &TableBatch<'_>) -> Result<RecipientBatch, TableError> {
    let required =
        |column| texts(table, column).map(|texts| texts.expect("the column is required"));
    let (programmes, periods, statuses) = (required(0)?, required(3)?, required(4)?);
    let mut batch = RecipientBatch {
        programmes,
        households: ids(table, 1)?,
        persons: ids(table, 2)?,
        told: Vec::with_capacity(table.len()),
    };
    for row in 0..table.len() {
        if text(&batch.programmes, row).is_none() {
            return Err(table.refuse(0, row, "a programme, for example PKH"));
        }
        if batch.find(row).is_none() {
            return Err(table.refuse(1, row, "a household_id or a person_id"));
        }
        let period = text(&periods, row).and_then(Period::parse);
        let period =
            period.ok_or_else(|| table.refuse(3, row, "a period: 2021, 2021-Q3 or 2021-07"))?;
        let status = text(&statuses, row).and_then(|status| status.parse().ok());
        let expected = "one of ELIGIBLE, LISTED, PAID, FAILED, GRADUATED, STOPPED";
        batch.told.push((period, status.ok_or_else(|| table.refuse(4, row, expected))?));
    }
    Ok(batch)
}

impl RecipientBatch {
    pub const fn len(&self) -> usize {
        self.told.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    pub fn programme(&self, row: usize) -> &str {
        self.programmes.value(row)
    }

    pub fn period(&self, row: usize) -> Period {
        self.told[row].0
    }

    pub fn status(&self, row: usize) -> RecipientStatus {
        self.told[row].1
    }

    /// The household, or else the person, of a row.
    pub fn recipient(&self, row: usize) -> Recipient<'_> {
        self.find(row).expect("rows without either were refused")
    }

    fn find(&self, row: usize) -> Option<Recipient<'_>> {
        let of = |texts: &'_ Option<StringArray>| {
            texts.as_ref().and_then(|texts| text(texts, row).map(str::len))
        };
        let household = of(&self.households).and(self.households.as_ref());
        if let Some(household) = household {
            return Some(Recipient::Household(household.value(row)));
        }
        of(&self.persons)
            .and(self.persons.as_ref())
            .map(|persons| Recipient::Person(persons.value(row)))
    }
}

fn text(texts: &StringArray, row: usize) -> Option<&str> {
    texts.is_valid(row).then(|| texts.value(row)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Result<Vec<String>, TableError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipients.csv");
        std::fs::write(&path, format!("programme,household_id,person_id,period,status\n{rows}"))
            .unwrap();
        let files = RecipientFiles::open(&[path], &ColumnsFile::default())?;
        let mut all = Vec::new();
        for portion in files.portions(1).concat() {
            files.read(&portion, &mut |batch| {
                let told = |row| {
                    let (programme, status) = (batch.programme(row), batch.status(row));
                    format!("{programme} {:?} {}", batch.recipient(row), status.receives())
                };
                all.extend((0..batch.len()).map(told));
                ControlFlow::Continue(())
            })?;
        }
        Ok(all)
    }

    #[test]
    fn a_recipient_is_a_household_or_a_person() {
        let rows = read("PKH,h1,,2021-Q2,PAID\nPIP,,o1,2021,FAILED\nPKH,h1,o1,2021-07,LISTED\n");
        let expected = [
            "PKH Household(\"h1\") true",
            "PIP Person(\"o1\") false",
            "PKH Household(\"h1\") true",
        ];
        assert_eq!(rows.unwrap(), expected);
    }

    #[test]
    fn a_row_that_says_too_little_is_named() {
        for (row, words) in [
            (
                "PKH,,,2021,PAID",
                "household_id is empty; every row needs a household_id or a person_id",
            ),
            ("PKH,h,,kemarin,PAID", "period is `kemarin`, not a period"),
            ("PKH,h,,2021,LUNAS", "status is `LUNAS`, not one of"),
            (",h,,2021,PAID", "programme is empty"),
        ] {
            let error = read(&format!("PKH,h,,2021,PAID\n{row}\n")).unwrap_err().to_string();
            assert!(error.contains("row 3") && error.contains(words), "{error}");
        }
    }
}

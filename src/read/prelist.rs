//! Prelist files in: which households were to be visited, where, by whom, and the village's word on them.

use std::ops::{ControlFlow, Deref};
use std::path::PathBuf;

use arrow::array::{Array, StringArray};

use super::table::{Portion, TableError, TableFiles, TableSpec, codes, ids, texts, wholes};
use super::visits::ColumnsFile;
use crate::domain::code::RegionCode;
use crate::domain::coverage::Deliberation;
use crate::domain::visit::Need::{Optional, Required};

/// The columns of the prelist.
pub static PRELIST: TableSpec = TableSpec {
    register: "prelist",
    columns: &[
        ("id_prelist", Required),
        ("village_code", Required),
        ("household_id", Optional),
        ("source", Optional),
        ("musdes_status", Optional),
        ("assigned_enumerator", Optional),
    ],
};

/// Takes a batch of entries, with a function that gives the number of a row, as messages call it.
pub type PutPrelist<'a> = dyn FnMut(&PrelistBatch, &dyn Fn(usize) -> u64) -> ControlFlow<()> + 'a;

/// Prelist files whose headers have been read.
pub struct PrelistFiles(TableFiles);

/// Rows of the prelist.
pub struct PrelistBatch {
    pub ids: StringArray,
    households: Option<StringArray>,
    enumerators: Option<StringArray>,
    villages: Vec<RegionCode>,
    deliberations: Vec<Option<Deliberation>>,
}

/// An entry of the prelist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub household: Option<&'a str>,
    pub village: RegionCode,
    pub enumerator: Option<&'a str>,
    pub deliberation: Option<Deliberation>,
}

impl Deref for PrelistFiles {
    type Target = TableFiles;

    fn deref(&self) -> &TableFiles {
        &self.0
    }
}

impl PrelistFiles {
    /// Reads the headers of all files.
    ///
    /// # Errors
    /// [`TableError`] of the first file that can't be read as a prelist.
    pub fn open(paths: &[PathBuf], settings: &ColumnsFile) -> Result<Self, TableError> {
        TableFiles::open(paths, &PRELIST, settings).map(Self)
    }

    /// Reads a portion in batches, until `put` breaks. With each comes a function that gives the number
    /// of a row, as messages call it.
    ///
    /// # Errors
    /// [`TableError`] of the first row that can't be read.
    pub fn read(&self, portion: &Portion, put: &mut PutPrelist<'_>) -> Result<(), TableError> {
        self.0.read(portion, &mut |table| {
            let entries = ids(table, 0)?.expect("the column is required");
            if let Some(row) = (0..table.len()).find(|&row| text(&entries, row).is_none()) {
                return Err(table.refuse(0, row, "an id of its own"));
            }
            let mut villages = Vec::with_capacity(table.len());
            for (row, code) in codes(table, 1)?.into_iter().enumerate() {
                let code = code.value();
                villages.push(code.ok_or_else(|| table.refuse(1, row, "a region code of digits"))?);
            }
            let statuses = wholes(table, 4)?.into_iter();
            let batch = PrelistBatch {
                ids: entries,
                households: ids(table, 2)?,
                enumerators: texts(table, 5)?,
                villages,
                deliberations: statuses
                    .map(|status| status.value().and_then(Deliberation::from_number))
                    .collect(),
            };
            Ok(put(&batch, &|row| table.row_number(row)))
        })
    }
}

impl PrelistBatch {
    pub const fn len(&self) -> usize {
        self.villages.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.villages.is_empty()
    }

    pub fn entry(&self, row: usize) -> Entry<'_> {
        Entry {
            household: self.households.as_ref().and_then(|texts| text(texts, row)),
            village: self.villages[row],
            enumerator: self.enumerators.as_ref().and_then(|texts| text(texts, row)),
            deliberation: self.deliberations[row],
        }
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
        let path = folder.path().join("prelist.csv");
        let header = "id_prelist,village_code,household_id,musdes_status,assigned_enumerator";
        std::fs::write(&path, format!("{header}\n{rows}")).unwrap();
        let files = PrelistFiles::open(&[path], &ColumnsFile::default())?;
        let mut all = Vec::new();
        for portion in files.portions(1).concat() {
            files.read(&portion, &mut |batch, _| {
                all.extend((0..batch.len()).map(|row| format!("{:?}", batch.entry(row))));
                ControlFlow::Continue(())
            })?;
        }
        Ok(all)
    }

    #[test]
    fn reads_entries_with_and_without_a_household() {
        let rows = read("p1,0101001001,h1,4,e1\np2,01.01.01.1001,,9,\n").unwrap();
        let entry = |household, village, enumerator, deliberation| {
            format!("{:?}", Entry { household, village, enumerator, deliberation })
        };
        let code = |text: &str| text.parse::<RegionCode>().unwrap();
        let first =
            entry(Some("h1"), code("0101001001"), Some("e1"), Some(Deliberation::NewProposal));
        assert_eq!(rows, [first, entry(None, code("0101011001"), None, None)]);
    }

    #[test]
    fn an_entry_without_id_or_village_is_named() {
        let error = read("p1,0101001001,h1,4,e1\n,01,,,\n").unwrap_err().to_string();
        assert!(error.contains("row 3: id_prelist is empty"), "{error}");
        let error = read("p1,desa,h1,4,e1\n").unwrap_err().to_string();
        assert!(error.contains("row 2: village_code is `desa`, not a region code"), "{error}");
    }
}

//! Which of a file's columns are which fields: by name, or by a columns file. Never guessed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::VisitsError;
use crate::domain::visit::{Need, VisitField};
use crate::read::table::Names;

/// What a columns file says of visits files whose columns have other names.
///
/// ```toml
/// encoding = "windows-1252"   # of CSV files; UTF-8 by default
/// delimiter = ";"             # of CSV files; found in the header by default
///
/// [columns]
/// visit_id = "ID_KUNJUNGAN"
/// longitude = "bujur"
///
/// [persons]                   # likewise prelist, institutions, resources
/// household_id = "ID_RTM"
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsFile {
    pub encoding: Option<Encoding>,
    pub delimiter: Option<char>,
    #[serde(default)]
    columns: BTreeMap<FieldName, String>,
    #[serde(default)]
    persons: Names,
    #[serde(default)]
    prelist: Names,
    #[serde(default)]
    institutions: Names,
    #[serde(default)]
    resources: Names,
}

/// A text encoding by any name that the web knows (WHATWG labels).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Encoding(pub &'static encoding_rs::Encoding);

impl TryFrom<String> for Encoding {
    type Error = String;

    fn try_from(label: String) -> Result<Self, String> {
        let found = encoding_rs::Encoding::for_label(label.as_bytes());
        found.map(Self).ok_or_else(|| {
            format!("no text encoding is called `{label}`; try utf-8, windows-1252 or utf-16le")
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
struct FieldName(VisitField);

impl TryFrom<String> for FieldName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        VisitField::find(&name)
            .map(Self)
            .ok_or_else(|| format!("no visit field is called `{name}`"))
    }
}

impl ColumnsFile {
    /// Reads the text of a columns file.
    ///
    /// # Errors
    /// Where it is not TOML or names fields that there are not.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// What it says of the columns of a register's table.
    ///
    /// # Panics
    /// Where there is no such register: a bug.
    pub fn names(&self, register: &str) -> &Names {
        match register {
            "persons" => &self.persons,
            "prelist" => &self.prelist,
            "institutions" => &self.institutions,
            "resources" => &self.resources,
            _ => unreachable!("every register has its section"),
        }
    }

    fn name_of(&self, field: VisitField) -> &str {
        self.columns.get(&FieldName(field)).map_or(field.name(), String::as_str)
    }

    /// Finds each field's column among a file's column names.
    ///
    /// # Errors
    /// [`VisitsError`] where a required column is missing or a used one stands twice.
    pub fn find(&self, path: &Path, names: &[String]) -> Result<FoundColumns, VisitsError> {
        let mut found =
            FoundColumns { of_field: vec![None; VisitField::ALL.len()], ignored: vec![] };
        let mut is_used = vec![false; names.len()];
        for &field in VisitField::ALL {
            let wanted = self.name_of(field);
            let mut matches = names.iter().enumerate().filter(|(_, name)| *name == wanted);
            let first = matches.next().map(|(column, _)| column);
            if matches.next().is_some() {
                return Err(VisitsError::RepeatedColumn { path: path.into(), name: wanted.into() });
            }
            match first {
                Some(column) => is_used[column] = true,
                None if field.need() == Need::Required => {
                    let found = quoted(names);
                    return Err(VisitsError::MissingColumn { path: path.into(), field, found });
                }
                None => {}
            }
            found.of_field[field.index()] = first;
        }
        let unused = names.iter().zip(&is_used).filter(|(_, used)| !**used);
        found.ignored = unused.map(|(name, _)| name.clone()).collect();
        Ok(found)
    }

    /// How many fields would find their column among these names.
    pub fn matches(&self, names: &[String]) -> usize {
        let has = |field: &&VisitField| names.iter().any(|name| name == self.name_of(**field));
        VisitField::ALL.iter().filter(has).count()
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(40).map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

/// Where a file has its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumns {
    /// The column of each field, by [`VisitField::index`].
    pub of_field: Vec<Option<usize>>,
    /// Columns that are no field of ours.
    pub ignored: Vec<String>,
}

impl FoundColumns {
    /// The fields that the file has, as bits.
    pub fn fields(&self) -> u32 {
        let has = |field: &&VisitField| self.of_field[field.index()].is_some();
        VisitField::ALL.iter().filter(has).fold(0, |bits, field| bits | field.bit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn finds_columns_in_any_order_and_names_the_ignored() {
        let header =
            names("outcome visit_id extra household_id village_code enumerator_id started_at");
        let found = ColumnsFile::default().find(Path::new("v.csv"), &header).unwrap();
        assert_eq!(found.of_field[VisitField::VisitId.index()], Some(1));
        assert_eq!(found.of_field[VisitField::Longitude.index()], None);
        assert_eq!(found.ignored, ["extra"]);
    }

    #[test]
    fn a_missing_column_is_named_with_those_there_are() {
        let error =
            ColumnsFile::default().find(Path::new("v.csv"), &names("visit_id b")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "visits file `v.csv` has no column `household_id`; it has `visit_id`, `b`. Rename the \
             column, or name it in a columns file (--columns)"
        );
    }

    #[test]
    fn a_columns_file_gives_fields_other_names() {
        let columns = ColumnsFile::parse("[columns]\nvisit_id = \"ID\"").unwrap();
        let header = names("ID household_id village_code enumerator_id started_at outcome");
        assert!(columns.find(Path::new("v.csv"), &header).is_ok());
        assert!(ColumnsFile::parse("[columns]\nvisitid = \"ID\"").is_err());
        assert!(ColumnsFile::parse("encoding = \"klingon\"").is_err());
    }
}

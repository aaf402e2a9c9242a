//! Which of a file's columns are which fields: by name, or by a columns file. Never guessed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::VisitsError;
use super::point;
use crate::domain::visit::{Need, VisitField};
use crate::read::headers::{Place, near, place, quoted};
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
/// geopoint = "_geolocation"   # instead of both axes: `latitude longitude altitude accuracy`, or bytes
///
/// [persons]                   # likewise for every other register
/// household_id = "ID_RTM"
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsFile {
    pub encoding: Option<Encoding>,
    pub delimiter: Option<Delimiter>,
    #[serde(default)]
    columns: BTreeMap<ColumnName, String>,
    #[serde(default)]
    persons: Names,
    #[serde(default)]
    prelist: Names,
    #[serde(default)]
    institutions: Names,
    #[serde(default)]
    resources: Names,
    #[serde(default)]
    recipients: Names,
    #[serde(default)]
    denominators: Names,
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

/// What stands between two fields of a row.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "char")]
pub struct Delimiter(pub u8);

impl TryFrom<char> for Delimiter {
    type Error = String;

    fn try_from(letter: char) -> Result<Self, String> {
        let fits = letter.is_ascii() && !matches!(letter, '"' | '\r' | '\n');
        let byte = u8::try_from(letter).ok().filter(|_| fits);
        byte.map(Self).ok_or_else(|| {
            format!("{letter:?} can't stand between fields; try `,`, `;`, `|` or a tab")
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
enum ColumnName {
    Field(VisitField),
    /// Both axes, and maybe the accuracy, in one column.
    Geopoint,
}

impl TryFrom<String> for ColumnName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match VisitField::find(&name) {
            Some(field) => Ok(Self::Field(field)),
            None if name == "geopoint" => Ok(Self::Geopoint),
            None => Err(format!("no visit field is called `{name}`")),
        }
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
            "recipients" => &self.recipients,
            "denominators" => &self.denominators,
            _ => unreachable!("every register has its section"),
        }
    }

    fn name_of(&self, field: VisitField) -> &str {
        self.columns.get(&ColumnName::Field(field)).map_or(field.name(), String::as_str)
    }

    /// Finds each field's column among a file's column names.
    ///
    /// # Errors
    /// [`VisitsError`] where a required column is missing or a used one stands twice.
    pub fn find(&self, path: &Path, names: &[String]) -> Result<FoundColumns, VisitsError> {
        let mut found = FoundColumns {
            of_field: vec![None; VisitField::ALL.len()],
            geopoint: None,
            ignored: vec![],
            renamed: vec![],
        };
        let mut is_used = vec![false; names.len()];
        for &field in VisitField::ALL {
            let wanted = self.name_of(field);
            let at = one_place(path, names, wanted)?;
            match at {
                Some(column) => {
                    is_used[column] = true;
                    if names[column] != wanted {
                        found.renamed.push((names[column].clone(), field));
                    }
                }
                None if field.need() == Need::Required => {
                    return Err(missing(path, names, wanted));
                }
                None => {}
            }
            found.of_field[field.index()] = at;
        }
        if let Some(wanted) = self.columns.get(&ColumnName::Geopoint) {
            let column = one_place(path, names, wanted)?;
            let column = column.ok_or_else(|| missing(path, names, wanted))?;
            is_used[column] = true;
            found.geopoint = Some(column);
        }
        let unused = names.iter().zip(&is_used).filter(|(name, used)| !**used && !name.is_empty());
        found.ignored = unused.map(|(name, _)| name.clone()).collect();
        Ok(found)
    }

    /// How many fields would find their column among these names.
    pub fn matches(&self, names: &[String]) -> usize {
        let has = |field: &&VisitField| place(names, self.name_of(**field)) != Place::Nowhere;
        VisitField::ALL.iter().filter(has).count()
    }
}

fn one_place(path: &Path, names: &[String], wanted: &str) -> Result<Option<usize>, VisitsError> {
    match place(names, wanted) {
        Place::At(column) => Ok(Some(column)),
        Place::Nowhere => Ok(None),
        Place::Twice => Err(VisitsError::RepeatedColumn { path: path.into(), name: wanted.into() }),
    }
}

fn missing(path: &Path, names: &[String], wanted: &str) -> VisitsError {
    VisitsError::MissingColumn {
        path: path.into(),
        wanted: wanted.into(),
        found: quoted(names),
        near: near(names, wanted),
    }
}

/// Where a file has its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumns {
    /// The column of each field, by [`VisitField::index`].
    pub of_field: Vec<Option<usize>>,
    /// The column of whole positions, for the fields of one that have no column.
    pub geopoint: Option<usize>,
    /// Columns that were found in other letters, as they stand there.
    pub renamed: Vec<(String, VisitField)>,
    /// Columns that are no field of ours.
    pub ignored: Vec<String>,
}

impl FoundColumns {
    /// The fields that the file has, as bits.
    pub fn fields(&self) -> u32 {
        let has = |field: &&VisitField| self.place(**field).is_some();
        VisitField::ALL.iter().filter(has).fold(0, |bits, field| bits | field.bit())
    }

    /// The column of a field: its own, or that of whole positions.
    pub fn place(&self, field: VisitField) -> Option<usize> {
        let in_point = || self.geopoint.filter(|_| point::index(field).is_some());
        self.of_field[field.index()].or_else(in_point)
    }

    /// The first columns of a file, which hold all required fields.
    pub fn required(&self) -> usize {
        let required = VisitField::ALL.iter().filter(|field| field.need() == Need::Required);
        let places = required.filter_map(|field| self.of_field[field.index()]);
        places.max().map_or(0, |last| last + 1)
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

    #[test]
    fn a_delimiter_that_no_reader_can_tell_is_refused() {
        assert!(ColumnsFile::parse("delimiter = \";\"").is_ok());
        for text in
            ["delimiter = \"§\"", "delimiter = '\"'", "delimiter = \"\\n\"", "delimiter = \"\""]
        {
            assert!(ColumnsFile::parse(text).is_err(), "{text}");
        }
    }
}

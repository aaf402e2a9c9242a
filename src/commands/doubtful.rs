//! Columns of which too many values can't be read: what `check` tells first, and what stops a build.

use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::{Result, bail};
use serde::Serialize;

use super::build::Registers;
use crate::domain::visit::{FieldKind, VisitField};
use crate::engine::{Built, DoubtfulColumn, FEW, Ground, LOOKED_AT, Whole};
use crate::read::institutions::INSTITUTIONS;
use crate::read::persons::PERSONS;
use crate::read::prelist::PRELIST;
use crate::read::table::{FileValues, TableSpec};
use crate::read::visits::VisitFiles;

/// The registers whose columns may hold values that can't be read; the others refuse such rows.
static REGISTERS: [&TableSpec; 3] = [&PERSONS, &PRELIST, &INSTITUTIONS];

/// A column whose doubtful values are accepted: of visits, or `register.column`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AcceptedColumn(pub String);

#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no column with values that may be doubtful; of visits there are {1}; of registers write persons.birth_date"
)]
pub struct UnknownColumn(String, String);

impl FromStr for AcceptedColumn {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let is_of_visits = LOOKED_AT.iter().any(|field| field.name() == text);
        let is_of_register = text.split_once('.').is_some_and(|(register, column)| {
            let of = REGISTERS.iter().find(|spec| spec.register == register);
            of.is_some_and(|spec| spec.columns.iter().any(|(name, _)| *name == column))
        });
        if is_of_visits || is_of_register {
            return Ok(Self(text.to_owned()));
        }
        let names: Vec<&str> = LOOKED_AT.iter().map(|field| field.name()).collect();
        Err(UnknownColumn(text.to_owned(), names.join(", ")))
    }
}

/// The accepted fields of visits, as bits.
pub fn accepted_fields(accepted: &[AcceptedColumn]) -> u32 {
    let fields = accepted.iter().filter_map(|column| VisitField::find(&column.0));
    fields.fold(0, |bits, field| bits | field.bit())
}

/// The names of accepted columns, for the manifest.
pub fn accepted_names(accepted: &[AcceptedColumn]) -> Vec<String> {
    let mut names: Vec<String> = accepted.iter().map(|column| column.0.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// A column of which too many values can't be read.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadColumn {
    /// As `--accept-doubtful` calls it.
    pub column: String,
    /// Values that are not empty.
    pub given: u64,
    pub unreadable: u64,
    /// Of what rows none can be read, where that is more telling than the share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<String>,
    pub examples: Vec<Example>,
    #[serde(skip)]
    expected: String,
}

/// A value as it stands in a file.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    pub text: String,
    pub row: u64,
    pub file: String,
}

impl UnreadColumn {
    /// What is wrong, and what to write instead.
    pub fn sentence(&self) -> String {
        let Self { column, given, unreadable, expected, .. } = self;
        let whole = self.whole.as_ref().map_or_else(String::new, |whole| format!(", {whole}"));
        let example = |it: &Example| format!("`{}` in row {} of `{}`", it.text, it.row, it.file);
        let examples: Vec<String> = self.examples.iter().map(example).collect();
        format!(
            "column `{column}`: {unreadable} of {given} values can't be read{whole}: {}; write \
             {expected}, and leave empty what is not known",
            examples.join(", ")
        )
    }
}

/// The columns of visits and registers of which too many values can't be read.
///
/// # Errors
/// Where a file can't be read again for its examples.
pub fn find(
    built: &Built,
    files: &VisitFiles,
    registers: &[(&'static str, Vec<FileValues>)],
    ground: &Ground,
) -> Result<Vec<UnreadColumn>> {
    let most_share = ground.check.doubtful_stop_share;
    let mut found = Vec::new();
    for column in built.doubtful.columns(most_share) {
        found.push(of_visits(column, files, ground)?);
    }
    for (register, values) in registers {
        found.extend(of_register(register, values, most_share));
    }
    Ok(found)
}

fn of_visits(column: DoubtfulColumn, files: &VisitFiles, ground: &Ground) -> Result<UnreadColumn> {
    let names = files.names();
    let name_of = |file: u16| names[usize::from(file)].clone();
    let mut rows: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
    for (file, row) in &column.first {
        rows.entry(*file).or_default().push(*row);
    }
    let mut examples = Vec::new();
    for (file, rows) in rows {
        for (row, text) in files.written(file, column.field, &rows)? {
            let text = text.chars().take(40).collect();
            examples.push(Example { text, row, file: name_of(file) });
        }
    }
    let whole = match column.whole {
        Whole::Nothing => None,
        Whole::File(file) => Some(format!("none of those in `{}`", name_of(file))),
        Whole::Enumerator(id) => Some(format!("none of those of enumerator `{id}`")),
        Whole::Regency(region) => {
            let region = ground.tree.get(region);
            Some(format!("none of those in {} ({})", region.code, region.name))
        }
    };
    let (given, unreadable) = (column.given, column.unreadable);
    let expected = expected(column.field);
    let column = column.field.name().to_owned();
    Ok(UnreadColumn { column, given, unreadable, whole, examples, expected })
}

/// What a field takes.
fn expected(field: VisitField) -> String {
    match field.kind() {
        FieldKind::Text | FieldKind::Degrees => "a text".to_owned(),
        FieldKind::Word(words) => format!("one of {}", words.join(", ")),
        FieldKind::Code => "codes of digits, as text".to_owned(),
        FieldKind::Time => "ISO 8601 times, for example 2021-03-04T09:12:00+07:00".to_owned(),
        FieldKind::Whole(least, most) => format!("whole numbers from {least} to {most}"),
        FieldKind::Real(least, most) => format!("numbers from {least} to {most}"),
        FieldKind::Flag => "1 or 0".to_owned(),
    }
}

/// Of a register, all files together and each file alone.
fn of_register(register: &str, files: &[FileValues], most_share: f64) -> Vec<UnreadColumn> {
    let mut sums: BTreeMap<&str, UnreadColumn> = BTreeMap::new();
    for file in files {
        let name = file.path.display().to_string();
        for (column, values) in &file.columns {
            let sum = sums.entry(column).or_insert_with(|| UnreadColumn {
                column: format!("{register}.{column}"),
                given: 0,
                unreadable: 0,
                whole: None,
                examples: Vec::new(),
                expected: if *column == "birth_date" {
                    "days as 2021-11-30".to_owned()
                } else {
                    "plain numbers or codes".to_owned()
                },
            });
            sum.given += values.given;
            sum.unreadable += values.unreadable;
            if values.unreadable >= FEW && values.unreadable == values.given && sum.whole.is_none()
            {
                sum.whole = Some(format!("none of those in `{name}`"));
            }
            let shown = values.shown.iter();
            let example = |(row, text): &(u64, String)| Example {
                text: text.clone(),
                row: *row,
                file: name.clone(),
            };
            sum.examples.extend(shown.map(example));
            sum.examples.truncate(5);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "values are fewer than 2^52")]
    let is_much = |sum: &UnreadColumn| sum.unreadable as f64 > most_share * sum.given as f64;
    let is_told =
        |sum: &UnreadColumn| sum.unreadable >= FEW && (sum.whole.is_some() || is_much(sum));
    sums.into_values().filter(is_told).collect()
}

/// Stops a build for the columns that are not accepted.
///
/// # Errors
/// What is wrong with them.
pub fn refuse(
    built: &Built,
    (files, registers): (&VisitFiles, &Registers),
    ground: &Ground,
    accepted: &[AcceptedColumn],
) -> Result<()> {
    let mut found = find(built, files, &registers.values(), ground)?;
    found.retain(|column| accepted.iter().all(|accepted| accepted.0 != column.column));
    if found.is_empty() {
        return Ok(());
    }
    let sentences: Vec<String> = found.iter().map(UnreadColumn::sentence).collect();
    let flags: Vec<String> =
        found.iter().map(|column| format!("--accept-doubtful {}", column.column)).collect();
    bail!(
        "{}. Correct the files, or build with `{}`, which takes what can't be read as unknown",
        sentences.join(". "),
        flags.join(" ")
    );
}

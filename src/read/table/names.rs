//! Which of a file's columns are which of its register's: by name, or by a columns file. Never guessed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Found, TableError, TableSpec};
use crate::domain::visit::Need;

/// The names that a register's columns have in its files, by our own names; the others have ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Whether it names columns of this register alone.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`].
    pub fn check(&self, spec: &TableSpec) -> Result<(), TableError> {
        let is_strange = |name: &&String| spec.columns.iter().all(|(known, _)| known != name);
        match self.0.keys().find(is_strange) {
            None => Ok(()),
            Some(column) => Err(TableError::UnknownColumn {
                register: spec.register,
                column: column.clone(),
                known: quoted(spec.columns.iter().map(|(name, _)| *name)),
            }),
        }
    }

    fn name_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.0.get(column).map_or(column, String::as_str)
    }

    /// How many of a register's columns are among these names.
    pub(super) fn matches(&self, spec: &TableSpec, names: &[String]) -> usize {
        let has = |column: &&str| names.iter().any(|name| name == self.name_of(column));
        spec.columns.iter().map(|(name, _)| *name).filter(|column| has(column)).count()
    }

    /// Finds a register's columns among a file's.
    ///
    /// # Errors
    /// [`TableError`] where a required column is missing or a used one stands twice.
    pub(super) fn find(
        &self,
        path: &Path,
        spec: &TableSpec,
        names: &[String],
    ) -> Result<Found, TableError> {
        let register = spec.register;
        let mut found = Found { columns: Vec::with_capacity(spec.columns.len()), ignored: vec![] };
        for (column, need) in spec.columns {
            let wanted = self.name_of(column);
            let mut places = (0..names.len()).filter(|&at| names[at] == wanted);
            let (first, second) = (places.next(), places.next());
            if second.is_some() {
                let column = wanted.to_owned();
                return Err(TableError::RepeatedColumn { register, path: path.into(), column });
            }
            if first.is_none() && *need == Need::Required {
                let (column, found) = (wanted.to_owned(), quoted(names.iter().take(40)));
                return Err(TableError::MissingColumn {
                    register,
                    path: path.into(),
                    column,
                    found,
                });
            }
            found.columns.push(first);
        }
        let unused = (0..names.len()).filter(|at| !found.columns.contains(&Some(*at)));
        found.ignored = unused.map(|at| names[at].clone()).collect();
        Ok(found)
    }
}

fn quoted(names: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

//! Which of a file's columns are which of its register's: by name, or by a columns file. Never guessed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Found, TableError, TableSpec};
use crate::domain::visit::Need;
use crate::read::headers::{Place, near, place, quoted};

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
                known: quoted(
                    &spec.columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>(),
                ),
            }),
        }
    }

    fn name_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.0.get(column).map_or(column, String::as_str)
    }

    /// How many of a register's columns are among these names.
    pub(super) fn matches(&self, spec: &TableSpec, names: &[String]) -> usize {
        let has = |column: &&str| place(names, self.name_of(column)) != Place::Nowhere;
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
        let mut found = Found {
            columns: Vec::with_capacity(spec.columns.len()),
            renamed: vec![],
            ignored: vec![],
        };
        for (column, need) in spec.columns {
            let wanted = self.name_of(column);
            let at = match place(names, wanted) {
                Place::At(at) => Some(at),
                Place::Nowhere => None,
                Place::Twice => {
                    let column = wanted.to_owned();
                    return Err(TableError::RepeatedColumn { register, path: path.into(), column });
                }
            };
            if at.is_none() && *need == Need::Required {
                return Err(TableError::MissingColumn {
                    register,
                    path: path.into(),
                    column: wanted.to_owned(),
                    found: quoted(names),
                    near: near(names, wanted),
                });
            }
            if let Some(name) = at.map(|at| &names[at]).filter(|name| *name != wanted) {
                found.renamed.push((name.clone(), column));
            }
            found.columns.push(at);
        }
        let is_unused = |at: &usize| !names[*at].is_empty() && !found.columns.contains(&Some(*at));
        found.ignored = (0..names.len()).filter(is_unused).map(|at| names[at].clone()).collect();
        Ok(found)
    }
}

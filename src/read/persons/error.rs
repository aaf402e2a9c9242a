//! What stops the reading of persons. Where a value only can't be, the person is read without it.

use std::path::PathBuf;

use crate::read::table::TableError;

#[derive(Debug, thiserror::Error)]
pub enum PersonsError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "persons file `{path}` has neither a column `birth_date` nor `age_years`; add one, or name it \
         in the section [persons] of a columns file (--columns)"
    )]
    NoAge { path: PathBuf },
    #[error(
        "the persons files tell of disabilities both by `disability_code` and by `wg_a` to `wg_i`; \
         figures by two definitions can't be added up, so say which counts: --disability dtks or \
         --disability wg"
    )]
    TwoDefinitions,
    #[error(
        "persons file `{path}` does not tell of disabilities by the definition {definition}, as this \
         release does; a release has one definition: add the columns, or leave the file out"
    )]
    NoDefinition { path: PathBuf, definition: &'static str },
}

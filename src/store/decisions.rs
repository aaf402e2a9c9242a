//! What persons decided about findings: a file of the register, which the next build applies. It only
//! grows, so that who decided what, and why, stays to be seen.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::lock::Lock;
use super::tree;
use crate::domain::code::RegionCode;
use crate::domain::date::Date;

/// The file's name, in the register and in a release that applied it.
pub const DECISIONS: &str = "decisions.json";

/// One decision, with who made it and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub what: What,
    pub reason: String,
    pub person: String,
    pub decided_on: Date,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// The position that a rule proposes for a visit is used.
    Accept { visit_id: String, rule: String },
    /// It is not used.
    Refuse { visit_id: String, rule: String },
    /// An enumerator's day is held no more.
    FreeDay { enumerator_id: String, day: Date },
    /// A village is held no more.
    FreeVillage { village_code: RegionCode },
    /// What a rule found in visits among others is right: their positions are not used. By the visit's id the value, in
    /// the rule's unit, that the finding had then.
    Confirm { rule: String, visits: BTreeMap<String, f64> },
    /// It is wrong: their positions are used.
    Dismiss { rule: String, visits: Vec<String> },
}

/// Every decision, in the order in which they were made.
///
/// # Errors
/// [`StoreError`] where the file is there and can't be understood.
pub fn read(register: &Path) -> Result<Vec<Entry>, StoreError> {
    let path = path(register);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    serde_json::from_slice(&text).map_err(|source| StoreError::Decisions { path, source })
}

/// Adds decisions to the register's.
///
/// # Errors
/// [`StoreError`] where the file can't be read or written; then it is as it was.
pub fn add(register: &Path, entries: &[Entry]) -> Result<(), StoreError> {
    fs::create_dir_all(register).map_err(StoreError::io("make the folder", register))?;
    let _lock = Lock::wait(&register.join(".deciding"))?;
    let mut all = read(register)?;
    all.extend_from_slice(entries);
    write(register, &all)
}

/// Writes decisions into a folder. Only its owner reads them: they name visits and persons.
///
/// # Errors
/// [`StoreError::Io`].
pub fn write(folder: &Path, entries: &[Entry]) -> Result<(), StoreError> {
    let path = path(folder);
    let failed = |error| StoreError::io("write", &path)(error);
    let mut text = serde_json::to_string_pretty(entries).expect("decisions are texts");
    text.push('\n');
    let mut aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    aside.write_all(text.as_bytes()).and_then(|()| aside.as_file().sync_all()).map_err(failed)?;
    aside.persist(&path).map_err(|error| failed(error.error))?;
    tree::sync(folder)
}

fn path(folder: &Path) -> PathBuf {
    folder.join(DECISIONS)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn entry(visit_id: &str) -> Entry {
        Entry {
            what: What::Accept { visit_id: visit_id.to_owned(), rule: "wrong_sign".to_owned() },
            reason: "seen on the form".to_owned(),
            person: "Xavo".to_owned(),
            decided_on: "2021-05-01".parse().unwrap(),
        }
    }

    #[test]
    fn decisions_are_kept_in_their_order_for_their_owner_alone() {
        let register = tempfile::tempdir().unwrap();
        assert_eq!(read(register.path()).unwrap(), []);
        add(register.path(), &[entry("a")]).unwrap();
        let freed =
            What::FreeDay { enumerator_id: "e".to_owned(), day: "2021-03-04".parse().unwrap() };
        let freed = Entry { what: freed, ..entry("") };
        add(register.path(), &[entry("b"), freed.clone()]).unwrap();
        assert_eq!(read(register.path()).unwrap(), [entry("a"), entry("b"), freed]);
        let mode = fs::metadata(path(register.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_broken_file_is_told_of_and_left_alone() {
        let register = tempfile::tempdir().unwrap();
        fs::write(path(register.path()), "[{").unwrap();
        assert!(matches!(add(register.path(), &[entry("a")]), Err(StoreError::Decisions { .. })));
        assert_eq!(fs::read_to_string(path(register.path())).unwrap(), "[{");
    }
}

//! Releases on the disk: read, listed, verified, and which of them is current.
//!
//! ```text
//! register/
//!   current              the name of the current release
//!   releases/{id}/       manifest.json and the files that it names; nothing in it ever changes
//!   releases/.draft-{id} a build at work; the next build removes what a killed one left
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::lock::Lock;
use super::manifest::{FORMAT, Manifest};
use super::tree;
use crate::domain::region::Slug;

/// The manifest's name in a release.
pub const MANIFEST: &str = "manifest.json";

/// The file in a release that says that it was published: no server opens a public side without it.
pub(super) const PUBLISHED: &str = "public/published.json";

/// A release that was built whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    folder: PathBuf,
    manifest: Manifest,
}

impl Release {
    pub const fn id(&self) -> &Slug {
        self.manifest.release()
    }

    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The bytes of all files that the manifest names.
    pub fn bytes(&self) -> u64 {
        self.manifest.files().values().map(|file| file.bytes).sum()
    }

    /// The path of a file that the manifest names, `/` between folders.
    ///
    /// # Errors
    /// [`StoreError::NoFile`].
    pub fn file(&self, name: &str) -> Result<PathBuf, StoreError> {
        if self.manifest.files().contains_key(name) {
            Ok(self.folder.join(name))
        } else {
            Err(StoreError::NoFile { release: self.id().clone(), file: name.to_owned() })
        }
    }

    /// The files in a folder of the release, as names that [`Self::file`] takes, sorted.
    pub fn files_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let is_in =
            move |name: &&str| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.manifest.files().keys().map(String::as_str).filter(is_in)
    }
}

/// Opens a release, by default the current one, and looks whether its files have their sizes.
///
/// # Errors
/// [`StoreError`] where there is no such release or it is damaged.
pub fn open(register: &Path, id: Option<&Slug>) -> Result<Release, StoreError> {
    let id = match id {
        Some(id) => id.clone(),
        None => {
            current(register)?.ok_or_else(|| StoreError::NoCurrent { path: register.to_owned() })?
        }
    };
    let release = read(register, &id)?;
    for (name, fact) in release.manifest.files() {
        let found = fs::symlink_metadata(release.folder.join(name));
        if !found.is_ok_and(|file| file.is_file() && file.len() == fact.bytes) {
            return Err(StoreError::Damaged { release: id, file: name.clone() });
        }
    }
    Ok(release)
}

/// Every release, sorted by id.
///
/// # Errors
/// [`StoreError`] where the folder or a manifest can't be read.
pub fn list(register: &Path) -> Result<Vec<Release>, StoreError> {
    let mut releases = Vec::new();
    for id in ids(register)? {
        match read(register, &id) {
            Ok(release) => releases.push(release),
            // Without a manifest it is no release.
            Err(StoreError::NoRelease { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    releases.sort_by(|a, b| a.id().cmp(b.id()));
    Ok(releases)
}

/// What is called as a release may be: drafts and locks, which begin with a dot, are not.
pub(super) fn ids(register: &Path) -> Result<Vec<Slug>, StoreError> {
    let folder = releases_folder(register);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::io("list", &folder)(error)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", &folder))?;
        ids.extend(entry.file_name().to_str().and_then(|name| name.parse().ok()));
    }
    Ok(ids)
}

/// The id of the current release, if there is one.
///
/// # Errors
/// [`StoreError`] where `current` is there and names none.
pub fn current(register: &Path) -> Result<Option<Slug>, StoreError> {
    let path = current_path(register);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    text.trim_end().parse().map(Some).map_err(|_| StoreError::Current { path })
}

/// Makes a release the current one, after a look at its files, and gives back which was before.
///
/// # Errors
/// As [`open`]; [`StoreError::Io`].
pub fn use_release(register: &Path, id: &Slug) -> Result<Option<Slug>, StoreError> {
    open(register, Some(id))?;
    switch_current(register, id)
}

/// What has become of a file of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    Ok,
    Missing,
    Changed,
    /// The manifest does not name it.
    Extra,
}

/// Reads every file of a release and says of each what has become of it; the manifest is one of them.
///
/// # Errors
/// [`StoreError`] where there is no such release, or a file can't be read.
pub fn verify(register: &Path, id: &Slug) -> Result<BTreeMap<String, FileState>, StoreError> {
    let release = read(register, id)?;
    let manifest = &release.manifest;
    let is_whole = manifest.is_sealed() && manifest.release() == id;
    let sealed = if is_whole { FileState::Ok } else { FileState::Changed };
    let mut states = BTreeMap::from([(MANIFEST.to_owned(), sealed)]);
    let mut found = tree::list_files(&release.folder)?;
    found.remove(MANIFEST);
    // It comes when a release is published, which changes nothing of the release itself.
    found.remove(PUBLISHED);
    for (name, fact) in manifest.files() {
        let state = match found.remove(name) {
            None => FileState::Missing,
            Some(path) if tree::hash_file(&path)? == *fact => FileState::Ok,
            Some(_) => FileState::Changed,
        };
        states.insert(name.clone(), state);
    }
    states.extend(found.into_keys().map(|name| (name, FileState::Extra)));
    Ok(states)
}

pub(super) fn releases_folder(register: &Path) -> PathBuf {
    register.join("releases")
}

fn current_path(register: &Path) -> PathBuf {
    register.join("current")
}

/// Reads a release's manifest.
pub(super) fn read(register: &Path, id: &Slug) -> Result<Release, StoreError> {
    let folder = releases_folder(register).join(id.as_str());
    let path = folder.join(MANIFEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::NoRelease { release: id.clone(), path: register.to_owned() });
        }
        Err(error) => return Err(StoreError::io("read", &path)(error)),
    };
    check_format(&text, &path, FORMAT)?;
    let manifest = serde_json::from_slice(&text)
        .map_err(|source| StoreError::Manifest { path: path.clone(), source })?;
    Ok(Release { folder, manifest })
}

/// Looks at the format first, so that a newer manifest is not called a broken one.
pub(super) fn check_format(text: &[u8], path: &Path, known: u64) -> Result<(), StoreError> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let Format { format } = serde_json::from_slice(text)
        .map_err(|source| StoreError::Manifest { path: path.to_owned(), source })?;
    if format == known {
        return Ok(());
    }
    Err(StoreError::Format { path: path.to_owned(), found: format, known })
}

/// Points `current` at a release by one rename, and gives back what it named before. It does not look
/// whether that is a name: a broken `current` is mended so.
pub(super) fn switch_current(register: &Path, id: &Slug) -> Result<Option<Slug>, StoreError> {
    let folder = releases_folder(register);
    let _lock = Lock::wait(&folder.join(".switching"))?;
    let before = current(register).ok().flatten();
    let aside = folder.join(".current");
    fs::write(&aside, format!("{id}\n")).map_err(StoreError::io("write", &aside))?;
    tree::sync(&aside)?;
    let path = current_path(register);
    fs::rename(&aside, &path).map_err(StoreError::io("replace", &path))?;
    tree::sync(register)?;
    Ok(before)
}

#[cfg(test)]
#[path = "release_tests.rs"]
mod tests;

//! A release in the making: it is published whole, or nothing of it stays.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::error::StoreError;
use super::lock::Lock;
use super::manifest::{BuildRecord, Manifest};
use super::release::{self, MANIFEST, Release};
use super::tree;
use crate::domain::region::Slug;

/// What a draft's folder is called, before its release's id.
const DRAFT: &str = ".draft-";

/// A folder to write a release's files into. Dropped before it is published, it is gone.
#[derive(Debug)]
pub struct Draft {
    register: PathBuf,
    id: Slug,
    folder: PathBuf,
    _lock: Lock,
}

impl Draft {
    /// Begins a release, the only one of its register at a time, and removes what killed builds left.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another build is at work, [`StoreError::Exists`] where the id is
    /// taken, [`StoreError::Io`].
    pub fn begin(register: &Path, id: &Slug) -> Result<Self, StoreError> {
        let releases = release::releases_folder(register);
        fs::create_dir_all(&releases).map_err(StoreError::io("make the folder", &releases))?;
        let lock = Lock::take(&releases.join(".building"), &releases)?;
        remove_leftovers(&releases)?;
        refuse_taken(&releases, id)?;
        let folder = releases.join(format!("{DRAFT}{id}"));
        // Every release holds households' places, so it is its owner's alone, public or not.
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700).create(&folder).map_err(StoreError::io("make the folder", &folder))?;
        Ok(Self { register: register.to_owned(), id: id.clone(), folder, _lock: lock })
    }

    /// The folder to write into.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    pub const fn id(&self) -> &Slug {
        &self.id
    }

    /// Keeps the draft as a release, and makes it the current one by a new `current` renamed over the old.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub fn publish(self, build: BuildRecord) -> Result<Release, StoreError> {
        let register = self.register.clone();
        let release = self.keep(build)?;
        release::switch_current(&register, release.id())?;
        Ok(release)
    }

    /// Keeps every file in the folder as one release:
    ///
    /// 1. hash the files and write the manifest;
    /// 2. force all to the disk;
    /// 3. read all back and compare;
    /// 4. rename the folder to the release's, which makes it a release.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing of the draft stays.
    pub fn keep(self, build: BuildRecord) -> Result<Release, StoreError> {
        let files = tree::hash_files(&self.folder)?;
        let manifest = Manifest::seal(self.id.clone(), build, files);
        let path = self.folder.join(MANIFEST);
        fs::write(&path, manifest.to_json()).map_err(StoreError::io("write", &path))?;
        tree::sync_all(&self.folder)?;
        self.read_back(&manifest)?;
        let releases = release::releases_folder(&self.register);
        refuse_taken(&releases, &self.id)?;
        let published = releases.join(self.id.as_str());
        fs::rename(&self.folder, &published).map_err(StoreError::io("publish", &published))?;
        tree::sync(&releases)?;
        release::read(&self.register, &self.id)
    }

    fn read_back(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let mut files = tree::hash_files(&self.folder)?;
        let manifest_is_whole = files
            .remove(MANIFEST)
            .is_some_and(|fact| fact.blake3 == Digest::of_bytes(manifest.to_json().as_bytes()));
        if !manifest_is_whole {
            return Err(StoreError::ReadBack { path: self.folder.join(MANIFEST) });
        }
        if files == *manifest.files() {
            return Ok(());
        }
        let changed = manifest.files().iter().find(|(name, fact)| files.get(*name) != Some(*fact));
        let name = changed.map_or("", |(name, _)| name);
        Err(StoreError::ReadBack { path: self.folder.join(name) })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After publishing there is no such folder. What can't be removed now, the next build removes.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn refuse_taken(releases: &Path, id: &Slug) -> Result<(), StoreError> {
    if fs::symlink_metadata(releases.join(id.as_str())).is_ok() {
        return Err(StoreError::Exists { release: id.clone() });
    }
    Ok(())
}

/// Removes every draft: whoever holds the lock knows that nobody works on them.
fn remove_leftovers(releases: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(releases).map_err(StoreError::io("list", releases))? {
        let entry = entry.map_err(StoreError::io("list", releases))?;
        if entry.file_name().to_string_lossy().starts_with(DRAFT) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(StoreError::io("remove", &path))?;
        }
    }
    Ok(())
}

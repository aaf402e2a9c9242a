//! The regions on the disk: one folder a version, written whole or not at all.

mod demo;
mod load;
mod manifest;
mod rows;
mod save;
mod table;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use demo::ensure;
pub use load::{load, load_general, load_manifest, load_tree, versions};
pub use manifest::{
    FORMAT, FileStamp, GapFound, ImportReport, LevelSummary, Manifest, OverlapFound, SourceStamp,
};
pub use save::{IfThere, refuse_existing, save};

use super::StoreError;
use super::digest::Digest;
use crate::domain::region::Slug;

const MANIFEST: &str = "regions.json";
const TABLE: &str = "regions.parquet";

fn home(register: &Path) -> PathBuf {
    register.join("regions")
}

pub(super) fn folder(register: &Path, version: &Slug) -> PathBuf {
    home(register).join(version.as_str())
}

/// The files that a version is read from.
pub(super) fn files(register: &Path, version: &Slug) -> [PathBuf; 2] {
    [MANIFEST, TABLE].map(|name| folder(register, version).join(name))
}

/// The hash of a version's table, by which it is known to be the same regions.
///
/// # Errors
/// [`StoreError`] where the version isn't there or is damaged.
pub fn content(register: &Path, version: &Slug) -> Result<Digest, StoreError> {
    Ok(load_manifest(register, version)?.table.blake3)
}

fn stamp(path: &Path) -> Result<FileStamp, StoreError> {
    let (bytes, blake3) = Digest::of_file(path).map_err(StoreError::io("read", path))?;
    Ok(FileStamp { bytes, blake3 })
}

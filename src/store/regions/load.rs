//! Reading a version of regions back, as much of it as is asked for.

use std::path::Path;
use std::{fs, io};

use bytes::Bytes;
use geo::MultiPolygon;
use serde::de::IgnoredAny;

use super::manifest::{FORMAT, FileStamp, Manifest, WITHOUT_SEAL};
use super::rows::{self, Columns, Rows};
use super::{MANIFEST, TABLE, folder, home};
use crate::domain::region::{RegionTree, Shapes, Slug};
use crate::store::digest::Digest;
use crate::store::{StoreError, mapped, sealed};

/// Loads a version with both its shapes.
///
/// # Errors
/// [`StoreError`] where it isn't there or is damaged.
pub fn load(register: &Path, version: &Slug) -> Result<(RegionTree, Shapes), StoreError> {
    let (tree, rows) = load_columns(register, version, Columns::Both)?;
    Ok((tree, Shapes { full: rows.full, general: rows.general }))
}

/// Loads a version without shapes.
///
/// # Errors
/// [`StoreError`] where it isn't there or is damaged.
pub fn load_tree(register: &Path, version: &Slug) -> Result<RegionTree, StoreError> {
    load_columns(register, version, Columns::Plain).map(|(tree, _)| tree)
}

/// Loads a version with its generalised shapes, by region.
///
/// # Errors
/// [`StoreError`] where it isn't there or is damaged.
pub fn load_general(
    register: &Path,
    version: &Slug,
) -> Result<(RegionTree, Vec<MultiPolygon>), StoreError> {
    let (tree, rows) = load_columns(register, version, Columns::General)?;
    Ok((tree, rows.general))
}

/// Reads what a version tells of itself.
///
/// # Errors
/// [`StoreError`] where it isn't there, is damaged, or is of another format.
pub fn load_manifest(register: &Path, version: &Slug) -> Result<Manifest, StoreError> {
    let path = folder(register, version).join(MANIFEST);
    let text = fs::read(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => StoreError::NoRegions {
            version: version.clone(),
            path: home(register),
            known: versions(register).unwrap_or_default(),
        },
        _ => StoreError::io("read", &path)(source),
    })?;
    let damaged = |what: String| StoreError::RegionsDamaged {
        version: version.clone(),
        path: path.clone(),
        what,
    };
    let format = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    let FormatOnly { format: found, seal } = format;
    if ![WITHOUT_SEAL, FORMAT].contains(&found) {
        return Err(StoreError::RegionsFormat { version: version.clone(), found, known: FORMAT });
    }
    if (found == FORMAT || seal.is_some()) && !sealed::is_whole(&text) {
        return Err(damaged("its content is not what was written".to_owned()));
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
    if manifest.version != *version {
        return Err(damaged(format!("it tells of `{}`", manifest.version)));
    }
    Ok(manifest)
}

/// The versions that there are, in the order of their names.
///
/// # Errors
/// Where the folder can't be read.
pub fn versions(register: &Path) -> Result<Vec<Slug>, StoreError> {
    let home = home(register);
    let entries = match fs::read_dir(&home) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(StoreError::io("read the folder", &home))?,
    };
    let mut versions = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::io("read the folder", &home))?;
        // A folder that is being written begins with a dot and is no slug.
        let slug = entry.file_name().to_str().and_then(|name| name.parse().ok());
        versions.extend(slug.filter(|_| entry.path().is_dir()));
    }
    versions.sort();
    Ok(versions)
}

#[derive(serde::Deserialize)]
struct FormatOnly {
    format: u32,
    seal: Option<IgnoredAny>,
}

fn load_columns(
    register: &Path,
    version: &Slug,
    columns: Columns,
) -> Result<(RegionTree, Rows), StoreError> {
    let manifest = load_manifest(register, version)?;
    let path = folder(register, version).join(TABLE);
    let damaged = |what: String| StoreError::RegionsDamaged {
        version: version.clone(),
        path: path.clone(),
        what,
    };
    let table = Bytes::from_owner(mapped::map(&path).map_err(StoreError::io("read", &path))?);
    let found = FileStamp { bytes: table.len() as u64, blake3: Digest::of_bytes(&table) };
    if found.bytes != manifest.table.bytes {
        let (found, expected) = (found.bytes, manifest.table.bytes);
        return Err(damaged(format!("it has {found} bytes where {expected} were written")));
    }
    if found != manifest.table {
        return Err(damaged("its content is not what was written".to_owned()));
    }
    let mut rows = rows::read(&table, manifest.system, columns).map_err(damaged)?;
    let regions = std::mem::take(&mut rows.regions);
    let damaged = |what: String| StoreError::RegionsDamaged {
        version: version.clone(),
        path: path.clone(),
        what,
    };
    let tree = RegionTree::new(manifest.system, version.clone(), regions)
        .map_err(|error| damaged(error.to_string()))?;
    Ok((tree, rows))
}

//! The regions on the disk: one folder a version, written whole or not at all.

mod manifest;
mod rows;
mod table;

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use geo::MultiPolygon;
use rustix::fs::{CWD, RenameFlags, renameat_with};

pub use manifest::{
    FORMAT, FileStamp, GapFound, ImportReport, LevelSummary, Manifest, OverlapFound, SourceStamp,
};
use rows::{Columns, Rows};

use super::StoreError;
use super::digest::Digest;
use crate::domain::region::{RegionTree, Shapes, Slug};

const MANIFEST: &str = "regions.json";
const TABLE: &str = "regions.parquet";

/// What to do where the version is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfThere {
    Refuse,
    Replace,
}

/// Stores a version: aside first, then in its place by one rename.
///
/// # Errors
/// [`StoreError::RegionsExist`], or what the disk refused.
pub fn save(
    register: &Path,
    tree: &RegionTree,
    shapes: &Shapes,
    report: &ImportReport,
    if_there: IfThere,
) -> Result<Manifest, StoreError> {
    refuse_existing(register, tree.version(), if_there)?;
    let home = home(register);
    fs::create_dir_all(&home).map_err(StoreError::io("make the folder", &home))?;
    let aside = tempfile::Builder::new()
        .prefix(".importing-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir_in(&home)
        .map_err(StoreError::io("make a folder in", &home))?;
    let manifest = write(aside.path(), tree, shapes, report)?;
    let place = folder(register, tree.version());
    put(aside.path(), &place, if_there).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            StoreError::RegionsExist { version: tree.version().clone() }
        }
        _ => StoreError::io("put the regions into", &place)(error),
    })?;
    sync_folder(&home)?;
    Ok(manifest)
}

/// Refuses a version that is there, so that a long import need not fail at its end.
///
/// # Errors
/// [`StoreError::RegionsExist`].
pub fn refuse_existing(
    register: &Path,
    version: &Slug,
    if_there: IfThere,
) -> Result<(), StoreError> {
    if if_there == IfThere::Refuse && folder(register, version).exists() {
        return Err(StoreError::RegionsExist { version: version.clone() });
    }
    Ok(())
}

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
    let FormatOnly { format: found } = format;
    if found != FORMAT {
        return Err(StoreError::RegionsFormat { version: version.clone(), found, known: FORMAT });
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
}

fn home(register: &Path) -> PathBuf {
    register.join("regions")
}

fn folder(register: &Path, version: &Slug) -> PathBuf {
    home(register).join(version.as_str())
}

fn write(
    aside: &Path,
    tree: &RegionTree,
    shapes: &Shapes,
    report: &ImportReport,
) -> Result<Manifest, StoreError> {
    let path = aside.join(TABLE);
    let file = File::create(&path).map_err(StoreError::io("write", &path))?;
    table::write(BufWriter::new(&file), tree, shapes).map_err(|source| {
        StoreError::RegionsWrite { path: path.clone(), source: Box::new(source) }
    })?;
    file.sync_all().map_err(StoreError::io("write", &path))?;
    let manifest = Manifest {
        format: FORMAT,
        system: tree.system(),
        version: tree.version().clone(),
        levels: manifest::summarise(tree),
        table: stamp(&path)?,
        report: report.clone(),
    };
    write_manifest(&aside.join(MANIFEST), &manifest)?;
    sync_folder(aside)?;
    Ok(manifest)
}

fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    let mut text = serde_json::to_vec_pretty(manifest).expect("a manifest has only string keys");
    text.push(b'\n');
    let written = File::create(path).and_then(|mut file| {
        file.write_all(&text)?;
        file.sync_all()
    });
    written.map_err(StoreError::io("write", path))
}

fn stamp(path: &Path) -> Result<FileStamp, StoreError> {
    let (bytes, blake3) = Digest::of_file(path).map_err(StoreError::io("read", path))?;
    Ok(FileStamp { bytes, blake3 })
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(StoreError::io("sync", path))
}

fn put(aside: &Path, place: &Path, if_there: IfThere) -> io::Result<()> {
    if if_there == IfThere::Replace && place.exists() {
        // The old version is then aside, and goes with the temporary folder.
        return Ok(renameat_with(CWD, aside, CWD, place, RenameFlags::EXCHANGE)?);
    }
    fs::rename(aside, place)
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
    let found = stamp(&path)?;
    if found.bytes != manifest.table.bytes {
        let (found, expected) = (found.bytes, manifest.table.bytes);
        return Err(damaged(format!("it has {found} bytes where {expected} were written")));
    }
    if found != manifest.table {
        return Err(damaged("its content is not what was written".to_owned()));
    }
    let mut rows = rows::read(&path, manifest.system, columns).map_err(damaged)?;
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

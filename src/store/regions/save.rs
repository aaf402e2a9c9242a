//! Storing a version of regions: aside first, then in its place by one rename.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::manifest::{self, FORMAT, ImportReport, Manifest};
use super::{MANIFEST, TABLE, folder, home, stamp, table};
use crate::domain::region::{RegionTree, Shapes, Slug};
use crate::store::StoreError;
use crate::store::aside::Aside;
use crate::store::sealed;

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
    let aside = Aside::new_in(&home, ".importing-")?;
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

fn write(
    aside: &Path,
    tree: &RegionTree,
    shapes: &Shapes,
    report: &ImportReport,
) -> Result<Manifest, StoreError> {
    let path = aside.join(TABLE);
    let file = File::create(&path).map_err(StoreError::io("write", &path))?;
    table::write(BufWriter::new(&file), tree, shapes)
        .map_err(StoreError::parquet("write the regions to", &path))?;
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
    let mut text = serde_json::to_string_pretty(manifest).expect("a manifest has only string keys");
    text.push('\n');
    let text = sealed::seal(&text);
    let written = File::create(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(StoreError::io("write", path))
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

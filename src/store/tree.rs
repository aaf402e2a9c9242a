//! The files below a folder: listed, hashed, and forced to the disk.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::digest::Digest;
use super::error::StoreError;
use super::manifest::{FileFact, Files};

/// Hashes every file below `root`.
///
/// # Errors
/// [`StoreError::NotAFile`] for links, sockets and names that are not UTF-8; [`StoreError::Io`].
pub fn hash_files(root: &Path) -> Result<Files, StoreError> {
    let listed = list_files(root)?;
    listed.into_par_iter().map(|(name, path)| Ok((name, hash_file(&path)?))).collect()
}

/// A file's size and hash.
///
/// # Errors
/// [`StoreError::Io`].
pub fn hash_file(path: &Path) -> Result<FileFact, StoreError> {
    let (bytes, blake3) = Digest::of_file(path).map_err(StoreError::io("read", path))?;
    Ok(FileFact { bytes, blake3 })
}

/// Every file below `root`, by its path within it with `/` between folders.
///
/// # Errors
/// As [`hash_files`].
pub fn list_files(root: &Path) -> Result<BTreeMap<String, PathBuf>, StoreError> {
    let mut files = BTreeMap::new();
    walk(root, "", &mut |name, path, is_folder| {
        if !is_folder {
            files.insert(name, path);
        }
        Ok(())
    })?;
    Ok(files)
}

/// Forces every file and folder below `root`, and `root` itself, to the disk.
///
/// # Errors
/// As [`hash_files`].
pub fn sync_all(root: &Path) -> Result<(), StoreError> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    walk(root, "", &mut |_, path, is_folder| {
        if is_folder {
            folders.push(path);
        } else {
            files.push(path);
        }
        Ok(())
    })?;
    // The disk is given several at a time; a folder comes after what lies in it.
    files.into_par_iter().try_for_each(|path| sync(&path))?;
    folders.iter().try_for_each(|path| sync(path))?;
    sync(root)
}

/// Forces one file or folder to the disk.
///
/// # Errors
/// [`StoreError::Io`].
pub fn sync(path: &Path) -> Result<(), StoreError> {
    let file = File::open(path).map_err(StoreError::io("open", path))?;
    file.sync_all().map_err(StoreError::io("force to the disk", path))
}

type Visitor<'a> = dyn FnMut(String, PathBuf, bool) -> Result<(), StoreError> + 'a;

/// Calls `visit` with the name, the path and whether it is a folder; a folder comes after its content.
fn walk(folder: &Path, prefix: &str, visit: &mut Visitor<'_>) -> Result<(), StoreError> {
    let entries = fs::read_dir(folder).map_err(StoreError::io("list", folder))?;
    for entry in entries {
        let entry = entry.map_err(StoreError::io("list", folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(StoreError::io("look at", &path))?;
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            return Err(StoreError::NotAFile { path });
        };
        if kind.is_dir() {
            walk(&path, &format!("{name}/"), visit)?;
        } else if !kind.is_file() {
            return Err(StoreError::NotAFile { path });
        }
        visit(name, path, kind.is_dir())?;
    }
    Ok(())
}

/// As [`stamp`], which changes when one of the files beside it does, too.
pub(super) fn stamp_with(path: &Path, beside: &[PathBuf]) -> Option<String> {
    let own = stamp(path)?;
    let stamps: Vec<Option<String>> = beside.iter().map(|path| stamp(path)).collect();
    let beside = Digest::of_bytes(format!("{stamps:?}").as_bytes()).to_string();
    Some(format!("{own}-{}", &beside[..16]))
}

/// What tells a file from another that has had its name; `None` where there is none.
pub(super) fn stamp(path: &Path) -> Option<String> {
    let file = fs::metadata(path).ok()?;
    let (number, bytes) = (file.ino(), file.len());
    Some(format!("{number}-{bytes}-{}.{:09}", file.mtime(), file.mtime_nsec()))
}

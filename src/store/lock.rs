//! One writer at a time: locks that the system frees when their process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::error::StoreError;

/// The permissions of a file that only its owner reads and writes.
const OWNER_ALONE: u32 = 0o600;

/// A lock that is held as long as this lives. Its file stays and is empty.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says at once that another has it.
    ///
    /// # Errors
    /// [`StoreError::Busy`], which names the folder; [`StoreError::Io`].
    pub fn take(path: &Path, folder: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy { path: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StoreError::io("lock", path)(source)),
        }
    }

    /// Waits for the lock; for what is held for moments.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn wait(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        file.lock().map_err(StoreError::io("lock", path))?;
        Ok(Self { _file: file })
    }
}

/// Opens a lock's file, its owner's alone: whoever may read a file may lock it, and so could block builds.
fn open(path: &Path) -> Result<File, StoreError> {
    let mut options = fs::OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).mode(OWNER_ALONE).open(path);
    let file = file.map_err(StoreError::io("open the lock", path))?;
    let permissions = file.metadata().map_err(StoreError::io("read", path))?.permissions();
    if permissions.mode() & 0o777 != OWNER_ALONE {
        // Of an earlier version. Where it is another's file the lock still works.
        let _ = file.set_permissions(fs::Permissions::from_mode(OWNER_ALONE));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_its_owners_alone_also_where_an_earlier_version_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let [new, old] = ["new", "old"].map(|name| folder.path().join(name));
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o644)).unwrap();
        for path in [new, old] {
            let held = Lock::take(&path, folder.path()).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            let refused = Lock::take(&path, folder.path()).unwrap_err();
            assert!(matches!(refused, StoreError::Busy { .. }), "{refused}");
            drop(held);
            Lock::take(&path, folder.path()).unwrap();
        }
    }
}

//! One writer at a time: locks that the system frees when their process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::error::StoreError;

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

fn open(path: &Path) -> Result<File, StoreError> {
    fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(StoreError::io("open the lock", path))
}

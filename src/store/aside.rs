//! Folders that are written aside, beside the place where their content is wanted.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::StoreError;

/// A folder beside the wanted place. Dropped, it is gone, with what it holds by then. The system locks
/// it for this process, so that what a killed one left is known, and goes when the next is made.
#[derive(Debug)]
pub struct Aside {
    folder: tempfile::TempDir,
    _lock: File,
}

impl Aside {
    /// Makes an empty folder in `parent`, after removing those of this prefix that no process works on.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn new_in(parent: &Path, prefix: &str) -> Result<Self, StoreError> {
        // As a new folder has them, where a temporary one is its owner's alone.
        Self::with_mode(parent, prefix, 0o755)
    }

    /// The same, its owner's alone.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn private_in(parent: &Path, prefix: &str) -> Result<Self, StoreError> {
        Self::with_mode(parent, prefix, 0o700)
    }

    fn with_mode(parent: &Path, prefix: &str, mode: u32) -> Result<Self, StoreError> {
        fs::create_dir_all(parent).map_err(StoreError::io("make the folder", parent))?;
        remove_leftovers(parent, prefix)?;
        loop {
            let mut builder = tempfile::Builder::new();
            let builder = builder.prefix(prefix).permissions(fs::Permissions::from_mode(mode));
            let folder = builder.tempdir_in(parent);
            let folder = folder.map_err(StoreError::io("make a folder in", parent))?;
            let lock = match File::open(folder.path()) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                opened => opened.and_then(|lock| lock.lock().map(|()| lock)),
            };
            let lock = lock.map_err(StoreError::io("lock", folder.path()))?;
            // Before it was locked, another one may have taken it for a leftover.
            if folder.path().exists() {
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Renames the folder to the wanted place, where there is nothing or an empty folder.
    ///
    /// # Errors
    /// [`StoreError::Io`]; then the folder goes.
    pub fn put(self, place: &Path) -> Result<(), StoreError> {
        fs::rename(self.path(), place).map_err(StoreError::io("move what is finished to", place))
    }
}

fn remove_leftovers(parent: &Path, prefix: &str) -> Result<(), StoreError> {
    for entry in fs::read_dir(parent).map_err(StoreError::io("list", parent))? {
        let entry = entry.map_err(StoreError::io("list", parent))?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            remove_unused(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a folder, unless a process has it locked or it went meanwhile.
fn remove_unused(path: &PathBuf) -> Result<(), StoreError> {
    let Ok(folder) = File::open(path) else { return Ok(()) };
    if folder.try_lock().is_err() {
        return Ok(());
    }
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn removes_what_a_killed_process_left_and_not_what_one_works_on() {
        let parent = tempfile::tempdir().unwrap();
        let left = parent.path().join(".work-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("half"), "x").unwrap();
        fs::create_dir(parent.path().join("other")).unwrap();
        let first = Aside::new_in(parent.path(), ".work-").unwrap();
        let second = Aside::new_in(parent.path(), ".work-").unwrap();
        assert!(!left.exists() && first.path().exists() && second.path().exists());
        drop((first, second));
        assert_eq!(names(parent.path()), ["other"]);
    }

    #[test]
    fn many_at_once_do_not_remove_each_other_and_a_private_one_is_its_owners_alone() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let own = Aside::private_in(parent.path(), ".many-").unwrap();
                        fs::write(own.path().join("a"), "x").unwrap();
                        let mode = fs::metadata(own.path()).unwrap().permissions().mode();
                        assert_eq!(mode & 0o777, 0o700);
                    }
                });
            }
        });
        assert_eq!(names(parent.path()), [""; 0]);
    }

    #[test]
    fn is_put_whole_or_goes() {
        let parent = tempfile::tempdir().unwrap();
        let aside = Aside::new_in(parent.path(), ".work-").unwrap();
        fs::write(aside.path().join("a"), "x").unwrap();
        aside.put(&parent.path().join("place")).unwrap();
        let late = Aside::new_in(parent.path(), ".work-").unwrap();
        assert!(late.put(&parent.path().join("place")).is_err());
        assert_eq!(names(parent.path()), ["place"]);
    }
}

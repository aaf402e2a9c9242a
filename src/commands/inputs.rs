//! The hashes of a build's inputs, taken on a thread of their own while the build reads the same files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context, Result};

use crate::engine::EngineError;
use crate::store::digest::{Digest, DigestOf};
use crate::store::manifest::InputUsed;

/// Bytes that are read at a time.
const BLOCK: usize = 1 << 18;

/// Inputs as they stood before the build opened them.
pub struct Inputs(Vec<(PathBuf, Option<Stamp>)>);

/// What changes where a file is written to or replaced: device, number, size, the times at which its
/// content and its description were last changed.
type Stamp = (u64, u64, u64, [i64; 4]);

/// The bytes and the digest of each file.
type Hashed = io::Result<Vec<(u64, Digest)>>;

/// Inputs that are being hashed. Dropped, it stops.
pub struct Hashing {
    inputs: Inputs,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<Hashed>>,
}

impl Inputs {
    /// Notes the files before anything of them is read. A file that is not there is told of by who
    /// opens it.
    pub fn note(paths: &[PathBuf]) -> Self {
        Self(paths.iter().map(|path| (path.clone(), stamp(path).ok())).collect())
    }

    /// Begins to hash them.
    pub fn hash(self) -> Hashing {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let paths: Vec<PathBuf> = self.0.iter().map(|(path, _)| path.clone()).collect();
        let stop = Arc::clone(&is_stopped);
        let thread = std::thread::spawn(move || paths.iter().map(|path| of(path, &stop)).collect());
        Hashing { inputs: self, is_stopped, thread: Some(thread) }
    }
}

impl Hashing {
    /// The inputs for the manifest. `rows` are the rows of each, `empty_rows` those that hold nothing.
    ///
    /// # Errors
    /// Where a file can't be read, or is not what it was when it was noted.
    pub fn finish(mut self, rows: &[u64], empty_rows: &[u64]) -> Result<Vec<InputUsed>> {
        let thread = self.thread.take().context("the inputs are hashed once")?;
        let hashes = thread.join().map_err(|_| anyhow::anyhow!("hashing the inputs stopped"))?;
        let hashes = hashes.context("cannot read the input files again")?;
        let mut used = Vec::with_capacity(hashes.len());
        let counts = rows.iter().zip(empty_rows);
        for (((path, before), (bytes, blake3)), (&rows, &empty_rows)) in
            self.inputs.0.iter().zip(hashes).zip(counts)
        {
            let now = stamp(path);
            let now = now.with_context(|| format!("cannot find `{}` again", path.display()))?;
            if *before != Some(now) {
                return Err(EngineError::Changed.into());
            }
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            used.push(InputUsed { name, rows, bytes, blake3, empty_rows });
        }
        Ok(used)
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // What it found is not asked for any more.
            let _ = thread.join();
        }
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let file = fs::metadata(path)?;
    let times = [file.mtime(), file.mtime_nsec(), file.ctime(), file.ctime_nsec()];
    Ok((file.dev(), file.ino(), file.len(), times))
}

fn of(path: &Path, is_stopped: &AtomicBool) -> io::Result<(u64, Digest)> {
    let mut file = File::open(path)?;
    let mut digest = DigestOf::default();
    let mut block = vec![0; BLOCK];
    while !is_stopped.load(Ordering::Relaxed) {
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(read) => digest.add(&block[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(digest.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_since_it_was_noted_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.csv");
        fs::write(&path, "one").unwrap();
        let paths = [path.clone()];
        let inputs = Inputs::note(&paths).hash().finish(&[1], &[0]).unwrap();
        let expected = Digest::of_bytes(b"one");
        assert_eq!((inputs[0].bytes, inputs[0].blake3), (3, expected));
        let noted = Inputs::note(&paths);
        let other = folder.path().join("other");
        fs::write(&other, "two").unwrap();
        fs::rename(&other, &path).unwrap();
        let error = noted.hash().finish(&[1], &[0]).unwrap_err();
        assert!(error.to_string().contains("changed while it was read"), "{error}");
    }
}

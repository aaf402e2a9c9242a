//! Which ids stand in an input more than once: found by their hashes, in sorted runs on the disk.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memmap2::Mmap;
use rayon::prelude::*;

use super::error::EngineError;

/// Hashes that a partition holds before it writes a run: 16 MiB.
const RUN: usize = 1 << 21;
/// About so many hashes are compared at a time, by one thread.
const SHARE: usize = 1 << 18;

/// The hashes of ids, while they are being noted.
pub struct Hashes {
    folder: PathBuf,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    runs: Vec<File>,
    /// Why a run could not be written when its partition ended.
    failure: Option<io::Error>,
}

/// One partition's noting of ids. What it holds is written when it is dropped.
pub struct HashNoting {
    hashes: Arc<Hashes>,
    held: Vec<u64>,
}

/// A hash that is the same in every run; a collision costs a second look, no more.
pub fn hash_of(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Hashes {
    /// Keeps runs in temporary files of this folder.
    pub fn in_folder(folder: &Path) -> Arc<Self> {
        Arc::new(Self { folder: folder.to_owned(), made: Mutex::default() })
    }

    pub fn noting(self: &Arc<Self>) -> HashNoting {
        HashNoting { hashes: Arc::clone(self), held: Vec::new() }
    }

    /// The hashes that were noted more than once, each once, in order. All partitions have ended.
    ///
    /// # Errors
    /// Where a run could not be written or can't be mapped.
    pub fn repeated(&self) -> Result<Vec<u64>, EngineError> {
        let mut made = self.lock();
        if let Some(failure) = made.failure.take() {
            return Err(EngineError::Spill(failure));
        }
        let runs = made.runs.drain(..).map(|file| map(&file)).collect::<io::Result<Vec<_>>>();
        let runs = runs.map_err(EngineError::Spill)?;
        let runs: Vec<&[u64]> = runs.iter().map(|run| bytemuck::cast_slice(run)).collect();
        let all: usize = runs.iter().map(|run| run.len()).sum();
        let bits = all.div_ceil(SHARE).max(1).next_power_of_two().trailing_zeros().min(16);
        let shares = (0..1_u64 << bits).into_par_iter();
        Ok(shares.flat_map_iter(|share| repeated_in(&runs, share, bits)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(unsafe_code, reason = "the file has no name, so nobody else can change it")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the file is a temporary one without a name and was written to its end.
    unsafe { Mmap::map(file) }
}

/// Of the hashes whose first `bits` are `share`, those that stand more than once.
fn repeated_in(runs: &[&[u64]], share: u64, bits: u32) -> Vec<u64> {
    let of = |hash: u64| hash.checked_shr(64 - bits).unwrap_or(0);
    let mut hashes = Vec::new();
    for run in runs {
        let from = run.partition_point(|&hash| of(hash) < share);
        let to = from + run[from..].partition_point(|&hash| of(hash) == share);
        hashes.extend_from_slice(&run[from..to]);
    }
    // This sort merges what is sorted already.
    #[expect(clippy::stable_sort_primitive, reason = "it makes use of the runs")]
    hashes.sort();
    let mut repeated: Vec<u64> =
        hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    repeated
}

impl HashNoting {
    /// Notes an id's hash.
    ///
    /// # Errors
    /// Where a run can't be written.
    pub fn note(&mut self, hash: u64) -> Result<(), EngineError> {
        self.held.push(hash);
        if self.held.len() == RUN { self.write_run().map_err(EngineError::Spill) } else { Ok(()) }
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.hashes.folder)?);
        file.write_all(bytemuck::cast_slice(&self.held))?;
        self.held.clear();
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.hashes.lock().runs.push(file);
        Ok(())
    }
}

impl Drop for HashNoting {
    fn drop(&mut self) {
        if !self.held.is_empty()
            && let Err(error) = self.write_run()
        {
            self.hashes.lock().failure = Some(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_noted_twice_in_whatever_partition() {
        let folder = tempfile::tempdir().unwrap();
        let hashes = Hashes::in_folder(folder.path());
        let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for partition in 0..3 {
            let mut noting = hashes.noting();
            for number in (0..SHARE as u64 * 2).filter(|number| number % 3 == partition) {
                noting.note(spread(number)).unwrap();
            }
            noting.note(spread(7)).unwrap();
            noting.note(spread(partition)).unwrap();
        }
        let mut expected = [0, 1, 2, 7].map(spread);
        expected.sort_unstable();
        assert_eq!(hashes.repeated().unwrap(), expected);
        assert!(Hashes::in_folder(folder.path()).repeated().unwrap().is_empty());
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let hashes = Hashes::in_folder(&folder.path().join("gone"));
        hashes.noting().note(1).unwrap();
        assert!(matches!(hashes.repeated(), Err(EngineError::Spill(_))));
    }
}

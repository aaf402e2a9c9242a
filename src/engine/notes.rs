//! What one pass notes about rows, in whatever order it meets them, for another that reads them in theirs.
//!
//! Notes go to the disk in sorted runs, so neither pass holds them in memory, however many there are.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::marker::PhantomData;
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytemuck::Pod;
use memmap2::Mmap;

use super::error::EngineError;

/// Notes that a partition holds before it writes a run.
const RUN: usize = 1 << 20;

/// A row by its file and its number, in one number of the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey(u64);

impl RowKey {
    /// Row numbers have 48 bits: no file holds as many rows.
    pub const fn new((file, row): (u16, u64)) -> Self {
        Self((file as u64) << 48 | row & ((1 << 48) - 1))
    }

    /// The key as a number, for records of others.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The key that a number was made of.
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// Notes about rows, none or several a row, while they are being made.
pub struct Notes<T> {
    folder: PathBuf,
    made: Mutex<Made>,
    note: PhantomData<fn() -> T>,
}

#[derive(Default)]
struct Made {
    runs: Vec<File>,
    /// Why a run could not be written when its partition ended.
    failure: Option<io::Error>,
}

/// One partition's noting. What it holds is written when it is dropped.
pub struct Noting<T: Pod + Ord> {
    notes: Arc<Notes<T>>,
    held: Vec<(RowKey, T)>,
}

/// All notes, asked for by row.
pub struct NotedRows<T> {
    runs: Vec<Run>,
    note: PhantomData<fn() -> T>,
}

/// A run on the disk: the keys in order, then their notes.
struct Run {
    bytes: Mmap,
    len: usize,
}

impl<T: Pod + Ord> Notes<T> {
    /// Keeps runs in temporary files of this folder.
    pub fn in_folder(folder: &Path) -> Arc<Self> {
        Arc::new(Self { folder: folder.to_owned(), made: Mutex::default(), note: PhantomData })
    }

    pub fn noting(self: &Arc<Self>) -> Noting<T> {
        Noting { notes: Arc::clone(self), held: Vec::new() }
    }

    /// The notes of all partitions, which have ended.
    ///
    /// # Errors
    /// Where a run could not be written or can't be mapped.
    pub fn finish(&self) -> Result<NotedRows<T>, EngineError> {
        let mut made = self.lock();
        if let Some(failure) = made.failure.take() {
            return Err(EngineError::Spill(failure));
        }
        let runs = made.runs.drain(..).map(|file| Run::map::<T>(&file));
        let runs = runs.collect::<io::Result<_>>().map_err(EngineError::Spill)?;
        Ok(NotedRows { runs, note: PhantomData })
    }

    fn lock(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Pod + Ord> Noting<T> {
    /// Notes something about a row.
    ///
    /// # Errors
    /// Where a run can't be written.
    pub fn note(&mut self, row: RowKey, note: T) -> Result<(), EngineError> {
        self.held.push((row, note));
        if self.held.len() == RUN { self.write_run().map_err(EngineError::Spill) } else { Ok(()) }
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.notes.folder)?);
        for (key, _) in &self.held {
            file.write_all(bytemuck::bytes_of(&key.0))?;
        }
        for (_, note) in &self.held {
            file.write_all(bytemuck::bytes_of(note))?;
        }
        self.held.clear();
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.notes.lock().runs.push(file);
        Ok(())
    }
}

impl<T: Pod + Ord> Drop for Noting<T> {
    fn drop(&mut self) {
        if !self.held.is_empty()
            && let Err(error) = self.write_run()
        {
            self.notes.lock().failure = Some(error);
        }
    }
}

impl<T: Pod + Ord> NotedRows<T> {
    /// Where nothing was noted.
    pub const fn none() -> Self {
        Self { runs: Vec::new(), note: PhantomData }
    }

    /// What is noted about the rows from `first` to `last`, in their order and, for one row, in that
    /// of the notes.
    pub fn between(&self, first: RowKey, last: RowKey) -> Vec<(RowKey, T)> {
        let mut found = Vec::new();
        for run in &self.runs {
            let keys = run.keys();
            let from = keys.partition_point(|key| RowKey(*key) < first);
            let noted = keys[from..].iter().take_while(|key| RowKey(**key) <= last).enumerate();
            found.extend(noted.map(|(at, key)| (RowKey(*key), run.note(from + at))));
        }
        found.sort_unstable();
        found
    }
}

impl Run {
    #[expect(unsafe_code, reason = "the file has no name, so nobody else can change it")]
    fn map<T>(file: &File) -> io::Result<Self> {
        // SAFETY: the file is a temporary one without a name and was written to its end.
        let bytes = unsafe { Mmap::map(file)? };
        let len = bytes.len() / (size_of::<u64>() + size_of::<T>());
        Ok(Self { bytes, len })
    }

    fn keys(&self) -> &[u64] {
        bytemuck::cast_slice(&self.bytes[..self.len * size_of::<u64>()])
    }

    fn note<T: Pod>(&self, at: usize) -> T {
        let start = self.len * size_of::<u64>() + at * size_of::<T>();
        bytemuck::pod_read_unaligned(&self.bytes[start..start + size_of::<T>()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_by_row_whatever_the_order_and_the_partitions() {
        let folder = tempfile::tempdir().unwrap();
        let notes = Notes::<u32>::in_folder(folder.path());
        for partition in 0..3_u64 {
            let mut noting = notes.noting();
            for row in (0..100).rev().filter(|row| row % 3 == partition) {
                noting.note(RowKey::new((1, row)), row as u32).unwrap();
            }
            noting.note(RowKey::new((1, 50)), 7).unwrap();
        }
        let noted = notes.finish().unwrap();
        let between = |first, last| noted.between(RowKey::new(first), RowKey::new(last));
        let key = |row| RowKey::new((1, row));
        assert_eq!(
            between((1, 49), (1, 51)),
            [(key(49), 49), (key(50), 7), (key(50), 7), (key(50), 7), (key(50), 50), (key(51), 51)]
        );
        assert_eq!(between((0, 0), (u16::MAX, 99)).len(), 103);
        assert_eq!(between((2, 0), (2, 99)), []);
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let notes = Notes::<u32>::in_folder(&folder.path().join("gone"));
        notes.noting().note(RowKey::new((0, 1)), 1).unwrap();
        assert!(matches!(notes.finish(), Err(EngineError::Spill(_))));
    }
}

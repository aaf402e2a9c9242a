//! Every visit has one row: repeated identities are found by their hashes, sorted in runs on the disk.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;

use super::error::EngineError;
use super::latest::{is_same, repeated};
use crate::domain::visit::{VisitBatch, VisitField};
use crate::read::visits::{ALL_FIELDS, Locale, VisitFiles};

/// Hashes that a partition holds before it writes a run: 16 MiB.
const RUN: usize = 1 << 21;

/// The hashes of all visits' identities.
pub struct VisitIds {
    folder: PathBuf,
    runs: Mutex<Vec<File>>,
    /// Why a run could not be written when its partition ended.
    failure: Mutex<Option<io::Error>>,
}

/// One partition's noting of identities. What it holds is written when it is dropped.
pub struct Noting {
    ids: Arc<VisitIds>,
    hashes: Vec<u64>,
}

impl VisitIds {
    /// Keeps runs in temporary files of this folder.
    pub fn in_folder(folder: &Path) -> Arc<Self> {
        let (runs, failure) = (Mutex::default(), Mutex::default());
        Arc::new(Self { folder: folder.to_owned(), runs, failure })
    }

    pub fn noting(self: &Arc<Self>) -> Noting {
        Noting { ids: Arc::clone(self), hashes: Vec::new() }
    }

    /// Refuses identities that were noted more than once.
    ///
    /// Equal hashes are looked up in the files again, so visits are never refused for a collision.
    ///
    /// # Errors
    /// [`EngineError::RepeatedVisit`] of the first such visit, in the order of the files.
    pub fn refuse_repeated(&self, files: &VisitFiles, locale: &Locale) -> Result<(), EngineError> {
        let repeated = self.repeated_hashes().map_err(EngineError::Spill)?;
        if repeated.is_empty() { Ok(()) } else { find_repeated(&repeated, files, locale) }
    }

    /// Refuses one visit that was found to stand in the input with different contents.
    ///
    /// # Errors
    /// [`EngineError::RepeatedVisit`], with the places of both rows.
    pub fn refuse(visit_id: &str, files: &VisitFiles, locale: &Locale) -> Result<(), EngineError> {
        find_repeated(&[hash(visit_id)], files, locale)
    }

    fn repeated_hashes(&self) -> io::Result<Vec<u64>> {
        if let Some(failure) = lock(&self.failure).take() {
            return Err(failure);
        }
        let mut runs = lock(&self.runs);
        let mut readers = Vec::with_capacity(runs.len());
        for run in runs.drain(..) {
            let mut reader = BufReader::with_capacity(1 << 16, run);
            reader.seek(SeekFrom::Start(0))?;
            readers.push(reader);
        }
        let mut next = BinaryHeap::with_capacity(readers.len());
        for (run, reader) in readers.iter_mut().enumerate() {
            next.extend(read_hash(reader)?.map(|hash| Reverse((hash, run))));
        }
        let (mut before, mut repeated) = (None, Vec::new());
        while let Some(Reverse((hash, run))) = next.pop() {
            if before == Some(hash) && repeated.last() != Some(&hash) {
                repeated.push(hash);
            }
            before = Some(hash);
            next.extend(read_hash(&mut readers[run])?.map(|hash| Reverse((hash, run))));
        }
        Ok(repeated)
    }
}

impl Noting {
    pub fn note(&mut self, visit_id: &str) -> Result<(), EngineError> {
        self.note_hash(hash(visit_id))
    }

    /// Notes a visit by the [`hash`] of its identity.
    pub fn note_hash(&mut self, hash: u64) -> Result<(), EngineError> {
        self.hashes.push(hash);
        if self.hashes.len() == RUN { self.write_run().map_err(EngineError::Spill) } else { Ok(()) }
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.hashes.sort_unstable();
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.ids.folder)?);
        file.write_all(bytemuck::cast_slice(&self.hashes))?;
        self.hashes.clear();
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        lock(&self.ids.runs).push(file);
        Ok(())
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        if !self.hashes.is_empty()
            && let Err(error) = self.write_run()
        {
            *lock(&self.ids.failure) = Some(error);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_hash(reader: &mut impl Read) -> io::Result<Option<u64>> {
    let mut bytes = [0; 8];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u64::from_ne_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// A hash that is the same in every run; a collision costs a second look, no more.
pub fn hash(visit_id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    visit_id.hash(&mut hasher);
    hasher.finish()
}

/// Reads the files again for the visits of these hashes.
fn find_repeated(hashes: &[u64], files: &VisitFiles, locale: &Locale) -> Result<(), EngineError> {
    let names = files.names();
    let mut seen: BTreeMap<String, RecordBatch> = BTreeMap::new();
    for portion in files.portions(1).concat() {
        let mut found = None;
        files.read(&portion, locale, ALL_FIELDS, &mut |batch| {
            let visits = VisitBatch::new(&batch);
            let ids = visits.text(VisitField::VisitId);
            let is_known = |row: &usize| hashes.binary_search(&hash(ids.value(*row))).is_ok();
            for row in (0..batch.num_rows()).filter(is_known) {
                let first = seen.entry(ids.value(row).to_owned());
                let first = first.or_insert_with(|| batch.slice(row, 1));
                if !is_same((first, 0), (&batch, row)) {
                    found = Some(repeated((first, 0), (&batch, row), &names));
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = found {
            return Err(error);
        }
    }
    Ok(())
}

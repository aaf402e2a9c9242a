//! Every visit has one row: repeated identities are found by their hashes.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;

use super::error::EngineError;
use super::hashes::{HashNoting, Hashes, hash_of};
use super::latest::{is_same, repeated};
use crate::domain::visit::{VisitBatch, VisitField};
use crate::read::visits::{ALL_FIELDS, Locale, VisitFiles};

/// The hashes of all visits' identities.
pub struct VisitIds(Arc<Hashes>);

/// One partition's noting of identities.
pub struct Noting(HashNoting);

impl VisitIds {
    /// Keeps what is noted in temporary files of this folder.
    pub fn in_folder(folder: &Path) -> Arc<Self> {
        Arc::new(Self(Hashes::in_folder(folder)))
    }

    pub fn noting(self: &Arc<Self>) -> Noting {
        Noting(self.0.noting())
    }

    /// Refuses identities that were noted more than once.
    ///
    /// Equal hashes are looked up in the files again, so visits are never refused for a collision.
    ///
    /// # Errors
    /// [`EngineError::RepeatedVisit`] of the first such visit, in the order of the files.
    pub fn refuse_repeated(&self, files: &VisitFiles, locale: &Locale) -> Result<(), EngineError> {
        let repeated = self.0.repeated()?;
        if repeated.is_empty() { Ok(()) } else { find_repeated(&repeated, files, locale) }
    }

    /// Refuses one visit that was found to stand in the input with different contents.
    ///
    /// # Errors
    /// [`EngineError::RepeatedVisit`], with the places of both rows.
    pub fn refuse(visit_id: &str, files: &VisitFiles, locale: &Locale) -> Result<(), EngineError> {
        find_repeated(&[hash_of(visit_id)], files, locale)
    }
}

impl Noting {
    pub fn note(&mut self, visit_id: &str) -> Result<(), EngineError> {
        self.note_hash(hash(visit_id))
    }

    /// Notes a visit by the [`hash`] of its identity.
    pub fn note_hash(&mut self, hash: u64) -> Result<(), EngineError> {
        self.0.note(hash)
    }
}

/// A hash that is the same in every run; a collision costs a second look, no more.
pub fn hash(visit_id: &str) -> u64 {
    hash_of(visit_id)
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
            let is_known = |row: &usize| hashes.binary_search(&hash_of(ids.value(*row))).is_ok();
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

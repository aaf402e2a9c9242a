//! The version `demo`, the invented country, which is made where it is first asked for.

use std::path::Path;

use super::{IfThere, ImportReport, SourceStamp, folder, save};
use crate::domain::code::CodeSystem;
use crate::domain::region::Slug;
use crate::invent::{self, CountrySettings};
use crate::outline::{self, OutlineSettings};
use crate::store::StoreError;
use crate::store::digest::Digest;

/// Any would do; with another, every demonstration's figures and pictures change.
const SEED: u64 = 1;

/// Makes and stores the invented country where `version` is its name and it isn't there yet.
///
/// # Errors
/// What the disk refused.
pub fn ensure(register: &Path, version: &Slug) -> Result<(), StoreError> {
    if version.as_str() != invent::VERSION || folder(register, version).exists() {
        return Ok(());
    }
    let villages = invent::country(SEED, &CountrySettings::default());
    let settings = OutlineSettings::default();
    let derived = outline::derive(CodeSystem::Invented, version.clone(), villages, &settings)
        .expect("the invented country's codes, names and shapes fit together");
    let layer = format!("seed {SEED}");
    let blake3 = Digest::of_bytes(layer.as_bytes());
    let source = SourceStamp { name: "the invented country".to_owned(), layer, blake3 };
    let report = ImportReport::new(source, Vec::new(), derived.coverage);
    match save(register, &derived.tree, &derived.shapes, &report, IfThere::Refuse) {
        // Another process was faster, with the same bytes.
        Err(StoreError::RegionsExist { .. }) => Ok(()),
        saved => saved.map(drop),
    }
}

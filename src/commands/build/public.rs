//! The public side of a release: figures that are noised once, and what is told of how.

use anyhow::{Context, Result};

use super::tiles::TileMaker;
use crate::count::DIGEST_VERSION;
use crate::domain::indicator::Denominators;
use crate::protect::{
    Counted, CoverageTerms, LeafTable, NoiseKey, Policy, Protect, Protection, RegisterSecret,
};
use crate::store::institutions::INSTITUTIONS;
use crate::store::manifest::{BuildRecord, Protected, Succeeds};
use crate::store::public::{self, PublicFacts};
use crate::store::{Draft, content, public_institutions};

/// Makes the public leaves of what was counted, writes them into the draft, and records by what they were
/// made.
///
/// # Errors
/// Where they can't be written.
pub fn make(
    draft: &Draft,
    record: &mut BuildRecord,
    (policy, secret, terms): (Policy, RegisterSecret, CoverageTerms),
    counted: Counted<'_>,
    (denominators, tiles): (Option<&Denominators>, Option<&TileMaker<'_>>),
    succeeds: Succeeds,
) -> Result<()> {
    content::write(draft.path(), counted.cube, counted.regions)?;
    let key = NoiseKey::new(&secret, policy.noise, draft.id(), counted.regions.system());
    let leaves = LeafTable::public(counted, &Protect::new(policy, key)).with_coverage_terms(terms);
    let facts = PublicFacts {
        regions: record.regions.clone(),
        reference_date: record.reference_date,
        disability_definition: record.persons.as_ref().and_then(|persons| persons.definition),
        programmes: record.programmes.clone(),
        policy,
        carried_over: succeeds.carried_over.clone(),
    };
    let folder = public::begin(draft.path())?;
    if let Some(tiles) = tiles {
        tiles.write(&folder, &leaves)?;
    }
    if record.registers.contains_key("institutions") {
        let told = public_institutions::read(&draft.path().join(INSTITUTIONS))?;
        public_institutions::write(&folder.join(INSTITUTIONS), told)?;
    }
    public::write(&folder, &facts, (&leaves, denominators), counted.regions)
        .context("cannot write the public figures")?;
    record.protection = Protection::Public;
    let (secret, digest_version) = (secret.fingerprint(), DIGEST_VERSION);
    record.protected = Some(Protected { policy, secret, digest_version });
    record.succeeds = Some(succeeds);
    Ok(())
}

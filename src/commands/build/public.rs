//! The public side of a release: figures that are noised once, and what is told of how.

use anyhow::{Context, Result};
use tracing::warn;

use super::tiles::TileMaker;
use crate::count::{Cube, DIGEST_VERSION};
use crate::domain::indicator::{Counts, CubeColumn, Denominators};
use crate::domain::person::PersonBounds;
use crate::protect::margin::BEYOND;
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
    warn_of_beyond(counted.cube, &policy);
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

/// Says how many persons public figures lack because a household has more than count, where margins do not allow for so
/// many.
fn warn_of_beyond(cube: &Cube, policy: &Policy) {
    let tables = [("by age", &CubeColumn::AGES[..]), ("as disabled", &CubeColumn::DISABILITIES)];
    for (what, columns) in tables {
        let sum = |counts: &Counts| columns.iter().map(|it| counts[it.index()]).sum::<i64>();
        let all: i64 = cube.iter().map(|(_, counts)| sum(counts)).sum();
        let beyond: i64 = cube.beyond().map(|(_, counts)| sum(counts)).sum();
        if beyond as f64 > BEYOND * all as f64 {
            let PersonBounds { persons, of_age, disabled } = policy.person_bounds();
            warn!(
                "{beyond} of {all} persons of poor households are not counted {what} in public figures, because at \
                 most {persons} of a household are, {of_age} of one class of age, {disabled} disabled ones; margins \
                 allow for {} %",
                100.0 * BEYOND
            );
        }
    }
}

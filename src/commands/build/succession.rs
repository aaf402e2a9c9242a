//! What a release publishes again of the release before: the regencies in which too few villages changed.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::super::Common;
use crate::count::{Cube, DIGEST_VERSION};
use crate::domain::person::PersonBounds;
use crate::domain::region::{RegionId, Slug};
use crate::protect::Counted;
use crate::protect::carried_over::{
    CarriedFrom, LeastChanged, carry_over, changed, first_with_additions, too_little_changed,
};
use crate::protect::region_digests::RegionDigests;
use crate::store::ledger::{self, Statement};
use crate::store::manifest::{BuildRecord, ReleaseUsed, Succeeds};
use crate::store::{Release, StoreError, content, leaves, release};

/// The content to publish, and what it has to do with the release before.
///
/// The release before is the one that was published last. Where it stands on other regions, bounds the persons of a
/// household otherwise, or holds other fields, programmes or another poverty threshold, or only one of the two has a prelist, nothing of it can be published
/// again.
///
/// # Errors
/// Where the release before can't be read, or what is declared an erasure adds something.
pub fn content<'a>(
    common: &Common,
    record: &BuildRecord,
    counted: Counted<'a>,
    (least, bounds, erasure): (LeastChanged, PersonBounds, Option<Statement>),
) -> Result<(Cow<'a, Cube>, Succeeds)> {
    let whole = Cow::Borrowed(counted.cube);
    let Some(before) = last_published(common)?.filter(|it| is_alike(it, record, bounds)) else {
        return Ok((whole, Succeeds { erasure, ..Succeeds::default() }));
    };
    let regions = counted.regions;
    let exact = leaves::read(&before, regions)?;
    let cube = content::read(&before, regions)?;
    let used = ReleaseUsed { release: before.id().clone(), content: before.manifest().content() };
    let mut succeeds = Succeeds { before: Some(used), erasure, ..Succeeds::default() };
    let is_same_form = exact.fields() == counted.fields
        && exact.threshold() == counted.threshold
        && cube.programmes() == counted.cube.programmes()
        && cube.has_prelist() == counted.cube.has_prelist();
    if !is_same_form {
        return Ok((whole, succeeds));
    }
    let [new, earlier] = [counted.cube, &cube].map(|cube| RegionDigests::of(cube, regions));
    let carried = too_little_changed(&changed(&new, &earlier, regions), &least);
    if carried.is_empty() {
        return Ok((whole, succeeds));
    }
    if succeeds.erasure.is_some() {
        refuse_additions(counted, &cube, &carried)?;
        return Ok((whole, succeeds));
    }
    let of_before = before.manifest().build();
    for regency in &carried {
        let code = regions.get(*regency).code;
        let first = of_before.succeeds.as_ref().and_then(|it| it.carried_over.get(&code));
        let from = first.cloned().unwrap_or_else(|| CarriedFrom {
            release: before.id().clone(),
            reference_date: of_before.reference_date,
        });
        succeeds.carried_over.insert(code, from);
    }
    Ok((Cow::Owned(carry_over((counted.cube, &cube), &carried, regions)), succeeds))
}

/// The release that was published last and is still there; `None` where none was.
///
/// # Errors
/// Where the ledger or the release can't be read.
pub fn last_published(common: &Common) -> Result<Option<Release>> {
    for published in ledger::read(&common.register)?.iter().rev() {
        match release::open(&common.register, Some(&published.release)) {
            Ok(release) if release.manifest().content() == published.content => {
                return Ok(Some(release));
            }
            Ok(_) | Err(StoreError::NoRelease { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn is_alike(before: &Release, record: &BuildRecord, bounds: PersonBounds) -> bool {
    let of_before = before.manifest().build();
    let made_by = of_before.protected.map(|by| (by.digest_version, by.policy.person_bounds()));
    of_before.regions == record.regions && made_by == Some((DIGEST_VERSION, bounds))
}

/// Refuses an erasure in which a regency that changed little gains anything.
fn refuse_additions(
    counted: Counted<'_>,
    before: &Cube,
    carried: &BTreeSet<RegionId>,
) -> Result<()> {
    let regions = counted.regions;
    let Some(regency) = first_with_additions((counted.cube, before), carried, regions) else {
        return Ok(());
    };
    let code: Slug = regions.get(regency).code.to_string().parse()?;
    bail!(
        "this is no erasure: few villages of regency `{code}` changed, and one of its places has more units than \
         before; build without --erasure, and the regency stays as it was published until more of it changed"
    )
}

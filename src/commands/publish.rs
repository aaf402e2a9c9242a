//! `sebaran publish`: a candidate is audited, entered into the ledger, and made current.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::json;
use tracing::{info, warn};

use super::Common;
use super::answer::print;
use super::audit::{Audited, named, regions_of};
use super::build::last_published;
use crate::audit::{Attack, Outcome};
use crate::domain::person::PersonBounds;
use crate::domain::region::{RegionId, RegionTree, Slug};
use crate::domain::table::Table;
use crate::protect::Policy;
use crate::protect::carried_over::{changed, too_little_changed};
use crate::protect::ledger::{units, units_poor_or_not};
use crate::protect::region_digests::RegionDigests;
use crate::protect::spend::{Drawn, Redrawn, redrawn, spent};
use crate::store::StoreError;
use crate::store::ledger::{Ledger, Published, Statement};
use crate::store::manifest::{RegionsUsed, Succeeds};
use crate::store::public::{self, Sum};
use crate::store::release::{self, FileState};

/// Audit a candidate against everything that was published, and make it current.
#[derive(Debug, clap::Args)]
pub struct PublishArgs {
    /// The release.
    pub release: Slug,
    /// Why content that was published before is published with fresh noise.
    #[arg(long, value_name = "REASON", requires = "person")]
    pub spend: Option<String>,
    /// Who answers for it.
    #[arg(long, requires = "spend")]
    pub person: Option<String>,
}

/// What publishing came to.
pub struct Outcomes {
    pub sum: Sum,
    /// The parts of the audit that had too little to judge by.
    pub inconclusive: Vec<&'static str>,
    /// The releases that it was audited against.
    pub against: Vec<Slug>,
}

/// Publishes a release and says what all releases together tell.
///
/// # Errors
/// Whatever stands against it; the current release stays as it was.
pub fn run(common: &Common, args: &PublishArgs) -> Result<()> {
    let statement = args.spend.clone().zip(args.person.clone());
    let statement = statement.map(|(reason, person)| Statement { reason, person });
    let outcomes = publish(common, &args.release, statement)?;
    let Outcomes { sum, inconclusive, against } = outcomes;
    if common.json {
        return print(
            &json!({
                "published": args.release,
                "audited_with": against,
                "inconclusive": inconclusive,
                "releases": sum.releases,
                "epsilon": sum.tables,
                "households": households(&sum),
            })
            .to_string(),
        );
    }
    if common.quiet {
        return Ok(());
    }
    let mut lines = vec![format!("Release {} is published and current.", args.release)];
    if !inconclusive.is_empty() {
        lines.push(format!(
            "The audit found no fault; too few figures to judge by had: {}.",
            inconclusive.join(", ")
        ));
    }
    let releases = sum.releases;
    lines
        .push(format!("Over the {releases} releases published so far a household spends at most:"));
    lines.extend(households(&sum).iter().map(|it| {
        let Spending { persons, epsilon, epsilon_poor_or_not } = it;
        format!(
            "  an epsilon of {epsilon:.1} with {persons} persons, and {epsilon_poor_or_not:.1} on whether it is poor"
        )
    }));
    print(&lines.join("\n"))
}

/// What a household spends over all releases, at most.
#[derive(Debug, Clone, Serialize)]
struct Spending {
    persons: u32,
    epsilon: f64,
    /// The same on whether it is poor or not.
    epsilon_poor_or_not: f64,
}

/// What households of 1, 4 and 8 persons spend over all releases, at most.
fn households(sum: &Sum) -> Vec<Spending> {
    let of = |persons: u32| {
        let add = |units: &dyn Fn(Table) -> u32| {
            let own = |table: &Table| {
                let epsilon = sum.tables.get(table.name()).copied().unwrap_or_default();
                epsilon * f64::from(units(*table))
            };
            Table::ALL.iter().map(own).sum()
        };
        Spending {
            persons,
            epsilon: add(&|table| units(table, (persons, 1), &sum.bounds)),
            epsilon_poor_or_not: add(&|table| units_poor_or_not(table, persons, &sum.bounds)),
        }
    };
    [1, 4, 8].map(of).to_vec()
}

/// Audits a release, enters it into the ledger and makes it current. A release that is published already is made
/// current again.
///
/// # Errors
/// As [`run`].
pub fn publish(common: &Common, id: &Slug, spend: Option<Statement>) -> Result<Outcomes> {
    let register = &common.register;
    refuse_damaged(common, id)?;
    let (used, tree) = regions_of(register, id)?;
    let mut ledger = Ledger::open(register)?;
    let audited = Audited::open(register, id, (&used, &tree))?;
    let entry = entry(&audited, spend)?;
    let others = ledger.published().iter().filter(|it| !it.is_same(&entry)).cloned();
    // Where codes are of another system, the same place has another name and other noise.
    let (earlier, elsewhere): (Vec<Published>, Vec<Published>) =
        others.partition(|it| it.system == entry.system);
    let digests =
        earlier.iter().map(|it| ledger.digests(it, &tree)).collect::<Result<Vec<_>, _>>()?;
    refuse_ledger(&entry, &audited, (&earlier, &digests), &tree)?;
    refuse_little_changed(common, &audited, (&earlier, &digests), &tree)?;
    let against = reachable(common, id, &earlier)?;
    let is_answered = entry.spend.is_some();
    let inconclusive = audit(common, &audited, (&against, is_answered), (&used, &tree))?;
    let drawn = earlier.iter().zip(&digests).map(|(it, digests)| drawn(it, digests));
    let mut drawn: Vec<Drawn<'_>> = drawn.collect();
    drawn.push(self::drawn(&entry, &audited.digests));
    let tables = spent(&drawn, &tree).into_iter();
    let tables = tables.map(|(table, epsilon)| {
        let beside = elsewhere.iter().map(|it| it.policy.total(table).to_float());
        (table.name().to_owned(), epsilon.to_float() + beside.sum::<f64>())
    });
    let policies = drawn.iter().map(|it| it.policy).chain(elsewhere.iter().map(|it| &it.policy));
    let bounds = policies.map(Policy::person_bounds).reduce(PersonBounds::most);
    let sum = Sum {
        releases: drawn.len() + elsewhere.len(),
        tables: tables.collect(),
        bounds: bounds.unwrap_or_else(|| entry.policy.person_bounds()),
    };
    // Killed after this line, the release is paid for and not published; a further try enters nothing twice.
    ledger.enter(entry, &audited.digests, &tree)?;
    public::publish(register, id, &sum)?;
    release::use_release(register, id)?;
    info!(release = %id, "Published {id}");
    Ok(Outcomes { sum, inconclusive, against })
}

fn refuse_damaged(common: &Common, id: &Slug) -> Result<()> {
    let states = release::verify(&common.register, id)?;
    let wrong = states.iter().find(|(_, state)| **state != FileState::Ok);
    match wrong {
        None => Ok(()),
        Some((name, _)) => bail!(
            "release `{id}` is not as it was built: `{name}` differs; `sebaran verify {id}` lists what changed, \
             build it again under another id"
        ),
    }
}

/// What the ledger is to say of a release.
fn entry(audited: &Audited, spend: Option<Statement>) -> Result<Published> {
    let manifest = audited.release.manifest();
    let protected = manifest.build().protected.context("the release has no public figures")?;
    let erasure = manifest.build().succeeds.as_ref().and_then(|it| it.erasure.clone());
    Ok(Published {
        release: audited.release.id().clone(),
        content: manifest.content(),
        system: manifest.build().regions.system,
        regions: manifest.build().regions.content,
        policy: protected.policy,
        secret: protected.secret,
        digest_version: protected.digest_version,
        spend,
        erasure,
    })
}

fn drawn<'a>(published: &'a Published, digests: &'a RegionDigests) -> Drawn<'a> {
    Drawn {
        release: &published.release,
        digests,
        policy: &published.policy,
        secret: published.secret,
        digest_version: published.digest_version,
    }
}

type Earlier<'a> = (&'a [Published], &'a [RegionDigests]);

/// Refuses fresh noise over content that was published, unless somebody answers for it.
fn refuse_ledger(
    entry: &Published,
    audited: &Audited,
    (earlier, digests): Earlier<'_>,
    tree: &RegionTree,
) -> Result<()> {
    if entry.spend.is_some() {
        return Ok(());
    }
    let new = drawn(entry, &audited.digests);
    for (before, digests) in earlier.iter().zip(digests) {
        let found = redrawn(&new, &drawn(before, digests), tree);
        if !found.is_spend() {
            continue;
        }
        let Redrawn { places, villages_renamed, .. } = found;
        let why = if places > 0 {
            format!(
                "{places} regions hold the same households with other noise, as the policy, the secret or the \
                     program's digests are not the same"
            )
        } else {
            format!(
                "{villages_renamed} villages hold the same figures of households with other ids"
            )
        };
        bail!(
            "release `{}` draws fresh noise for content that `{}` published already: {why}. The mean of both is nearer \
             to the truth than either. Build it by the policy of `{}`, or answer for it with --spend REASON \
             --person NAME, which the ledger keeps",
            entry.release,
            before.release,
            before.release
        );
    }
    Ok(())
}

/// Refuses a release that changes few villages of a regency against one that was published before.
fn refuse_little_changed(
    common: &Common,
    audited: &Audited,
    (earlier, digests): Earlier<'_>,
    tree: &RegionTree,
) -> Result<()> {
    let id = audited.release.id();
    let none = Succeeds::default();
    let succeeds = audited.release.manifest().build().succeeds.as_ref().unwrap_or(&none);
    let last = last_published(common)?.filter(|last| last.id() != id);
    let is_last = last.as_ref().is_none_or(|last| {
        let before = succeeds.before.as_ref().map(|before| &before.content);
        before.is_none_or(|content| *content == last.manifest().content())
    });
    if !is_last {
        bail!(
            "release `{id}` was built before `{}` was published; build it again, so that it is compared with that one",
            last.map_or_else(String::new, |last| last.id().to_string())
        );
    }
    if succeeds.erasure.is_some() {
        return Ok(());
    }
    let least = common.settings()?.publish.least_changed();
    let own = audited.release.manifest().build().regions.content;
    for (before, digests) in earlier.iter().zip(digests).filter(|(it, _)| it.regions == own) {
        let found: BTreeSet<RegionId> =
            too_little_changed(&changed(&audited.digests, digests, tree), &least);
        let Some(regency) = found.first() else { continue };
        bail!(
            "release `{id}` and `{}`, which was published, tell together which village of regency `{}` was corrected: \
             too few of its villages differ ({} such regencies). Publish it when more has changed",
            before.release,
            tree.get(*regency).code,
            found.len()
        );
    }
    Ok(())
}

/// The releases that people may still ask for, with the same regions.
fn reachable(common: &Common, id: &Slug, earlier: &[Published]) -> Result<Vec<Slug>> {
    let open = |id: &Slug| release::open(&common.register, Some(id));
    let own = open(id)?.manifest().build().regions.clone();
    let mut found = Vec::new();
    for other in public::list(&common.register)? {
        if !earlier.iter().any(|published| published.release == other) {
            continue;
        }
        match open(&other) {
            Ok(release) if release.manifest().build().regions == own => found.push(other),
            Ok(_) => {}
            Err(error @ StoreError::Damaged { .. }) => {
                warn!("Not audited with {other}, from which no server answers: {error}");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// Attacks the release alone and with each of the others; that the same content has fresh noise is a fault unless
/// somebody answers for it. Gives back the parts that had too little to judge by.
fn audit(
    common: &Common,
    audited: &Audited,
    (against, is_answered): (&[Slug], bool),
    ground: (&RegionsUsed, &RegionTree),
) -> Result<Vec<&'static str>> {
    let id = audited.release.id();
    let mut attacks = audited.attacks(ground.1)?;
    refuse_faults(id, &attacks, None)?;
    for other in against {
        let other = Audited::open(&common.register, other, ground)?;
        let attack = audited.with(&other, ground.1, is_answered)?;
        refuse_faults(id, std::slice::from_ref(&attack), Some(other.release.id()))?;
        attacks.push(attack);
    }
    let mut parts = named(&attacks, Outcome::Inconclusive);
    parts.dedup();
    Ok(parts)
}

fn refuse_faults(id: &Slug, attacks: &[Attack], with: Option<&Slug>) -> Result<()> {
    let faults = attacks.iter().flat_map(|attack| {
        attack.faults.iter().map(|fault| format!("\n  {}: {fault}", attack.name))
    });
    let faults: String = faults.collect();
    if faults.is_empty() {
        return Ok(());
    }
    let with = with
        .map_or_else(String::new, |with| format!(" with release `{with}`, which is published,"));
    bail!("release `{id}`{with} does not hold, and stays a candidate:{faults}")
}

//! `sebaran audit`: attacks on a release, with a verdict, and what its public figures are worth.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::Common;
use super::answer::{print, table};
use crate::audit::utility::{self, Utility};
use crate::audit::{self, Attack, Case, Outcome};
use crate::check::PlacementRules;
use crate::domain::region::{RegionTree, Slug};
use crate::protect::region_digests::RegionDigests;
use crate::protect::{Counted, LeafTable, NoiseKey, Policy, Protect};
use crate::store::manifest::RegionsUsed;
use crate::store::{Release, content, ledger, public, regions, release, secret};

/// What scripts are told by the exit code where an audit is inconclusive; 1 says that a release fails, or that there
/// was an error, and 2 that the command was wrong.
pub const INCONCLUSIVE: u8 = 3;

/// An audit found no fault, but a part of it had too little to judge by.
#[derive(Debug, thiserror::Error)]
#[error(
    "the audit of release `{release}` is inconclusive: {} had too few figures to judge by; that is no fault, and \
     no proof that the release holds",
    .parts.join(", ")
)]
pub struct Inconclusive {
    pub release: Slug,
    pub parts: Vec<&'static str>,
}

/// Attack a release as an outsider would, and say whether it holds.
///
/// The exit code is 0 where it holds, 1 where it fails or can't be read, and 3 where a part of the audit is
/// inconclusive: no fault was found, but the release has too few figures to judge by.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    /// The release.
    pub release: Slug,
    /// Another release on the same regions: what do both together tell?
    #[arg(long)]
    pub with: Option<Slug>,
    /// Say how far public figures lie from exact ones, too.
    #[arg(long)]
    pub utility: bool,
}

/// A release with its public figures, and the exact ones that those were made of.
pub(super) struct Audited {
    pub release: Release,
    pub digests: RegionDigests,
    pub policy: Policy,
    public: LeafTable,
    exact: LeafTable,
    /// The public figures, made once more from content, policy and secret.
    made_again: LeafTable,
}

/// Attacks a release and prints the verdict.
///
/// # Errors
/// Where the release can't be read or has no public figures, where it fails, and [`Inconclusive`].
pub fn run(common: &Common, args: &AuditArgs) -> Result<()> {
    let (used, tree) = regions_of(&common.register, &args.release)?;
    let audited = Audited::open(&common.register, &args.release, (&used, &tree))?;
    let mut attacks = audited.attacks(&tree)?;
    if let Some(other) = &args.with {
        let other = Audited::open(&common.register, other, (&used, &tree))?;
        let ledger = ledger::read(&common.register)?;
        let releases = [&audited.release, &other.release].map(Release::id);
        let is_answered =
            ledger.iter().any(|entry| entry.spend.is_some() && releases.contains(&&entry.release));
        attacks.push(audited.with(&other, &tree, is_answered)?);
    }
    let case = audited.case(&tree)?;
    let utility = args.utility.then(|| utility::measure(&case));
    if common.json {
        print(&verdict(args, &audited, &attacks, utility.as_ref()).to_string())?;
    } else {
        print(&text(args, &audited, &attacks, utility.as_ref()).join("\n"))?;
    }
    let release = args.release.clone();
    match Outcome::of(&attacks) {
        Outcome::Holds => Ok(()),
        Outcome::Inconclusive => {
            let parts = named(&attacks, Outcome::Inconclusive);
            Err(Inconclusive { release, parts }.into())
        }
        Outcome::Fails => {
            bail!("release `{release}` fails: publish nothing of it before its faults are gone")
        }
    }
}

/// The attacks with an outcome.
pub(super) fn named(attacks: &[Attack], outcome: Outcome) -> Vec<&'static str> {
    attacks.iter().filter(|attack| attack.outcome() == outcome).map(|attack| attack.name).collect()
}

/// The regions of a release.
///
/// # Errors
/// Where the release or the regions can't be read.
pub(super) fn regions_of(register: &Path, id: &Slug) -> Result<(RegionsUsed, RegionTree)> {
    let used = release::open(register, Some(id))?.manifest().build().regions.clone();
    let tree = regions::load_general(register, &used.version)?.0;
    Ok((used, tree))
}

impl Audited {
    /// Opens a release with public figures, and makes those once more.
    ///
    /// # Errors
    /// Where it can't be read, stands on other regions, or the register has another secret.
    pub fn open(
        register: &Path,
        id: &Slug,
        (used, tree): (&RegionsUsed, &RegionTree),
    ) -> Result<Self> {
        let release = release::open(register, Some(id))?;
        let own = &release.manifest().build().regions;
        if own != used || regions::content(register, &own.version)? != own.content {
            bail!(
                "release `{id}` was built on other regions; only releases on the same can be compared"
            );
        }
        if release.manifest().build().settings.placement != PlacementRules::Single {
            bail!(
                "release `{id}` was built where rules about several visits decide which positions count, so one \
                 household moves the figures of others; build it again"
            );
        }
        let side = public::open(register, Some(id))?;
        let policy = side.facts().policy;
        let public = side.leaves(tree)?;
        let cube = content::read(&release, tree)?;
        let (fields, threshold) = (public.fields(), public.threshold());
        let terms = public.coverage_terms();
        let exact = LeafTable::exact(&cube, fields, threshold, tree).with_coverage_terms(terms);
        let key = NoiseKey::new(&secret::open(register)?, policy.noise, id, tree.system());
        let counted = Counted { cube: &cube, fields, threshold, regions: tree };
        let made_again =
            LeafTable::public(counted, &Protect::new(policy, key)).with_coverage_terms(terms);
        let digests = RegionDigests::of(&cube, tree);
        Ok(Self { release, digests, policy, public, exact, made_again })
    }

    fn case<'a>(&'a self, tree: &'a RegionTree) -> Result<Case<'a>> {
        let case = Case::new(&self.public, &self.exact, tree);
        case.ok_or_else(|| {
            anyhow::anyhow!("the public leaves of `{}` are exact ones", self.release.id())
        })
    }

    fn is_erasure(&self) -> bool {
        let succeeds = self.release.manifest().build().succeeds.as_ref();
        succeeds.is_some_and(|succeeds| succeeds.erasure.is_some())
    }

    /// Every attack on this release alone.
    ///
    /// # Errors
    /// Where its public leaves are exact ones.
    pub fn attacks(&self, tree: &RegionTree) -> Result<Vec<Attack>> {
        let mut attacks = vec![audit::remake(&self.public, &self.made_again, tree)];
        attacks.push(audit::poor_or_not::attack(&self.policy));
        attacks.extend(audit::attacks(&self.case(tree)?));
        Ok(attacks)
    }

    /// What this release and another tell together; whether somebody answers for fresh noise over the same content.
    ///
    /// # Errors
    /// Where the public leaves of one are exact ones.
    pub fn with(&self, other: &Self, tree: &RegionTree, is_answered: bool) -> Result<Attack> {
        let digests = (&self.digests, &other.digests);
        let mut attack = audit::successive(&self.case(tree)?, &other.case(tree)?, digests);
        if is_answered {
            attack.accept_fresh_noise();
        }
        if self.is_erasure() || other.is_erasure() {
            attack.accept_correction();
        }
        attack.faults.extend(secrets_differ(self, other));
        Ok(attack)
    }
}

/// With two secrets the same content has two draws of noise.
fn secrets_differ(one: &Audited, other: &Audited) -> Option<String> {
    let by = |audited: &Audited| audited.release.manifest().build().protected.map(|by| by.secret);
    (by(one) != by(other)).then(|| "the releases were made with two secrets".to_owned())
}

fn verdict(
    args: &AuditArgs,
    audited: &Audited,
    attacks: &[Attack],
    utility: Option<&Utility>,
) -> Value {
    let outcome = Outcome::of(attacks);
    let with_outcome = |attack: &Attack| {
        let mut part = json!(attack);
        part["outcome"] = json!(attack.outcome());
        part
    };
    json!({
        "release": args.release,
        "with": args.with,
        "protection": "restricted",
        "outcome": outcome,
        "is_held": outcome == Outcome::Holds,
        "public_content": audited.release.manifest().files().get("public/leaves.parquet"),
        "protected": audited.release.manifest().build().protected,
        "ledger": audited.policy.ledger(),
        "attacks": attacks.iter().map(with_outcome).collect::<Vec<_>>(),
        "utility": utility,
    })
}

fn text(
    args: &AuditArgs,
    audited: &Audited,
    attacks: &[Attack],
    utility: Option<&Utility>,
) -> Vec<String> {
    let word = |outcome| match outcome {
        Outcome::Fails => "FAILS",
        Outcome::Inconclusive => "is INCONCLUSIVE",
        Outcome::Holds => "holds",
    };
    let outcome = Outcome::of(attacks);
    let mut lines = vec![
        format!("Audit of release {}: it {}.", args.release, word(outcome)),
        "This report is made from exact figures: it is restricted.".to_owned(),
    ];
    for spent in &audited.policy.ledger() {
        lines.push(format!(
            "A household of {} spends an epsilon of at most {} on whether it is in the register, and of {} on whether \
             it is poor, with a delta of {:.1e}.",
            spent.persons, spent.epsilon, spent.epsilon_poor_or_not, spent.delta
        ));
    }
    for attack in attacks {
        lines.push(format!("\n{}: {}", attack.name, word(attack.outcome())));
        lines.push(format!("  tried: {}", attack.tried));
        lines.push(format!("  allowed: {}", attack.allowed));
        lines.extend(
            attack.found.iter().map(|(what, number)| format!("  {what:<64} {number:>12.2}")),
        );
        lines.extend(attack.faults.iter().map(|fault| format!("  FAULT: {fault}")));
        lines.extend(attack.doubts.iter().map(|doubt| format!("  INCONCLUSIVE: {doubt}")));
    }
    lines.push("\nNot attacked: whether a household has a usable position. Its own visits and people's decisions decide that, no other household.".to_owned());
    lines.extend(utility.into_iter().flat_map(utility_lines));
    lines.push(format!("\nOf {} parts:", attacks.len()));
    for outcome in [Outcome::Holds, Outcome::Fails, Outcome::Inconclusive] {
        let parts = named(attacks, outcome);
        if !parts.is_empty() {
            lines.push(format!(
                "  {:<12} {:>2}  {}",
                outcome.name(),
                parts.len(),
                parts.join(", ")
            ));
        }
    }
    lines.push(format!("Release {}: {}.", args.release, outcome.name()));
    lines
}

fn utility_lines(utility: &Utility) -> Vec<String> {
    let mut lines = vec!["\nErrors of public figures".to_owned()];
    let head = ["table", "level", "figures", "mean", "error", "95 %", "bias", "covered %"]
        .map(str::to_owned);
    let row = |it: &utility::Errors| {
        [
            it.table.name().to_owned(),
            it.level.to_owned(),
            it.figures.to_string(),
            format!("{:.1}", it.exact),
            format!("{:.2}", it.mean),
            format!("{:.0}", it.most_95),
            format!("{:+.2}", it.bias),
            it.covered.map_or_else(String::new, |share| format!("{share:.1}")),
        ]
    };
    lines.extend(table(&[vec![head], utility.errors.iter().map(row).collect()].concat()));
    lines.push("\nBias of small counts".to_owned());
    let head = ["table", "level", "exact", "figures", "bias"].map(str::to_owned);
    let row = |it: &utility::Bias| {
        let exact = format!("{} to {}", it.from, it.to);
        let numbers = [it.figures.to_string(), format!("{:+.2}", it.bias)];
        let [figures, bias] = numbers;
        [it.table.name().to_owned(), it.level.to_owned(), exact, figures, bias]
    };
    lines.extend(table(&[vec![head], utility.small_counts.iter().map(row).collect()].concat()));
    lines.push("\nVillages with the most poor households".to_owned());
    lines.extend(utility.poorest.iter().map(|it| {
        format!(
            "  of the first {:>6}, {:>5.1} % are among the first by public figures",
            it.villages, it.found
        )
    }));
    lines.push("\nHouseholds with a position, in hexagons that are shown".to_owned());
    let head = ["province", "positioned", "hex4 to hex7 %", "hex8 %"].map(str::to_owned);
    let row = |it: &utility::Shown| {
        let province = it.province.clone().unwrap_or_else(|| "nation".to_owned());
        [
            province,
            it.positioned.to_string(),
            format!("{:.1}", it.hex4_to_7),
            format!("{:.1}", it.hex8),
        ]
    };
    lines.extend(table(&[vec![head], utility.shown.iter().map(row).collect()].concat()));
    lines
}

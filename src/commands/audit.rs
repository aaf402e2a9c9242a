//! `sebaran audit`: attacks on a release, with a verdict, and what its public figures are worth.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::Common;
use super::answer::{print, table};
use crate::audit::utility::{self, Utility};
use crate::audit::{self, Attack, Case};
use crate::domain::region::{RegionTree, Slug};
use crate::protect::LeafTable;
use crate::protect::ledger::Spent;
use crate::store::manifest::RegionsUsed;
use crate::store::{Release, leaves, public, regions, release};

/// Attack a release as an outsider would, and say whether it holds.
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

/// What is audited of a release.
struct Audited {
    release: Release,
    public: LeafTable,
    exact: LeafTable,
    ledger: Vec<Spent>,
}

/// Attacks a release and prints the verdict.
///
/// # Errors
/// Where the release can't be read or has no public figures, and where it does not hold.
pub fn run(common: &Common, args: &AuditArgs) -> Result<()> {
    let used =
        release::open(&common.register, Some(&args.release))?.manifest().build().regions.clone();
    let tree = regions::load_general(&common.register, &used.version)?.0;
    let audited = open(&common.register, &args.release, (&used, &tree))?;
    let case = audited.case(&tree)?;
    let mut attacks = audit::attacks(&case);
    if let Some(other) = &args.with {
        let other = open(&common.register, other, (&used, &tree))?;
        let mut attack = audit::successive(&case, &other.case(&tree)?);
        attack.faults.extend(secrets_differ(&audited, &other));
        attacks.push(attack);
    }
    let utility = args.utility.then(|| utility::measure(&case));
    let is_held = attacks.iter().all(Attack::is_held);
    if common.json {
        print(&verdict(args, &audited, &attacks, utility.as_ref(), is_held).to_string())?;
    } else {
        print(&text(args, &audited, &attacks, utility.as_ref(), is_held).join("\n"))?;
    }
    ensure!(
        is_held,
        "release `{}` does not hold: publish nothing of it before its faults are gone",
        args.release
    );
    Ok(())
}

fn open(register: &Path, id: &Slug, (used, tree): (&RegionsUsed, &RegionTree)) -> Result<Audited> {
    let release = release::open(register, Some(id))?;
    let own = &release.manifest().build().regions;
    if own != used || regions::content(register, &own.version)? != own.content {
        bail!(
            "release `{id}` was built on other regions; only releases on the same can be compared"
        );
    }
    let side = public::open(register, Some(id))?;
    let public = side.leaves(tree)?;
    let exact = leaves::read(&release, tree)?;
    Ok(Audited { release, public, exact, ledger: side.facts().policy.ledger() })
}

impl Audited {
    fn case<'a>(&'a self, tree: &'a RegionTree) -> Result<Case<'a>> {
        let case = Case::new(&self.public, &self.exact, tree);
        case.ok_or_else(|| {
            anyhow::anyhow!("the public leaves of `{}` are exact ones", self.release.id())
        })
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
    is_held: bool,
) -> Value {
    json!({
        "release": args.release,
        "with": args.with,
        "protection": "restricted",
        "is_held": is_held,
        "public_content": audited.release.manifest().files().get("public/leaves.parquet"),
        "protected": audited.release.manifest().build().protected,
        "ledger": audited.ledger,
        "attacks": attacks,
        "utility": utility,
    })
}

fn text(
    args: &AuditArgs,
    audited: &Audited,
    attacks: &[Attack],
    utility: Option<&Utility>,
    is_held: bool,
) -> Vec<String> {
    let word = |is_held: bool| if is_held { "holds" } else { "DOES NOT HOLD" };
    let mut lines = vec![
        format!("Audit of release {}: it {}.", args.release, word(is_held)),
        "This report is made from exact figures: it is restricted.".to_owned(),
    ];
    for spent in &audited.ledger {
        lines.push(format!(
            "A household of {} spends an epsilon of at most {}, with a delta of {:.1e}.",
            spent.persons, spent.epsilon, spent.delta
        ));
    }
    for attack in attacks {
        lines.push(format!("\n{}: {}", attack.name, word(attack.is_held())));
        lines.push(format!("  tried: {}", attack.tried));
        lines.push(format!("  allowed: {}", attack.allowed));
        lines.extend(
            attack.found.iter().map(|(what, number)| format!("  {what:<64} {number:>12.2}")),
        );
        lines.extend(attack.faults.iter().map(|fault| format!("  FAULT: {fault}")));
    }
    lines.push("\nNot attacked: who has a usable position, which is decided before and outside the guarantee.".to_owned());
    lines.extend(utility.into_iter().flat_map(utility_lines));
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

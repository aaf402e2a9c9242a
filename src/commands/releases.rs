//! `sebaran releases`, `verify` and `use`: what was published, whether it is whole, which is current.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::Common;
use super::answer::{print, table};
use crate::domain::region::Slug;
use crate::protect::Protection;
use crate::store::public;
use crate::store::release::{self, FileState, Release};

/// Arguments of `sebaran verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The release to verify; by default the current one.
    pub release: Option<Slug>,
}

/// Arguments of `sebaran use`.
#[derive(Debug, clap::Args)]
pub struct UseArgs {
    /// The release to make current.
    pub release: Slug,
}

/// Lists the releases.
///
/// # Errors
/// Where the register can't be read.
pub fn list(common: &Common) -> anyhow::Result<()> {
    let current = release::current(&common.register)?;
    let releases = release::list(&common.register)?;
    let is_current = |release: &Release| current.as_ref() == Some(release.id());
    if common.json {
        let rows: Vec<_> = releases
            .iter()
            .map(|release| {
                let mut row = describe(release, is_current(release));
                row["is_published"] = public::is_published(&common.register, release.id()).into();
                row
            })
            .collect();
        return print(&json!({ "releases": rows }).to_string());
    }
    if releases.is_empty() {
        return print("There is no release yet; `sebaran build` makes one.");
    }
    let rows = releases.iter().map(|release| row(common, release, is_current(release)));
    let lines: Vec<_> = std::iter::once(HEADER.map(str::to_owned)).chain(rows).collect();
    print(&table(&lines).join("\n"))
}

/// Verifies every file of a release.
///
/// # Errors
/// Where a file is not as it was published.
pub fn verify(common: &Common, args: &VerifyArgs) -> anyhow::Result<()> {
    let id = match &args.release {
        Some(id) => id.clone(),
        None => current(&common.register)?,
    };
    let states = release::verify(&common.register, &id)?;
    let wrong = states.iter().filter(|(_, state)| **state != FileState::Ok);
    let wrong: Vec<_> = wrong.map(|(name, state)| (name.as_str(), word(*state))).collect();
    if common.json {
        let is_sound = wrong.is_empty();
        print(&json!({ "release": id, "is_sound": is_sound, "files": states }).to_string())?;
    } else {
        for (name, word) in &wrong {
            print(&format!("{word:<8}  {name}"))?;
        }
    }
    if !wrong.is_empty() {
        bail!(
            "release `{id}` is not as it was published ({} of {} files differ); restore it from a \
             copy, or build it again under another id",
            wrong.len(),
            states.len()
        );
    }
    if common.json || common.quiet {
        return Ok(());
    }
    print(&format!("Release {id}: {} files, each as it was published.", states.len()))
}

/// Makes a release the current one.
///
/// # Errors
/// Where there is no such release, it is damaged, or it is a candidate that was not published.
pub fn make_current(common: &Common, args: &UseArgs) -> anyhow::Result<()> {
    let wanted = release::open(&common.register, Some(&args.release))?;
    if wanted.manifest().build().protection == Protection::Public {
        public::open_published(&common.register, Some(&args.release))?;
    }
    let before = release::use_release(&common.register, &args.release)?;
    if common.json {
        return print(&json!({ "current": args.release, "before": before }).to_string());
    }
    if common.quiet {
        return Ok(());
    }
    let before = before.filter(|before| *before != args.release);
    let was = before.map_or_else(String::new, |before| format!("; before it was {before}"));
    print(&format!("Release {} is current{was}.", args.release))
}

fn current(register: &Path) -> anyhow::Result<Slug> {
    let current = release::current(register)?;
    current.with_context(|| {
        format!("`{}` has no current release; `sebaran build` makes one and `sebaran publish` makes it current", register.display())
    })
}

const HEADER: [&str; 8] =
    ["", "release", "protection", "regions", "reference date", "rows", "households", "MB"];

fn row(common: &Common, release: &Release, is_current: bool) -> [String; 8] {
    let build = release.manifest().build();
    let is_candidate = build.protection == Protection::Public
        && !public::is_published(&common.register, release.id());
    [
        if is_current { "*" } else { "" }.to_owned(),
        release.id().to_string(),
        if is_candidate { "candidate" } else { build.protection.name() }.to_owned(),
        build.regions.version.to_string(),
        build.reference_date.to_string(),
        build.accounts.rows.to_string(),
        build.accounts.counted.to_string(),
        release.bytes().div_ceil(1_000_000).to_string(),
    ]
}

pub(super) fn describe(release: &Release, is_current: bool) -> Value {
    let manifest = release.manifest();
    let build = manifest.build();
    json!({
        "release": release.id(),
        "is_current": is_current,
        "protection": build.protection,
        "regions": build.regions,
        "reference_date": build.reference_date,
        "accounts": build.accounts,
        "persons": build.persons,
        "bytes": release.bytes(),
        "content": manifest.content(),
        "code_version": manifest.code_version(),
    })
}

const fn word(state: FileState) -> &'static str {
    match state {
        FileState::Ok => "ok",
        FileState::Missing => "missing",
        FileState::Changed => "changed",
        FileState::Extra => "extra",
    }
}

//! Deciding about findings that depend on several visits: one by one, or all that options choose.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, bail, ensure};

use super::{Why, entry, keep};
use crate::check::Decision;
use crate::commands::Common;
use crate::domain::code::RegionCode;
use crate::domain::date::Date;
use crate::domain::region::Slug;
use crate::store::decisions::{self, Entry, What};
use crate::store::findings::FindingRow;
use crate::store::{findings, release};

/// Which findings are decided about.
#[derive(Debug, clap::Args)]
pub struct GroupArgs {
    /// The visits' ids; without any, the findings that the options choose.
    pub visits: Vec<String>,
    /// Only what this rule found, for example `office_position`.
    #[arg(long)]
    pub rule: Option<String>,
    /// Only what lies in this region.
    #[arg(long)]
    pub within: Option<RegionCode>,
    /// Only visits of this enumerator.
    #[arg(long)]
    pub enumerator: Option<String>,
    /// Only visits of this day, for example 2021-03-04.
    #[arg(long)]
    pub day: Option<Date>,
    /// The release that has the findings; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    #[command(flatten)]
    pub why: Why,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The position is not used.
    Confirm,
    /// The position is used.
    Dismiss,
}

impl GroupArgs {
    fn chooses(&self, row: &FindingRow, within: Option<&str>) -> bool {
        let is_decided_so = row.decision.as_deref() == Some(Decision::Confirmed.name());
        row.several_visits
            && (row.is_doubted() || is_decided_so)
            && (self.visits.is_empty() || self.visits.contains(&row.visit_id))
            && self.rule.as_ref().is_none_or(|rule| *rule == row.rule)
            && self.enumerator.as_ref().is_none_or(|enumerator| *enumerator == row.enumerator_id)
            && self.day.is_none_or(|day| row.day == Some(day))
            && within.is_none_or(|within| row.is_within(within))
    }

    const fn chooses_all(&self) -> bool {
        self.visits.is_empty()
            && self.rule.is_none()
            && self.within.is_none()
            && self.enumerator.is_none()
            && self.day.is_none()
    }
}

/// Decides about findings of a release. What was decided so before is not decided once more.
///
/// # Errors
/// Where nothing is chosen, or a visit has no such finding.
pub fn decide(common: &Common, args: &GroupArgs, verdict: Verdict) -> Result<()> {
    if args.chooses_all() {
        bail!("say which findings: name visits, or use --rule, --within, --enumerator or --day");
    }
    let release = release::open(&common.register, args.release.as_ref())?;
    let within = args.within.map(|code| code.to_string());
    let mut chosen: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    findings::read(&release, |row| {
        if args.chooses(&row, within.as_deref()) {
            chosen.entry(row.rule).or_default().insert(row.visit_id, row.value);
        }
    })?;
    let is_found = |visit: &&String| chosen.values().any(|visits| visits.contains_key(*visit));
    if let Some(missing) = args.visits.iter().find(|visit| !is_found(visit)) {
        bail!(
            "release `{}` has no such doubt about the visit `{missing}` that depends on several visits; \
             `sebaran findings list` tells which there are",
            release.id()
        );
    }
    ensure!(
        !chosen.is_empty(),
        "release `{}` has no such doubt; `sebaran findings list` tells which there are",
        release.id()
    );
    let before = verdicts(&decisions::read(&common.register)?);
    let mut entries = Vec::new();
    for (rule, mut visits) in chosen {
        visits.retain(|visit, _| before.get(&(rule.clone(), visit.clone())) != Some(&verdict));
        if !visits.is_empty() {
            let what = match verdict {
                Verdict::Confirm => What::Confirm { rule, visits },
                Verdict::Dismiss => What::Dismiss { rule, visits: visits.into_keys().collect() },
            };
            entries.push(entry(what, &args.why)?);
        }
    }
    keep(common, &entries)
}

/// What was decided last about a rule's finding in a visit.
fn verdicts(entries: &[Entry]) -> HashMap<(String, String), Verdict> {
    let mut last = HashMap::new();
    for entry in entries {
        let (rule, visits, verdict): (_, Vec<&String>, _) = match &entry.what {
            What::Confirm { rule, visits } => (rule, visits.keys().collect(), Verdict::Confirm),
            What::Dismiss { rule, visits } => (rule, visits.iter().collect(), Verdict::Dismiss),
            _ => continue,
        };
        let keys = visits.into_iter().map(|visit| (rule.clone(), visit.clone()));
        last.extend(keys.map(|key| (key, verdict)));
    }
    last
}

//! What a build looks at besides the visits: the release before, and what persons decided.

use std::path::Path;

use anyhow::{Context, Result};

use super::Common;
use crate::check::decided::Decided;
use crate::check::{Decision, Rule};
use crate::domain::key::key_of;
use crate::domain::region::Slug;
use crate::engine::Beside;
use crate::store::decisions::{self, Entry, What};
use crate::store::manifest::{BesideUsed, ReleaseUsed};
use crate::store::{PositionsBefore, release};

/// Collects it, with what a manifest says of it. Tables that don't fit into memory are kept in `folder`.
///
/// # Errors
/// Where the release before or the decisions can't be read.
pub fn collect(
    common: &Common,
    since: Option<&Slug>,
    folder: &Path,
) -> Result<(Beside, BesideUsed, Vec<Entry>)> {
    let mut beside = Beside::default();
    let mut used = BesideUsed::default();
    if let Some(id) = since {
        let before = release::open(&common.register, Some(id))?;
        let content = before.manifest().content();
        used.since = Some(ReleaseUsed { release: id.clone(), content });
        beside.before = Some(Box::new(PositionsBefore::of(&before, folder)?));
    }
    let entries = decisions::read(&common.register)?;
    let mut decided = Decided::default();
    for entry in &entries {
        decide(entry, &mut decided, &mut beside)?;
    }
    used.decisions = entries.len() as u64;
    beside.decided = Some(decided).filter(|decided| !decided.is_empty());
    Ok((beside, used, entries))
}

fn decide(entry: &Entry, decided: &mut Decided, beside: &mut Beside) -> Result<()> {
    let rule = |name: &str| {
        let found = Rule::find(name);
        found.with_context(|| {
            format!("the decisions name a rule `{name}`, which is none; mend the file")
        })
    };
    match &entry.what {
        What::Accept { visit_id, rule: name } => {
            decided.propose(visit_id, rule(name)?, Decision::Accepted);
        }
        What::Refuse { visit_id, rule: name } => {
            decided.propose(visit_id, rule(name)?, Decision::Refused);
        }
        What::FreeDay { enumerator_id, day } => {
            beside.freed.insert((key_of(enumerator_id), *day));
        }
        What::FreeVillage { village_code } => decided.free(*village_code),
        What::Confirm { rule: name, visits } => {
            let rule = rule(name)?;
            for (visit, value) in visits {
                decided.judge_group(visit, rule, Decision::Confirmed, *value);
            }
        }
        What::Dismiss { rule: name, visits } => {
            let rule = rule(name)?;
            for visit in visits {
                decided.judge_group(visit, rule, Decision::Dismissed, 0.0);
            }
        }
    }
    Ok(())
}

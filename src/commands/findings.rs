//! `sebaran findings`: what waits for a decision, and deciding it.

mod group;

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Common;
use super::answer::{print, table};
use crate::domain::code::RegionCode;
use crate::domain::date::Date;
use crate::domain::region::Slug;
use crate::store::decisions::{self, Entry, What};
use crate::store::findings::FindingRow;
use crate::store::{findings, release};
use group::{GroupArgs, Verdict};

/// Arguments of `sebaran findings`.
#[derive(Debug, clap::Subcommand)]
pub enum FindingsCommand {
    /// List held days and villages, doubts that depend on several visits, and corrected positions that are proposed.
    List(ListArgs),
    /// Use the proposed positions of visits, from the next build on.
    Accept(DecideArgs),
    /// Don't use the proposed positions of visits.
    Refuse(DecideArgs),
    /// Hold a day or a village no more, from the next build on.
    Free(FreeArgs),
    /// Don't use the positions that a rule doubts because of several visits, from the next build on.
    Confirm(GroupArgs),
    /// Use the positions that a rule doubts because of several visits.
    Dismiss(GroupArgs),
}

#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// The release to look at; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    /// Only what lies in this region.
    #[arg(long)]
    pub within: Option<RegionCode>,
    /// At most so many of each.
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

#[derive(Debug, clap::Args)]
pub struct DecideArgs {
    /// The visits' ids.
    #[arg(required = true)]
    pub visits: Vec<String>,
    /// The release that proposes; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    #[command(flatten)]
    pub why: Why,
}

#[derive(Debug, clap::Args)]
pub struct FreeArgs {
    /// The enumerator whose day is freed.
    #[arg(long, requires = "day", conflicts_with = "village", required_unless_present = "village")]
    pub enumerator: Option<String>,
    /// The day, for example 2021-03-04.
    #[arg(long, requires = "enumerator")]
    pub day: Option<Date>,
    /// The village that is freed.
    #[arg(long)]
    pub village: Option<RegionCode>,
    /// The release that holds it; by default the current one.
    #[arg(long)]
    pub release: Option<Slug>,
    #[command(flatten)]
    pub why: Why,
}

/// Who decides, and why.
#[derive(Debug, Clone, clap::Args)]
pub struct Why {
    /// Why; it is kept.
    #[arg(long)]
    pub reason: String,
    /// Who decides; it is kept.
    #[arg(long)]
    pub person: String,
}

/// Runs the command that was asked for.
///
/// # Errors
/// Where there is no such release, or nothing to decide.
pub fn run(common: &Common, command: &FindingsCommand) -> Result<()> {
    match command {
        FindingsCommand::List(args) => list(common, args),
        FindingsCommand::Accept(args) => {
            decide(common, args, |visit_id, rule| What::Accept { visit_id, rule })
        }
        FindingsCommand::Refuse(args) => {
            decide(common, args, |visit_id, rule| What::Refuse { visit_id, rule })
        }
        FindingsCommand::Free(args) => free(common, args),
        FindingsCommand::Confirm(args) => group::decide(common, args, Verdict::Confirm),
        FindingsCommand::Dismiss(args) => group::decide(common, args, Verdict::Dismiss),
    }
}

/// What waits for a supervisor.
#[derive(Debug, Default, Serialize)]
struct Waiting {
    held: Vec<Held>,
    /// Doubts that depend on several visits.
    doubted: Vec<Held>,
    proposals: Vec<Proposed>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Held {
    supervisor_id: Option<String>,
    enumerator_id: Option<String>,
    day: Option<Date>,
    village_code: Option<String>,
    rule: String,
    visits: u64,
}

#[derive(Debug, Clone, Serialize)]
struct Proposed {
    visit_id: String,
    region_code: Option<String>,
    rule: String,
    before_m: Option<f64>,
    after_m: Option<f64>,
}

fn list(common: &Common, args: &ListArgs) -> Result<()> {
    let mut waiting = waiting(common, args.release.as_ref(), args.within)?;
    let (held, doubted) = (waiting.held.len(), waiting.doubted.len());
    let proposals = waiting.proposals.len();
    waiting.held.truncate(args.limit);
    waiting.doubted.truncate(args.limit);
    waiting.proposals.truncate(args.limit);
    if common.json {
        return print(&serde_json::to_string(&waiting)?);
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    print(&format!("held for a supervisor: {held}"))?;
    print_batches(&waiting.held)?;
    print(&format!("doubted because of several visits: {doubted}"))?;
    print_batches(&waiting.doubted)?;
    print(&format!("positions proposed: {proposals}"))?;
    let metres =
        |far_m: Option<f64>| far_m.map_or_else(|| "?".to_owned(), |far_m| format!("{far_m:.0} m"));
    let rows: Vec<_> = waiting
        .proposals
        .iter()
        .map(|one| {
            let way = format!("{} -> {}", metres(one.before_m), metres(one.after_m));
            [one.visit_id.clone(), text(&one.region_code), one.rule.clone(), way]
        })
        .collect();
    table(&rows).iter().try_for_each(|line| print(&format!("  {line}")))
}

fn print_batches(batches: &[Held]) -> Result<()> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let row = |held: &Held| {
        let day = held.day.map_or_else(String::new, |day| day.to_string());
        let who = [text(&held.supervisor_id), text(&held.enumerator_id), day];
        let [supervisor, enumerator, day] = who;
        let (village, visits) = (text(&held.village_code), held.visits.to_string());
        [supervisor, enumerator, day, village, held.rule.clone(), visits]
    };
    let rows: Vec<_> = batches.iter().map(row).collect();
    table(&rows).iter().try_for_each(|line| print(&format!("  {line}")))
}

/// What a release has that waits, and that nobody has decided since.
fn waiting(common: &Common, id: Option<&Slug>, within: Option<RegionCode>) -> Result<Waiting> {
    let release = release::open(&common.register, id)?;
    let decided: BTreeSet<Target> = decisions::read(&common.register)?
        .iter()
        .flat_map(|entry| Target::of(&entry.what))
        .collect();
    let within = within.map(|code| code.to_string());
    let mut held: BTreeMap<Held, u64> = BTreeMap::new();
    let mut doubted: BTreeMap<Held, u64> = BTreeMap::new();
    let mut proposals = Vec::new();
    findings::read(&release, |row| {
        let is_within = within.as_ref().is_none_or(|within| row.is_within(within));
        let targets = [Target::of_row(&row), Target::of_visit(&row)];
        if !is_within || targets.iter().any(|target| decided.contains(target)) {
            return;
        }
        if row.is_held() {
            *held.entry(held_of(row)).or_default() += 1;
        } else if row.several_visits && row.is_doubted() && row.decision.is_none() {
            let of_batch = Held { village_code: row.region_code.clone(), ..held_of(row) };
            *doubted.entry(of_batch).or_default() += 1;
        } else if row.has_proposal && row.decision.is_none() {
            let FindingRow { visit_id, region_code, rule, before_m, after_m, .. } = row;
            proposals.push(Proposed { visit_id, region_code, rule, before_m, after_m });
        }
    })?;
    proposals.sort_by(|one, other| {
        let key = |one: &Proposed| one.after_m.unwrap_or(f64::INFINITY);
        key(one).total_cmp(&key(other)).then_with(|| one.visit_id.cmp(&other.visit_id))
    });
    let batches = |batches: BTreeMap<Held, u64>| -> Vec<Held> {
        batches.into_iter().map(|(batch, visits)| Held { visits, ..batch }).collect()
    };
    let (held, mut doubted) = (batches(held), batches(doubted));
    doubted.sort_by_key(|batch| std::cmp::Reverse(batch.visits));
    Ok(Waiting { held, doubted, proposals })
}

/// The batch of a held visit, with no visits yet.
fn held_of(row: FindingRow) -> Held {
    let is_village = row.rule == "low_coverage";
    Held {
        supervisor_id: row.supervisor_id.filter(|_| !is_village),
        enumerator_id: (!is_village).then_some(row.enumerator_id),
        day: row.day.filter(|_| !is_village),
        village_code: row.region_code.filter(|_| is_village),
        rule: row.rule,
        visits: 0,
    }
}

/// What a decision is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Visit(String, String),
    Day(String, Option<Date>),
    Village(String),
}

impl Target {
    fn of(what: &What) -> Vec<Self> {
        let visit = |visit: &String, rule: &String| Self::Visit(visit.clone(), rule.clone());
        match what {
            What::Accept { visit_id, rule } | What::Refuse { visit_id, rule } => {
                vec![visit(visit_id, rule)]
            }
            What::FreeDay { enumerator_id, day } => {
                vec![Self::Day(enumerator_id.clone(), Some(*day))]
            }
            What::FreeVillage { village_code } => vec![Self::Village(village_code.to_string())],
            What::Confirm { rule, visits } => visits.keys().map(|id| visit(id, rule)).collect(),
            What::Dismiss { rule, visits } => visits.iter().map(|id| visit(id, rule)).collect(),
        }
    }

    fn of_visit(row: &FindingRow) -> Self {
        Self::Visit(row.visit_id.clone(), row.rule.clone())
    }

    fn of_row(row: &FindingRow) -> Self {
        match (row.is_held(), row.rule.as_str()) {
            (true, "low_coverage") => Self::Village(row.region_code.clone().unwrap_or_default()),
            (true, _) => Self::Day(row.enumerator_id.clone(), row.day),
            _ => Self::of_visit(row),
        }
    }
}

fn decide(common: &Common, args: &DecideArgs, what: impl Fn(String, String) -> What) -> Result<()> {
    let release = release::open(&common.register, args.release.as_ref())?;
    let mut rules: BTreeMap<String, String> = BTreeMap::new();
    findings::read(&release, |row| {
        if row.has_proposal && args.visits.contains(&row.visit_id) {
            rules.insert(row.visit_id, row.rule);
        }
    })?;
    let mut entries = Vec::new();
    for visit_id in &args.visits {
        let rule = rules.get(visit_id).with_context(|| {
            format!(
                "release `{}` proposes no position for the visit `{visit_id}`; `sebaran findings list` \
                 tells for which it does",
                release.id()
            )
        })?;
        entries.push(entry(what(visit_id.clone(), rule.clone()), &args.why)?);
    }
    keep(common, &entries)
}

fn free(common: &Common, args: &FreeArgs) -> Result<()> {
    let waiting = waiting(common, args.release.as_ref(), None)?;
    let what = match (&args.enumerator, args.day, args.village) {
        (Some(enumerator), Some(day), _) => {
            let is_it = |held: &Held| {
                held.enumerator_id.as_ref() == Some(enumerator) && held.day == Some(day)
            };
            if !waiting.held.iter().any(is_it) {
                bail!(
                    "the enumerator `{enumerator}` has no held day {day}; `sebaran findings list` lists them"
                );
            }
            What::FreeDay { enumerator_id: enumerator.clone(), day }
        }
        (_, _, Some(village_code)) => {
            let code = village_code.to_string();
            if !waiting.held.iter().any(|held| held.village_code.as_ref() == Some(&code)) {
                bail!(
                    "the village {code} is not held; `sebaran findings list` lists those that are"
                );
            }
            What::FreeVillage { village_code }
        }
        _ => bail!("say --enumerator and --day, or --village"),
    };
    keep(common, &[entry(what, &args.why)?])
}

fn entry(what: What, why: &Why) -> Result<Entry> {
    let Why { reason, person } = why;
    if reason.trim().is_empty() || person.trim().is_empty() {
        bail!("a decision needs a --reason and a --person; both are kept");
    }
    let decided_on = Date::from(DateTime::<Utc>::from(SystemTime::now()).date_naive());
    Ok(Entry { what, reason: reason.clone(), person: person.clone(), decided_on })
}

fn keep(common: &Common, entries: &[Entry]) -> Result<()> {
    decisions::add(&common.register, entries)?;
    if common.json {
        return print(&serde_json::json!({ "decided": entries }).to_string());
    }
    if common.quiet {
        return Ok(());
    }
    let visits: usize = entries.iter().map(|entry| Target::of(&entry.what).len()).sum();
    print(&format!("Decided {visits}; the next build applies it."))
}

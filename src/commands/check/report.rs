//! A quality report: totals, rules, regions and officers, the worst first.

use serde::Serialize;

use super::super::doubtful::UnreadColumn;
use crate::check::{Rule, Severity};
use crate::count::quality::{Batch, BatchKey, Officer, Quality, QualityCounts};
use crate::domain::region::{Level, RegionTree, Slug};
use crate::engine::Built;

/// What the rules found in visits.
#[derive(Debug, Serialize)]
pub struct Report {
    pub regions: Slug,
    /// Columns of which too many values can't be read: a build stops for them.
    pub unread: Vec<UnreadColumn>,
    /// Rows that were left out because they hold nothing.
    pub empty_rows: u64,
    pub total: Sums,
    pub rules: Vec<RuleSums>,
    /// Levels of region and of the field organisation, the largest first.
    pub levels: Vec<LevelSums>,
    pub held: Vec<HeldBatch>,
    /// Corrected positions that wait for a decision.
    pub proposals: u64,
}

/// The sums of one region or officer.
#[derive(Debug, Clone, Serialize)]
pub struct Sums {
    pub id: String,
    pub name: Option<String>,
    pub visits: u64,
    pub completed: u64,
    pub noted: u64,
    pub doubted: u64,
    pub held: u64,
    /// Of the completed visits those doubted or held.
    pub doubted_share: f64,
    /// Visits by rule, in the order of the rules' numbers; those of none are left out.
    pub by_rule: Vec<(&'static str, u32)>,
}

#[derive(Debug, Serialize)]
pub struct RuleSums {
    pub rule: &'static str,
    #[serde(skip)]
    pub of: Rule,
    pub severity: &'static str,
    pub findings: u64,
    /// Of all visits.
    pub share: f64,
}

#[derive(Debug, Serialize)]
pub struct LevelSums {
    pub level: &'static str,
    /// Those with most in doubt first; empty where there are too many to be told apart.
    pub worst: Vec<Sums>,
}

/// A day or a village that waits for a supervisor.
#[derive(Debug, Serialize)]
pub struct HeldBatch {
    pub enumerator_id: Option<String>,
    pub day: Option<String>,
    pub village_code: Option<String>,
    pub rule: &'static str,
    pub visits: u64,
}

impl Report {
    pub fn new(built: &Built, tree: &RegionTree, version: &Slug) -> Self {
        let quality = &built.quality;
        let total = quality.total();
        let regions = quality.regions(tree);
        let mut levels: Vec<LevelSums> = Vec::new();
        let named = Level::ALL.map(|level| (level.name(), level));
        for (level, of) in named.into_iter().chain([("coordinator", Level::District)]) {
            let of_level = regions.iter().filter(|(id, _)| tree.get(**id).level == of);
            let sums = of_level.map(|(id, counts)| {
                let region = tree.get(*id);
                Sums::new(region.code.to_string(), Some(region.name.clone()), counts)
            });
            levels.push(LevelSums { level, worst: worst_first(sums.collect()) });
        }
        for officer in Officer::ALL {
            let officers = quality.officers(officer).unwrap_or_default().into_iter();
            let sums = officers.map(|(id, counts)| Sums::new(id.to_owned(), None, counts));
            levels.push(LevelSums { level: officer.name(), worst: worst_first(sums.collect()) });
        }
        Self {
            regions: version.clone(),
            unread: Vec::new(),
            empty_rows: 0,
            rules: rules(quality, total.visits),
            total: Sums::new("all".to_owned(), None, &total),
            levels,
            held: quality.held.iter().map(|(batch, visits)| held(batch, *visits, tree)).collect(),
            proposals: quality.proposals,
        }
    }
}

impl Sums {
    fn new(id: String, name: Option<String>, counts: &QualityCounts) -> Self {
        let [noted, doubted, held] = counts.gravest;
        let by_rule = Rule::ALL.iter().map(|rule| (rule.name(), counts.by_rule[rule.index()]));
        Self {
            id,
            name,
            visits: counts.visits,
            completed: counts.completed,
            noted,
            doubted,
            held,
            doubted_share: counts.doubted_share(),
            by_rule: by_rule.filter(|(_, visits)| *visits > 0).collect(),
        }
    }

    pub const fn in_doubt(&self) -> u64 {
        self.doubted + self.held
    }
}

fn worst_first(mut sums: Vec<Sums>) -> Vec<Sums> {
    sums.sort_by(|one, other| {
        let key = |sums: &Sums| (sums.in_doubt(), sums.noted);
        key(other).cmp(&key(one)).then_with(|| one.id.cmp(&other.id))
    });
    sums
}

/// The gravest first, and of those the most frequent.
fn rules(quality: &Quality, visits: u64) -> Vec<RuleSums> {
    let mut found: Vec<((Rule, Severity), u64)> =
        quality.findings.iter().map(|(finding, count)| (*finding, *count)).collect();
    found.sort_by_key(|((rule, severity), count)| {
        (std::cmp::Reverse(*severity), std::cmp::Reverse(*count), *rule)
    });
    let sums = |((of, severity), findings): ((Rule, Severity), u64)| RuleSums {
        rule: of.name(),
        of,
        severity: severity.name(),
        findings,
        share: if visits == 0 { 0.0 } else { findings as f64 / visits as f64 },
    };
    found.into_iter().map(sums).collect()
}

fn held(batch: &Batch, visits: u64, tree: &RegionTree) -> HeldBatch {
    let rule = batch.rule.name();
    let (enumerator_id, day, village_code) = match &batch.what {
        BatchKey::Day { enumerator, day } => {
            (Some(enumerator.clone()), Some(day.to_string()), None)
        }
        BatchKey::Village(region) => (None, None, Some(tree.get(*region).code.to_string())),
    };
    HeldBatch { enumerator_id, day, village_code, rule, visits }
}

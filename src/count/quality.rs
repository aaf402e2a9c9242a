//! Findings summed up: for each region and each officer how many visits, how many of them doubted, and by
//! which rule. Apart from the cube, because nothing of it is ever shown to the public.

use std::collections::{BTreeMap, HashMap};

use arrow::array::Array;
use serde::{Deserialize, Serialize};

use crate::check::{Finding, Rule, Severity};
use crate::domain::date::Date;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::visit::{Outcome, VisitField};
use crate::place::PlacedBatch;

/// Who is summed up besides regions. A coordinator is known by the district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Officer {
    Enumerator,
    Supervisor,
    Device,
}

impl Officer {
    pub const ALL: [Self; 3] = [Self::Enumerator, Self::Supervisor, Self::Device];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Enumerator => "enumerator",
            Self::Supervisor => "supervisor",
            Self::Device => "device",
        }
    }

    const fn field(self) -> VisitField {
        match self {
            Self::Enumerator => VisitField::EnumeratorId,
            Self::Supervisor => VisitField::SupervisorId,
            Self::Device => VisitField::DeviceId,
        }
    }
}

/// The sums of one region or officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityCounts {
    pub visits: u64,
    pub completed: u64,
    /// Visits whose gravest finding is a note, a doubt, a hold.
    pub gravest: [u64; 3],
    /// Visits with a finding of each rule, in the order of [`Rule::ALL`].
    pub by_rule: [u32; Rule::ALL.len()],
}

/// Something that waits for a supervisor as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Batch {
    /// The enumerator and the local day, or, held as a village, the region.
    pub what: BatchKey,
    pub rule: Rule,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BatchKey {
    Day { enumerator: String, day: Date },
    Village(RegionId),
}

/// All sums of a build, or of a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// By the region where the visit counts, of whatever level; `None`: in none.
    #[serde(with = "pairs")]
    regions: BTreeMap<Option<RegionId>, QualityCounts>,
    /// The region at hand and its sums: visits come region by region.
    at: (Option<RegionId>, QualityCounts),
    /// By [`Officer`] and id; `None` where there are more than anyone could look at.
    officers: [Option<HashMap<String, QualityCounts>>; 3],
    /// Findings by rule and severity.
    #[serde(with = "pairs")]
    pub findings: BTreeMap<(Rule, Severity), u64>,
    /// Batches that are held, with the number of their visits.
    #[serde(with = "pairs")]
    pub held: BTreeMap<Batch, u64>,
    /// Corrected positions that nobody has decided about.
    pub proposals: u64,
    /// Whether there are more held batches than are kept.
    pub is_cut: bool,
}

/// More officers of a kind, and more batches, than this are not told apart: an id of its own for every
/// visit would fill the memory.
const MOST: usize = 1 << 19;

/// Maps as lists of pairs, since their keys are no texts.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Default for Quality {
    fn default() -> Self {
        Self {
            regions: BTreeMap::new(),
            at: Default::default(),
            officers: std::array::from_fn(|_| Some(HashMap::new())),
            findings: BTreeMap::new(),
            held: BTreeMap::new(),
            proposals: 0,
            is_cut: false,
        }
    }
}

impl Default for QualityCounts {
    fn default() -> Self {
        Self { visits: 0, completed: 0, gravest: [0; 3], by_rule: [0; Rule::ALL.len()] }
    }
}

impl QualityCounts {
    /// Visits with a doubt or a hold.
    pub const fn in_doubt(&self) -> u64 {
        self.gravest[1] + self.gravest[2]
    }

    /// Visits in doubt as a share of the completed ones.
    pub fn doubted_share(&self) -> f64 {
        if self.completed == 0 { 0.0 } else { self.in_doubt() as f64 / self.completed as f64 }
    }

    fn add(&mut self, outcome: Outcome, findings: &[Finding]) {
        self.visits += 1;
        self.completed += u64::from(outcome == Outcome::Completed);
        let Some(gravest) = findings.iter().map(|finding| finding.severity).max() else { return };
        self.gravest[gravest as usize - 1] += 1;
        for (at, finding) in findings.iter().enumerate() {
            let is_first = findings[..at].iter().all(|before| before.rule != finding.rule);
            self.by_rule[finding.rule.index()] += u32::from(is_first);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.visits += other.visits;
        self.completed += other.completed;
        for (own, other) in self.gravest.iter_mut().zip(other.gravest) {
            *own += other;
        }
        for (own, other) in self.by_rule.iter_mut().zip(other.by_rule) {
            *own += other;
        }
    }
}

impl Quality {
    /// Adds a batch of placed visits. `days` tells each visit's local day.
    pub fn add(&mut self, placed: &PlacedBatch<'_>, day: impl Fn(usize) -> Option<Date>) {
        let texts = Officer::ALL.map(|officer| placed.visits().text(officer.field()));
        let mut findings = Vec::new();
        for row in 0..placed.visits().len() {
            findings.clear();
            findings.extend(placed.findings(row));
            let outcome = placed.visits().visit(row).outcome();
            let region = placed.region(row);
            if self.at.0 != region {
                self.close_region();
                self.at.0 = region;
            }
            self.at.1.add(outcome, &findings);
            for (officers, texts) in self.officers.iter_mut().zip(texts) {
                let id = texts.is_valid(row).then(|| texts.value(row));
                add_officer(officers, id, outcome, &findings);
            }
            for finding in &findings {
                *self.findings.entry((finding.rule, finding.severity)).or_default() += 1;
                let waits = finding.proposal.is_some() && finding.decision.is_none();
                self.proposals += u64::from(waits);
                if finding.severity == Severity::Hold {
                    let enumerator = texts[0].value(row);
                    self.hold(finding.rule, enumerator, region, day(row));
                }
            }
        }
    }

    /// Puts the sums of the region at hand to the others.
    fn close_region(&mut self) {
        let counts = std::mem::take(&mut self.at.1);
        if counts.visits > 0 {
            self.regions.entry(self.at.0).or_default().merge(&counts);
        }
    }

    fn hold(&mut self, rule: Rule, enumerator: &str, region: Option<RegionId>, day: Option<Date>) {
        let what = match (rule, region, day) {
            (Rule::LowCoverage, Some(region), _) => BatchKey::Village(region),
            (_, _, Some(day)) => BatchKey::Day { enumerator: enumerator.to_owned(), day },
            _ => return,
        };
        let batch = Batch { what, rule };
        if self.held.len() == MOST && !self.held.contains_key(&batch) {
            self.is_cut = true;
            return;
        }
        *self.held.entry(batch).or_default() += 1;
    }

    /// Adds the sums of another part.
    pub fn merge(&mut self, mut other: Self) {
        self.close_region();
        other.close_region();
        for (region, counts) in other.regions {
            self.regions.entry(region).or_default().merge(&counts);
        }
        for (own, other) in self.officers.iter_mut().zip(other.officers) {
            let (Some(all), Some(other)) = (own.as_mut(), other) else {
                *own = None;
                continue;
            };
            for (id, counts) in other {
                all.entry(id).or_default().merge(&counts);
            }
            if all.len() > MOST {
                *own = None;
            }
        }
        for (finding, count) in other.findings {
            *self.findings.entry(finding).or_default() += count;
        }
        for (batch, count) in other.held {
            *self.held.entry(batch).or_default() += count;
        }
        self.proposals += other.proposals;
        self.is_cut |= other.is_cut || self.held.len() > MOST;
        if self.is_cut {
            // Which ones were kept depends on how the work was divided.
            self.held.clear();
        }
    }

    /// The sums of all.
    pub fn total(&self) -> QualityCounts {
        let mut total = QualityCounts::default();
        self.regions.values().for_each(|counts| total.merge(counts));
        total
    }

    /// The sums of every region, those of a region with those of the regions in it.
    pub fn regions(&self, tree: &RegionTree) -> BTreeMap<RegionId, QualityCounts> {
        let mut sums: BTreeMap<RegionId, QualityCounts> = BTreeMap::new();
        for (region, counts) in &self.regions {
            let mut at = *region;
            while let Some(region) = at {
                sums.entry(region).or_default().merge(counts);
                at = tree.parent(region);
            }
        }
        sums
    }

    /// The sums of officers by their ids; `None` where there are too many.
    pub fn officers(&self, officer: Officer) -> Option<BTreeMap<&str, &QualityCounts>> {
        let all = self.officers[officer as usize].as_ref()?;
        Some(all.iter().map(|(id, counts)| (id.as_str(), counts)).collect())
    }
}

fn add_officer(
    officers: &mut Option<HashMap<String, QualityCounts>>,
    id: Option<&str>,
    outcome: Outcome,
    findings: &[Finding],
) {
    let (Some(all), Some(id)) = (officers.as_mut(), id) else { return };
    if let Some(counts) = all.get_mut(id) {
        counts.add(outcome, findings);
    } else if all.len() == MOST {
        *officers = None;
    } else {
        all.entry(id.to_owned()).or_default().add(outcome, findings);
    }
}

#[cfg(test)]
#[path = "quality_tests.rs"]
mod tests;

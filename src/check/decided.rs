//! What persons decided about findings of releases before: which proposals are used, which batches wait
//! no more.

use std::collections::{HashMap, HashSet};

use super::{Decision, Finding, Rule, Severity};
use crate::domain::code::RegionCode;

/// Decisions, as rules ask for them. What is not decided stays as the rules found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    proposals: HashMap<String, Vec<(Rule, Decision)>>,
    villages: HashSet<RegionCode>,
}

impl Decided {
    /// Accepts or refuses what a rule proposes for a visit; a later decision goes over an earlier one.
    pub fn propose(&mut self, visit_id: &str, rule: Rule, decision: Decision) {
        let of_visit = self.proposals.entry(visit_id.to_owned()).or_default();
        of_visit.retain(|(decided, _)| *decided != rule);
        of_visit.push((rule, decision));
    }

    /// Frees a village that `low_coverage` holds.
    pub fn free(&mut self, village: RegionCode) {
        self.villages.insert(village);
    }

    pub fn is_empty(&self) -> bool {
        self.proposals.is_empty() && self.villages.is_empty()
    }

    /// What was decided about a finding with a proposal.
    pub fn of_proposal(&self, visit_id: &str, finding: &Finding) -> Option<Decision> {
        finding.proposal?;
        let of_visit = self.proposals.get(visit_id)?;
        let (_, decision) = of_visit.iter().find(|(rule, _)| *rule == finding.rule)?;
        Some(*decision)
    }

    /// The finding, which holds no more where its village was freed.
    pub fn of_village(&self, village: Option<RegionCode>, finding: Finding) -> Finding {
        let is_held = finding.rule == Rule::LowCoverage && finding.severity == Severity::Hold;
        if is_held && village.is_some_and(|village| self.villages.contains(&village)) {
            return Finding {
                severity: Severity::Note,
                decision: Some(Decision::Freed),
                ..finding
            };
        }
        finding
    }
}

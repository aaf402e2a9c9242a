//! What persons decided about findings of releases before: which proposals are used, which batches wait
//! no more.

use std::collections::{HashMap, HashSet};

use super::{Decision, Finding, Rule, Severity};
use crate::domain::code::RegionCode;

/// Decisions, as rules ask for them. What is not decided stays as the rules found it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decided {
    proposals: HashMap<String, Vec<(Rule, Decision)>>,
    villages: HashSet<RegionCode>,
    /// What was decided about findings that depend on several visits, by the visit's id.
    groups: HashMap<String, Vec<GroupDecision>>,
}

/// What was decided about a visit's finding that depends on several visits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct GroupDecision {
    rule: Rule,
    decision: Decision,
    /// The value, in the rule's unit, that the finding had when it was decided about.
    value: f64,
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

    /// Confirms or dismisses a finding that depends on several visits; a later decision goes over an earlier one.
    pub fn judge_group(&mut self, visit_id: &str, rule: Rule, decision: Decision, value: f64) {
        let of_visit = self.groups.entry(visit_id.to_owned()).or_default();
        of_visit.retain(|decided| decided.rule != rule);
        of_visit.push(GroupDecision { rule, decision, value });
    }

    pub fn is_empty(&self) -> bool {
        self.proposals.is_empty() && self.villages.is_empty() && self.groups.is_empty()
    }

    /// What was decided about a finding with a proposal.
    pub fn of_proposal(&self, visit_id: &str, finding: &Finding) -> Option<Decision> {
        finding.proposal?;
        let of_visit = self.proposals.get(visit_id)?;
        let (_, decision) = of_visit.iter().find(|(rule, _)| *rule == finding.rule)?;
        Some(*decision)
    }

    /// Applies what was decided about findings of a visit that depend on several visits. What was confirmed stays even
    /// where the rule finds nothing now: another household's visit can't undo it.
    pub fn apply_to_group(&self, visit_id: &str, findings: &mut Vec<Finding>) {
        for decided in self.groups.get(visit_id).into_iter().flatten() {
            let is_it =
                |finding: &&mut Finding| finding.is_of_group && finding.rule == decided.rule;
            let decision = Some(decided.decision);
            let mut found = findings.iter_mut().filter(is_it).peekable();
            let is_found = found.peek().is_some();
            for finding in found {
                finding.decision = decision;
                finding.severity = match decided.decision {
                    Decision::Confirmed => finding.severity.max(Severity::Doubt),
                    _ => Severity::Note,
                };
            }
            if !is_found && decided.decision == Decision::Confirmed {
                let again = Finding::doubt(decided.rule, decided.value).of_group();
                findings.push(Finding { decision, ..again });
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::PlacementRules;

    fn decided(decision: Decision) -> Decided {
        let mut decided = Decided::default();
        decided.judge_group("v", Rule::CrowdedPosition, decision, 25.0);
        decided
    }

    #[test]
    fn a_confirmed_finding_withholds_the_position_though_the_rule_finds_nothing_now() {
        let mut findings = vec![Finding::note(Rule::RoundedPosition, 4.0)];
        decided(Decision::Confirmed).apply_to_group("another", &mut findings);
        assert_eq!(findings.len(), 1);
        decided(Decision::Confirmed).apply_to_group("v", &mut findings);
        let [_, again] = findings[..] else { panic!("{findings:?}") };
        assert_eq!((again.rule, again.value), (Rule::CrowdedPosition, 25.0));
        assert!(again.withholds(PlacementRules::Single));
    }

    #[test]
    fn a_finding_of_several_visits_withholds_by_single_rules_only_where_it_was_confirmed() {
        let found = [Finding::doubt(Rule::CrowdedPosition, 30.0).of_group()];
        assert!(found[0].withholds(PlacementRules::All));
        assert!(!found[0].withholds(PlacementRules::Single));
        for (decision, withholds) in
            [(Decision::Confirmed, [true, true]), (Decision::Dismissed, [false, false])]
        {
            let mut findings = found.to_vec();
            decided(decision).apply_to_group("v", &mut findings);
            let by = [PlacementRules::All, PlacementRules::Single];
            assert_eq!(by.map(|by| findings[0].withholds(by)), withholds);
            assert_eq!((findings.len(), findings[0].decision), (1, Some(decision)));
        }
        assert!(Finding::hold(Rule::MissingPosition, 9.0).withholds(PlacementRules::Single));
    }
}

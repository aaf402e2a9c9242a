//! A finding of a rule about several visits, as it is noted about a row.

use arrow::array::RecordBatch;
use bytemuck::{Pod, Zeroable};

use super::super::latest::places_of;
use super::super::notes::{NotedRows, RowKey};
use crate::check::{Decision, Finding, Rule, Severity};

/// A finding in one number: the rule, how grave, the decision, the value in hundredths; of one rule the
/// gravest comes first, and of those the one with the largest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct GroupNote(u64);

/// Values are kept in 40 bits.
const MOST: u64 = (1 << 40) - 1;

impl GroupNote {
    pub fn of(finding: &Finding) -> Self {
        let severity = u64::from(u8::MAX - finding.severity as u8);
        let decision = finding.decision.map_or(0, |decision| decision as u64);
        let value = MOST - (finding.value * 100.0).round().clamp(0.0, MOST as f64) as u64;
        Self((finding.rule as u64) << 56 | severity << 48 | decision << 40 | value)
    }

    pub(super) fn finding(self) -> Option<Finding> {
        let [rule, severity, decision, ..] = self.0.to_be_bytes();
        let rule = Rule::from_number(rule)?;
        let severity = Severity::from_number(u8::MAX - severity)?;
        let value = (MOST - (self.0 & MOST)) as f64 / 100.0;
        let decision = Decision::from_number(decision);
        let finding = Finding { decision, ..Finding::new(rule, severity, value) };
        // Another visit of the same household is the household's own.
        Some(if rule == Rule::DuplicateHousehold { finding } else { finding.of_group() })
    }
}

/// What is noted about the rows of a batch, which are asked for in their order.
pub struct Among {
    noted: Vec<(RowKey, GroupNote)>,
    at: usize,
    findings: Vec<Finding>,
}

impl Among {
    pub fn of_batch(batch: &RecordBatch, noted: &NotedRows<GroupNote>) -> Self {
        let place_of = places_of(batch);
        let keys = (0..batch.num_rows()).map(|row| RowKey::new(place_of(row)));
        let (first, last) = (keys.clone().min(), keys.max());
        let noted =
            first.zip(last).map_or_else(Vec::new, |(first, last)| noted.between(first, last));
        Self { noted, at: 0, findings: Vec::new() }
    }

    /// What was found in a row, of each rule the gravest.
    pub fn of_row(&mut self, place: (u16, u64)) -> &[Finding] {
        let key = RowKey::new(place);
        self.findings.clear();
        while let Some(&(row, note)) = self.noted.get(self.at).filter(|(row, _)| *row <= key) {
            let finding = note.finding().filter(|_| row == key);
            let is_new = |finding: &Finding| {
                self.findings.last().is_none_or(|last| last.rule != finding.rule)
            };
            self.findings.extend(finding.filter(is_new));
            self.at += 1;
        }
        &self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_tells_the_finding_that_it_was_made_of() {
        let mut finding = Finding::hold(Rule::DeskCapture, 86.67).of_group();
        assert_eq!(GroupNote::of(&finding).finding(), Some(finding));
        finding.decision = Some(Decision::Freed);
        assert_eq!(GroupNote::of(&finding).finding(), Some(finding));
    }

    #[test]
    fn the_gravest_of_a_rule_comes_first() {
        let note = GroupNote::of(&Finding::note(Rule::OverlappingVisits, 9.0));
        let doubt = GroupNote::of(&Finding::doubt(Rule::OverlappingVisits, 2.0));
        assert!(doubt < note);
    }
}

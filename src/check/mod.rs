//! Is this visit believable? One rule a file, named after the problem; a finding changes where a
//! household may be shown, never whether it is counted.

mod circle;
mod crowded_position;
pub mod decided;
mod desk_capture;
mod doubtful_persons;
mod doubtful_value;
pub mod duplicate_household;
mod fabricated_pattern;
mod finding;
pub mod group;
mod implausible_duration;
mod implausible_productivity;
mod implausible_travel;
mod inaccurate_fix;
pub mod institution;
pub mod low_coverage;
mod missing_position;
mod mock_position;
pub mod moved_since;
mod no_persons;
mod null_island;
mod odd_hours;
pub mod office_position;
mod other_region;
mod outside_country;
mod outside_village;
mod overlapping_visits;
mod persons_disagree;
pub mod register;
mod rounded_position;
mod rule;
pub mod settings;
pub mod shared_device;
pub mod shared_position;
mod swapped_axes;
mod unknown_region;
mod unreadable_position;
mod wrong_clock;
mod wrong_sign;

pub use finding::{Decision, Finding, Proposal, Severity};
pub use rule::{HeldText, Language, PlacementRules, Rule, RuleText, RulesUsed};
pub use settings::CheckSettings;

use decided::Decided;
use low_coverage::Coverages;
use moved_since::Before;

use crate::domain::person::{Definition, PersonCounts};
use crate::domain::region::RegionId;

use crate::domain::visit::{Outcome, Visit, VisitField};
use crate::locate::{LocatedVisit, Locator};

/// What a rule may look at besides the visit.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub settings: &'a CheckSettings,
    pub locator: &'a Locator<'a>,
    /// Where households were in the release before, where there is one.
    pub before: Option<&'a dyn Before>,
    /// How much of each village was visited, where a prelist tells.
    pub coverages: Option<&'a Coverages>,
    /// What persons decided about earlier findings.
    pub decided: Option<&'a Decided>,
    /// Whose findings keep a position from being used.
    pub placement: PlacementRules,
}

impl<'a> Rules<'a> {
    /// Rules that look at the visit alone.
    pub const fn new(settings: &'a CheckSettings, locator: &'a Locator<'a>) -> Self {
        Self {
            settings,
            locator,
            before: None,
            coverages: None,
            decided: None,
            placement: PlacementRules::All,
        }
    }

    /// Minutes ahead of UTC in the declared province or, without one, in that of the position.
    pub fn offset_min(&self, visit: &LocatedVisit<'_>) -> i64 {
        let tree = self.locator.tree();
        let region = visit.declared().or_else(|| visit.region());
        i64::from(tree.get(region.unwrap_or(RegionId(0))).utc_offset_min)
    }

    /// Whether a time is midnight to the second, local or UTC: what is written as a date alone reads so,
    /// and its hour is not known.
    pub fn is_midnight(&self, time_us: i64, visit: &LocatedVisit<'_>) -> bool {
        let local_us = time_us + self.offset_min(visit) * 60_000_000;
        [time_us, local_us].iter().any(|us| us.rem_euclid(86_400_000_000) == 0)
    }
}

/// A visit with what was found in it. Only [`check`] makes one.
pub struct CheckedVisit<'a> {
    located: LocatedVisit<'a>,
    findings: Vec<Finding>,
    placement: PlacementRules,
}

impl<'a> CheckedVisit<'a> {
    pub const fn located(&self) -> &LocatedVisit<'a> {
        &self.located
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The gravest of its findings.
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether the position may be used: the visit is completed, has one, and no finding withholds it.
    pub fn is_usable(&self) -> bool {
        self.located.visit().outcome() == Outcome::Completed
            && self.located.position().is_some()
            && !self.findings.iter().any(|finding| finding.withholds(self.placement))
    }
}

type RuleFunction = fn(&LocatedVisit<'_>, &Rules<'_>) -> Option<Finding>;

/// The rules about where a position is. The first that speaks explains the position, and those after
/// it would only say the same again.
const POSITION_RULES: [RuleFunction; 8] = [
    missing_position::missing_position,
    null_island::null_island,
    swapped_axes::swapped_axes,
    wrong_sign::wrong_sign,
    unreadable_position::unreadable_position,
    outside_country::outside_country,
    other_region::other_region,
    outside_village::outside_village,
];

/// Those of them that look at where a position lies, and not at how it is written.
const WHERE_RULES: [RuleFunction; 3] = [
    outside_country::outside_country,
    other_region::other_region,
    outside_village::outside_village,
];

/// The rules that speak for themselves.
const OTHER_RULES: [RuleFunction; 10] = [
    unknown_region::unknown_region,
    doubtful_value::doubtful_value,
    inaccurate_fix::inaccurate_fix,
    mock_position::mock_position,
    rounded_position::rounded_position,
    implausible_duration::implausible_duration,
    wrong_clock::wrong_clock,
    odd_hours::odd_hours,
    moved_since::moved_since,
    low_coverage::low_coverage,
];

/// Tries every rule about one visit. Positions of visits that are not completed are not looked at.
pub fn check<'a>(located: LocatedVisit<'a>, rules: &Rules<'_>) -> CheckedVisit<'a> {
    check_among(located, rules, &[])
}

/// The same, with what rules about several visits found in it.
pub fn check_among<'a>(
    located: LocatedVisit<'a>,
    rules: &Rules<'_>,
    among: &[Finding],
) -> CheckedVisit<'a> {
    let mut findings = Vec::new();
    let mut at = located;
    if located.visit().outcome() == Outcome::Completed
        && let Some(finding) = check_position(&located, rules)
    {
        at = settle(finding, located, rules, &mut findings);
    }
    findings.extend(OTHER_RULES.iter().filter_map(|rule| rule(&at, rules)));
    findings.extend(among);
    if let Some(decided) = rules.decided {
        let declared = at.declared().map(|region| rules.locator.tree().get(region).code);
        findings.iter_mut().for_each(|finding| *finding = decided.of_village(declared, *finding));
        decided.apply_to_group(visit_id(&at), &mut findings);
    }
    CheckedVisit { located: at, findings, placement: rules.placement }
}

/// Applies what was decided about a finding on the position: an accepted proposal takes its place, and
/// is looked at in turn.
fn settle<'a>(
    finding: Finding,
    located: LocatedVisit<'a>,
    rules: &Rules<'_>,
    findings: &mut Vec<Finding>,
) -> LocatedVisit<'a> {
    let decision =
        rules.decided.and_then(|decided| decided.of_proposal(visit_id(&located), &finding));
    match (decision, finding.proposal) {
        (Some(Decision::Accepted), Some(proposal)) => {
            findings.push(Finding { severity: Severity::Note, decision, ..finding });
            let moved = rules.locator.relocate(&located, proposal.position);
            findings.extend(WHERE_RULES.iter().find_map(|rule| rule(&moved, rules)));
            moved
        }
        _ => {
            findings.push(Finding { decision, ..finding });
            located
        }
    }
}

fn visit_id<'a>(located: &LocatedVisit<'a>) -> &'a str {
    located.visit().text(VisitField::VisitId).unwrap_or_default()
}

/// What is wrong with where a visit was, whatever came of it.
pub fn check_position(located: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    POSITION_RULES.iter().find_map(|rule| rule(located, rules))
}

/// Compares a visit by which a household counts with the household's persons, which were looked for.
pub fn check_persons(
    visit: Visit<'_>,
    persons: Option<&PersonCounts>,
    definition: Option<Definition>,
) -> Vec<Finding> {
    let Some(persons) = persons else { return vec![no_persons::no_persons(visit)] };
    let disagree = persons_disagree::persons_disagree(visit, persons, definition);
    disagree.into_iter().chain(doubtful_persons::doubtful_persons(persons)).collect()
}

#[cfg(test)]
mod group_tests;
#[cfg(test)]
mod honest_tests;
#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;

//! Is this visit believable? One rule a file, named after the problem; a finding changes where a
//! household may be shown, never whether it is counted.

mod doubtful_persons;
mod doubtful_value;
mod finding;
mod inaccurate_fix;
pub mod institution;
mod missing_position;
mod no_persons;
mod null_island;
mod outside_country;
mod outside_village;
mod persons_disagree;
pub mod register;
pub mod settings;
mod swapped_axes;
mod unknown_region;
mod unreadable_position;

pub use finding::{Finding, Rule, RuleText, Severity};
pub use settings::CheckSettings;

use crate::domain::person::{Definition, PersonCounts};

use crate::domain::visit::{Outcome, Visit};
use crate::locate::{LocatedVisit, Locator};

/// What a rule may look at besides the visit.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub settings: &'a CheckSettings,
    pub locator: &'a Locator<'a>,
}

/// A visit with what was found in it. Only [`check`] makes one.
pub struct CheckedVisit<'a> {
    located: LocatedVisit<'a>,
    findings: Vec<Finding>,
}

impl<'a> CheckedVisit<'a> {
    pub const fn located(&self) -> &LocatedVisit<'a> {
        &self.located
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether the position may be used: the visit is completed, has one, and no rule doubts it.
    pub fn is_usable(&self) -> bool {
        self.located.visit().outcome() == Outcome::Completed
            && self.located.position().is_some()
            && self.findings.iter().all(|finding| finding.severity < Severity::Doubt)
    }
}

type RuleFunction = fn(&LocatedVisit<'_>, &Rules<'_>) -> Option<Finding>;

/// The rules about where a position is. The first that speaks explains the position, and those after
/// it would only say the same again.
const POSITION_RULES: [RuleFunction; 6] = [
    missing_position::missing_position,
    null_island::null_island,
    swapped_axes::swapped_axes,
    unreadable_position::unreadable_position,
    outside_country::outside_country,
    outside_village::outside_village,
];

/// The rules that speak for themselves.
const OTHER_RULES: [RuleFunction; 3] = [
    unknown_region::unknown_region,
    doubtful_value::doubtful_value,
    inaccurate_fix::inaccurate_fix,
];

/// Tries every rule on a visit. Positions of visits that are not completed are not looked at.
pub fn check<'a>(located: LocatedVisit<'a>, rules: &Rules<'_>) -> CheckedVisit<'a> {
    let mut findings = Vec::new();
    if located.visit().outcome() == Outcome::Completed {
        findings.extend(POSITION_RULES.iter().find_map(|rule| rule(&located, rules)));
    }
    findings.extend(OTHER_RULES.iter().filter_map(|rule| rule(&located, rules)));
    CheckedVisit { located, findings }
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
#[path = "check_tests.rs"]
mod tests;

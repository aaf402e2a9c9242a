//! A doubt about a visit: which rule found it, how grave it is, the value that was measured, and what
//! the rule proposes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::rule::{Language, PlacementRules, Rule};
use crate::domain::position::Position;
use crate::domain::region::RegionId;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Severity {
    /// Shown in the report.
    Note = 1,
    /// The position is doubted: see [`Finding::withholds`].
    Doubt = 2,
    /// A day or a village waits for a supervisor; its positions are doubted.
    Hold = 3,
}

/// One rule's finding in one visit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    /// In the rule's unit.
    pub value: f64,
    /// Whether it depends on other households' visits too.
    pub is_of_group: bool,
    /// The region in which the position lies, where the rule is about another than the declared one.
    pub region: Option<RegionId>,
    pub proposal: Option<Proposal>,
    /// What a person decided about it.
    pub decision: Option<Decision>,
}

/// A corrected position that a person may accept; the raw one stays as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    pub position: Position,
    /// Metres from the declared village, of the position as it is and as proposed; `None` where that
    /// is not known.
    pub before_m: Option<f64>,
    pub after_m: Option<f64>,
}

/// What a person decided about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Decision {
    /// The proposed position is used.
    Accepted = 1,
    /// The proposed position is not used.
    Refused = 2,
    /// The held batch is used.
    Freed = 3,
    /// The position is not used, whatever the rule finds later.
    Confirmed = 4,
    /// The position is used.
    Dismissed = 5,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Note, Self::Doubt, Self::Hold];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Doubt => "doubt",
            Self::Hold => "hold",
        }
    }

    /// The severity of this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| *severity as u8 == number)
    }
}

impl Decision {
    const ALL: [Self; 5] =
        [Self::Accepted, Self::Refused, Self::Freed, Self::Confirmed, Self::Dismissed];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Freed => "freed",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }

    /// The decision of this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| *decision as u8 == number)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Finding {
    pub const fn new(rule: Rule, severity: Severity, value: f64) -> Self {
        Self {
            rule,
            severity,
            value,
            is_of_group: false,
            region: None,
            proposal: None,
            decision: None,
        }
    }

    pub const fn note(rule: Rule, value: f64) -> Self {
        Self::new(rule, Severity::Note, value)
    }

    pub const fn doubt(rule: Rule, value: f64) -> Self {
        Self::new(rule, Severity::Doubt, value)
    }

    pub const fn hold(rule: Rule, value: f64) -> Self {
        Self::new(rule, Severity::Hold, value)
    }

    /// The same as a finding that depends on other households' visits too.
    #[must_use]
    pub const fn of_group(self) -> Self {
        Self { is_of_group: true, ..self }
    }

    /// Whether the visit's position is not used because of it.
    pub fn withholds(&self, by: PlacementRules) -> bool {
        let counts = by == PlacementRules::All
            || !self.is_of_group
            || self.decision == Some(Decision::Confirmed);
        counts && self.severity >= Severity::Doubt
    }

    /// The unit of the value.
    pub fn unit(&self) -> &'static str {
        let text = self.rule.text();
        let held = text.held.filter(|_| self.severity == Severity::Hold);
        held.map_or(text.unit, |held| held.unit)
    }

    /// What a field supervisor reads.
    pub fn sentence(&self, language: Language) -> String {
        let text = self.rule.text();
        let held = text.held.filter(|_| self.severity == Severity::Hold);
        let (en, id) = held.map_or((text.en, text.id), |held| (held.en, held.id));
        let sentence = if language == Language::English { en } else { id };
        let value = (self.value * 10.0).round() / 10.0;
        sentence.replace("{}", format!("{value} {}", self.unit()).trim_end())
    }

    /// The same with a corrected position.
    #[must_use]
    pub const fn proposing(self, proposal: Proposal) -> Self {
        Self { proposal: Some(proposal), ..self }
    }
}

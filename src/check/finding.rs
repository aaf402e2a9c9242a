//! A doubt about a visit: which rule found it, how grave it is, and the value that was measured.

use std::fmt;

use super::{
    doubtful_persons, doubtful_value, inaccurate_fix, missing_position, no_persons, null_island,
    outside_country, outside_village, persons_disagree, swapped_axes, unknown_region,
    unreadable_position,
};

/// One kind of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rule {
    MissingPosition = 1,
    UnreadablePosition = 2,
    NullIsland = 3,
    SwappedAxes = 4,
    OutsideCountry = 5,
    OutsideVillage = 6,
    InaccurateFix = 7,
    UnknownRegion = 8,
    DoubtfulValue = 9,
    PersonsDisagree = 40,
    NoPersons = 41,
    DoubtfulPersons = 42,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Severity {
    /// Shown in the report.
    Note = 1,
    /// The position is not used: the household gets no hexagon.
    Doubt = 2,
    /// A day or a village waits for a supervisor; its positions are not used.
    Hold = 3,
}

/// What a rule says to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleText {
    /// The problem, as code and tables name it.
    pub name: &'static str,
    /// The unit of the measured value; empty where it is a bare number.
    pub unit: &'static str,
    /// What a field supervisor reads, in English; `{}` stands for the value with its unit.
    pub en: &'static str,
    /// The same in Indonesian.
    pub id: &'static str,
}

/// One rule's finding in one visit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    /// In the rule's unit.
    pub value: f64,
}

impl Rule {
    pub const ALL: [Self; 12] = [
        Self::MissingPosition,
        Self::UnreadablePosition,
        Self::NullIsland,
        Self::SwappedAxes,
        Self::OutsideCountry,
        Self::OutsideVillage,
        Self::InaccurateFix,
        Self::UnknownRegion,
        Self::DoubtfulValue,
        Self::PersonsDisagree,
        Self::NoPersons,
        Self::DoubtfulPersons,
    ];

    pub const fn text(self) -> RuleText {
        match self {
            Self::MissingPosition => missing_position::TEXT,
            Self::UnreadablePosition => unreadable_position::TEXT,
            Self::NullIsland => null_island::TEXT,
            Self::SwappedAxes => swapped_axes::TEXT,
            Self::OutsideCountry => outside_country::TEXT,
            Self::OutsideVillage => outside_village::TEXT,
            Self::InaccurateFix => inaccurate_fix::TEXT,
            Self::UnknownRegion => unknown_region::TEXT,
            Self::DoubtfulValue => doubtful_value::TEXT,
            Self::PersonsDisagree => persons_disagree::TEXT,
            Self::NoPersons => no_persons::TEXT,
            Self::DoubtfulPersons => doubtful_persons::TEXT,
        }
    }

    pub const fn name(self) -> &'static str {
        self.text().name
    }

    /// The rule of this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| *rule as u8 == number)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Severity {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Doubt => "doubt",
            Self::Hold => "hold",
        }
    }

    /// The severity of this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Note,
            2 => Self::Doubt,
            3 => Self::Hold,
            _ => return None,
        })
    }
}

impl Finding {
    pub const fn note(rule: Rule, value: f64) -> Self {
        Self { rule, severity: Severity::Note, value }
    }

    pub const fn doubt(rule: Rule, value: f64) -> Self {
        Self { rule, severity: Severity::Doubt, value }
    }
}

//! Doubts about rows of the registers that belong to no visit.

use super::Severity;

/// One kind of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegisterRule {
    /// Persons whose household is in no visit.
    OrphanPersons,
}

/// What a rule says to people; `{}` stands for the value with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterRuleText {
    pub name: &'static str,
    /// The register in whose rows it is found.
    pub register: &'static str,
    /// What the id of a finding names.
    pub of: &'static str,
    pub unit: &'static str,
    pub en: &'static str,
    pub id: &'static str,
}

/// A finding of a register; all of them are notes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegisterFinding<'a> {
    pub rule: RegisterRule,
    /// Of what [`RegisterRuleText::of`] says.
    pub id: &'a str,
    /// In the rule's unit.
    pub value: f64,
}

impl RegisterRule {
    pub const ALL: [Self; 1] = [Self::OrphanPersons];

    pub const fn text(self) -> RegisterRuleText {
        match self {
            Self::OrphanPersons => RegisterRuleText {
                name: "orphan_persons",
                register: "persons",
                of: "household",
                unit: "persons",
                en: "{} belong to a household that is in no visit; they are not counted.",
                id: "{} tercatat pada rumah tangga yang tidak ada dalam kunjungan; tidak dihitung.",
            },
        }
    }

    pub const fn severity(self) -> Severity {
        Severity::Note
    }
}

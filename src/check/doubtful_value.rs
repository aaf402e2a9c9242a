//! # What it finds
//! Values that can't be: a decile of 17, a negative number of members, a village code with letters.
//!
//! # Why it matters
//! The value is not used; the visit counts without it.
//!
//! # What to do
//! Correct the value in the source.

use super::{Finding, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "doubtful_value",
    unit: "fields",
    en: "In this visit {} hold a value that cannot be.",
    id: "Dalam kunjungan ini {} berisi nilai yang tidak mungkin.",
    advice_en: "Correct the value in the source.",
    advice_id: "Perbaiki nilainya di sumber.",
    held: None,
};

/// Allow a value out of its range. The value is the number of fields.
pub fn doubtful_value(visit: &LocatedVisit<'_>, _rules: &Rules<'_>) -> Option<Finding> {
    let fields = visit.visit().doubtful().count_ones();
    (fields > 0).then(|| Finding::note(Rule::DoubtfulValue, f64::from(fields)))
}

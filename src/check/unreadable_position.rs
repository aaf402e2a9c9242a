//! # What it finds
//! Coordinates that are neither a number nor degrees, minutes and seconds, or that are beyond 90 or
//! 180 degrees.
//!
//! # Why it matters
//! Nobody can tell where the household is. What was written is kept.
//!
//! # What to do
//! Look at the form: a doubled minus sign or a typing error can be put right there.

use super::{Finding, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "unreadable_position",
    unit: "coordinates",
    en: "Of the visit's coordinates {} cannot be read.",
    id: "Dari koordinat kunjungan ini {} tidak dapat dibaca.",
    advice_en: "Look at the form and correct what was written.",
    advice_id: "Periksa formulir dan perbaiki tulisannya.",
    held: None,
};

/// Allow a position that is none. The value is the number of coordinates that can't be read.
pub fn unreadable_position(visit: &LocatedVisit<'_>, _rules: &Rules<'_>) -> Option<Finding> {
    if visit.position().is_some() {
        return None;
    }
    let visit = visit.visit();
    let is_bad = |value: Option<f64>, most: f64| value.is_none_or(|value| value.abs() > most);
    let bad = u8::from(is_bad(visit.longitude(), 180.0)) + u8::from(is_bad(visit.latitude(), 90.0));
    Some(Finding::doubt(Rule::UnreadablePosition, f64::from(bad)))
}

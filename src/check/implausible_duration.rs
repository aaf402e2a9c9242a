//! # What it finds
//! Completed visits that took a few minutes or several hours.
//!
//! # Why it matters
//! Nobody asks all questions in three minutes: the form was filled in without the household.
//!
//! # What to do
//! Look at the answers; call the household; visit again.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::visit::Outcome;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "implausible_duration",
    unit: "min",
    en: "The visit took {}.",
    id: "Kunjungan ini berlangsung {}.",
    advice_en: "Look at the answers; call the household; visit again.",
    advice_id: "Periksa jawabannya; hubungi rumah tangganya; kunjungi lagi.",
    held: None,
};

/// Allow a visit of any duration. The value is the minutes that it took.
pub fn implausible_duration(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let (located, visit) = (visit, visit.visit());
    let ended_us = visit.ended_us().filter(|_| visit.outcome() == Outcome::Completed)?;
    // An end that is a date alone tells no duration.
    if ended_us <= visit.started_us() && rules.is_midnight(ended_us, located) {
        return None;
    }
    let minutes = (ended_us - visit.started_us()) as f64 / 6e7;
    if minutes < rules.settings.duration_doubt_min {
        return Some(Finding::doubt(Rule::ImplausibleDuration, minutes));
    }
    let plausible = rules.settings.duration_note_min..=rules.settings.duration_long_min;
    (!plausible.contains(&minutes)).then(|| Finding::note(Rule::ImplausibleDuration, minutes))
}

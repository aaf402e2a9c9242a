//! # What it finds
//! Visits that started at night, in the local time of the province.
//!
//! # Why it matters
//! Households are visited by day; a form of the night was filled in at a desk, or the clock is wrong.
//!
//! # What to do
//! Ask the enumerator.

use super::{Finding, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "odd_hours",
    unit: "h",
    en: "The visit started at {} local time.",
    id: "Kunjungan ini dimulai pukul {} waktu setempat.",
    advice_en: "Ask the enumerator about the time of the visit.",
    advice_id: "Tanyakan kepada pencacah tentang waktu kunjungan.",
    held: None,
};

/// Allow a visit at any hour. The value is the hour of the day.
pub fn odd_hours(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let local_min = visit.visit().started_us().div_euclid(60_000_000) + rules.offset_min(visit);
    let hour = local_min.rem_euclid(1_440) as f64 / 60.0;
    // A date alone, with or without an end that is one.
    let ended_us = visit.visit().ended_us().unwrap_or(visit.visit().started_us());
    let is_hourless = [visit.visit().started_us(), ended_us]
        .iter()
        .all(|time_us| rules.is_midnight(*time_us, visit));
    if is_hourless {
        return None;
    }
    let usual = rules.settings.hours_from_h..=rules.settings.hours_until_h;
    (!usual.contains(&hour)).then(|| Finding::note(Rule::OddHours, hour))
}

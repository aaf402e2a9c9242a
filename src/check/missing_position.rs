//! # What it finds
//! A completed visit without longitude or latitude.
//!
//! # Why it matters
//! The household counts in its declared region, but in no hexagon. Where many of a day are so, the day
//! waits for the supervisor.
//!
//! # What to do
//! Visit again with the device's location switched on.

use super::group::{GroupVisit, share};
use super::{CheckSettings, Finding, HeldText, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "missing_position",
    unit: "coordinates",
    en: "The visit has {} of two.",
    id: "Kunjungan ini hanya memiliki {} dari dua.",
    advice_en: "Visit again with the device's location switched on.",
    advice_id: "Kunjungi lagi dengan lokasi alat dinyalakan.",
    held: Some(HeldText {
        unit: "%",
        en: "Of the enumerator's visits of this day {} have no position.",
        id: "Dari kunjungan pencacah pada hari ini {} tidak memiliki posisi.",
    }),
};

/// Allow an empty position. The value is the number of coordinates that are there.
pub fn missing_position(visit: &LocatedVisit<'_>, _rules: &Rules<'_>) -> Option<Finding> {
    let visit = visit.visit();
    let given = u8::from(visit.longitude().is_some()) + u8::from(visit.latitude().is_some());
    let is_written = visit
        .position_text()
        .is_some_and(|text| text.split('|').all(|coordinate| !coordinate.is_empty()));
    (given < 2 && !is_written).then(|| Finding::doubt(Rule::MissingPosition, f64::from(given)))
}

/// Allow a day with missing positions: every completed visit of it is held. The value is the percentage
/// of the day's visits.
pub fn missing_position_of_day(
    day: &[GroupVisit],
    settings: &CheckSettings,
) -> Vec<(usize, Finding)> {
    let missing = day.iter().filter(|visit| visit.is_missing).count();
    if share(missing, day.len()) <= settings.missing_hold_share {
        return Vec::new();
    }
    let held = Finding::hold(Rule::MissingPosition, 100.0 * share(missing, day.len()));
    (0..day.len()).map(|at| (at, held)).collect()
}

//! # What it finds
//! A completed visit without longitude or latitude.
//!
//! # Why it matters
//! The household counts in its declared region, but in no hexagon.
//!
//! # What to do
//! Visit again with the device's location switched on.

use super::{Finding, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "missing_position",
    unit: "coordinates",
    en: "The visit has {} of two.",
    id: "Kunjungan ini hanya memiliki {} dari dua.",
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

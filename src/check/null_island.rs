//! # What it finds
//! Positions near 0,0, with an axis of exactly 0, or with a number that devices write when they know
//! nothing.
//!
//! # Why it matters
//! The device had no fix, so the position says nothing.
//!
//! # What to do
//! Visit again, and wait for the fix.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::position::METRES_PER_DEGREE;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "null_island",
    unit: "m",
    en: "The position is one that devices write without a fix; it lies {} from 0,0.",
    id: "Posisi ini adalah posisi yang ditulis alat tanpa sinyal; jaraknya {} dari 0,0.",
    advice_en: "Visit again, and wait for the fix.",
    advice_id: "Kunjungi lagi dan tunggu sampai alat mendapat sinyal.",
    held: None,
};

/// What devices and spreadsheets write for "unknown" in either axis.
const SENTINELS: [f64; 4] = [999.0, 9999.0, 99.99, 999.99];
/// What they write for it in both.
const SENTINELS_OF_BOTH: [f64; 1] = [-1.0];

/// Allow a position that stands for none. The value is the distance from 0,0.
pub fn null_island(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let (longitude, latitude) = visit.visit().longitude().zip(visit.visit().latitude())?;
    let is_sentinel = |axis: f64| SENTINELS.contains(&axis.abs());
    let distance_m = longitude.hypot(latitude) * METRES_PER_DEGREE;
    let is_none = distance_m < rules.settings.null_island_radius_m
        || longitude == 0.0
        || latitude == 0.0
        || is_sentinel(longitude)
        || is_sentinel(latitude)
        || (SENTINELS_OF_BOTH.contains(&longitude) && SENTINELS_OF_BOTH.contains(&latitude));
    is_none.then(|| Finding::doubt(Rule::NullIsland, distance_m))
}

//! # What it finds
//! Several households of one enumerator at a known office.
//!
//! # Why it matters
//! Empty coordinates were filled with the office's, or the forms were filled in there. Households that
//! stand evenly about an office are noted only.
//!
//! # What to do
//! Visit the households again.

use std::collections::BTreeSet;

use super::group::GroupVisit;
use super::{CheckSettings, Finding, Rule, RuleText};
use crate::domain::position::Position;

pub const TEXT: RuleText = RuleText {
    name: "office_position",
    unit: "households",
    en: "Of the enumerator's households {} lie at an office.",
    id: "Dari rumah tangga pencacah ini {} berada di kantor.",
    advice_en: "Visit the households again.",
    advice_id: "Kunjungi lagi rumah tangganya.",
    held: None,
};

/// Known offices, for finding the nearest.
#[derive(Debug, Default)]
pub struct Offices {
    /// By latitude.
    sorted: Vec<Position>,
}

/// An office further off than this matters to no rule.
pub const FURTHEST_M: f64 = 1_000.0;

impl Offices {
    pub fn new(mut offices: Vec<Position>) -> Self {
        offices.sort_by(|one, other| {
            let key = |place: &Position| (place.latitude(), place.longitude());
            key(one).partial_cmp(&key(other)).expect("positions are numbers")
        });
        Self { sorted: offices }
    }

    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Metres to the nearest office within [`FURTHEST_M`].
    pub fn nearest_m(&self, position: Position) -> Option<f64> {
        let reach = FURTHEST_M / crate::domain::position::METRES_PER_DEGREE;
        let (south, north) = (position.latitude() - reach, position.latitude() + reach);
        let from = self.sorted.partition_point(|office| office.latitude() < south);
        let near = self.sorted[from..].iter().take_while(|office| office.latitude() <= north);
        let far_m = near.map(|office| position.distance_m(*office));
        far_m.filter(|&far_m| far_m <= FURTHEST_M).min_by(f64::total_cmp)
    }
}

/// Allow households at an office, of one enumerator. The value is their number.
///
/// Offices stand among houses, so the number alone gets a note. It is doubted where the households
/// gather at the office: where most of those within twice the radius lie within it.
pub fn office_position(visits: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let radius_m = settings.office_radius_m;
    at_office(visits, settings.office_households, radius_m, [radius_m, 2.0 * radius_m])
}

/// The same of one day, in a wider circle: doubted where most of its households lie within half of it.
pub fn office_position_of_day(
    day: &[GroupVisit],
    settings: &CheckSettings,
) -> Vec<(usize, Finding)> {
    let radius_m = settings.office_day_radius_m;
    at_office(day, settings.office_day_households, radius_m, [radius_m / 2.0, radius_m])
}

/// The share of households about an office in a circle of half the radius: a quarter of those that stand
/// evenly, and hardly ever two thirds.
const GATHERED: f64 = 2.0 / 3.0;

fn at_office(
    visits: &[GroupVisit],
    least: f64,
    radius_m: f64,
    [inner_m, outer_m]: [f64; 2],
) -> Vec<(usize, Finding)> {
    let is_within =
        |at: &usize, radius_m: f64| visits[*at].office_m.is_some_and(|far_m| far_m <= radius_m);
    let there: Vec<usize> = (0..visits.len()).filter(|at| is_within(at, radius_m)).collect();
    if (there.len() as f64) < least {
        return Vec::new();
    }
    let households = |radius_m: f64| {
        let within = (0..visits.len()).filter(|at| is_within(at, radius_m));
        within.map(|at| visits[at].household).collect::<BTreeSet<_>>().len() as f64
    };
    let count = households(radius_m);
    if count < least {
        return Vec::new();
    }
    let is_gathered = households(inner_m) >= GATHERED * households(outer_m);
    let find = if is_gathered { Finding::doubt } else { Finding::note };
    there.into_iter().map(|at| (at, find(Rule::OfficePosition, count))).collect()
}

//! # What it finds
//! Several households of one enumerator at a known office.
//!
//! # Why it matters
//! Empty coordinates were filled with the office's, or the forms were filled in there. Households that
//! stand about an office as houses do are noted only.
//!
//! # What to do
//! Visit the households again.

use std::collections::BTreeMap;

use super::circle::most_in_circle;
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
/// gather: most in a circle of a third of the radius, as forms do that were filled in at one desk, or hardly any
/// between the radius and [`ALONE`] times it, where there would be houses.
pub fn office_position(visits: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let radius_m = settings.office_radius_m;
    let at_office = AtOffice::new(visits, radius_m);
    let about = AtOffice::new(visits, ALONE * radius_m);
    let is_alone = at_office.count() >= NEARLY_ALL * about.count();
    at_office.found(settings.office_households, |gathered| gathered || is_alone, settings)
}

/// The same of one day, in a wider circle. A hamlet stands alone too, so the day is doubted where its
/// households gather.
pub fn office_position_of_day(
    day: &[GroupVisit],
    settings: &CheckSettings,
) -> Vec<(usize, Finding)> {
    let at_office = AtOffice::new(day, settings.office_day_radius_m);
    at_office.found(settings.office_day_households, |gathered| gathered, settings)
}

/// How far about an office it is seen whether households stand there alone, in radii.
pub const ALONE: f64 = 3.0;
/// The share of the households about an office that makes it so.
const NEARLY_ALL: f64 = 0.9;
/// The share of the households at an office that gathers: of a day in rows of houses 4 m wide half does,
/// of houses that stand evenly a ninth.
const GATHERED: f64 = 2.0 / 3.0;

/// The visits within a distance of an office.
struct AtOffice {
    visits: Vec<usize>,
    /// Of each household one position.
    households: BTreeMap<u64, Position>,
}

impl AtOffice {
    fn new(visits: &[GroupVisit], radius_m: f64) -> Self {
        let is_within = |(_, visit): &(usize, &GroupVisit)| {
            visit.office_m.is_some_and(|far_m| far_m <= radius_m)
        };
        let within: Vec<_> = visits.iter().enumerate().filter(is_within).collect();
        let place = |(_, visit): &(usize, &GroupVisit)| Some((visit.household, visit.position?));
        Self {
            households: within.iter().filter_map(place).collect(),
            visits: within.iter().map(|(at, _)| *at).collect(),
        }
    }

    fn count(&self) -> f64 {
        self.households.len() as f64
    }

    fn found(
        &self,
        least: f64,
        is_doubted: impl FnOnce(bool) -> bool,
        settings: &CheckSettings,
    ) -> Vec<(usize, Finding)> {
        if self.count() < least {
            return Vec::new();
        }
        let is_doubted = is_doubted(self.is_gathered(settings.office_radius_m / 3.0));
        let find = if is_doubted { Finding::doubt } else { Finding::note };
        self.visits.iter().map(|at| (*at, find(Rule::OfficePosition, self.count()))).collect()
    }

    fn is_gathered(&self, radius_m: f64) -> bool {
        let Some(origin) = self.households.values().next() else { return false };
        let points: Vec<_> =
            self.households.values().map(|place| origin.metres_to(*place)).collect();
        most_in_circle(&points, radius_m) as f64 >= GATHERED * self.count()
    }
}

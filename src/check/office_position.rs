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
/// gather: most in a circle of a third of the radius, as forms do that were filled in at one desk; where hardly any
/// lie between the radius and [`ALONE`] times it, where there would be houses; or where they are far more than the
/// houses around let expect. Of a day, so many are doubted where none at all lies around on that day: who goes from
/// house to house comes by others before and behind. Each office is looked at by itself.
pub fn office_position(visits: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let [radius_m, least] = [settings.office_radius_m, settings.office_households];
    let mut found = Vec::new();
    for own in by_office(visits, ALONE * radius_m) {
        let at_office = AtOffice::new(visits, &own, radius_m);
        let [near, about] =
            [2.0, ALONE].map(|radii| AtOffice::new(visits, &own, radii * radius_m).count());
        let stands_out = at_office.count() >= NEARLY_ALL * about
            || is_more_than_houses(at_office.count(), near - at_office.count(), about - near);
        found.extend(at_office.found(least, |gathered| gathered || stands_out, settings));
        let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        own.iter().for_each(|at| days.entry(visits[*at].day).or_default().push(*at));
        for day in days.into_values() {
            let at_office = AtOffice::new(visits, &day, radius_m);
            if at_office.visits.len() == day.len() {
                found.extend(at_office.found(least, |_| true, settings));
            }
        }
    }
    gravest(found)
}

/// Of the findings in each visit the gravest, the first of equals.
fn gravest(found: Vec<(usize, Finding)>) -> Vec<(usize, Finding)> {
    let mut gravest: BTreeMap<usize, Finding> = BTreeMap::new();
    for (at, finding) in found {
        let own = gravest.entry(at).or_insert(finding);
        if own.severity < finding.severity {
            *own = finding;
        }
    }
    gravest.into_iter().collect()
}

/// The same of one day, in a wider circle. A hamlet stands alone too, so the day is doubted where its
/// households gather.
pub fn office_position_of_day(
    day: &[GroupVisit],
    settings: &CheckSettings,
) -> Vec<(usize, Finding)> {
    let radius_m = settings.office_day_radius_m;
    let mut found = Vec::new();
    for own in by_office(day, radius_m) {
        let at_office = AtOffice::new(day, &own, radius_m);
        found.extend(at_office.found(
            settings.office_day_households,
            |gathered| gathered,
            settings,
        ));
    }
    found
}

/// How far about an office it is seen whether households stand there alone, in radii.
pub const ALONE: f64 = 3.0;
/// The share of the households about an office that makes it so.
const NEARLY_ALL: f64 = 0.9;
/// The share of the households at an office that gathers: of a day in rows of houses 4 m wide half does,
/// of houses that stand evenly a ninth.
const GATHERED: f64 = 2.0 / 3.0;
/// How much denser than the houses around an office those at it may be, as they are at the middle of a settlement.
const DENSEST: f64 = 3.0;
/// How rarely houses alone are so many.
const RARE: f64 = 0.002;

/// The visits about each office, by their indices: two about one office lie at most twice as far apart as from it.
fn by_office(visits: &[GroupVisit], radius_m: f64) -> Vec<Vec<usize>> {
    let mut offices: Vec<(Position, Vec<usize>)> = Vec::new();
    for (at, visit) in visits.iter().enumerate() {
        let is_about = visit.office_m.is_some_and(|far_m| far_m <= radius_m);
        let Some(place) = visit.position.filter(|_| is_about) else { continue };
        let same =
            |(first, _): &&mut (Position, Vec<usize>)| first.distance_m(place) <= 2.0 * radius_m;
        match offices.iter_mut().find(same) {
            Some((_, own)) => own.push(at),
            None => offices.push((place, vec![at])),
        }
    }
    offices.into_iter().map(|(_, own)| own).collect()
}

/// Whether there are more households within a radius than houses would be, by those within one more and two more.
/// The rings are three and five times as large as the circle; a settlement that thins out outward is denser still at
/// its middle. Their number scatters as Poisson's law has it about a density that is known from few houses itself:
/// together a negative binomial law.
fn is_more_than_houses(at_office: f64, first_ring: f64, second_ring: f64) -> bool {
    let (first, second) = ((first_ring + 0.5) / 3.0, (second_ring + 0.5) / 5.0);
    let expected = first * (first / second).clamp(1.0, DENSEST);
    let shape = first_ring + 0.5;
    let share = expected / (shape + expected);
    // The probability of each number from 0 on, from the one before.
    let (mut likely, mut fewer) = (libm::pow(1.0 - share, shape), 0.0);
    let mut number = 0.0;
    while number < at_office {
        fewer += likely;
        likely *= share * (shape + number) / (number + 1.0);
        number += 1.0;
    }
    at_office > expected && 1.0 - fewer <= RARE
}

/// The visits within a distance of an office.
struct AtOffice {
    visits: Vec<usize>,
    /// Of each household one position.
    households: BTreeMap<u64, Position>,
}

impl AtOffice {
    fn new(visits: &[GroupVisit], own: &[usize], radius_m: f64) -> Self {
        let is_within = |(_, visit): &(usize, &GroupVisit)| {
            visit.office_m.is_some_and(|far_m| far_m <= radius_m)
        };
        let own = own.iter().map(|at| (*at, &visits[*at]));
        let within: Vec<_> = own.filter(is_within).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn households_are_more_than_houses_by_how_dense_houses_stand_around() {
        for (at_office, first_ring, second_ring) in
            [(5.0, 0.0, 2.0), (12.0, 6.0, 10.0), (12.0, 9.0, 15.0), (30.0, 30.0, 50.0)]
        {
            assert!(is_more_than_houses(at_office, first_ring, second_ring), "{at_office}");
        }
        // Houses that stand evenly, at the middle of a settlement, and of a hamlet.
        for (at_office, first_ring, second_ring) in
            [(0.0, 0.0, 0.0), (5.0, 15.0, 25.0), (12.0, 20.0, 20.0), (5.0, 3.0, 2.0)]
        {
            assert!(!is_more_than_houses(at_office, first_ring, second_ring), "{at_office}");
        }
        assert!(!is_more_than_houses(4_000.0, 9_000.0, 4_000.0));
    }
}

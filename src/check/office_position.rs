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
/// Offices stand among houses, so the number alone gets a note. It is doubted where houses alone are hardly so
/// many within the radius and so near to the office ([`likely_of_houses`]): of all visits of the enumerator about
/// the office, and of those of each day. Of a day, so many are also doubted where none at all lies around on that
/// day: who goes from house to house comes by others before and behind. Each office is looked at by itself.
pub fn office_position(visits: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let [radius_m, least] = [settings.office_radius_m, settings.office_households];
    let mut found = Vec::new();
    for own in by_office(visits, ALONE * radius_m) {
        let (at_office, likely) = likely_at_office(visits, &own, radius_m);
        found.extend(at_office.found(least, likely <= SIGNIFICANT));
        let mut days: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        own.iter().for_each(|at| days.entry(visits[*at].day).or_default().push(*at));
        for day in days.into_values() {
            let (at_office, likely) = likely_at_office(visits, &day, radius_m);
            let is_whole_day = at_office.visits.len() == day.len();
            if is_whole_day || likely <= SIGNIFICANT {
                found.extend(at_office.found(least, true));
            }
        }
    }
    gravest(found)
}

/// The visits within the radius of an office, of some about it, and how likely they are houses.
fn likely_at_office(visits: &[GroupVisit], own: &[usize], radius_m: f64) -> (AtOffice, f64) {
    let at_office = AtOffice::new(visits, own, radius_m);
    let [near, about] =
        [2.0, ALONE].map(|radii| AtOffice::new(visits, own, radii * radius_m).count());
    let number = at_office.count();
    let as_many = likely_as_many(number, near - number, about - near);
    let as_near = likely_as_near(&at_office.squares(radius_m));
    (at_office, likely_of_houses(as_many, as_near))
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
        let is_gathered = at_office.is_gathered(settings.office_radius_m / 3.0);
        found.extend(at_office.found(settings.office_day_households, is_gathered));
    }
    found
}

/// How far about an office houses are counted that tell how densely they stand, in radii.
pub const ALONE: f64 = 3.0;
/// The share of the households of a day at an office that gathers: of a day in rows of houses 4 m wide half does,
/// of houses that stand evenly a ninth.
const GATHERED: f64 = 2.0 / 3.0;
/// How much denser than the houses around an office those at it may be, as they are at the middle of a settlement.
const DENSEST: f64 = 3.0;
/// How rarely houses alone are so many and so near to an office that they are doubted.
const SIGNIFICANT: f64 = 0.0003;
/// A probability below this is not told from it.
const LEAST_LIKELY: f64 = 1e-12;

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

/// How likely at least so many households are within a radius if they are houses, by those within one radius more
/// and two more; 1 where no more are than expected.
/// The rings are three and five times as large as the circle; a settlement that thins out outward is denser still at
/// its middle. Their number scatters as Poisson's law has it about a density that is known from few houses itself:
/// together a negative binomial law.
fn likely_as_many(at_office: f64, first_ring: f64, second_ring: f64) -> f64 {
    let (first, second) = ((first_ring + 0.5) / 3.0, (second_ring + 0.5) / 5.0);
    let expected = first * (first / second).clamp(1.0, DENSEST);
    if at_office <= expected {
        return 1.0;
    }
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
    (1.0 - fewer).clamp(LEAST_LIKELY, 1.0)
}

/// From so many numbers on, the normal law is as good for their sum.
const MANY: usize = 20;

/// How likely houses are at least so near to an office as these, by the squares of their distances over that of the
/// radius. Of houses that stand evenly each square is any number from 0 to 1, so that their sum has the
/// Irwin-Hall law.
fn likely_as_near(squares: &[f64]) -> f64 {
    let (count, sum) = (squares.len() as f64, squares.iter().sum::<f64>());
    let likely = if squares.len() > MANY {
        let deviations = (sum - count / 2.0) / (count / 12.0).sqrt();
        0.5 * libm::erfc(-deviations * std::f64::consts::FRAC_1_SQRT_2)
    } else if sum > count / 2.0 {
        // The law is symmetric, and its terms cancel each other the less the smaller the sum.
        1.0 - irwin_hall(squares.len(), count - sum)
    } else {
        irwin_hall(squares.len(), sum)
    };
    likely.clamp(LEAST_LIKELY, 1.0)
}

/// How likely so many numbers, each anything from 0 to 1, have at most a sum.
fn irwin_hall(count: usize, sum: f64) -> f64 {
    let mut likely = 0.0;
    // The ways to choose k of the numbers, with the sign of the term.
    let (mut k, mut ways) = (0.0, 1.0);
    while k < sum {
        // (sum - k) to the power of the count, over its factorial.
        let powers = (1..=count).map(|factor| (sum - k) / factor as f64);
        likely += ways * powers.product::<f64>();
        ways *= (k - count as f64) / (k + 1.0);
        k += 1.0;
    }
    likely
}

/// How likely both are together where neither depends on the other, by Fisher's method.
fn likely_of_houses(as_many: f64, as_near: f64) -> f64 {
    let both = as_many * as_near;
    both * (1.0 - libm::log(both))
}

/// The visits within a distance of an office.
struct AtOffice {
    visits: Vec<usize>,
    /// Of each household one position, and how far it is from the office.
    households: BTreeMap<u64, (Position, f64)>,
}

impl AtOffice {
    fn new(visits: &[GroupVisit], own: &[usize], radius_m: f64) -> Self {
        let is_within = |(_, visit): &(usize, &GroupVisit)| {
            visit.office_m.is_some_and(|far_m| far_m <= radius_m)
        };
        let own = own.iter().map(|at| (*at, &visits[*at]));
        let within: Vec<_> = own.filter(is_within).collect();
        let place = |(_, visit): &(usize, &GroupVisit)| {
            Some((visit.household, (visit.position?, visit.office_m?)))
        };
        Self {
            households: within.iter().filter_map(place).collect(),
            visits: within.iter().map(|(at, _)| *at).collect(),
        }
    }

    fn count(&self) -> f64 {
        self.households.len() as f64
    }

    /// The squares of the distances from the office over that of a radius.
    fn squares(&self, radius_m: f64) -> Vec<f64> {
        let square = |far_m: f64| (far_m / radius_m) * (far_m / radius_m);
        self.households.values().map(|(_, far_m)| square(*far_m)).collect()
    }

    fn found(&self, least: f64, is_doubted: bool) -> Vec<(usize, Finding)> {
        if self.count() < least {
            return Vec::new();
        }
        let find = if is_doubted { Finding::doubt } else { Finding::note };
        self.visits.iter().map(|at| (*at, find(Rule::OfficePosition, self.count()))).collect()
    }

    fn is_gathered(&self, radius_m: f64) -> bool {
        let Some((origin, _)) = self.households.values().next() else { return false };
        let points: Vec<_> =
            self.households.values().map(|(place, _)| origin.metres_to(*place)).collect();
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
            assert!(likely_as_many(at_office, first_ring, second_ring) <= 0.002, "{at_office}");
        }
        // Houses that stand evenly, at the middle of a settlement, and of a hamlet.
        for (at_office, first_ring, second_ring) in
            [(0.0, 0.0, 0.0), (5.0, 15.0, 25.0), (12.0, 20.0, 20.0), (5.0, 3.0, 2.0)]
        {
            assert!(likely_as_many(at_office, first_ring, second_ring) > 0.002, "{at_office}");
        }
        assert!(likely_as_many(4_000.0, 9_000.0, 4_000.0) > 0.002);
    }

    #[test]
    fn a_sum_of_squares_has_the_irwin_hall_law() {
        let near = |one: &[f64], expected: f64| {
            let likely = likely_as_near(one);
            assert!((likely - expected).abs() < 1e-9, "{likely} and {expected}");
        };
        near(&[0.25], 0.25);
        near(&[0.75, 0.75], 0.875);
        near(&[0.1, 0.2, 0.3], 0.036);
        near(&[0.5; 9], 0.5);
        near(&[0.5; 40], 0.5);
        near(&[1.0; 20], 1.0);
        // Both laws agree where one takes over from the other.
        let [few, many] = [MANY, MANY + 1].map(|count| likely_as_near(&vec![0.35; count]));
        assert!((0.85..1.15).contains(&(many / few)), "{few} {many}");
    }

    #[test]
    fn five_houses_of_a_hamlet_beside_an_office_are_no_desk() {
        // Five of a dozen houses, within 10 m of each other and 20 m from the office.
        let hamlet = likely_of_houses(
            likely_as_many(5.0, 4.0, 3.0),
            likely_as_near(&[0.2, 0.4, 0.45, 0.5, 0.6]),
        );
        assert!(hamlet > SIGNIFICANT, "{hamlet}");
        let desk = likely_of_houses(
            likely_as_many(5.0, 4.0, 3.0),
            likely_as_near(&[0.01, 0.02, 0.05, 0.08, 0.11]),
        );
        assert!(desk <= SIGNIFICANT, "{desk}");
    }
}

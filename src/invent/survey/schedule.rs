//! The working days of the officers: who visits which household, in which order, and when.

use geo::Coord;

use super::Survey;
use super::calendar::{SECONDS_IN_DAY, fieldwork_starts, is_working_day};
use super::dice::{Dice, Purpose};
use super::fieldwork::Progress;
use super::fix::Device;
use super::household::Household;
use super::plan::Group;
use super::population::Population;
use super::terrain::Scale;
use super::visit::Visit;
use crate::domain::visit::Outcome;

const OPENING_S: i64 = 8 * 3_600;
const NOON_S: i64 = 12 * 3_600;
const LAST_START_S: i64 = 16 * 3_600 + 1_800;
/// Further than this is left for another day.
const DAY_TRIP_M: f64 = 25_000.0;

/// All visits of a group, by enumerator and time.
pub fn visits(survey: &Survey<'_>, group: &Group, population: &Population) -> Vec<Visit> {
    let total = population.households.len();
    let mut visits = Vec::with_capacity(total + total / 8);
    for officer in 0..group.officers {
        let run = group.run_of(officer, total);
        walk(survey, group, population, officer, run, &mut visits);
    }
    let progress = Progress::of(survey, group);
    visits.retain(|visit| progress.reaches(&population.households[visit.household as usize]));
    visits
}

/// What comes of the visits of one household: the first, and where it comes to nothing that is
/// final, the second.
fn outcomes(seed: u64, wave: u16, household: &Household) -> (Outcome, Option<Outcome>) {
    let mut dice = Dice::new(seed, Purpose::Attempts, household.id.key(), u64::from(wave));
    if household.is_gone {
        return (Outcome::MovedOrGone, None);
    }
    let last = match dice.unit() {
        ..0.932 => Outcome::Completed,
        ..0.953 => Outcome::NotFound,
        ..0.973 => Outcome::MovedOrGone,
        ..0.981 => Outcome::PartOfAnother,
        ..0.994 => Outcome::Refused,
        _ => Outcome::Duplicate,
    };
    match (last, dice.unit()) {
        (Outcome::Completed, ..0.06) => (Outcome::NotFound, Some(last)),
        (Outcome::Completed, ..0.07) => (Outcome::Refused, Some(last)),
        (Outcome::NotFound | Outcome::Refused, ..0.7) => (last, Some(last)),
        // Found out only after the form was filled in.
        (Outcome::PartOfAnother | Outcome::Duplicate, ..0.15) => (Outcome::Completed, Some(last)),
        _ => (last, None),
    }
}

/// One enumerator's walk: every household once, then again those where nobody answered.
fn walk(
    survey: &Survey<'_>,
    group: &Group,
    population: &Population,
    officer: u32,
    run: std::ops::Range<usize>,
    visits: &mut Vec<Visit>,
) {
    let settings = &survey.settings;
    let mut walk = Walk::start(survey, group, officer);
    let offset_min = group.offset_min(survey.tree);
    let mut again = Vec::new();
    for index in run {
        let household = &population.households[index];
        let (first, second) = outcomes(settings.seed, settings.wave, household);
        visits.push(walk.visit(index, household, offset_min, 1, first));
        if let Some(second) = second {
            again.push((index, second));
        }
    }
    for (index, outcome) in again {
        let household = &population.households[index];
        visits.push(walk.visit(index, household, offset_min, 2, outcome));
    }
}

/// Where an officer is, and when.
struct Walk {
    dice: Dice,
    seed: u64,
    wave: u16,
    officer: u32,
    device: Device,
    day: i32,
    /// Local seconds of the day.
    clock_s: i64,
    had_lunch: bool,
    done_today: u32,
    quota: u32,
    at: Option<Coord>,
}

impl Walk {
    fn start(survey: &Survey<'_>, group: &Group, officer: u32) -> Self {
        let (seed, wave) = (survey.settings.seed, survey.settings.wave);
        let number = u64::from(group.first_officer + officer);
        let key = group.office.digits() << 32 | number;
        let mut dice = Dice::new(seed, Purpose::Officer, key, u64::from(wave) + 2);
        let day = fieldwork_starts(wave) + i32::from(dice.below(6) as u8) - 1;
        let mut walk = Self {
            dice,
            seed,
            wave,
            officer,
            device: Device::draw(seed, key),
            day,
            clock_s: 0,
            had_lunch: false,
            done_today: 0,
            quota: 0,
            at: None,
        };
        walk.next_day();
        walk
    }

    fn next_day(&mut self) {
        self.day += 1;
        while !is_working_day(self.day) {
            self.day += 1;
        }
        self.clock_s = OPENING_S + self.dice.between(0.0, 2_400.0) as i64;
        self.had_lunch = false;
        self.done_today = 0;
        self.quota = 12 + self.dice.below(7) as u32;
        self.at = None;
    }

    fn visit(
        &mut self,
        index: usize,
        household: &Household,
        offset_min: i64,
        attempt: u8,
        outcome: Outcome,
    ) -> Visit {
        let scale = Scale::at(household.home.place.y);
        self.go_to(household.home.place, scale);
        let duration_s = self.duration_s(outcome);
        let started_s = i64::from(self.day) * SECONDS_IN_DAY + self.clock_s - offset_min * 60;
        self.clock_s += duration_s;
        self.done_today += 1;
        let part = u64::from(self.wave) << 8 | u64::from(attempt);
        let mut dice = Dice::new(self.seed, Purpose::Fix, household.id.key(), part);
        let has_fix = outcome == Outcome::Completed || dice.chance(0.4);
        let fix = has_fix.then(|| self.device.fix(household.home.place, scale, &mut dice));
        let delay_s = dice.log_normal(1_200.0, 1.1).clamp(5.0, 200_000.0) as i64;
        let days_offline = if dice.chance(0.1) { 1 + i64::from(dice.below(3) as u8) } else { 0 };
        Visit {
            household: index as u32,
            attempt,
            officer: self.officer,
            device: self.officer,
            day: self.day,
            started_s,
            duration_s,
            received_s: started_s + duration_s + delay_s + days_offline * SECONDS_IN_DAY,
            outcome,
            fix,
            is_mock: false,
            text: None,
        }
    }

    /// Lets the time pass that it takes to come to a place, over lunch or night where that is due.
    fn go_to(&mut self, place: Coord, scale: Scale) {
        let distance_m = self.at.map_or(0.0, |at| scale.distance_m(at, place));
        let walking_s = distance_m / 1.1;
        let riding_s = 180.0 + distance_m / 5.5;
        let wait_s = self.dice.log_normal(150.0, 0.5).clamp(60.0, 900.0);
        let travel_s = (walking_s.min(riding_s) + wait_s) as i64;
        let too_late = self.clock_s + travel_s > LAST_START_S;
        if self.done_today >= self.quota || distance_m > DAY_TRIP_M || too_late {
            self.next_day();
        } else if self.at.is_some() {
            self.clock_s += travel_s;
        }
        if self.clock_s > NOON_S && !self.had_lunch {
            self.clock_s += 2_700;
            self.had_lunch = true;
        }
        self.at = Some(place);
    }

    fn duration_s(&mut self, outcome: Outcome) -> i64 {
        let minutes = match outcome {
            Outcome::Completed => self.dice.log_normal(22.0, 0.28).clamp(9.5, 75.0),
            _ => self.dice.log_normal(5.0, 0.3).clamp(3.0, 15.0),
        };
        (minutes * 60.0) as i64
    }
}

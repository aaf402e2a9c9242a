//! What honest surveys look like, in other hands than those that made the rules.

use std::collections::BTreeSet;

use super::CheckSettings;
use super::group::GroupVisit;
use super::group_tests::{clean_day, found, found_in, place, told, visit};
use super::office_position::office_position;
use crate::domain::position::METRES_PER_DEGREE;

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A day of visits, each with its start and its end in minutes, and metres to the east.
fn day(visits: &[(i64, i64, f64)]) -> Vec<GroupVisit> {
    let visits = visits.iter().zip(0..);
    visits.map(|(&(start, end, east), n)| visit(n, start, end - start, place(east, 0.0))).collect()
}

#[test]
fn a_clock_without_seconds_lets_a_minute_pass_unseen() {
    // 900 m in the minute in which one visit ends and the next starts.
    assert_eq!(found(&day(&[(540, 562, 0.0), (562, 590, 900.0)])), set(&[]));
    let mut with_seconds = day(&[(540, 562, 0.0), (562, 590, 900.0)]);
    with_seconds[1].started_us += 1_000_000;
    assert_eq!(found(&with_seconds), set(&["implausible_travel note 1"]));
}

#[test]
fn nobody_at_home_takes_no_minute() {
    let mut visits = day(&[(540, 540, 0.0), (540, 562, 20.0), (563, 563, 40.0), (563, 590, 60.0)]);
    (visits[0].is_completed, visits[2].is_completed) = (false, false);
    assert_eq!(found(&visits), set(&[]));
}

#[test]
fn dates_without_hours_say_nothing_of_ways_and_overlaps() {
    let mut visits = clean_day();
    for visit in &mut visits {
        (visit.started_us, visit.ended_us) = (0, None);
        visit.is_hourless = true;
    }
    let far = place(90_000.0, 0.0);
    visits[7].position = Some(far);
    assert_eq!(found(&visits), set(&[]));
}

#[test]
fn a_night_shift_is_a_day_as_another() {
    let mut visits = clean_day();
    for visit in &mut visits {
        visit.started_us += 13 * 3_600_000_000;
        visit.ended_us = visit.ended_us.map(|us| us + 13 * 3_600_000_000);
    }
    assert_eq!(found(&visits), set(&[]));
}

#[test]
fn positions_and_ends_may_be_missing() {
    let mut visits = clean_day();
    visits.iter_mut().for_each(|visit| visit.ended_us = None);
    assert_eq!(found(&visits), set(&[]));
    // Devices that send positions for no visit: the rule about that says so of each.
    visits.iter_mut().for_each(|visit| visit.position = None);
    assert_eq!(found(&visits), set(&[]));
}

#[test]
fn flats_with_one_entrance_are_noted() {
    assert_eq!(found_in((0..4).map(|n| (n, 5.0, 5.0))), set(&["shared_position note 4"]));
}

/// Metres of a ten thousandth of a degree, to which a device rounds.
const COARSE_M: f64 = METRES_PER_DEGREE / 1e4;

/// Places on the grid of such a device.
fn coarse(households: impl Iterator<Item = (u64, i32, i32)>) -> Vec<(u64, f64, f64)> {
    let cos = 1_f64.to_radians().cos();
    let metres = |steps: i32| f64::from(steps) * COARSE_M;
    households.map(|(n, east, north)| (n, metres(east) * cos, metres(north))).collect()
}

#[test]
fn neighbours_share_coarse_positions_that_nobody_copied() {
    // Six houses in each square of 11 m.
    let kampung = || (0..600).map(|n| (n, (n / 6 % 10) as i32, (n / 60) as i32));
    assert_eq!(found_in(coarse(kampung())), set(&["shared_position note 600"]));
    // A row of houses, with five and three in turns.
    let row = (0..80).map(|n| (n, (n / 8 * 2) as i32 + i32::from(n % 8 > 4), 0));
    assert_eq!(found_in(coarse(row)), set(&["shared_position note 80"]));
    // One of the squares has 30 more: these were copied.
    let copied = (600..630).map(|n| (n, 5, 5));
    let found = found_in(coarse(kampung().chain(copied)));
    assert!(found.contains("shared_position doubt 36"), "{found:?}");
    // So were five in a place without others.
    assert_eq!(found_in(coarse((0..5).map(|n| (n, 0, 0)))), set(&["shared_position doubt 5"]));
}

/// An enumerator's visits in places so many metres from an office.
fn about_office(places: impl Iterator<Item = (f64, f64)>) -> BTreeSet<String> {
    let about = |(n, (east, north)): (u64, (f64, f64))| GroupVisit {
        office_m: Some(east.hypot(north)),
        ..visit(n, 60 + 30 * n.cast_signed(), 22, place(east, north))
    };
    let visits: Vec<GroupVisit> = (0..).zip(places).map(about).collect();
    told(&office_position(&visits, &CheckSettings::default()))
}

#[test]
fn houses_about_an_office_are_noted_and_desks_in_it_doubted() {
    // A row of houses 4 m wide, with the office in its middle.
    let row = (-12..12).map(|n| (4.0 * f64::from(n), 5.0));
    assert_eq!(about_office(row), set(&["office_position note 15"]));
    // Houses 20 m apart on all sides.
    let houses =
        (-4..4).flat_map(|x| (-4..4).map(move |y| (20.0 * f64::from(x), 20.0 * f64::from(y))));
    assert_eq!(about_office(houses), set(&["office_position note 9"]));
    // Six forms at one desk, in the same hamlet.
    let desk = (0..12).map(|n| (f64::from(n) * 0.9, f64::from(n * n % 5)));
    let row = (-12..12).map(|n| (4.0 * f64::from(n) + 40.0, 25.0));
    assert_eq!(about_office(desk.chain(row)).len(), 1);
    // Five about an office that stands alone.
    let alone = (0..5).map(|n| (25.0 - 12.0 * f64::from(n), 3.0));
    assert_eq!(about_office(alone), set(&["office_position doubt 5"]));
}

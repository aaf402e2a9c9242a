use std::collections::BTreeSet;

use super::duplicate_household::DuplicateHousehold;
use super::group::{DAY_RULES, GroupVisit, Housed, PLACE_RULES, WAY_RULES};
use super::office_position::{Offices, office_position};
use super::shared_device::SharedDevice;
use super::{CheckSettings, Finding, Severity};
use crate::domain::position::{METRES_PER_DEGREE, Position};

/// A place so many metres east and north of longitude 90, latitude 1.
pub(super) fn place(east_m: f64, north_m: f64) -> Position {
    let cos = 1_f64.to_radians().cos();
    let east = 90.0 + east_m / METRES_PER_DEGREE / cos;
    Position::new(east, 1.0 + north_m / METRES_PER_DEGREE).unwrap()
}

/// A visit of the day that starts and lasts so many minutes.
pub(super) fn visit(number: u64, start_min: i64, minutes: i64, position: Position) -> GroupVisit {
    let started_us = (1_440 * 18_690 + start_min) * 60_000_000;
    GroupVisit {
        household: number,
        enumerator: 1,
        started_us,
        ended_us: Some(started_us + minutes * 60_000_000),
        day: 18_690 + start_min.div_euclid(1_440),
        position: Some(position),
        is_completed: true,
        is_missing: false,
        is_elsewhere: false,
        is_doubted: false,
        office_m: None,
        is_hourless: false,
    }
}

/// Fifteen visits of 22 minutes, eight minutes and an uneven way apart.
pub(super) fn clean_day() -> Vec<GroupVisit> {
    let wander = |n: u64| ((n * n * 37 % 23) as f64 - 11.0) * 17.0;
    let visit = |n: u64| {
        visit(n, 60 + 30 * n.cast_signed(), 22, place(wander(n), 70.0 * n as f64 + wander(n + 5)))
    };
    (0..15).map(visit).collect()
}

/// What rules about a day find in it: each finding once, as `rule severity visits`.
pub(super) fn found(day: &[GroupVisit]) -> BTreeSet<String> {
    let settings = CheckSettings::default();
    let rules = DAY_RULES.iter().chain(&WAY_RULES);
    let all = rules.flat_map(|rule| rule(day, &settings)).collect::<Vec<_>>();
    told(&all)
}

pub(super) fn told(all: &[(usize, Finding)]) -> BTreeSet<String> {
    let kind = |finding: &Finding| format!("{} {}", finding.rule, finding.severity);
    let visits = |of: &str| {
        let visits = all.iter().filter(|(_, finding)| kind(finding) == of).map(|(at, _)| at);
        visits.collect::<BTreeSet<_>>().len()
    };
    all.iter().map(|(_, finding)| kind(finding)).map(|of| format!("{of} {}", visits(&of))).collect()
}

#[test]
fn a_clean_day_has_no_finding() {
    assert_eq!(found(&clean_day()), BTreeSet::new());
    assert_eq!(found(&[]), BTreeSet::new());
}

#[test]
fn one_fault_in_a_clean_day_is_found_by_its_rule_alone() {
    type Fault = fn(&mut Vec<GroupVisit>);
    let faults: [(&[&str], Fault); 17] = [
        (&["missing_position hold 15"], |day| {
            (day[3].position, day[3].is_missing) = (None, true);
        }),
        (&["other_region hold 15"], |day| {
            (3..8).for_each(|at| day[at].is_elsewhere = true);
        }),
        (&[], |day| (3..7).for_each(|at| day[at].is_elsewhere = true)),
        (&["desk_capture hold 15"], |day| {
            let spot = |at: usize| place((at * at % 13) as f64, (at * 5 % 11) as f64);
            (0..12).for_each(|at| day[at].position = Some(spot(at)));
        }),
        (&["desk_capture note 15"], |day| {
            let spot = |at: usize| place((at % 5) as f64 * 7.0, (at / 5) as f64 * 13.0);
            (0..10).for_each(|at| day[at].position = Some(spot(at)));
        }),
        // Ten houses in a row of houses 4 m wide.
        (&["desk_capture note 15"], |day| {
            let strays = [1.0, -2.0, 0.3, 1.8, -0.4, 2.2, -1.7, 0.9, -0.6, 1.1];
            let spot = |at: usize| place(at as f64 * 4.0 + strays[at], strays[9 - at]);
            (0..10).for_each(|at| day[at].position = Some(spot(at)));
        }),
        (&["fabricated_pattern hold 15"], |day| {
            (4..12)
                .for_each(|at| day[at].position = Some(place(at as f64 * 11.0, at as f64 * 3.0)));
        }),
        (&[], |day| {
            (4..11)
                .for_each(|at| day[at].position = Some(place(at as f64 * 11.0, at as f64 * 3.0)));
        }),
        // The same line, walked in another order.
        (&["fabricated_pattern hold 15"], |day| {
            let turn = |at: usize| (at * 7 % 15) as f64;
            (0..15).for_each(|at| day[at].position = Some(place(turn(at) * 20.0, turn(at) * 31.0)));
        }),
        // 20 km in 8 minutes, and back again: the visit between strays.
        (&["implausible_travel doubt 1"], |day| day[5].position = Some(place(20_000.0, 0.0))),
        (&["implausible_travel doubt 1"], |day| day[0].position = Some(place(20_000.0, 0.0))),
        (&["implausible_travel note 1"], |day| day[14].position = Some(place(11_000.0, 980.0))),
        (&["overlapping_visits doubt 2"], |day| day[5].started_us -= 11 * 60_000_000),
        (&["overlapping_visits note 2"], |day| {
            day[4].ended_us = Some(day[4].started_us + 60_000_000);
            day[5].started_us = day[4].started_us + 4 * 60_000_000;
        }),
        (&["implausible_productivity note 21"], |day| {
            (15..21).for_each(|n: i64| {
                day.push(visit(n as u64, 60 + 30 * n, 22, place(n as f64 * 90.0, (n * n) as f64)));
            });
        }),
        // A desk of an office and one across the room, and three honest visits near it.
        (&["desk_capture note 15", "office_position doubt 12"], |day| {
            let desk =
                |at: usize| place((at * at % 7) as f64 + (at % 5 / 4) as f64 * 25.0, at as f64);
            (0..9).for_each(|at| day[at].position = Some(desk(at)));
            (9..12).for_each(|at| day[at].position = Some(place(at as f64 * 20.0 - 160.0, 60.0)));
            day[..12].iter_mut().for_each(|visit| visit.office_m = Some(80.0));
        }),
        // Houses about the office.
        (&["office_position note 10"], |day| {
            for (at, visit) in day[..10].iter_mut().enumerate() {
                let (round, far_m) =
                    ((at as f64 * 36.0).to_radians(), 60.0 + 12.0 * (at % 4) as f64);
                visit.position = Some(place(far_m * round.sin(), far_m * round.cos()));
                visit.office_m = Some(far_m);
            }
        }),
    ];
    for (number, (expected, spoil)) in faults.into_iter().enumerate() {
        let mut day = clean_day();
        spoil(&mut day);
        let expected: BTreeSet<String> = expected.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(found(&day), expected, "fault {number}");
    }
}

#[test]
fn the_visit_that_is_doubted_already_is_the_one_that_strays() {
    let mut day = clean_day();
    (day[0].position, day[0].is_doubted) = (Some(place(20_000.0, 0.0)), true);
    let found = super::implausible_travel::implausible_travel(&day, &CheckSettings::default());
    assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0]);
}

#[test]
fn a_day_that_went_on_elsewhere_is_found_once() {
    let mut day = clean_day();
    for visit in &mut day[6..] {
        let (east, north) = place(0.0, 0.0).metres_to(visit.position.unwrap());
        visit.position = Some(place(east + 30_000.0, north));
    }
    assert_eq!(found(&day), BTreeSet::from(["implausible_travel doubt 1".to_owned()]));
}

/// Households in places, sorted as the rules want them.
fn housed(places: impl IntoIterator<Item = (u64, f64, f64)>) -> Vec<Housed> {
    let mut all: Vec<Housed> = places
        .into_iter()
        .map(|(household, east, north)| Housed { household, position: place(east, north) })
        .collect();
    let key = |one: &Housed| {
        let (east, north) = super::shared_position::millionths(one.position);
        (north, east, one.household)
    };
    all.sort_by_key(key);
    all
}

pub(super) fn found_in(places: impl IntoIterator<Item = (u64, f64, f64)>) -> BTreeSet<String> {
    let (housed, settings) = (housed(places), CheckSettings::default());
    let all = PLACE_RULES.iter().flat_map(|rule| rule(&housed, &settings)).collect::<Vec<_>>();
    told(&all)
}

#[test]
fn households_in_one_position_are_noted_and_then_doubted() {
    let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(found_in((0..1).map(|n| (n, 5.0, 5.0))), set(&[]));
    assert_eq!(found_in((0..4).map(|n| (n, 5.0, 5.0))), set(&["shared_position note 4"]));
    assert_eq!(found_in((0..5).map(|n| (n, 5.0, 5.0))), set(&["shared_position doubt 5"]));
    // A metre apart is not the same.
    assert_eq!(found_in((0..5).map(|n| (n, n as f64, 5.0))), set(&[]));
    assert_eq!(
        found_in((0..25).map(|n| (n, 5.0, 5.0))),
        set(&["crowded_position doubt 25", "shared_position doubt 25"])
    );
}

#[test]
fn a_crowd_is_counted_about_each_household() {
    let row = |count: u64, step: f64| (0..count).map(move |n| (n, n as f64 * step, 0.0));
    // Rows of houses 4 m wide on both sides of a path: five in reach on each.
    let rows = row(40, 4.0).chain(row(40, 4.0).map(|(n, east, _)| (n + 40, east, 9.0)));
    assert_eq!(found_in(rows), BTreeSet::new());
    let set = |text: &str| BTreeSet::from([text.to_owned()]);
    assert_eq!(found_in(row(10, 1.1)), set("crowded_position note 10"));
    assert_eq!(found_in(row(10, 2.3)), BTreeSet::new());
    assert_eq!(found_in(row(25, 0.4)), set("crowded_position doubt 25"));
    // One household again and again is no crowd.
    assert_eq!(found_in((0..30).map(|n| (1, n as f64 * 0.3, 0.0))), BTreeSet::new());
}

#[test]
fn crowds_agree_with_counting_all_pairs() {
    let mut seed = 3_u64;
    let mut draw = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let housed = housed((0..1500).map(|n| (n, 150.0 * draw(), 120.0 * draw())));
    let settings = CheckSettings::default();
    let mut found = super::crowded_position::crowded_position(&housed, &settings);
    found.sort_by_key(|(at, _)| *at);
    let origin = housed[0].position;
    let count = |own: &Housed| {
        let (x, y) = origin.metres_to(own.position);
        let near = |other: &&Housed| {
            let (east, north) = origin.metres_to(other.position);
            (east - x).hypot(north - y) <= settings.crowded_radius_m
        };
        housed.iter().filter(near).count() as f64
    };
    let counts = housed.iter().map(count).enumerate().filter(|(_, count)| *count >= 10.0);
    assert!(found.len() > 1000);
    let counted = found.into_iter().map(|(at, finding)| (at, finding.value));
    assert_eq!(counted.collect::<Vec<_>>(), counts.collect::<Vec<_>>());
}

#[test]
fn five_households_at_an_office_are_doubted_whatever_the_day() {
    let settings = CheckSettings::default();
    let offices = Offices::new(vec![place(0.0, 0.0), place(5_000.0, 0.0)]);
    let mut visits = clean_day();
    for (at, visit) in visits.iter_mut().enumerate() {
        let far_m = if at < 5 { 5.0 * at as f64 } else { 31.0 + 5.0 * at as f64 };
        let position = place(5_000.0 + far_m, 0.0);
        (visit.position, visit.office_m) = (Some(position), offices.nearest_m(position));
    }
    let found = office_position(&visits, &settings);
    assert_eq!(told(&found), BTreeSet::from(["office_position doubt 5".to_owned()]));
    assert_eq!(office_position(&visits[1..], &settings), []);
    assert_eq!(offices.nearest_m(place(2_500.0, 0.0)), None);
}

#[test]
fn a_day_at_an_office_is_doubted_also_where_other_days_were_spent_around_it() {
    let settings = CheckSettings::default();
    let office = Offices::new(vec![place(0.0, 0.0)]);
    let about = |number: u64, day: i64, east_m: f64, north_m: f64| {
        let position = place(east_m, north_m);
        let start_min = 1_440 * day + 60 + 30 * (number % 12).cast_signed();
        GroupVisit {
            office_m: office.nearest_m(position),
            ..visit(number, start_min, 22, position)
        }
    };
    // Houses 15 m apart in rows 15 m apart, a row a day, and at last a day at the office.
    let houses = (0..96_u64).map(|n| {
        let (row, house) = (n / 12, n % 12);
        about(n, row.cast_signed(), 15.0 * house as f64 - 82.0, 15.0 * row as f64 - 52.0)
    });
    let mut visits: Vec<GroupVisit> = houses.collect();
    let noted = told(&office_position(&visits, &settings));
    assert_eq!(noted, BTreeSet::from(["office_position note 12".to_owned()]));
    visits.extend((0..6).map(|n| {
        let angle = n as f64 * 2.1;
        about(100 + n, 20, 23.0 * angle.cos(), 23.0 * angle.sin())
    }));
    let found = office_position(&visits, &settings);
    let expected = ["office_position doubt 6", "office_position note 12"].map(str::to_owned);
    assert_eq!(told(&found), BTreeSet::from(expected));
    assert!(found.iter().all(|(at, it)| (*at >= 96) == (it.severity > Severity::Note)));
}

#[test]
fn each_office_is_judged_by_itself() {
    let settings = CheckSettings::default();
    let offices = Offices::new(vec![place(0.0, 0.0), place(5_000.0, 0.0)]);
    let about = |number: u64, east_m: f64, north_m: f64| {
        let position = place(east_m, north_m);
        let start_min = 1_440 * number.cast_signed();
        GroupVisit {
            office_m: offices.nearest_m(position),
            ..visit(number, start_min, 22, position)
        }
    };
    // Six at one office alone, a day each, and around the other houses that stand evenly.
    let alone = (0..6).map(|n| {
        let angle = n as f64 * 2.1;
        about(n, 12.0 * angle.cos(), 12.0 * angle.sin())
    });
    let among = (0..100_u64).map(|n| {
        let (row, house) = (n / 10, n % 10);
        about(10 + n, 4_918.0 + 18.0 * house as f64, 18.0 * row as f64 - 83.0)
    });
    let visits: Vec<GroupVisit> = alone.chain(among).collect();
    let found = told(&office_position(&visits, &settings));
    let expected = ["office_position doubt 6", "office_position note 9"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn a_device_in_two_places_at_once_is_noted_for_both() {
    let settings = CheckSettings::default();
    let noted = |apart_m: f64, start_min: i64, other: u64| {
        let one = visit(1, 60, 22, place(0.0, 0.0));
        let two = visit(2, start_min, 22, place(apart_m, 0.0));
        let (mut shared, mut noted) = (SharedDevice::default(), Vec::new());
        for visit in [one, GroupVisit { enumerator: other, ..two }] {
            let name = visit.household;
            shared.next(&visit, name, &settings, &mut |name, _| noted.push(name));
        }
        noted
    };
    assert_eq!(noted(300.0, 70, 2), [1, 2]);
    for (apart_m, start_min, other) in [(150.0, 70, 2), (300.0, 81, 2), (300.0, 70, 1)] {
        assert_eq!(noted(apart_m, start_min, other), [0; 0]);
    }
}

#[test]
fn one_device_may_be_that_of_the_whole_input() {
    let settings = CheckSettings::default();
    let (mut shared, mut noted) = (SharedDevice::default(), 0_u64);
    for number in 0..50_000 {
        let one = visit(number, 60, 22, place(300.0 * (number % 7) as f64, 0.0));
        let one = GroupVisit { enumerator: number, ..one };
        shared.next(&one, number, &settings, &mut |_, _| noted += 1);
    }
    // Each is compared with a few, so the work grows with the visits.
    assert!((50_000..50_000 * 17).contains(&noted), "{noted}");
}

#[test]
fn of_a_household_completed_twice_the_last_visit_counts() {
    let mut duplicate = DuplicateHousehold::default();
    assert_eq!(duplicate.next(86_400_000_000 * 9), None);
    assert_eq!(duplicate.next(86_400_000_000 * 7).map(|finding| finding.value), Some(2.0));
}

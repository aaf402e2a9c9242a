//! The quality rules about several visits once more, as plainly as they can be written: every pair is
//! looked at, every circle through two points is tried. Only what doubts or holds a visit is looked for,
//! since nothing else changes where a household is shown.

use std::collections::{BTreeMap, BTreeSet};

use geo::Point;
use sebaran::check::CheckSettings;

use crate::plain::{Land, Row, text, time};
use crate::plain_rules::{Doubt, apart_m, doubt_of_place, ended, metres, on_earth};

struct Visit {
    id: String,
    household: String,
    started: i64,
    /// Not before the start; the start where nobody knows.
    ended: i64,
    /// Where the device was, rightly or wrongly.
    at: Option<Point>,
    doubt: Option<Doubt>,
    is_completed: bool,
}

/// The ids of visits that a rule about several visits doubts or holds. The rows come in the input's order.
pub fn doubted(land: &Land, rows: &[&Row]) -> BTreeSet<String> {
    let mut days: BTreeMap<(&str, i64), Vec<Visit>> = BTreeMap::new();
    for row in rows {
        let visit = Visit::of(land, row);
        let local_us = visit.started + land.offset_min(row) * 60_000_000;
        let day = (text(row, "enumerator_id"), local_us.div_euclid(86_400_000_000));
        days.entry(day).or_default().push(visit);
    }
    let mut doubted = BTreeSet::new();
    for day in days.values_mut() {
        day.sort_by_key(|visit| visit.started);
        let all: Vec<&Visit> = day.iter().collect();
        doubted.extend(too_fast(&all));
        doubted.extend(overlapping(&all));
        let completed: Vec<&Visit> = all.into_iter().filter(|visit| visit.is_completed).collect();
        if is_held(&completed) {
            doubted.extend(completed.iter().map(|visit| visit.id.clone()));
        }
    }
    let completed = days.values().flatten().filter(|visit| visit.is_completed);
    doubted.extend(together(&completed.collect::<Vec<_>>()));
    doubted
}

impl Visit {
    fn of(land: &Land, row: &Row) -> Self {
        let started = time(row, "started_at").unwrap();
        let doubt = doubt_of_place(land, row);
        Self {
            id: text(row, "visit_id").to_owned(),
            household: text(row, "household_id").to_owned(),
            started,
            ended: ended(row).unwrap_or(started),
            at: on_earth(row).filter(|_| doubt != Some(Doubt::Mistaken)),
            doubt,
            is_completed: text(row, "outcome") == "1",
        }
    }
}

/// Whether the completed visits of a day are held, or doubted for their number.
fn is_held(day: &[&Visit]) -> bool {
    let settings = CheckSettings::default();
    let share = |count: usize| count as f64 / day.len() as f64;
    let count = |doubt| day.iter().filter(|visit| visit.doubt == Some(doubt)).count();
    let (missing, elsewhere) = (count(Doubt::Missing), count(Doubt::Elsewhere));
    let places: Vec<Point> = day.iter().filter_map(|visit| visit.at).collect();
    let at_desk = most_in_circle(&places, settings.desk_hold_radius_m);
    (missing > 0 && share(missing) > settings.missing_hold_share)
        || (elsewhere > 0 && share(elsewhere) >= settings.other_region_hold_share)
        || (at_desk as f64 >= settings.desk_hold_visits
            && share(at_desk) >= settings.desk_hold_share)
        || in_pattern(&places) as f64 >= settings.pattern_points
        || day.len() as f64 > settings.productivity_doubt_visits
}

/// The most points in a circle, by trying each point as its middle and each circle through two.
fn most_in_circle(places: &[Point], radius_m: f64) -> usize {
    let Some(first) = places.first() else { return 0 };
    let points: Vec<Point> = places.iter().map(|place| metres(*first, *place)).collect();
    let far = |one: Point, other: Point| (one.x() - other.x()).hypot(one.y() - other.y());
    let within =
        |middle: Point| points.iter().filter(|it| far(**it, middle) <= radius_m + 1e-6).count();
    let mut most = points.iter().map(|point| within(*point)).max().unwrap_or(0);
    for &one in &points {
        for &other in &points {
            let apart = far(one, other);
            if apart == 0.0 || apart > 2.0 * radius_m {
                continue;
            }
            let off = (radius_m.powi(2) - (apart / 2.0).powi(2)).sqrt() / apart;
            let across = Point::new(-(other.y() - one.y()) * off, (other.x() - one.x()) * off);
            most = most.max(within((one + other) / 2.0 + across));
        }
    }
    most
}

/// The most points that follow each other at one step or at one length, or that all lie evenly on a line.
fn in_pattern(places: &[Point]) -> usize {
    let tolerance_m = CheckSettings::default().pattern_tolerance_m;
    let steps: Vec<Point> = places.windows(2).map(|pair| metres(pair[0], pair[1])).collect();
    let length = |at: usize| steps[at].x().hypot(steps[at].y());
    let slack_m = |at: usize| tolerance_m + 0.01 * length(at);
    let same_step = |first: usize, at: usize| {
        let off = steps[at] - steps[first];
        off.x().hypot(off.y()) <= slack_m(at)
    };
    let same_length =
        |first: usize, at: usize| (length(at) - length(first)).abs() <= 0.2 * slack_m(at);
    let longest = |agree: &dyn Fn(usize, usize) -> bool| {
        let (mut first, mut longest) = (None, 0);
        for at in 0..steps.len() {
            first = match first {
                _ if length(at) < 1.0 => None,
                Some(first) if agree(first, at) => Some(first),
                _ => Some(at),
            };
            longest = longest.max(first.map_or(0, |first| at - first + 2));
        }
        longest
    };
    longest(&same_step).max(longest(&same_length)).max(on_a_line(places, tolerance_m))
}

fn on_a_line(places: &[Point], tolerance_m: f64) -> usize {
    if places.len() < 3 {
        return 0;
    }
    let points: Vec<Point> = places.iter().map(|place| metres(places[0], *place)).collect();
    let pairs = points.iter().flat_map(|one| points.iter().map(move |other| (*one, *other - *one)));
    let length = |way: Point| way.x().hypot(way.y());
    let (start, way) =
        pairs.max_by(|one, other| length(one.1).total_cmp(&length(other.1))).unwrap();
    let length = length(way);
    let spacing = length / (points.len() - 1) as f64;
    if spacing < (2.0 * tolerance_m).max(1.0) {
        return 0;
    }
    let mut along: Vec<f64> =
        points.iter().map(|point| (*point - start).dot(way) / length).collect();
    along.sort_by(f64::total_cmp);
    let is_near = points.iter().all(|it| {
        let off = *it - start;
        (off.x() * way.y() - off.y() * way.x()).abs() / length <= tolerance_m
    });
    let is_even = along
        .iter()
        .enumerate()
        .all(|(at, far)| (far - at as f64 * spacing).abs() <= tolerance_m + 0.01 * spacing);
    if is_near && is_even { points.len() } else { 0 }
}

/// Visits to which nobody travels so fast. Of the two ends of a way, the one that strays is doubted.
fn too_fast(day: &[&Visit]) -> Vec<String> {
    let settings = CheckSettings::default();
    let placed: Vec<&Visit> = day.iter().copied().filter(|visit| visit.at.is_some()).collect();
    let kmh = |from: usize, to: usize| {
        let (from, to) = (placed[from], placed[to]);
        let far_m = apart_m(from.at.unwrap(), to.at.unwrap());
        let way_s = (to.started - from.ended.max(from.started)) as f64 / 1e6;
        let is_told = far_m > settings.travel_least_m && way_s >= -120.0;
        if is_told { far_m / way_s.max(30.0) * 3.6 } else { 0.0 }
    };
    let is_fast = |from, to| kmh(from, to) > settings.travel_note_kmh;
    let (mut strayed, mut from) = (Vec::new(), 0);
    for to in 1..placed.len() {
        if !is_fast(from, to) {
            from = to;
            continue;
        }
        let is_from_wrong = match (placed[from].doubt.is_some(), placed[to].doubt.is_some()) {
            (true, false) => true,
            (false, true) => false,
            _ => from > 0 && is_fast(from - 1, from) && !is_fast(from - 1, to),
        };
        if kmh(from, to) > settings.travel_doubt_kmh {
            strayed.push(placed[if is_from_wrong { from } else { to }].id.clone());
        }
        let after = to + 1;
        let is_alone = after < placed.len() && !is_fast(from, after) && is_fast(to, after);
        if is_from_wrong || !is_alone {
            from = to;
        }
    }
    strayed
}

/// Visits that overlap with another, or start with it: every pair of a day.
fn overlapping(day: &[&Visit]) -> BTreeSet<String> {
    let settings = CheckSettings::default();
    let mut found = BTreeSet::new();
    for (at, later) in day.iter().enumerate() {
        for earlier in &day[..at] {
            let minutes = |us: i64| us as f64 / 6e7;
            let overlap = earlier.ended.min(later.ended.max(later.started)) - later.started;
            let apart = minutes(later.started - earlier.started);
            let are_completed = earlier.is_completed && later.is_completed;
            if minutes(overlap) > settings.overlap_doubt_min
                || (are_completed && apart < settings.starts_doubt_min)
            {
                found.extend([earlier.id.clone(), later.id.clone()]);
            }
        }
    }
    found
}

/// Visits in a place that too many households share, or with too many within a few metres.
fn together(visits: &[&Visit]) -> BTreeSet<String> {
    let settings = CheckSettings::default();
    let mut places: BTreeMap<(i64, i64), BTreeSet<&str>> = BTreeMap::new();
    let millionths = |at: Point| ((at.y() * 1e6).round() as i64, (at.x() * 1e6).round() as i64);
    for visit in visits {
        let Some(at) = visit.at else { continue };
        places.entry(millionths(at)).or_default().insert(&visit.household);
    }
    let degrees = |(y, x): (i64, i64)| Point::new(x as f64 / 1e6, y as f64 / 1e6);
    let is_full = |place: (i64, i64)| {
        // A metre of latitude is 9 millionths.
        let reach = settings.crowded_radius_m as i64 * 9 + 1;
        let band = places.range((place.0 - reach, i64::MIN)..=(place.0 + reach, i64::MAX));
        let near = band.filter(|(other, _)| {
            (other.1 - place.1).abs() < 100 * reach
                && apart_m(degrees(**other), degrees(place)) <= settings.crowded_radius_m
        });
        let households: BTreeSet<&str> =
            near.flat_map(|(_, households)| households).copied().collect();
        households.len() as f64 >= settings.crowded_doubt_households
            || places[&place].len() as f64 >= settings.shared_doubt_households
    };
    let full: BTreeSet<(i64, i64)> =
        places.keys().copied().filter(|place| is_full(*place)).collect();
    let is_there = |visit: &&&Visit| visit.at.is_some_and(|at| full.contains(&millionths(at)));
    visits.iter().filter(is_there).map(|visit| visit.id.clone()).collect()
}

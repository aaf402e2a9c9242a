//! Faults that `generate` put into visits, with what the table says of these, and the curve of what is
//! found over how large they are.

use std::collections::{BTreeMap, HashMap};

use sebaran::domain::position::Position;

use crate::judged::table_beside;

/// One fault, or one visit of several that make a fault.
pub struct Fault {
    pub visit: String,
    pub magnitude: f64,
    pub unit: String,
}

/// What the visits table says of a visit.
pub struct Row {
    /// Where it stands in the table, which has each enumerator's visits in the order of the days as they were
    /// before any fault.
    at: usize,
    pub household: String,
    pub enumerator: String,
    pub device: String,
    pub started_us: i64,
    pub ended_us: i64,
    pub received_us: i64,
    pub position: Option<Position>,
    pub is_completed: bool,
}

impl Row {
    pub fn day(&self) -> i64 {
        (self.started_us / 3_600_000_000 + 7).div_euclid(24)
    }

    /// The minutes for which both go on.
    pub fn overlap_min(&self, other: &Self) -> f64 {
        let us = self.ended_us.min(other.ended_us) - self.started_us.max(other.started_us);
        us as f64 / 6e7
    }

    pub fn far_m(&self, other: &Self) -> f64 {
        self.position.zip(other.position).map_or(f64::NAN, |(one, other)| one.distance_m(other))
    }
}

pub type Rows = HashMap<String, Row>;

pub fn rows(visits: &std::path::Path) -> Rows {
    let table = table_beside(visits, "visits");
    let column = |name: &str| table.column(name);
    let [visit, household, enumerator, device] =
        ["visit_id", "household_id", "enumerator_id", "device_id"].map(column);
    let [started, ended, received] = ["started_at", "ended_at", "received_at"].map(column);
    let [longitude, latitude, outcome] = ["longitude", "latitude", "outcome"].map(column);
    let us = |text: &str| {
        let time = chrono::DateTime::parse_from_rfc3339(text);
        time.map_or(i64::MIN / 2, |time| time.timestamp_micros())
    };
    let row = |(at, row): (usize, Vec<String>)| {
        let axes = row[longitude].parse().ok().zip(row[latitude].parse().ok());
        let read = Row {
            at,
            household: row[household].clone(),
            enumerator: row[enumerator].clone(),
            device: row[device].clone(),
            started_us: us(&row[started]),
            ended_us: us(&row[ended]),
            received_us: us(&row[received]),
            position: axes.and_then(|(x, y)| Position::new(x, y)),
            is_completed: row[outcome] == "1",
        };
        (row[visit].clone(), read)
    };
    table.rows.into_iter().enumerate().map(row).collect()
}

/// No day has more visits before or behind one.
const DAY: usize = 18;

/// The faults that no other hides: one in a day, of one visit or of several that make it.
pub fn alone(
    faults: BTreeMap<(String, String), Vec<Fault>>,
    rows: &Rows,
) -> BTreeMap<(String, String), Vec<Fault>> {
    let mut at: Vec<(usize, String)> = Vec::new();
    // A household's visit too many is of no day: it stands behind all.
    for ((kind, _), faults) in faults.iter().filter(|((kind, _), _)| kind != DUPLICATE) {
        at.extend(faults.iter().map(|fault| (rows[&fault.visit].at, kind.clone())));
    }
    at.sort_unstable();
    let is_alone = |kind: &str, fault: &Fault| {
        let own = rows[&fault.visit].at;
        let near = at.partition_point(|other| other.0 + DAY < own);
        let mut near = at[near..].iter().take_while(|other| other.0 <= own + DAY);
        kind == DUPLICATE
            || near.all(|other| other.0 == own || (OF_DAYS.contains(&kind) && other.1 == kind))
    };
    let faults = faults.into_iter().map(|((kind, unit), faults)| {
        let of_kind = faults.into_iter().filter(|fault| is_alone(&kind, fault)).collect();
        ((kind.clone(), unit), of_kind)
    });
    faults.filter(|(_, faults): &(_, Vec<Fault>)| !faults.is_empty()).collect()
}

pub const DUPLICATE: &str = "duplicate_household";

/// Faults that several visits make.
const OF_DAYS: [&str; 7] = [
    "shared_position",
    "crowded_position",
    "office_position",
    "desk_capture",
    "shared_device",
    "implausible_productivity",
    "fabricated_pattern",
];

/// By kind and unit.
pub fn faults(visits: &std::path::Path) -> BTreeMap<(String, String), Vec<Fault>> {
    let table = table_beside(visits, "faults");
    let [visit, kind, magnitude, unit] =
        ["visit_id", "fault", "magnitude", "unit"].map(|name| table.column(name));
    let mut by_kind: BTreeMap<(String, String), Vec<Fault>> = BTreeMap::new();
    for row in table.rows {
        let (magnitude, unit) = (row[magnitude].parse().unwrap(), row[unit].clone());
        let fault = Fault { visit: row[visit].clone(), magnitude, unit: unit.clone() };
        by_kind.entry((row[kind].clone(), unit)).or_default().push(fault);
    }
    by_kind
}

/// Where the curve has its points: three to an order of magnitude.
fn bin(magnitude: f64) -> i32 {
    let size = magnitude.abs().max(1e-4);
    (size.log10() * 3.0).floor() as i32 * if magnitude < 0.0 { -1000 } else { 1 }
}

/// The curve as a row of the table in docs/quality.md. Points that follow each other with the same recall are one.
pub fn curve(kind: &str, all: &[Fault], is_found: &dyn Fn(&Fault) -> bool) -> String {
    let mut bins: BTreeMap<i32, Point> = BTreeMap::new();
    for fault in all {
        let point = Point::of(fault.magnitude, is_found(fault));
        bins.entry(bin(fault.magnitude)).and_modify(|bin| bin.add(&point)).or_insert(point);
    }
    let mut bins: Vec<Point> = bins.into_values().collect();
    bins.sort_by(|one, other| one.least.total_cmp(&other.least));
    let mut points: Vec<Point> = Vec::new();
    for bin in bins {
        match points.last_mut().filter(|last| last.recall() == bin.recall()) {
            Some(last) => last.add(&bin),
            None => points.push(bin),
        }
    }
    let points: Vec<String> = points.iter().map(Point::to_string).collect();
    format!("| {kind} | {} | {} |", all[0].unit, points.join("; "))
}

/// Faults of about one magnitude.
struct Point {
    least: f64,
    most: f64,
    found: usize,
    count: usize,
}

impl Point {
    fn of(size: f64, is_found: bool) -> Self {
        Self { least: size, most: size, found: usize::from(is_found), count: 1 }
    }

    fn add(&mut self, other: &Self) {
        (self.least, self.most) = (self.least.min(other.least), self.most.max(other.most));
        (self.found, self.count) = (self.found + other.found, self.count + other.count);
    }

    fn recall(&self) -> f64 {
        self.found as f64 / self.count as f64
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (least, most) = (short(self.least), short(self.most));
        let range = if least == most { least } else { format!("{least} to {most}") };
        write!(f, "{range}: {:.2} of {}", self.recall(), self.count)
    }
}

/// A number in two digits.
fn short(number: f64) -> String {
    let tens = 10_f64.powi(number.abs().max(0.1).log10().floor() as i32 - 1);
    let rounded = (number / tens).round() * tens;
    if tens >= 1.0 {
        format!("{rounded:.0}")
    } else {
        format!("{}", (rounded * 100.0).round() / 100.0)
    }
}

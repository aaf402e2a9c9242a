//! The quality rules about one visit once more, as plainly as they can be written: what they doubt.

use geo::{Distance, Point};
use sebaran::check::CheckSettings;

use crate::plain::{Land, METRES, Row, number, text, time};

/// Why a position is doubted for where it is; the first reason counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    Missing,
    Unreadable,
    /// It stands for none, or is written wrongly: it does not say where the device was.
    Mistaken,
    Far,
    /// Far, and in another district.
    Elsewhere,
}

/// What is wrong with where a visit was, whatever came of it.
pub fn doubt_of_place(land: &Land, row: &Row) -> Option<Doubt> {
    let settings = CheckSettings::default();
    if text(row, "longitude").is_empty() || text(row, "latitude").is_empty() {
        return Some(Doubt::Missing);
    }
    let Some((x, y)) = number(row, "longitude").zip(number(row, "latitude")) else {
        return Some(Doubt::Unreadable);
    };
    let is_sentinel = |axis: f64| [999.0, 9999.0, 99.99, 999.99].contains(&axis.abs());
    let is_near_null = x.hypot(y) * METRES < settings.null_island_radius_m;
    let is_written_for_none = x == 0.0 || y == 0.0 || (x, y) == (-1.0, -1.0);
    if is_near_null || is_written_for_none || is_sentinel(x) || is_sentinel(y) {
        return Some(Doubt::Mistaken);
    }
    if land.is_swapped(x, y) {
        return Some(Doubt::Mistaken);
    }
    let Some(at) = on_earth(row) else { return Some(Doubt::Unreadable) };
    if has_wrong_sign(land, row, at) {
        return Some(Doubt::Mistaken);
    }
    if !land.villages.iter().any(|village| village.is_within_m(at, settings.outside_country_m)) {
        return Some(Doubt::Far);
    }
    let declared = land.declared(row);
    let beyond_m = land.distance_m(declared, at)? - accuracy_m(row);
    if beyond_m <= settings.outside_village_doubt_m {
        return None;
    }
    let is_elsewhere = land.village_at(at).is_some_and(|village| village[..7] != declared[..7]);
    Some(if is_elsewhere { Doubt::Elsewhere } else { Doubt::Far })
}

/// Whether any rule about one visit doubts a completed one.
pub fn is_doubted(land: &Land, row: &Row) -> bool {
    let settings = CheckSettings::default();
    let minutes = |from: i64, to: i64| (to - from) as f64 / 6e7;
    let started = time(row, "started_at").unwrap();
    let ended = ended(row);
    let is_short = ended.is_some_and(|end| minutes(started, end) < settings.duration_doubt_min);
    let local = started + land.offset_min(row) * 60_000_000;
    let millennium = 946_684_800_000_000;
    let is_early_for_its_receipt = time(row, "received_at").is_some_and(|received| {
        minutes(received, ended.unwrap_or(started).max(started)) > settings.clock_received_min
    });
    let most = settings.rounded_doubt_decimals as usize;
    let is_rounded =
        on_earth(row).is_some_and(|at| decimals(at.x()) <= most && decimals(at.y()) <= most);
    doubt_of_place(land, row).is_some()
        || (on_earth(row).is_some() && accuracy_m(row) > settings.inaccurate_doubt_m)
        || ["true", "1"].contains(&text(row, "is_mock"))
        || is_rounded
        || is_short
        || local < millennium
        || is_early_for_its_receipt
}

pub fn on_earth(row: &Row) -> Option<Point> {
    let (x, y) = (number(row, "longitude")?, number(row, "latitude")?);
    (x.abs() <= 180.0 && y.abs() <= 90.0).then(|| Point::new(x, y))
}

pub fn accuracy_m(row: &Row) -> f64 {
    number(row, "gps_accuracy_m").unwrap_or(0.0)
}

/// When a visit ended, in microseconds since 1970.
pub fn ended(row: &Row) -> Option<i64> {
    let by_duration = || {
        let seconds: i64 = text(row, "duration_s").parse().ok()?;
        Some(time(row, "started_at")? + seconds * 1_000_000)
    };
    time(row, "ended_at").or_else(by_duration)
}

/// The decimals of a number as it is printed, or as its 32 bits are printed where it came through them.
fn decimals(number: f64) -> usize {
    let of = |printed: String| printed.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let narrow = number as f32;
    let of_narrow = if f64::from(narrow) == number { of(narrow.to_string()) } else { usize::MAX };
    of(number.to_string()).min(of_narrow)
}

fn has_wrong_sign(land: &Land, row: &Row, at: Point) -> bool {
    let settings = CheckSettings::default();
    let declared = land.declared(row);
    if declared.is_empty() || land.village_at(at).is_some_and(|it| it.starts_with(declared)) {
        return false;
    }
    let before_m = land.distance_m(declared, at);
    if before_m.is_some_and(|far_m| far_m - accuracy_m(row) < settings.outside_village_note_m) {
        return false;
    }
    let flips = [(1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
    flips.into_iter().any(|(east, north)| {
        let flipped = Point::new(at.x() * east, at.y() * north);
        let is_inside = land.village_at(flipped).is_some_and(|it| it.starts_with(declared));
        let after_m = if is_inside { Some(0.0) } else { land.distance_m(declared, flipped) };
        after_m.is_some_and(|after_m| {
            after_m <= settings.wrong_sign_m && before_m.is_none_or(|before_m| after_m < before_m)
        })
    })
}

/// Metres east and north from one place to another, in the plane of the latitude between them.
pub fn metres(from: Point, to: Point) -> Point {
    let cos = f64::midpoint(from.y(), to.y()).to_radians().cos();
    Point::new((to.x() - from.x()) * cos * METRES, (to.y() - from.y()) * METRES)
}

/// Metres between two places.
pub fn apart_m(one: Point, other: Point) -> f64 {
    geo::Euclidean.distance(Point::new(0.0, 0.0), metres(one, other))
}

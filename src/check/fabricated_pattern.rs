//! # What it finds
//! Days of which many positions lie on a line at equal spacing, or follow each other at the same step.
//!
//! # Why it matters
//! Houses do not stand so, and fixes stray by metres: the positions were made by a program or typed in.
//!
//! # What to do
//! Ask the enumerator; visit the day's households again.

use super::group::{GroupVisit, positioned};
use super::{CheckSettings, Finding, Rule, RuleText};
use crate::domain::position::{Position, length_m};

pub const TEXT: RuleText = RuleText {
    name: "fabricated_pattern",
    unit: "points",
    en: "Of the enumerator's positions of this day {} follow a regular pattern.",
    id: "Dari posisi pencacah pada hari ini {} mengikuti pola yang teratur.",
    advice_en: "Ask the enumerator; visit the day's households again.",
    advice_id: "Tanyakan kepada pencacah; kunjungi lagi rumah tangga hari itu.",
    held: None,
};

/// Steps shorter than this are no steps: the same place is another rule's.
const LEAST_STEP_M: f64 = 1.0;
/// Steps may differ by this share besides the tolerance.
const SLACK: f64 = 0.01;
/// Lengths of steps alone agree by chance more often than steps do: they must agree this much better.
const LENGTHS_BETTER: f64 = 0.2;

/// Allow a regular day. The value is the number of points in the pattern.
pub fn fabricated_pattern(day: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let places: Vec<Position> = positioned(day).map(|(_, place)| place).collect();
    let least = settings.pattern_points as usize;
    if places.len() < least.max(3) {
        return Vec::new();
    }
    let tolerance_m = settings.pattern_tolerance_m;
    let points = longest_run(&places, tolerance_m).max(on_a_line(&places, tolerance_m));
    if points < least {
        return Vec::new();
    }
    let finding = Finding::hold(Rule::FabricatedPattern, points as f64);
    (0..day.len()).map(|at| (at, finding)).collect()
}

/// The most points that follow each other at the same step, or at steps of the same length.
fn longest_run(places: &[Position], tolerance_m: f64) -> usize {
    let steps: Vec<(f64, f64)> = places.windows(2).map(|pair| pair[0].metres_to(pair[1])).collect();
    let mut longest = 0;
    let (mut same_step, mut same_length) = (0, 0);
    for at in 0..steps.len() {
        let length = length_m(steps[at]);
        if length < LEAST_STEP_M {
            (same_step, same_length) = (0, 0);
            continue;
        }
        // Each is compared with the first of its run, so that no run drifts.
        let (step, first) = (steps[at], steps[at - same_step.min(at)]);
        let off_m = length_m((step.0 - first.0, step.1 - first.1));
        same_step =
            if same_step > 0 && off_m > tolerance_m + SLACK * length { 1 } else { same_step + 1 };
        let first = steps[at - same_length.min(at)];
        let off_m = (length - length_m(first)).abs();
        let most_m = LENGTHS_BETTER * (tolerance_m + SLACK * length);
        same_length = if same_length > 0 && off_m > most_m { 1 } else { same_length + 1 };
        longest = longest.max(same_step + 1).max(same_length + 1);
    }
    longest
}

/// The number of all points where, in whatever order, they lie on one line at equal spacing; else 0.
fn on_a_line(places: &[Position], tolerance_m: f64) -> usize {
    let points: Vec<(f64, f64)> = places.iter().map(|place| places[0].metres_to(*place)).collect();
    let furthest = |from: (f64, f64)| {
        let far = |point: &(f64, f64)| length_m((point.0 - from.0, point.1 - from.1));
        points.iter().copied().max_by(|one, other| far(one).total_cmp(&far(other)))
    };
    let Some((start, end)) = furthest(points[0]).and_then(|start| Some((start, furthest(start)?)))
    else {
        return 0;
    };
    let (dx, dy) = (end.0 - start.0, end.1 - start.1);
    let length = length_m((dx, dy));
    let spacing = length / (points.len() - 1) as f64;
    if spacing < LEAST_STEP_M.max(2.0 * tolerance_m) {
        return 0;
    }
    let mut along: Vec<f64> = Vec::with_capacity(points.len());
    for (x, y) in &points {
        let (x, y) = (x - start.0, y - start.1);
        if (x * dy - y * dx).abs() / length > tolerance_m {
            return 0;
        }
        along.push((x * dx + y * dy) / length);
    }
    along.sort_unstable_by(f64::total_cmp);
    let is_regular = along
        .iter()
        .enumerate()
        .all(|(at, far)| (far - at as f64 * spacing).abs() <= tolerance_m + SLACK * spacing);
    if is_regular { points.len() } else { 0 }
}

//! The most points of a set that lie in one circle of a radius.

use std::f64::consts::{PI, TAU};

use crate::domain::position::length_m;

/// Up to so many points every circle through two of them is tried; beyond, circles on a grid.
const MOST_EXACT: usize = 64;
/// Steps of the grid in a radius.
const GRID: i32 = 6;

/// The most points within one circle, where these are more than half of all; else 0. Points are metres
/// east and north of any origin. With many points it may be a few too low.
pub fn most_in_circle(points: &[(f64, f64)], radius_m: f64) -> usize {
    let (east, north) =
        (median(points.iter().map(|point| point.0)), median(points.iter().map(|point| point.1)));
    // More than half lie in the circle, so the medians lie in its box: at most a radius and a half from
    // the middle, and no point of it is further from them than that and a radius.
    let reach_m = radius_m * (1.0 + std::f64::consts::SQRT_2);
    let near = points.iter().map(|point| (point.0 - east, point.1 - north));
    let near: Vec<(f64, f64)> = near.filter(|point| length_m(*point) <= reach_m).collect();
    if near.len() * 2 <= points.len() {
        return 0;
    }
    let most =
        if near.len() <= MOST_EXACT { exact(&near, radius_m) } else { on_grid(&near, radius_m) };
    if most * 2 > points.len() { most } else { 0 }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f64::total_cmp).1 }
}

/// The largest circle set has a point on its rim: turns a circle about each point and counts what
/// comes in and goes out.
fn exact(points: &[(f64, f64)], radius_m: f64) -> usize {
    let mut most = 0;
    let mut turns: Vec<(f64, i32)> = Vec::new();
    for &(x, y) in points {
        turns.clear();
        let mut inside = 0;
        for &(east, north) in points {
            let (dx, dy) = (east - x, north - y);
            let far = length_m((dx, dy));
            if far == 0.0 {
                inside += 1;
            } else if far <= 2.0 * radius_m {
                let (middle, half) = (dy.atan2(dx), (far / (2.0 * radius_m)).acos());
                let (from, to) = (middle - half, middle + half);
                // Seen from -PI to PI; what reaches over the end is inside at the start.
                inside += usize::from(from < -PI || to > PI);
                turns.push((wrapped(from), -1));
                turns.push((wrapped(to), 1));
            }
        }
        most = most.max(inside);
        // At one angle what comes in comes before what goes out.
        turns.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        for &(_, turn) in &turns {
            if turn < 0 {
                inside += 1;
            } else {
                inside -= 1;
            }
            most = most.max(inside);
        }
    }
    most
}

fn wrapped(angle: f64) -> f64 {
    (angle + PI).rem_euclid(TAU) - PI
}

fn on_grid(points: &[(f64, f64)], radius_m: f64) -> usize {
    let step_m = radius_m / f64::from(GRID);
    let reach = GRID * 3 / 2;
    let centres = (-reach..=reach).flat_map(|x| (-reach..=reach).map(move |y| (x, y)));
    let count = |(x, y): (i32, i32)| {
        let (x, y) = (f64::from(x) * step_m, f64::from(y) * step_m);
        points.iter().filter(|point| length_m((point.0 - x, point.1 - y)) <= radius_m).count()
    };
    centres.map(count).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_circle_that_no_point_is_the_middle_of() {
        // A square of 10 m fits into a circle of 7.1 m and not into one of 7 m.
        let square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
        assert_eq!(most_in_circle(&square, 7.1), 4);
        assert_eq!(most_in_circle(&square, 7.0), 0);
        let mut points = square.to_vec();
        points.extend([(500.0, 0.0), (0.0, 900.0)]);
        assert_eq!(most_in_circle(&points, 7.1), 4);
    }

    #[test]
    fn points_on_one_another_are_in_one_circle() {
        assert_eq!(most_in_circle(&[(3.0, 4.0); 9], 1.0), 9);
        assert_eq!(most_in_circle(&[(3.0, 4.0); 900], 1.0), 900);
        assert_eq!(most_in_circle(&[], 1.0), 0);
    }

    #[test]
    fn agrees_with_circles_through_all_pairs() {
        let mut seed = 7_u64;
        let mut draw = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as f64 / f64::from(1_u32 << 31)
        };
        for _ in 0..200 {
            let points: Vec<_> = (0..12).map(|_| (30.0 * draw(), 30.0 * draw())).collect();
            assert_eq!(exact(&points, 8.0), plain(&points, 8.0));
        }
    }

    fn plain(points: &[(f64, f64)], radius_m: f64) -> usize {
        let mut centres = points.to_vec();
        for a in points {
            for b in points {
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let half = dx.hypot(dy) / 2.0;
                if half > 0.0 && half <= radius_m {
                    let up = (radius_m * radius_m - half * half).sqrt() / (2.0 * half);
                    centres.push((a.0 + dx / 2.0 - dy * up, a.1 + dy / 2.0 + dx * up));
                }
            }
        }
        let count = |c: &(f64, f64)| {
            points.iter().filter(|p| (p.0 - c.0).hypot(p.1 - c.1) <= radius_m + 1e-9).count()
        };
        centres.iter().map(count).max().unwrap()
    }
}

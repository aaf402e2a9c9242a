//! An order of places in which a person can walk: the nearest next, then crossings untangled.

use crate::domain::position::Position;

/// More places than this are walked strip by strip: nobody visits so many in one village, and every
/// pair of them would be looked at.
const MOST: usize = 1_000;
/// Times that the whole way is looked over for crossings.
const ROUNDS: usize = 20;

/// The order in which to walk, as indices. It begins at the place nearest to `start`.
pub fn order(places: &[Position], start: Option<Position>) -> Vec<usize> {
    let Some(&first) = places.first() else { return Vec::new() };
    let start = start.unwrap_or(first);
    let points: Vec<(f64, f64)> = places.iter().map(|place| start.metres_to(*place)).collect();
    if points.len() > MOST {
        return in_strips(&points);
    }
    let mut way = nearest_next(&points);
    untangle(&mut way, &points);
    way
}

fn far(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

/// Goes on to the nearest of the places that are left, from the origin.
fn nearest_next(points: &[(f64, f64)]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..points.len()).collect();
    let mut way = Vec::with_capacity(points.len());
    let mut at = (0.0, 0.0);
    while !left.is_empty() {
        let distance = |index: &usize| far(at, points[*index]);
        let nearest = (0..left.len())
            .min_by(|one, other| distance(&left[*one]).total_cmp(&distance(&left[*other])))
            .expect("there are places left");
        let next = left.swap_remove(nearest);
        at = points[next];
        way.push(next);
    }
    way
}

/// Turns pieces of the way around as long as that makes it shorter (2-opt, Croes 1958).
fn untangle(way: &mut [usize], points: &[(f64, f64)]) {
    for _ in 0..ROUNDS {
        let mut is_shorter = false;
        for from in 0..way.len().saturating_sub(2) {
            for to in from + 2..way.len() {
                let (a, b, c) = (points[way[from]], points[way[from + 1]], points[way[to]]);
                // The way ends somewhere: behind its last place there is no leg to keep.
                let after = way.get(to + 1).map(|index| points[*index]);
                let now = far(a, b) + after.map_or(0.0, |d| far(c, d));
                let turned = far(a, c) + after.map_or(0.0, |d| far(b, d));
                if turned + 1e-9 < now {
                    way[from + 1..=to].reverse();
                    is_shorter = true;
                }
            }
        }
        if !is_shorter {
            break;
        }
    }
}

/// Strips from west to east and back again.
fn in_strips(points: &[(f64, f64)]) -> Vec<usize> {
    let (low, high) = points
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), point| (low.min(point.1), high.max(point.1)));
    let strips = (points.len() as f64 / 3.0).sqrt().ceil();
    let strip = |point: (f64, f64)| ((point.1 - low) / (high - low).max(1.0) * strips) as i64;
    let mut way: Vec<usize> = (0..points.len()).collect();
    way.sort_by(|one, other| {
        let key = |index: usize| {
            let strip = strip(points[index]);
            (strip, if strip % 2 == 0 { points[index].0 } else { -points[index].0 })
        };
        let (one, other) = (key(*one), key(*other));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(east: f64, north: f64) -> Position {
        Position::new(90.0 + east / 1e5, north / 1e5).unwrap()
    }

    fn length(places: &[Position], way: &[usize]) -> f64 {
        way.windows(2).map(|pair| places[pair[0]].distance_m(places[pair[1]])).sum()
    }

    #[test]
    fn a_row_of_houses_is_walked_from_end_to_end() {
        let places: Vec<_> = [40.0, 0.0, 30.0, 10.0, 20.0].map(|east| place(east, 0.0)).into();
        assert_eq!(order(&places, Some(place(-5.0, 0.0))), [1, 3, 4, 2, 0]);
        assert_eq!(order(&[], None), [0; 0]);
    }

    #[test]
    fn every_place_is_visited_once_and_the_way_is_short() {
        for count in [500, 3_000] {
            let scattered = |n: usize| place((n * 7919 % 1009) as f64, (n * 104_729 % 997) as f64);
            let places: Vec<_> = (0..count).map(scattered).collect();
            let way = order(&places, None);
            let mut sorted = way.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            // The shortest way through many random places is about 0.71 times the root of area and
            // number (Beardwood, Halton and Hammersley 1959).
            let shortest = 0.7124 * (count as f64 * 1.1e3 * 1.1e3).sqrt();
            assert!(length(&places, &way) < 1.5 * shortest, "{count}");
        }
    }
}

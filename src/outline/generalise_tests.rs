use std::collections::HashMap;

use geo::{Area, CoordsIter, Validation};
use proptest::prelude::*;

use super::*;
use crate::outline::dissolve;

const SIDE: usize = 24;

/// A square of shaken cells, of which `group` says whose each is; the frame is straight.
fn patches(seed: u64, count: u32, group: impl Fn(usize, usize) -> u32) -> Vec<MultiPolygon> {
    let corner = |x: usize, y: usize| {
        let shake = |salt: usize| {
            let mixed =
                (seed as usize + x * 7_919 + y * 104_729 + salt).wrapping_mul(2_654_435_761);
            (mixed % 1_000) as f64 / 2_500.0 - 0.2
        };
        let inner = |at: usize| if at.is_multiple_of(SIDE) { 0.0 } else { 1.0 };
        let x_at = x as f64 + shake(1) * inner(x);
        Coord { x: x_at, y: y as f64 + shake(2) * inner(y) }
    };
    let (mut cells, mut groups) = (Vec::new(), Vec::new());
    for (x, y) in (0..SIDE).flat_map(|x| (0..SIDE).map(move |y| (x, y))) {
        let ring = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)].map(|(x, y)| corner(x, y));
        cells.push(Polygon::new(LineString::from_iter(ring), Vec::new()).into());
        groups.push(group(x, y));
    }
    dissolve(&cells, &groups, count as usize).into_iter().map(|union| union.shape).collect()
}

fn corners(shapes: &[MultiPolygon]) -> usize {
    shapes.iter().map(CoordsIter::coords_count).sum()
}

/// Each directed edge has its opposite, or is the coast, whose corners stand on the frame.
fn fit_together(shapes: &[MultiPolygon]) -> bool {
    let mut sides: HashMap<Ends, i32> = HashMap::new();
    for ring in shapes.iter().flat_map(crate::outline::mesh::rings) {
        for edge in ring.windows(2) {
            let forward = (edge[0].x, edge[0].y) < (edge[1].x, edge[1].y);
            *sides.entry(ends(edge[0], edge[1])).or_default() += if forward { 1 } else { -1 };
        }
    }
    let on_frame = |at: [u64; 2]| {
        at.map(f64::from_bits).into_iter().any(|value| value == 0.0 || value == SIDE as f64)
    };
    sides.iter().all(|(ends, &sum)| sum == 0 || (on_frame(ends.0) && on_frame(ends.1)))
}

#[test]
fn leaves_no_gap_between_neighbours() {
    let full = patches(3, 9, |x, y| (x / 8 * 3 + y / 8) as u32);
    let general = generalise(&full, 0.5);
    assert!(corners(&general) * 3 < corners(&full), "{}", corners(&general));
    assert!(fit_together(&general));
    let total: f64 = general.iter().map(Area::signed_area).sum();
    assert!((total - (SIDE * SIDE) as f64).abs() < 1e-9);
}

#[test]
fn keeps_shapes_valid_where_the_tolerance_is_far_too_large() {
    let full = patches(5, 4, |x, y| u32::from((3..6).contains(&x)) + 2 * u32::from(y % 5 == 0));
    let general = generalise(&full, 40.0);
    assert!(fit_together(&general));
    assert!(general.iter().all(|shape| shape.is_valid() && shape.signed_area() > 0.0));
}

#[test]
fn keeps_the_largest_part_and_drops_islets() {
    let square = |x: f64, side: f64| {
        let ring = [(x, 0.0), (x + side, 0.0), (x + side, side), (x, side)];
        Polygon::new(LineString::from_iter(ring.map(Coord::from)), Vec::new())
    };
    let islands = MultiPolygon::new(vec![square(0.0, 0.2), square(1.0, 0.4), square(2.0, 0.3)]);
    let general = generalise(&[islands], 5.0);
    assert_eq!(general[0].0.len(), 1);
    assert!(general[0].0[0].exterior().0.len() >= 4);
    assert_eq!(general[0].0[0].exterior().0[0].x, 1.0);
}

#[test]
fn moves_no_border_farther_than_the_tolerance() {
    let full = patches(9, 2, |x, _| u32::from(x >= 12));
    let general = generalise(&full, 0.3);
    let line = |shape: &MultiPolygon| shape.0[0].exterior().clone();
    let moved = full.iter().zip(&general).flat_map(|(full, general)| {
        let drawn = line(general);
        line(full).0.into_iter().map(move |at| {
            let to_edge = drawn.lines().map(|edge| {
                use geo::{Distance, Euclidean};
                Euclidean.distance(&geo::Point(at), &edge)
            });
            to_edge.fold(f64::INFINITY, f64::min)
        })
    });
    assert!(moved.fold(0.0, f64::max) <= 0.3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn fits_together_for_any_partition(
        groups in prop::collection::vec(0_u32..5, 36),
        tolerance_deg in 0.05_f64..3.0,
        seed in 0_u64..1000,
    ) {
        let full = patches(seed, 5, |x, y| groups[x / 4 * 6 + y / 4]);
        let general = generalise(&full, tolerance_deg);
        prop_assert!(fit_together(&general));
        for (shape, source) in general.iter().zip(&full) {
            prop_assert!(shape.is_valid() && shape.0.is_empty() == source.0.is_empty());
        }
    }
}

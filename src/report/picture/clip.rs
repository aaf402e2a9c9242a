//! Outlines cut to what a picture shows, so that land that reaches far beyond it takes few bytes.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::domain::position::Bounds;

/// The part of an outline within a box (Sutherland and Hodgman 1974). Where it leaves the box it runs along
/// its sides, which must lie beyond what is seen.
pub(super) fn clip(shape: &MultiPolygon, bounds: Bounds) -> MultiPolygon {
    let polygons = shape.iter().filter_map(|polygon| {
        let outer = clip_ring(polygon.exterior(), bounds)?;
        let holes = polygon.interiors().iter().filter_map(|hole| clip_ring(hole, bounds));
        Some(Polygon::new(outer, holes.collect()))
    });
    MultiPolygon(polygons.collect())
}

fn clip_ring(ring: &LineString, bounds: Bounds) -> Option<LineString> {
    let Bounds { west, south, east, north } = bounds;
    let is_in = |at: &Coord| bounds_hold(bounds, *at);
    if ring.0.iter().all(is_in) {
        return Some(ring.clone());
    }
    let corners = cut(&ring.0, |at| at.x - west);
    let corners = cut(&corners, |at| east - at.x);
    let corners = cut(&corners, |at| at.y - south);
    let corners = cut(&corners, |at| north - at.y);
    (corners.len() > 2).then_some(LineString(corners))
}

fn bounds_hold(bounds: Bounds, at: Coord) -> bool {
    (bounds.west..=bounds.east).contains(&at.x) && (bounds.south..=bounds.north).contains(&at.y)
}

/// What lies on the side of a line where `inside` is not negative.
fn cut(ring: &[Coord], inside: impl Fn(Coord) -> f64) -> Vec<Coord> {
    let mut kept = Vec::with_capacity(ring.len());
    let Some(&last) = ring.last() else { return kept };
    let mut from = last;
    for &to in ring {
        let (before, here) = (inside(from), inside(to));
        if (before < 0.0) != (here < 0.0) {
            kept.push(from + (to - from) * (before / (before - here)));
        }
        if here >= 0.0 {
            kept.push(to);
        }
        from = to;
    }
    kept
}

#[cfg(test)]
mod tests {
    use geo::{Area, polygon};

    use super::*;

    #[test]
    fn keeps_what_lies_in_the_box() {
        let wide: MultiPolygon =
            polygon![(x: -9.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 1.0), (x: -9.0, y: 1.0)]
                .into();
        let bounds = Bounds { west: 0.0, south: -1.0, east: 2.0, north: 0.5 };
        assert!((clip(&wide, bounds).unsigned_area() - 1.0).abs() < 1e-12);
        let elsewhere = Bounds { south: 2.0, north: 3.0, ..bounds };
        assert!(clip(&wide, elsewhere).0.is_empty());
        let all = Bounds { west: -9.0, south: -1.0, east: 9.0, north: 2.0 };
        assert_eq!(clip(&wide, all), wide);
    }
}

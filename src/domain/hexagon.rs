//! The outline of a hexagon. Across the 180th meridian it is cut in two, as RFC 7946 (3.1.9) has it.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use h3o::{CellIndex, LatLng};

use super::position::Bounds;

const TURN: f64 = 360.0;
/// Further north or south a cell may lie about a pole: its corners then go once round the globe.
const NEAR_POLE: f64 = 80.0;
/// A part narrower than this, in degrees (0.1 m), would have no area once it is rounded.
const LEAST_WIDTH: f64 = 1e-6;

/// The box of a hexagon. Across the 180th meridian it runs on beyond -180 or 180.
pub fn bounds(cell: CellIndex) -> Bounds {
    let boundary = cell.boundary();
    let Some(first) = boundary.first() else { return Bounds::EMPTY };
    let corners = boundary.iter().map(|corner| beside(first.lng(), corner));
    let reach = of_corners(corners);
    if reach.north.abs().max(reach.south.abs()) < NEAR_POLE {
        return reach;
    }
    of_corners(ring(cell).into_iter())
}

/// Whether two boxes touch, of which each may run on beyond the 180th meridian.
pub fn touches(one: Bounds, other: Bounds) -> bool {
    one.touches(other)
        || (runs_on(one) || runs_on(other))
            && [-TURN, TURN].iter().any(|turn| moved(one, *turn).touches(other))
}

fn runs_on(bounds: Bounds) -> bool {
    bounds.west < -TURN / 2.0 || bounds.east > TURN / 2.0
}

/// The outline of a hexagon: rings closed, longitudes from -180 to 180.
pub fn outline(cell: CellIndex) -> MultiPolygon {
    let ring = ring(cell);
    let reach = of_corners(ring.iter().copied());
    if !runs_on(reach) {
        return polygon(ring, 0.0).into();
    }
    let parts = [-TURN, 0.0, TURN].into_iter().filter_map(|turn| {
        let (west, east) = (turn - TURN / 2.0, turn + TURN / 2.0);
        let part = kept(&ring, west, |at| at.x >= west);
        let part = kept(&part, east, |at| at.x <= east);
        let width = of_corners(part.iter().copied());
        (width.east - width.west >= LEAST_WIDTH).then(|| polygon(part, -turn))
    });
    MultiPolygon::new(parts.collect())
}

/// The rings of a hexagon that a map shows within bounds, which may run on beyond the 180th meridian: whole, and
/// twice where the map shows both its ends. Rings are not closed.
pub fn copies(cell: CellIndex, seen: Bounds) -> Vec<Vec<Coord>> {
    let ring = ring(cell);
    let reach = of_corners(ring.iter().copied());
    let turns = [-TURN, 0.0, TURN];
    let mut near: Vec<f64> =
        turns.into_iter().filter(|turn| moved(reach, *turn).touches(seen)).collect();
    if near.is_empty() {
        let far = |turn: &f64| (reach.west + reach.east + 2.0 * turn - seen.west - seen.east).abs();
        near.extend(turns.into_iter().min_by(|one, other| far(one).total_cmp(&far(other))));
    }
    let copy = |turn| ring.iter().map(|at| Coord { x: at.x + turn, y: at.y }).collect();
    near.into_iter().map(copy).collect()
}

/// The corners, each beside the one before, so that longitudes may run on beyond -180 or 180. About a pole the ring
/// goes there and back, as a map of degrees has it.
fn ring(cell: CellIndex) -> Vec<Coord> {
    let boundary = cell.boundary();
    let mut ring: Vec<Coord> = Vec::with_capacity(boundary.len() + 3);
    for corner in boundary.iter() {
        let before = ring.last().map_or_else(|| corner.lng(), |before| before.x);
        ring.push(beside(before, corner));
    }
    if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied()) {
        let end = first.x + TURN * ((last.x - first.x) / TURN).round();
        if end != first.x {
            let pole = 90.0_f64.copysign(first.y);
            ring.extend([(end, first.y), (end, pole), (first.x, pole)].map(Coord::from));
        }
    }
    ring
}

/// A corner at the longitude, of all that are the same, nearest to another.
fn beside(longitude: f64, corner: &LatLng) -> Coord {
    let x = corner.lng();
    let off = x - longitude;
    let turns = if off.abs() > TURN / 2.0 { (off / TURN).round() } else { 0.0 };
    Coord { x: x - TURN * turns, y: corner.lat() }
}

fn of_corners(corners: impl Iterator<Item = Coord>) -> Bounds {
    corners.fold(Bounds::EMPTY, |bounds, at| bounds.join([at.x, at.y, at.x, at.y].into()))
}

fn moved(bounds: Bounds, turn: f64) -> Bounds {
    Bounds { west: bounds.west + turn, east: bounds.east + turn, ..bounds }
}

/// What of a ring lies on one side of a meridian (Sutherland and Hodgman 1974).
fn kept(ring: &[Coord], meridian: f64, is_kept: impl Fn(Coord) -> bool) -> Vec<Coord> {
    let mut kept: Vec<Coord> = Vec::with_capacity(ring.len() + 2);
    for (at, &from) in ring.iter().enumerate() {
        let to = ring[(at + 1) % ring.len()];
        if is_kept(from) {
            kept.push(from);
        }
        if is_kept(from) != is_kept(to) {
            let share = (meridian - from.x) / (to.x - from.x);
            kept.push(Coord { x: meridian, y: from.y + (to.y - from.y) * share });
        }
    }
    kept.dedup();
    kept
}

fn polygon(ring: Vec<Coord>, turn: f64) -> Polygon {
    let ring = ring.into_iter().map(|at| Coord { x: at.x + turn, y: at.y });
    Polygon::new(LineString::new(ring.collect()), Vec::new())
}

#[cfg(test)]
mod tests {
    use geo::{Area, BoundingRect};
    use h3o::Resolution;

    use super::*;

    fn cell(longitude: f64, latitude: f64, resolution: Resolution) -> CellIndex {
        LatLng::new(latitude, longitude).unwrap().to_cell(resolution)
    }

    const SIZES: [Resolution; 3] = [Resolution::Four, Resolution::Six, Resolution::Eight];

    fn lies_on_earth(outline: &MultiPolygon) -> bool {
        let rect = outline.bounding_rect().unwrap();
        rect.min().x >= -180.0 && rect.max().x <= 180.0 && rect.max().y <= 90.0
    }

    #[test]
    fn a_hexagon_elsewhere_is_as_h3_has_it() {
        for size in SIZES {
            let cell = cell(101.3, -2.1, size);
            let corners = cell.boundary();
            let corners: Vec<Coord> =
                corners.iter().map(|at| Coord { x: at.lng(), y: at.lat() }).collect();
            let [only] = &outline(cell).0[..] else { panic!() };
            assert_eq!(only.exterior().0[..6], corners);
            assert_eq!(copies(cell, bounds(cell)), [corners]);
        }
    }

    #[test]
    fn a_hexagon_across_the_180th_meridian_is_cut_in_two_and_loses_nothing() {
        for size in SIZES {
            for latitude in [-16.8, 0.0, 52.3, 68.5] {
                let own = cell(180.0, latitude, size);
                let parts = outline(own);
                assert!(parts.0.len() == 2 && lies_on_earth(&parts), "{parts:?}");
                for part in &parts {
                    let rect = part.bounding_rect().unwrap();
                    assert!(rect.width() < 2.0, "{rect:?}");
                    assert!(rect.min().x == -180.0 || rect.max().x == 180.0, "{rect:?}");
                }
                let whole = polygon(ring(own), 0.0);
                assert!((whole.unsigned_area() - parts.unsigned_area()).abs() < 1e-9);
                let reach = bounds(own);
                assert!(reach.east - reach.west < 2.0 && runs_on(reach));
                for (west, east) in [(179.9, 180.0), (-180.0, -179.9), (-180.0, 180.0)] {
                    assert!(touches(reach, [west, latitude, east, latitude].into()));
                }
                assert!(!touches(reach, [-100.0, -90.0, 100.0, 90.0].into()));
            }
        }
    }

    #[test]
    fn a_map_shows_a_hexagon_across_the_meridian_at_the_end_that_it_sees() {
        let own = cell(179.999, -16.8, Resolution::Eight);
        for (seen, longitudes, count) in [
            ([-180.0, -17.0, -179.0, -16.0], -180.1..-179.9, 1),
            ([179.0, -17.0, 180.0, -16.0], 179.9..180.1, 1),
            ([-180.0, -85.0, 180.0, 85.0], -180.1..180.1, 2),
            ([170.0, -17.0, 171.0, -16.0], 179.9..180.1, 1),
        ] {
            let copies = copies(own, seen.into());
            assert_eq!(copies.len(), count, "{seen:?}");
            assert!(copies.iter().flatten().all(|at| longitudes.contains(&at.x)), "{copies:?}");
        }
    }

    #[test]
    fn a_hexagon_about_a_pole_reaches_it() {
        for size in SIZES {
            for pole in [90.0, -90.0] {
                let outline = outline(cell(0.0, pole, size));
                let rect = outline.bounding_rect().unwrap();
                assert!(lies_on_earth(&outline) && rect.width() == 360.0, "{rect:?}");
                assert!(rect.min().y == pole || rect.max().y == pole);
                let reach = bounds(cell(0.0, pole, size));
                assert!(reach.north == pole || reach.south == pole);
            }
        }
    }
}

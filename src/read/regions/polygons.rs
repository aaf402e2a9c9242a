//! The polygons of a geometry of any type: those of collections are taken out, arcs become chords.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use gdal::vector::Geometry;
use geo::{Coord, LineString, MultiPolygon, Polygon};

/// The most degrees of an arc that one chord spans, as GDAL and PostGIS have it. A chord then lies at most 0.06 % of
/// the radius within its arc.
const DEGREES_A_CHORD: f64 = 4.0;

/// What a geometry holds.
#[derive(Debug, Default)]
pub struct Parts {
    pub polygons: Vec<Polygon>,
    /// How many there are of each other type, such as `point`.
    others: BTreeMap<String, usize>,
}

impl Parts {
    /// Takes a geometry apart. Empty parts are left out.
    pub fn of(geometry: &Geometry) -> Self {
        let mut parts = Self::default();
        parts.add(geometry);
        parts
    }

    pub fn into_shape(self) -> MultiPolygon {
        MultiPolygon::new(self.polygons)
    }

    /// The parts that are no polygons, for example `2 linestring, 1 point`.
    pub fn others(&self) -> Option<String> {
        let others = self.others.iter().map(|(name, count)| format!("{count} {name}"));
        let others: Vec<String> = others.collect();
        (!others.is_empty()).then(|| others.join(", "))
    }

    fn add(&mut self, geometry: &Geometry) {
        if geometry.is_empty() {
            return;
        }
        let name = geometry.geometry_name();
        match name.as_str() {
            "POLYGON" | "CURVEPOLYGON" | "TRIANGLE" => self.polygons.push(polygon(geometry)),
            "MULTIPOLYGON" | "MULTISURFACE" | "GEOMETRYCOLLECTION" | "POLYHEDRALSURFACE"
            | "TIN" => members(geometry, |member| self.add(member)),
            _ => *self.others.entry(name.to_lowercase()).or_default() += 1,
        }
    }
}

fn members(geometry: &Geometry, mut each: impl FnMut(&Geometry)) {
    for index in 0..geometry.geometry_count() {
        each(&geometry.get_geometry(index));
    }
}

fn polygon(geometry: &Geometry) -> Polygon {
    let mut rings = Vec::with_capacity(geometry.geometry_count());
    members(geometry, |ring| {
        let mut corners = Vec::new();
        add_line(ring, &mut corners);
        rings.push(LineString::new(corners));
    });
    let mut rings = rings.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outer, rings.filter(|ring| !ring.0.is_empty()).collect())
}

/// Adds the corners of a line, which may consist of straight lines and of arcs.
fn add_line(line: &Geometry, corners: &mut Vec<Coord>) {
    let name = line.geometry_name();
    if name == "COMPOUNDCURVE" {
        members(line, |member| add_line(member, corners));
        return;
    }
    let mut points = Vec::new();
    line.get_points(&mut points);
    let mut points: Vec<Coord> = points.into_iter().map(|(x, y, _)| Coord { x, y }).collect();
    if name == "CIRCULARSTRING" {
        points = chords_of(&points);
    }
    // The end of a part is the start of the next one.
    let is_joined = corners.last().is_some() && corners.last() == points.first();
    corners.extend(points.into_iter().skip(usize::from(is_joined)));
}

/// The corners of a string of arcs: each is given by its start, a point between and its end, which starts the next.
fn chords_of(points: &[Coord]) -> Vec<Coord> {
    let mut corners: Vec<Coord> = points.first().copied().into_iter().collect();
    let mut at = 0;
    while let [start, between, end] = points[at..points.len().min(at + 3)] {
        corners.extend(arc(start, between, end).into_iter().skip(1));
        at += 2;
    }
    corners.extend(points.get(at + 1..).into_iter().flatten());
    corners
}

/// The corners of one arc, the same ones in whichever direction it runs, so that neighbours that share it still
/// touch.
fn arc(start: Coord, between: Coord, end: Coord) -> Vec<Coord> {
    if (end.x, end.y) < (start.x, start.y) {
        let mut corners = arc(end, between, start);
        corners.reverse();
        return corners;
    }
    let Some(middle) = middle_of(start, between, end) else { return vec![start, between, end] };
    let (from, over, to) = (start - middle, between - middle, end - middle);
    let angle = |point: Coord| libm::atan2(point.y, point.x);
    let turn = |to: f64| (to - angle(from)).rem_euclid(TAU);
    let (mut sweep, half_way) = (turn(angle(to)), turn(angle(over)));
    if start == end {
        sweep = TAU;
    } else if half_way > sweep {
        sweep -= TAU;
    }
    let chords = (sweep.abs().to_degrees() / DEGREES_A_CHORD).ceil().max(1.0);
    let radius = libm::hypot(from.x, from.y);
    let corner = |step: usize| {
        let angle = angle(from) + sweep * step as f64 / chords;
        middle + Coord { x: radius * libm::cos(angle), y: radius * libm::sin(angle) }
    };
    let inner = (1..chords as usize).map(corner);
    std::iter::once(start).chain(inner).chain([end]).collect()
}

/// The middle of the circle through three points; `None` where they lie on a line.
fn middle_of(start: Coord, between: Coord, end: Coord) -> Option<Coord> {
    if start == end {
        return (between != start).then(|| (start + between) / 2.0);
    }
    let (b, c) = (between - start, end - start);
    let twice = 2.0 * (b.x * c.y - b.y * c.x);
    let (bb, cc) = (b.x * b.x + b.y * b.y, c.x * c.x + c.y * c.y);
    let off = Coord { x: (c.y * bb - b.y * cc) / twice, y: (b.x * cc - c.x * bb) / twice };
    (off.x.is_finite() && off.y.is_finite()).then(|| start + off)
}

#[cfg(test)]
mod tests {
    use geo::{Area, CoordsIter};

    use super::*;

    fn parts(wkt: &str) -> Parts {
        Parts::of(&Geometry::from_wkt(wkt).unwrap())
    }

    #[test]
    fn an_arc_becomes_chords_near_it() {
        let circle = "CURVEPOLYGON (CIRCULARSTRING (3 0, -3 0, 3 0))";
        let [only] = &parts(circle).polygons[..] else { panic!() };
        assert_eq!(only.coords_count(), 91);
        let full = 9.0 * std::f64::consts::PI;
        assert!((only.unsigned_area() / full - 1.0).abs() < 0.001, "{}", only.unsigned_area());
        let half = "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (3 0, 0 3, -3 0), (-3 0, 3 0)))";
        let [only] = &parts(half).polygons[..] else { panic!() };
        assert!((only.unsigned_area() / full - 0.5).abs() < 0.001, "{}", only.unsigned_area());
        assert!(only.exterior().0.iter().all(|corner| corner.y >= 0.0));
    }

    #[test]
    fn an_arc_has_the_same_corners_in_both_directions() {
        let [a, b, c] = [(100.1, 2.3), (100.25, 2.31), (100.3, 2.05)].map(Coord::from);
        let mut back = arc(c, b, a);
        back.reverse();
        assert_eq!(arc(a, b, c), back);
        assert!(back.len() > 20, "{}", back.len());
        let near = |corner: &Coord| (corner.x - b.x).abs() < 0.01 && (corner.y - b.y).abs() < 0.01;
        assert!(back.iter().any(near), "it passes the point between");
    }

    #[test]
    fn points_on_a_line_are_no_arc() {
        let [a, b, c] = [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)].map(Coord::from);
        assert_eq!(arc(a, b, c), [a, b, c]);
        assert_eq!(arc(a, a, a), [a, a, a]);
        assert_eq!(chords_of(&[]), []);
        assert_eq!(chords_of(&[a, b]), [a, b]);
    }

    #[test]
    fn polygons_of_collections_are_taken_and_the_others_counted() {
        let wkt = "GEOMETRYCOLLECTION (POINT (1 1), MULTISURFACE (((0 0, 1 0, 1 1, 0 0))), POINT (2 2), \
                   LINESTRING (0 0, 1 1), MULTIPOLYGON (((5 5, 6 5, 6 6, 5 5)), EMPTY), POLYGON EMPTY)";
        let parts = parts(wkt);
        assert_eq!(parts.polygons.len(), 2);
        assert_eq!(parts.others().unwrap(), "1 linestring, 2 point");
        assert_eq!(self::parts("POLYGON ((0 0, 1 0, 1 1, 0 0))").others(), None);
    }
}

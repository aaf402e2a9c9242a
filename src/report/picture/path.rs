//! Outlines as the text of an SVG path, in tenths of a dot, so that all numbers are whole.

use std::fmt::Write;

use geo::{Area, BoundingRect, Coord, LineString, MultiPolygon, Polygon};

use super::view::View;

/// Tenths in a dot.
pub(super) const TENTHS: i32 = 10;

/// A place in tenths of a dot.
pub(super) type Dot = (i32, i32);

/// The rings of an outline in tenths of a dot, each closed by itself: islands and lakes smaller than a dot
/// are left out, but something of every outline stays.
pub(super) fn rings(shape: &MultiPolygon, view: &View, step: i32) -> Vec<Vec<Dot>> {
    let mut rings = Vec::new();
    for polygon in shape {
        let outer = ring(polygon.exterior(), view, step);
        if is_seen(&outer) {
            rings.push(outer);
            let inner = polygon.interiors().iter().map(|hole| ring(hole, view, step));
            rings.extend(inner.filter(|hole| is_seen(hole)));
        }
    }
    if rings.is_empty() {
        rings.extend(largest(shape).map(|polygon| smallest(polygon, view, step)));
    }
    rings
}

/// A ring whose runs of corners on one dot are one corner.
fn ring(ring: &LineString, view: &View, step: i32) -> Vec<Dot> {
    let mut dots: Vec<Dot> = Vec::with_capacity(ring.0.len());
    for corner in &ring.0 {
        let dot = dot(view.place(*corner), step);
        if dots.last() != Some(&dot) {
            dots.push(dot);
        }
    }
    while dots.len() > 1 && dots.first() == dots.last() {
        dots.pop();
    }
    dots
}

/// A place in tenths of a dot, on a grid of so many tenths.
fn dot(place: Coord, step: i32) -> Dot {
    let tenth = |px: f64| (px * f64::from(TENTHS) / f64::from(step)).round() as i32 * step;
    (tenth(place.x), tenth(place.y))
}

fn is_seen(ring: &[Dot]) -> bool {
    let extent = |of: fn(&Dot) -> i32| {
        let (least, most) = (ring.iter().map(of).min(), ring.iter().map(of).max());
        most.unwrap_or_default() - least.unwrap_or_default()
    };
    ring.len() > 2 && extent(|dot| dot.0).max(extent(|dot| dot.1)) >= TENTHS
}

fn largest(shape: &MultiPolygon) -> Option<&Polygon> {
    let areas = shape.iter().map(|polygon| (polygon.unsigned_area(), polygon));
    areas.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, polygon)| polygon)
}

/// An outline that is smaller than a dot, as a dot.
fn smallest(polygon: &Polygon, view: &View, step: i32) -> Vec<Dot> {
    let middle = polygon.bounding_rect().map_or(Coord::zero(), |rect| rect.center());
    let (x, y) = dot(view.place(middle), step);
    let half = TENTHS / 2;
    vec![(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
}

/// Rings as the data of a path.
pub(super) fn closed(rings: &[Vec<Dot>]) -> String {
    let mut text = String::new();
    for ring in rings {
        write_line(&mut text, ring);
        text.push('z');
    }
    text
}

/// Lines as the data of a path.
pub(super) fn open(lines: &[Vec<Dot>]) -> String {
    let mut text = String::new();
    for line in lines {
        write_line(&mut text, line);
    }
    text
}

/// The first corner as it is, the others from the one before, with no more between numbers than is needed.
fn write_line(text: &mut String, line: &[Dot]) {
    let Some(((x, y), rest)) = line.split_first() else { return };
    put(text, format_args!("M{x} {y}"));
    let (mut from_x, mut from_y) = (x, y);
    for (at, (x, y)) in rest.iter().enumerate() {
        let (across, down) = (x - from_x, y - from_y);
        let first = if at == 0 { "l" } else { between(across) };
        put(text, format_args!("{first}{across}{}{down}", between(down)));
        (from_x, from_y) = (x, y);
    }
}

/// A minus parts two numbers by itself.
const fn between(number: i32) -> &'static str {
    if number < 0 { "" } else { " " }
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a text takes all that is written");
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;
    use crate::domain::position::Bounds;

    /// A degree is about a hundred dots.
    fn view() -> View {
        View::fit(Bounds { west: 0.0, south: 0.0, east: 5.0, north: 5.0 }, 524.0, 524.0)
    }

    fn square(west: f64, size: f64) -> Polygon {
        polygon![
            (x: west, y: 1.0), (x: west + size, y: 1.0), (x: west + size, y: 1.0 + size), (x: west, y: 1.0 + size)
        ]
    }

    #[test]
    fn islands_smaller_than_a_dot_are_left_out_but_never_the_whole() {
        let both = MultiPolygon(vec![square(1.0, 1.0), square(3.0, 0.001)]);
        assert_eq!(rings(&both, &view(), 1).len(), 1);
        let [only] = &rings(&square(3.0, 0.001).into(), &view(), 1)[..] else { panic!() };
        assert_eq!((only.len(), is_seen(only)), (4, true));
    }

    #[test]
    fn corners_on_one_dot_are_one() {
        let [west, step] = [1.0, 0.000_01];
        let corners =
            vec![(west, 1.0), (west + step, 1.0), (2.0, 1.0), (2.0, 2.0), (2.0, 2.0 + step)];
        let shape = MultiPolygon(vec![Polygon::new(corners.into(), Vec::new())]);
        assert_eq!(rings(&shape, &view(), 1)[0].len(), 3);
    }

    #[test]
    fn numbers_are_parted_by_no_more_than_they_need() {
        let line = vec![(10, 20), (13, 15), (12, 15), (12, 17)];
        assert_eq!(open(&[line.clone()]), "M10 20l3-5-1 0 0 2");
        assert_eq!(closed(&[line]), "M10 20l3-5-1 0 0 2z");
    }
}

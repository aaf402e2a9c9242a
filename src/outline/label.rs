//! Where a region's label stands: near the place in its largest part that is farthest from its border.

use std::collections::BinaryHeap;

use geo::{Area, Coord, InteriorPoint, MultiPolygon, Polygon};

use super::ring::{Ring, Side};
use crate::domain::position::{Bounds, Position};

/// The label may stand nearer to the border than the best place by this part of the region's width.
const TOLERANCE: f64 = 0.05;

/// A bound on the work for one region.
const MOST_CELLS: usize = 400;

/// A place strictly inside the largest polygon, or `None` where it has no inside.
///
/// Cells are searched best first and quartered, as Mapbox's polylabel does.
pub(super) fn label(shape: &MultiPolygon) -> Option<Position> {
    let areas = shape.iter().map(|polygon| (polygon.unsigned_area(), polygon));
    let (_, polygon) = areas.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    let rings: Vec<Ring> = std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .map(|ring| Ring::new(ring.0.clone()))
        .collect();
    let place = Some(farthest(&rings)).filter(|&place| is_inside(&rings, place));
    let place = place.or_else(|| interior(polygon, &rings))?;
    Position::new(place.x, place.y)
}

fn interior(polygon: &Polygon, rings: &[Ring]) -> Option<Coord> {
    let point = polygon.interior_point()?;
    Some(point.0).filter(|&place| is_inside(rings, place))
}

fn is_inside(rings: &[Ring], place: Coord) -> bool {
    rings[0].side(place) == Side::Inside
        && rings[1..].iter().all(|hole| hole.side(place) == Side::Outside)
}

fn farthest(rings: &[Ring]) -> Coord {
    let bounds = rings[0].bounds;
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    let tolerance = width.min(height) * TOLERANCE;
    let middle = Coord { x: bounds.west + width / 2.0, y: bounds.south + height / 2.0 };
    let mut best = Cell::new(rings, middle, 0.0);
    let mut cells = first_cells(rings, bounds);
    let mut count = cells.len();
    while let Some(cell) = cells.pop() {
        if cell.distance > best.distance {
            best = cell;
        }
        if cell.bound() - best.distance <= tolerance || count >= MOST_CELLS {
            continue;
        }
        let half = cell.half / 2.0;
        for (right, up) in [(-half, -half), (-half, half), (half, -half), (half, half)] {
            cells.push(Cell::new(rings, cell.middle + Coord { x: right, y: up }, half));
            count += 1;
        }
    }
    best.middle
}

fn first_cells(rings: &[Ring], bounds: Bounds) -> BinaryHeap<Cell> {
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    let size = width.min(height).max(width.max(height) / 16.0);
    let across = |length: f64| (0..).map(f64::from).take_while(move |&step| step * size < length);
    across(width)
        .flat_map(|column| across(height).map(move |row| (column + 0.5, row + 0.5)))
        .map(|(x, y)| Coord { x: bounds.west + x * size, y: bounds.south + y * size })
        .map(|middle| Cell::new(rings, middle, size / 2.0))
        .collect()
}

/// A square and the distance of its middle from the border, negative outside.
#[derive(Clone, Copy)]
struct Cell {
    middle: Coord,
    half: f64,
    distance: f64,
}

impl Cell {
    fn new(rings: &[Ring], middle: Coord, half: f64) -> Self {
        let edges = rings.iter().flat_map(|ring| ring.corners.windows(2));
        let squared = edges.map(|edge| squared_distance(middle, edge[0], edge[1]));
        let distance = squared.fold(f64::INFINITY, f64::min).sqrt();
        let sign = if is_inside(rings, middle) { 1.0 } else { -1.0 };
        Self { middle, half, distance: distance * sign }
    }

    /// No place in the cell is farther from the border.
    fn bound(&self) -> f64 {
        self.distance + self.half * std::f64::consts::SQRT_2
    }
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let places = self.middle.x.total_cmp(&other.middle.x);
        let places = places.then(self.middle.y.total_cmp(&other.middle.y));
        self.bound().total_cmp(&other.bound()).then(places)
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cell {}

fn squared_distance(place: Coord, from: Coord, to: Coord) -> f64 {
    let (along, away) = (to - from, place - from);
    let length = along.x * along.x + along.y * along.y;
    let part = (away.x * along.x + away.y * along.y) / length;
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let (x, y) = (away.x - part * along.x, away.y - part * along.y);
    x * x + y * y
}

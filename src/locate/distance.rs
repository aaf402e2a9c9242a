//! How far is a position from a region, or from any?

use geo::Coord;

use super::index::View;
use crate::domain::position::{METRES_PER_DEGREE, Position};

impl View<'_> {
    /// Metres from a position to the nearest point of a region's border, inside or out.
    ///
    /// On a plane that touches the sphere at the position's latitude: within 1 % up to 50 km, and only
    /// a large number beyond.
    pub fn border_distance_m(&self, position: Position, region: u32) -> f64 {
        let plane = Plane::at(position);
        self.rings(region).map(|ring| plane.distance_m(ring)).fold(f64::INFINITY, f64::min)
    }

    /// Metres from a position in no region to the nearest region, or `None` beyond `limit_m`.
    pub fn nearest_m(&self, position: Position, limit_m: f64) -> Option<f64> {
        let plane = Plane::at(position);
        let reach_y = limit_m / METRES_PER_DEGREE;
        let reach_x = reach_y / plane.shrink.max(1e-6);
        let cells = |value: f64, reach: f64, from: f64, count: usize| {
            let index = |at: f64| ((at - from) / self.grid.cell).clamp(0.0, count as f64) as usize;
            index(value - reach)..(index(value + reach) + 1).min(count)
        };
        let columns = cells(position.longitude(), reach_x, self.grid.west, self.grid.columns);
        let rows = cells(position.latitude(), reach_y, self.grid.south, self.grid.rows);
        let mut nearest = f64::INFINITY;
        self.chains_in(columns, rows, &mut |vertices| {
            nearest = nearest.min(plane.distance_m(vertices));
        });
        (nearest <= limit_m).then_some(nearest)
    }
}

/// Degrees around a position as metres on a plane.
struct Plane {
    origin: Coord,
    /// A degree of longitude as a share of one of latitude.
    shrink: f64,
}

impl Plane {
    fn at(position: Position) -> Self {
        Self { origin: position.coord(), shrink: position.latitude().to_radians().cos() }
    }

    fn project(&self, at: Coord) -> Coord {
        let dx = (at.x - self.origin.x) * METRES_PER_DEGREE * self.shrink;
        Coord { x: dx, y: (at.y - self.origin.y) * METRES_PER_DEGREE }
    }

    fn distance_m(&self, mut vertices: impl Iterator<Item = Coord>) -> f64 {
        let Some(first) = vertices.next() else { return f64::INFINITY };
        let mut a = self.project(first);
        let mut nearest = f64::INFINITY;
        for vertex in vertices {
            let b = self.project(vertex);
            nearest = nearest.min(squared_distance(a, b));
            a = b;
        }
        nearest.sqrt()
    }
}

/// The squared distance from the origin to the segment from `a` to `b`.
fn squared_distance(a: Coord, b: Coord) -> f64 {
    let along = b - a;
    let length = along.x * along.x + along.y * along.y;
    let share = if length == 0.0 { 0.0 } else { -(a.x * along.x + a.y * along.y) / length };
    let foot = a + along * share.clamp(0.0, 1.0);
    foot.x * foot.x + foot.y * foot.y
}

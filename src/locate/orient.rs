//! On which side of a line does a point lie? Exactly.

use geo::Coord;

/// The rounding error of the plain determinant is below this share of its terms' magnitude (Shewchuk
/// 1997, `ccwerrboundA`).
const ERROR_SHARE: f64 = 3.330_669_073_875_472e-16;

/// The straight line from one point to another, prepared to be asked about many points.
#[derive(Clone, Copy)]
pub struct Line {
    from: Coord,
    to: Coord,
    along: Coord,
}

impl Line {
    #[inline]
    pub fn new(from: Coord, to: Coord) -> Self {
        Self { from, to, along: to - from }
    }

    /// Above 0 where `point` lies left of the line, below 0 to the right, 0 on it.
    ///
    /// The sign is exact: where rounding could change it, `robust` decides (Shewchuk's adaptive
    /// predicates). The value is not.
    #[inline]
    pub fn side(&self, point: Coord) -> f64 {
        let left = self.along.x * (point.y - self.from.y);
        let right = self.along.y * (point.x - self.from.x);
        let determinant = left - right;
        if determinant.abs() > ERROR_SHARE * (left.abs() + right.abs()) {
            return determinant;
        }
        exact(self.from, self.to, point)
    }
}

/// [`Line::side`] of the line from `a` to `b`.
#[inline]
pub fn side(a: Coord, b: Coord, point: Coord) -> f64 {
    Line::new(a, b).side(point)
}

#[cold]
fn exact(a: Coord, b: Coord, point: Coord) -> f64 {
    let coord = |at: Coord| robust::Coord { x: at.x, y: at.y };
    robust::orient2d(coord(a), coord(b), coord(point))
}

/// Whether `point`, which lies on the line through `a` and `b`, lies between them or on one.
#[inline]
pub fn is_between(a: Coord, b: Coord, point: Coord) -> bool {
    a.x.min(b.x) <= point.x
        && point.x <= a.x.max(b.x)
        && a.y.min(b.y) <= point.y
        && point.y <= a.y.max(b.y)
}

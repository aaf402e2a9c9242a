//! Cuts rings on a grid of whole units along lines of one axis (Sutherland and Hodgman 1974).

use geo::Coord;

/// A closed ring without its first corner repeated, in units of a zoom's grid.
pub(super) type Ring = Vec<Coord<i32>>;

/// Along which axis a ring is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    X,
    Y,
}

/// Which side of a cut is kept; the line itself is kept with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    UpTo(i32),
    From(i32),
}

impl Axis {
    pub const fn of(self, at: Coord<i32>) -> i32 {
        match self {
            Self::X => at.x,
            Self::Y => at.y,
        }
    }

    /// The least and the greatest value of a ring's corners.
    pub fn span(self, ring: &[Coord<i32>]) -> Option<(i32, i32)> {
        let values = || ring.iter().map(|&at| self.of(at));
        Some((values().min()?, values().max()?))
    }

    /// Where the edge between two corners meets a line: the same whichever comes first, so that two
    /// neighbours who share an edge share the corner.
    fn meet(self, one: Coord<i32>, other: Coord<i32>, line: i32) -> Coord<i32> {
        let (low, high) = if self.of(one) < self.of(other) { (one, other) } else { (other, one) };
        let share = f64::from(line - self.of(low)) / f64::from(self.of(high) - self.of(low));
        let between = |low: i32, high: i32| {
            (f64::from(low) + share * (f64::from(high) - f64::from(low))).round() as i32
        };
        match self {
            Self::X => Coord { x: line, y: between(low.y, high.y) },
            Self::Y => Coord { x: between(low.x, high.x), y: line },
        }
    }
}

impl Kept {
    const fn holds(self, value: i32) -> bool {
        match self {
            Self::UpTo(line) => value <= line,
            Self::From(line) => value >= line,
        }
    }

    const fn line(self) -> i32 {
        match self {
            Self::UpTo(line) | Self::From(line) => line,
        }
    }
}

/// The part of a ring on one side of a line; empty where there is none.
pub(super) fn clip(ring: &[Coord<i32>], axis: Axis, kept: Kept) -> Ring {
    let mut clipped = Ring::with_capacity(ring.len());
    let Some(mut before) = ring.last().copied() else { return clipped };
    let mut was_in = kept.holds(axis.of(before));
    for &at in ring {
        let is_in = kept.holds(axis.of(at));
        if is_in != was_in {
            clipped.push(axis.meet(before, at, kept.line()));
        }
        if is_in {
            clipped.push(at);
        }
        (before, was_in) = (at, is_in);
    }
    clipped.dedup();
    while clipped.len() > 1 && clipped.first() == clipped.last() {
        clipped.pop();
    }
    clipped
}

/// Twice the area of a ring, by its sign turning left or right.
pub(super) fn doubled_area(ring: &[Coord<i32>]) -> i64 {
    let cross = |(a, b): (&Coord<i32>, &Coord<i32>)| {
        i64::from(a.x) * i64::from(b.y) - i64::from(b.x) * i64::from(a.y)
    };
    ring.iter().zip(ring.iter().cycle().skip(1)).map(cross).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(i32, i32)]) -> Ring {
        corners.iter().map(|&(x, y)| Coord { x, y }).collect()
    }

    #[test]
    fn a_square_is_cut_in_two() {
        let square = ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]);
        let left = clip(&square, Axis::X, Kept::UpTo(4));
        assert_eq!(left, ring(&[(0, 0), (4, 0), (4, 10), (0, 10)]));
        let right = clip(&square, Axis::X, Kept::From(4));
        assert_eq!(doubled_area(&left) + doubled_area(&right), doubled_area(&square));
        assert!(clip(&square, Axis::Y, Kept::From(11)).is_empty());
    }

    #[test]
    fn neighbours_are_cut_in_the_same_corner() {
        let (one, other) = (Coord { x: 0, y: 1 }, Coord { x: 7, y: 4 });
        assert_eq!(Axis::X.meet(one, other, 3), Axis::X.meet(other, one, 3));
        assert_eq!(Axis::X.meet(one, other, 3), Coord { x: 3, y: 2 });
    }

    #[test]
    fn a_ring_on_one_side_stays_as_it_is() {
        let triangle = ring(&[(0, 0), (5, 0), (0, 5)]);
        assert_eq!(clip(&triangle, Axis::Y, Kept::UpTo(5)), triangle);
        assert_eq!(clip(&triangle, Axis::X, Kept::From(0)), triangle);
    }
}

//! Cuts polygons on a grid of whole units along lines of one axis.
//!
//! What is cut falls into its parts: where a border leaves the kept side it goes along the line to where the
//! next one comes back, with the inside to the same hand. Corners are whole units, so borders that were
//! simple may touch after rounding; where they then contradict each other, the parts stay joined along
//! the line (Sutherland and Hodgman 1974).

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

    /// Where the edge between two corners meets a line, in whole units and along the line exactly: the same
    /// whichever corner comes first, so that two neighbours who share an edge share what is cut.
    fn meet(self, one: Coord<i32>, other: Coord<i32>, line: i32) -> (Coord<i32>, f64) {
        let (low, high) = if self.of(one) < self.of(other) { (one, other) } else { (other, one) };
        let share = f64::from(line - self.of(low)) / f64::from(self.of(high) - self.of(low));
        let between =
            |low: i32, high: i32| f64::from(low) + share * (f64::from(high) - f64::from(low));
        match self {
            Self::X => {
                let along = between(low.y, high.y);
                (Coord { x: line, y: along.round() as i32 }, along)
            }
            Self::Y => {
                let along = between(low.x, high.x);
                (Coord { x: along.round() as i32, y: line }, along)
            }
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

    /// In which direction along the line, by its sign, the kept side lies to the left.
    const fn hand(self, axis: Axis) -> f64 {
        match (axis, self) {
            (Axis::X, Self::UpTo(_)) | (Axis::Y, Self::From(_)) => 1.0,
            (Axis::X, Self::From(_)) | (Axis::Y, Self::UpTo(_)) => -1.0,
        }
    }

    const fn line(self) -> i32 {
        match self {
            Self::UpTo(line) | Self::From(line) => line,
        }
    }
}

/// The parts of a polygon on one side of a line, each with its shell first; none where there are none.
pub(super) fn split(rings: &[Ring], axis: Axis, kept: Kept) -> Vec<Vec<Ring>> {
    let is_in = |at: &Coord<i32>| kept.holds(axis.of(*at));
    let Some(shell) = rings.first().filter(|shell| shell.iter().any(is_in)) else {
        return Vec::new();
    };
    if shell.iter().all(is_in) {
        return vec![rings.to_vec()];
    }
    let turn = doubled_area(shell).signum();
    parts(rings, axis, kept, turn).unwrap_or_else(|| {
        let clipped = rings.iter().map(|ring| clip(ring, axis, kept));
        vec![clipped.filter(|ring| !ring.is_empty()).collect()]
    })
}

/// A stretch of a ring on the kept side, from where it comes in to where it goes out.
struct Stretch {
    corners: Ring,
    /// Where along the line it comes in.
    from: f64,
    /// Where it goes out.
    to: f64,
}

/// `None` where the stretches contradict each other.
fn parts(rings: &[Ring], axis: Axis, kept: Kept, turn: i64) -> Option<Vec<Vec<Ring>>> {
    let (mut stretches, mut holes) = (Vec::new(), Vec::new());
    for ring in rings {
        if ring.iter().all(|&at| kept.holds(axis.of(at))) {
            holes.push(ring.clone());
        } else {
            stretches.extend(stretches_of(ring, axis, kept));
        }
    }
    let next = followers(&stretches, kept.hand(axis) * turn as f64)?;
    let mut parts: Vec<Vec<Ring>> = Vec::new();
    let mut is_used = vec![false; stretches.len()];
    for first in 0..stretches.len() {
        let (mut shell, mut at) = (Ring::new(), first);
        while !is_used[at] {
            is_used[at] = true;
            shell.extend_from_slice(&stretches[at].corners);
            at = next[at];
        }
        let shell = without_repeats(shell);
        match doubled_area(&shell).signum() * turn {
            1 => parts.push(vec![shell]),
            0 => {}
            _ => return None,
        }
    }
    for hole in holes {
        let around = parts.iter().position(|part| holds(&part[0], hole[0]));
        parts.get_mut(around.unwrap_or_default())?.push(hole);
    }
    Some(parts)
}

fn stretches_of(ring: &[Coord<i32>], axis: Axis, kept: Kept) -> Vec<Stretch> {
    let is_in = |at: Coord<i32>| kept.holds(axis.of(at));
    let before = |index: usize| ring[(index + ring.len() - 1) % ring.len()];
    let comes_in = |&index: &usize| is_in(ring[index]) && !is_in(before(index));
    let line = kept.line();
    (0..ring.len())
        .filter(comes_in)
        .map(|start| {
            let (entry, from) = axis.meet(before(start), ring[start], line);
            let mut corners = vec![entry];
            let around = (0..ring.len()).map(|step| ring[(start + step) % ring.len()]);
            corners.extend(around.take_while(|&at| is_in(at)));
            let end = (start + corners.len() - 2) % ring.len();
            let (exit, to) = axis.meet(ring[end], ring[(end + 1) % ring.len()], line);
            corners.push(exit);
            Stretch { corners, from, to }
        })
        .collect()
}

/// Which stretch follows each one along the line; `None` where they do not go out and come in by turns.
fn followers(stretches: &[Stretch], direction: f64) -> Option<Vec<usize>> {
    let ends = |(index, stretch): (usize, &Stretch)| {
        [(stretch.to * direction, index, true), (stretch.from * direction, index, false)]
    };
    let mut ends: Vec<(f64, usize, bool)> = stretches.iter().enumerate().flat_map(ends).collect();
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut next = vec![0; stretches.len()];
    for index in 0..ends.len() {
        let goes_out = index % 2 == 0;
        // Of those in the same place either may be meant.
        let same = ends[index..].iter().take_while(|end| end.0 <= ends[index].0);
        let meant = same.clone().position(|end| end.2 == goes_out)?;
        ends.swap(index, index + meant);
        if !goes_out {
            next[ends[index - 1].1] = ends[index].1;
        }
    }
    Some(next)
}

/// Whether a place lies in a ring.
fn holds(ring: &[Coord<i32>], at: Coord<i32>) -> bool {
    let crosses = |(a, b): (&Coord<i32>, &Coord<i32>)| {
        let is_between = (a.y > at.y) != (b.y > at.y);
        let share = f64::from(at.y - a.y) / f64::from(b.y - a.y);
        is_between && f64::from(at.x) < f64::from(a.x) + share * f64::from(b.x - a.x)
    };
    ring.iter().zip(ring.iter().cycle().skip(1)).filter(|edge| crosses(*edge)).count() % 2 == 1
}

fn without_repeats(mut ring: Ring) -> Ring {
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    ring
}

/// The part of a ring on one side of a line; empty where there is none.
fn clip(ring: &[Coord<i32>], axis: Axis, kept: Kept) -> Ring {
    let mut clipped = Ring::with_capacity(ring.len());
    let Some(mut before) = ring.last().copied() else { return clipped };
    let mut was_in = kept.holds(axis.of(before));
    for &at in ring {
        let is_in = kept.holds(axis.of(at));
        if is_in != was_in {
            clipped.push(axis.meet(before, at, kept.line()).0);
        }
        if is_in {
            clipped.push(at);
        }
        (before, was_in) = (at, is_in);
    }
    without_repeats(clipped)
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
        assert_eq!(split(std::slice::from_ref(&square), Axis::X, Kept::UpTo(4))[0][0].len(), 4);
        assert_eq!(left, ring(&[(0, 0), (4, 0), (4, 10), (0, 10)]));
        let right = clip(&square, Axis::X, Kept::From(4));
        assert_eq!(doubled_area(&left) + doubled_area(&right), doubled_area(&square));
        assert!(clip(&square, Axis::Y, Kept::From(11)).is_empty());
    }

    #[test]
    fn what_is_cut_falls_into_its_parts() {
        // A comb with three teeth upward, and a hole in the middle one.
        let comb = ring(&[
            (0, 0),
            (50, 0),
            (50, 30),
            (40, 30),
            (40, 10),
            (30, 10),
            (30, 30),
            (20, 30),
            (20, 10),
            (10, 10),
            (10, 30),
            (0, 30),
        ]);
        let hole = ring(&[(22, 22), (22, 24), (24, 24), (24, 22)]);
        let rings = [comb, hole];
        let teeth = split(&rings, Axis::Y, Kept::From(20));
        assert_eq!(teeth.iter().map(Vec::len).sum::<usize>(), 4);
        assert_eq!(teeth.len(), 3);
        for tooth in &teeth {
            assert_eq!(doubled_area(&tooth[0]), 200);
            let has_hole = Axis::X.span(&tooth[0]) == Some((20, 30));
            assert_eq!(tooth.len(), if has_hole { 2 } else { 1 });
        }
        let base = split(&rings, Axis::Y, Kept::UpTo(20));
        assert_eq!(base.len(), 1);
        let whole = doubled_area(&base[0][0]) + 3 * 200;
        assert_eq!(whole, doubled_area(&rings[0]));
        let turned: Vec<Ring> =
            rings.iter().map(|ring| ring.iter().rev().copied().collect()).collect();
        assert_eq!(split(&turned, Axis::Y, Kept::From(20)).len(), 3);
        assert_eq!(split(&turned, Axis::X, Kept::UpTo(25)).len(), 1);
    }

    #[test]
    fn a_hole_that_is_cut_becomes_a_bay() {
        let rings =
            [ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]), ring(&[(3, 3), (3, 7), (7, 7), (7, 3)])];
        let parts = split(&rings, Axis::X, Kept::UpTo(5));
        assert_eq!((parts.len(), parts[0].len()), (1, 1));
        assert_eq!(doubled_area(&parts[0][0]), 2 * (50 - 8));
    }

    #[test]
    fn neighbours_are_cut_in_the_same_corner() {
        let (one, other) = (Coord { x: 0, y: 1 }, Coord { x: 7, y: 4 });
        assert_eq!(Axis::X.meet(one, other, 3), Axis::X.meet(other, one, 3));
        assert_eq!(Axis::X.meet(one, other, 3).0, Coord { x: 3, y: 2 });
    }

    #[test]
    fn a_ring_on_one_side_stays_as_it_is() {
        let triangle = ring(&[(0, 0), (5, 0), (0, 5)]);
        assert_eq!(clip(&triangle, Axis::Y, Kept::UpTo(5)), triangle);
        assert_eq!(clip(&triangle, Axis::X, Kept::From(0)), triangle);
    }
}

//! A closed ring that answers quickly whether a place lies inside it, and which ring lies in which.

use geo::Coord;
use rayon::prelude::*;

use super::rings::turn;
use crate::domain::position::Bounds;

/// Edges that are skipped together where none of them can meet the ray.
const CHUNK: usize = 64;

#[derive(Debug)]
pub(super) struct Ring {
    /// The last corner repeats the first.
    pub corners: Vec<Coord>,
    /// In square degrees; negative for a ring that runs clockwise.
    pub area: f64,
    pub bounds: Bounds,
    /// The box of each run of [`CHUNK`] edges.
    chunks: Vec<Bounds>,
}

/// Where a place lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inside,
    Border,
    Outside,
}

impl Ring {
    pub fn new(corners: Vec<Coord>) -> Self {
        let starts = (0..corners.len().saturating_sub(1)).step_by(CHUNK);
        let chunks: Vec<Bounds> = starts
            .map(|start| bounds(&corners[start..corners.len().min(start + CHUNK + 1)]))
            .collect();
        let whole = chunks.iter().fold(Bounds::EMPTY, |all, &chunk| all.join(chunk));
        Self { area: signed_area(&corners), bounds: whole, chunks, corners }
    }

    /// Corrects the area's sign, which rounding can turn over in a sliver.
    pub fn with_sense(mut self, shell: bool) -> Self {
        let size = self.area.abs().max(f64::MIN_POSITIVE);
        self.area = if shell { size } else { -size };
        self
    }

    /// Whether the ring runs counter-clockwise, as the outside of a polygon does.
    pub fn is_shell(&self) -> bool {
        self.area > 0.0
    }

    /// Counts the edges that a ray to the east crosses; exact.
    pub fn side(&self, place: Coord) -> Side {
        let mut inside = false;
        for (chunk, bounds) in self.chunks.iter().enumerate() {
            if place.y < bounds.south || place.y > bounds.north || place.x > bounds.east {
                continue;
            }
            let start = chunk * CHUNK;
            let end = self.corners.len().min(start + CHUNK + 1);
            for edge in self.corners[start..end].windows(2) {
                match crosses(edge[0], edge[1], place) {
                    Crossing::On => return Side::Border,
                    Crossing::Yes => inside = !inside,
                    Crossing::No => {}
                }
            }
        }
        if inside { Side::Inside } else { Side::Outside }
    }

    /// Whether the other ring, which does not cross this one, lies in it.
    pub fn holds(&self, other: &Self) -> bool {
        let b = other.bounds;
        let mine = self.bounds;
        if b.west < mine.west || b.east > mine.east || b.south < mine.south || b.north > mine.north
        {
            return false;
        }
        let middles = other.corners.windows(2).map(|edge| (edge[0] + edge[1]) / 2.0);
        other
            .corners
            .iter()
            .copied()
            .chain(middles)
            .map(|place| self.side(place))
            .find(|&side| side != Side::Border)
            .is_some_and(|side| side == Side::Inside)
    }
}

enum Crossing {
    On,
    Yes,
    No,
}

fn crosses(from: Coord, to: Coord, place: Coord) -> Crossing {
    let (low, high) = if from.y <= to.y { (from, to) } else { (to, from) };
    if place.y < low.y || place.y > high.y || place.x > from.x.max(to.x) {
        return Crossing::No;
    }
    if low.y == high.y {
        let on = place.x >= from.x.min(to.x);
        return if on { Crossing::On } else { Crossing::No };
    }
    let side = turn(low, high, place);
    if side == 0.0 {
        return Crossing::On;
    }
    // The upper end does not count, so that a corner on the ray counts once.
    if side > 0.0 && place.y < high.y { Crossing::Yes } else { Crossing::No }
}

/// The smallest ring around each ring, for rings that do not cross each other.
pub(super) fn nest(rings: &[Ring]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..rings.len()).collect();
    let size = |index: usize| rings[index].area.abs();
    order.sort_by(|&one, &other| {
        let wests = rings[one].bounds.west.total_cmp(&rings[other].bounds.west);
        wests.then(size(other).total_cmp(&size(one))).then(one.cmp(&other))
    });
    let mut open: Vec<usize> = Vec::new();
    let mut candidates: Vec<(usize, Vec<usize>)> = Vec::with_capacity(rings.len());
    for index in order {
        let bounds = rings[index].bounds;
        open.retain(|&other| rings[other].bounds.east >= bounds.west);
        let around = open.iter().copied().filter(|&other| {
            let outer = rings[other].bounds;
            outer.south <= bounds.south && outer.north >= bounds.north && outer.east >= bounds.east
        });
        candidates.push((index, around.collect()));
        open.push(index);
    }
    let mut found: Vec<(usize, Option<usize>)> = candidates
        .into_par_iter()
        .map(|(index, mut around)| {
            around.sort_by(|&one, &other| size(one).total_cmp(&size(other)));
            (index, around.into_iter().find(|&other| rings[other].holds(&rings[index])))
        })
        .collect();
    found.sort_unstable_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, container)| container).collect()
}

/// The area of a closed ring in square degrees, positive where it runs counter-clockwise.
pub(super) fn signed_area(corners: &[Coord]) -> f64 {
    let Some(&origin) = corners.first() else { return 0.0 };
    let twice: f64 = corners
        .windows(2)
        .map(|edge| {
            let (a, b) = (edge[0] - origin, edge[1] - origin);
            a.x * b.y - a.y * b.x
        })
        .sum();
    twice / 2.0
}

fn bounds(corners: &[Coord]) -> Bounds {
    corners.iter().fold(Bounds::EMPTY, |all, at| {
        all.join(Bounds { west: at.x, south: at.y, east: at.x, north: at.y })
    })
}

#[cfg(test)]
mod tests {
    use geo::coordinate_position::{CoordPos, CoordinatePosition};
    use proptest::prelude::*;

    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Ring {
        let corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)];
        Ring::new(corners.map(Coord::from).to_vec())
    }

    #[test]
    fn finds_the_smallest_ring_around() {
        let rings = [
            square(0.0, 0.0, 9.0),
            square(1.0, 1.0, 5.0),
            square(2.0, 2.0, 1.0),
            square(20.0, 0.0, 1.0),
        ];
        assert_eq!(nest(&rings), [None, Some(0), Some(1), None]);
    }

    #[test]
    fn holds_a_ring_that_touches_it_from_inside() {
        assert!(square(0.0, 0.0, 2.0).holds(&square(0.0, 0.0, 1.0)));
        assert!(!square(0.0, 0.0, 1.0).holds(&square(1.0, 0.0, 1.0)));
    }

    proptest! {
        #[test]
        fn tells_the_side_as_a_plain_test_does(
            radii in prop::collection::vec(1_i32..6, 80..200),
            x in -6_i32..7,
            y in -6_i32..7,
        ) {
            let count = radii.len() as f64;
            let star = radii.iter().zip(0..).map(|(&radius, index)| {
                let (sine, cosine) = (f64::from(index) / count * std::f64::consts::TAU).sin_cos();
                Coord { x: f64::from(radius) * cosine, y: f64::from(radius) * sine }
            });
            let line = geo::LineString::from_iter(star);
            let polygon = geo::Polygon::new(line, Vec::new());
            let at = Coord { x: f64::from(x), y: f64::from(y) };
            let expected = match polygon.coordinate_position(&at) {
                CoordPos::Inside => Side::Inside,
                CoordPos::OnBoundary => Side::Border,
                CoordPos::Outside => Side::Outside,
            };
            prop_assert_eq!(Ring::new(polygon.exterior().0.clone()).side(at), expected);
        }
    }
}

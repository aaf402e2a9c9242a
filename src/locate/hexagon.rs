//! The hexagon of a position: the H3 cell of resolution 8, as `h3o` finds it, for most positions faster.
//!
//! Coarser hexagons are parents of this one, never computed from the position again: the two differ
//! for 7 % of positions, and then sums would not close.
//!
//! H3 lays a lattice of hexagons on each face of an icosahedron by the gnomonic projection. Which
//! lattice cell holds a position is a few multiplications away; the index of that cell is asked of `h3o`
//! once and remembered. Where rounding could matter, near an edge of a cell or of a face, `h3o` decides.

use h3o::{CellIndex, LatLng, Resolution};

use super::sphere::{Sines, combined, cross, dot, normalized};
use crate::domain::position::Position;

/// Lattice cells that are remembered, 16 bytes each: those where a nation lives, several times over. The
/// memory is only taken where a cell is remembered.
const REMEMBERED: usize = 1 << 21;
/// How near to an edge `h3o` decides, in distances between neighbouring cells: 1e-5 is about a
/// centimetre. Both ways of computing are exact to better than 1e-9 there.
const EDGE_MARGIN: f64 = 1e-5;
/// How near to the middle of a face `h3o` decides, as the tangent of the angle: 6 km. There its own
/// rounding grows.
const CENTRE_MARGIN: f64 = 1e-3;
/// How near to two faces at once `h3o` decides, as a difference of cosines: about 6 m.
const FACE_MARGIN: f64 = 1e-6;
/// Distances between neighbouring cells of resolution 8 from a face's middle to its corner: 2 at
/// resolution 0, and a square root of 7 more with each resolution.
const CORNER: f64 = 2.0 * 2401.0;

/// Finds hexagons, and remembers those it found. One for each thread.
pub struct Hexagons {
    sines: Sines,
    faces: [Face; 20],
    /// The face of the last position: the next is likely there too.
    face: usize,
    /// Lattice cells and their H3 indices in turn, each pair in the slot of the cell's hash.
    remembered: Vec<u64>,
}

/// A cell of the lattice on a face: its face from 1, and both coordinates, packed. 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LatticeCell(u64);

impl Hexagons {
    pub fn new() -> Self {
        let sines = Sines::new();
        Self { faces: faces(&sines), sines, face: 0, remembered: vec![0; 2 * REMEMBERED] }
    }

    /// The H3 cell of resolution 8 that holds a position.
    #[inline]
    pub fn find(&mut self, position: Position) -> CellIndex {
        let lattice_cell = self.lattice_cell(position);
        self.look_up(lattice_cell, position)
    }

    /// [`Hexagons::find`] for each of many positions: the memory that one waits for is fetched while
    /// others are looked at.
    pub fn find_many(&mut self, positions: &[Option<Position>]) -> Vec<Option<CellIndex>> {
        const BLOCK: usize = 64;
        let mut cells = [None; BLOCK];
        let mut found = Vec::with_capacity(positions.len());
        for block in positions.chunks(BLOCK) {
            for (cell, position) in cells.iter_mut().zip(block) {
                *cell = position.and_then(|position| self.lattice_cell(position));
            }
            let touched =
                cells[..block.len()].iter().flatten().map(|cell| self.remembered[cell.slot()]);
            std::hint::black_box(touched.fold(0, u64::wrapping_add));
            found.extend(
                cells
                    .iter()
                    .zip(block)
                    .map(|(&cell, position)| position.map(|position| self.look_up(cell, position))),
            );
        }
        found
    }

    #[inline]
    fn look_up(&mut self, lattice_cell: Option<LatticeCell>, position: Position) -> CellIndex {
        let Some(lattice_cell) = lattice_cell else { return by_h3o(position) };
        let slot = lattice_cell.slot();
        if self.remembered[slot] == lattice_cell.0
            && let Ok(cell) = CellIndex::try_from(self.remembered[slot + 1])
        {
            return cell;
        }
        let cell = by_h3o(position);
        self.remembered[slot..slot + 2].copy_from_slice(&[lattice_cell.0, cell.into()]);
        cell
    }

    /// The lattice cell of a position, or `None` where rounding could make it another.
    #[inline]
    fn lattice_cell(&mut self, position: Position) -> Option<LatticeCell> {
        let point = self.sines.unit(position);
        let height = self.choose_face(point)?;
        let face = &self.faces[self.face];
        let (x, y) = (dot(point, face.along) / height, dot(point, face.across) / height);
        if x * x + y * y < CENTRE_MARGIN * CENTRE_MARGIN * face.scale * face.scale {
            return None;
        }
        round_to_lattice(x, y).map(|(i, j)| LatticeCell::new(self.face, i, j))
    }

    /// Chooses the face whose middle is nearest and gives the cosine to it, or `None` where another is
    /// as near.
    #[inline]
    fn choose_face(&mut self, point: [f64; 3]) -> Option<f64> {
        let height = dot(point, self.faces[self.face].middle);
        if height > self.faces[self.face].surely_nearest {
            return Some(height);
        }
        let (mut best, mut second) = ((0, f64::NEG_INFINITY), f64::NEG_INFINITY);
        for (number, face) in self.faces.iter().enumerate() {
            let height = dot(point, face.middle);
            if height > best.1 {
                second = best.1;
                best = (number, height);
            } else {
                second = second.max(height);
            }
        }
        self.face = best.0;
        (best.1 - second > FACE_MARGIN).then_some(best.1)
    }
}

impl Default for Hexagons {
    fn default() -> Self {
        Self::new()
    }
}

impl LatticeCell {
    #[inline]
    const fn new(face: usize, i: i16, j: i16) -> Self {
        Self((face as u64 + 1) << 32 | (i as u16 as u64) << 16 | j as u16 as u64)
    }

    /// Where it is remembered, by a multiplicative hash.
    #[inline]
    const fn slot(self) -> usize {
        (self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 43) as usize % REMEMBERED * 2
    }
}

#[cold]
fn by_h3o(position: Position) -> CellIndex {
    LatLng::new(position.latitude(), position.longitude())
        .expect("a position is finite")
        .to_cell(Resolution::Eight)
}

/// The lattice point nearest to a point of the plane, or `None` near the edge between two.
///
/// The lattice's axes are `i` along x and `j` 120 degrees from it. By rounding three coordinates that
/// sum to 0 and mending the one that is rounded most.
#[inline]
fn round_to_lattice(x: f64, y: f64) -> Option<(i16, i16)> {
    const ROOT_3: f64 = 1.732_050_807_568_877_2;
    let (u, w) = (x + y / ROOT_3, -2.0 * y / ROOT_3);
    let v = -u - w;
    let (mut ru, mut rw) = (u.round_ties_even(), w.round_ties_even());
    let rv = v.round_ties_even();
    let (du, dv, dw) = ((u - ru).abs(), (v - rv).abs(), (w - rw).abs());
    if du > dv && du > dw {
        ru = -rv - rw;
    } else if dw > dv {
        rw = -ru - rv;
    }
    let (du, dw) = (u - ru, w - rw);
    let dv = -du - dw;
    let furthest = (du - dv).abs().max((dv - dw).abs()).max((dw - du).abs());
    (furthest < 1.0 - EDGE_MARGIN).then_some((ru as i16, -rw as i16))
}

/// The frame of a face: the middle, and two axes at right angles in units of the lattice.
#[derive(Debug, Clone, Copy)]
struct Face {
    middle: [f64; 3],
    along: [f64; 3],
    across: [f64; 3],
    /// The lattice units of a tangent of 1.
    scale: f64,
    /// A point with a larger cosine to the middle is nearer to no other face.
    surely_nearest: f64,
}

/// The 20 faces between the 12 corners of the icosahedron, which are the middles of H3's pentagons.
///
/// An axis of the lattice of an even resolution points to a corner. Which of the three corners does not
/// matter: the lattice looks the same from each.
fn faces(sines: &Sines) -> [Face; 20] {
    let corners: Vec<[f64; 3]> = CellIndex::base_cells()
        .filter(|cell| cell.is_pentagon())
        .map(|cell| {
            let middle = LatLng::from(cell);
            let position = Position::new(middle.lng(), middle.lat());
            sines.unit(position.expect("a cell's middle is on the Earth"))
        })
        .collect();
    // Neighbouring corners are 63.4 degrees apart, the next nearest 116.6.
    let are_near = |a: usize, b: usize| dot(corners[a], corners[b]) > 0.0;
    let mut faces = Vec::with_capacity(20);
    for a in 0..corners.len() {
        for b in a + 1..corners.len() {
            for c in b + 1..corners.len() {
                if are_near(a, b) && are_near(b, c) && are_near(a, c) {
                    faces.push(Face::between([corners[a], corners[b], corners[c]]));
                }
            }
        }
    }
    faces.try_into().expect("an icosahedron has 20 faces")
}

impl Face {
    fn between(corners: [[f64; 3]; 3]) -> Self {
        let [a, b, c] = corners;
        let middle = normalized([a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]]);
        let cosine = dot(a, middle);
        let along = normalized(combined(1.0, a, -cosine, middle));
        let across = cross(middle, along);
        let tangent = (1.0 - cosine * cosine).sqrt() / cosine;
        let scale = CORNER / tangent;
        // The middle of an edge is as near to the face beyond.
        let edge = normalized(combined(1.0, a, 1.0, b));
        Self {
            middle,
            along: along.map(|axis| axis * scale),
            across: across.map(|axis| axis * scale),
            scale,
            surely_nearest: dot(edge, middle) + FACE_MARGIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;

    fn check(hexagons: &mut Hexagons, longitude: f64, latitude: f64) {
        let Some(position) = Position::new(longitude, latitude) else { return };
        let expected = LatLng::new(latitude, longitude).unwrap().to_cell(Resolution::Eight);
        assert_eq!(hexagons.find(position), expected, "{longitude} {latitude}");
    }

    #[test]
    fn agrees_with_h3o_all_over_the_earth_and_in_one_place() {
        let mut hexagons = Hexagons::new();
        let mut random = Pcg64Mcg::seed_from_u64(1);
        for _ in 0..200_000 {
            let latitude = random.random_range(-1.0_f64..1.0).asin().to_degrees();
            check(&mut hexagons, random.random_range(-180.0..180.0), latitude);
        }
        for _ in 0..200_000 {
            check(&mut hexagons, random.random_range(90.0..90.2), random.random_range(-0.1..0.1));
        }
    }

    #[test]
    fn agrees_with_h3o_at_and_near_edges_and_corners_of_cells() {
        let mut hexagons = Hexagons::new();
        let mut random = Pcg64Mcg::seed_from_u64(2);
        for _ in 0..3_000 {
            let latitude = random.random_range(-1.0_f64..1.0).asin().to_degrees();
            let middle = LatLng::new(latitude, random.random_range(-180.0..180.0)).unwrap();
            let outline = middle.to_cell(Resolution::Eight).boundary();
            for (index, corner) in outline.iter().enumerate() {
                let next = outline[(index + 1) % outline.len()];
                let share = random.random_range(0.0..1.0);
                let on_edge = |from: f64, to: f64| from + (to - from) * share;
                for shift in [0.0, 1e-13, 1e-10, 1e-8, 1e-7, 1e-6, -1e-10, -1e-8, -1e-7] {
                    check(&mut hexagons, corner.lng() + shift, corner.lat());
                    let (x, y) =
                        (on_edge(corner.lng(), next.lng()), on_edge(corner.lat(), next.lat()));
                    check(&mut hexagons, x, y + shift);
                }
            }
        }
    }

    #[test]
    fn agrees_with_h3o_at_middles_corners_and_edges_of_faces() {
        let mut hexagons = Hexagons::new();
        let faces = faces(&Sines::new());
        let at = |point: [f64; 3]| {
            let [x, y, z] = normalized(point);
            (y.atan2(x).to_degrees(), z.asin().to_degrees())
        };
        let mut random = Pcg64Mcg::seed_from_u64(3);
        for face in &faces {
            for other in &faces {
                for size in [0.0, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2] {
                    let share = random.random_range(0.3..0.7);
                    let mut point = combined(share, face.middle, 1.0 - share, other.middle);
                    point = point.map(|axis| axis + size * random.random_range(-1.0..1.0));
                    let (longitude, latitude) = at(point);
                    check(&mut hexagons, longitude, latitude);
                    let near = face.middle.map(|axis| axis + size * random.random_range(-1.0..1.0));
                    let (longitude, latitude) = at(near);
                    check(&mut hexagons, longitude, latitude);
                }
            }
        }
    }

    #[test]
    fn finds_many_as_one_by_one() {
        let mut random = Pcg64Mcg::seed_from_u64(5);
        let mut position = |step: u32| {
            let (east, north) = (random.random_range(90.0..90.1), random.random_range(-0.1..0.1));
            Position::new(east, north).filter(|_| !step.is_multiple_of(7))
        };
        let positions: Vec<Option<Position>> = (0..1_000).map(&mut position).collect();
        let found = Hexagons::new().find_many(&positions);
        let one_by_one = positions.iter().map(|position| position.map(by_h3o));
        assert!(found.into_iter().eq(one_by_one));
    }

    #[test]
    fn asks_h3o_for_few_positions_only() {
        let mut hexagons = Hexagons::new();
        let mut random = Pcg64Mcg::seed_from_u64(4);
        let mut position =
            || Position::new(random.random_range(90.0..91.0), random.random_range(-2.0..-1.0));
        let unsure =
            (0..100_000).filter(|_| hexagons.lattice_cell(position().unwrap()).is_none()).count();
        assert!(unsure < 100, "{unsure}");
    }
}

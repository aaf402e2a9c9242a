//! Which cell of the lattice on a face of H3's icosahedron holds a position, many positions at once.
//!
//! Every step is a loop over plain numbers without a branch, which compilers turn into vector
//! instructions. Where the machine has the wider ones of AVX2, they are used: the arithmetic is the same, and so
//! is each bit of the answer.

use h3o::{CellIndex, LatLng};
use multiversion::multiversion;

use super::sphere::{Sines, Units, combined, cross, dot, normalized};
use crate::domain::position::Position;

/// Positions that are worked on together.
pub const BLOCK: usize = 64;
/// How near to an edge a cell is not told, in distances between neighbouring cells: 1e-5 is about a
/// centimetre. This way of computing and H3's are both exact to better than 1e-9 there.
const EDGE_MARGIN: f64 = 1e-5;
/// How near to the middle of a face a cell is not told, as the tangent of the angle: 6 km. There H3's
/// own rounding grows.
const CENTRE_MARGIN: f64 = 1e-3;
/// How near to two faces at once a cell is not told, as a difference of cosines: about 6 m.
const FACE_MARGIN: f64 = 1e-6;
/// Distances between neighbouring cells of resolution 8 from a face's middle to its corner: 2 at
/// resolution 0, and a square root of 7 more with each resolution.
const CORNER: f64 = 2.0 * 2401.0;

/// A cell of the lattice on a face: its face from 1, and both coordinates, packed. 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatticeCell(pub u64);

/// The lattices of all faces.
pub struct Lattice {
    sines: Sines,
    faces: [Face; 20],
    /// The face of the last position: the next is likely there too.
    face: usize,
}

impl LatticeCell {
    pub const NONE: Self = Self(0);
}

impl Lattice {
    pub fn new() -> Self {
        let sines = Sines::new();
        Self { faces: faces(), sines, face: 0 }
    }

    /// The cells of at most [`BLOCK`] positions, each [`LatticeCell::NONE`] where rounding could make it
    /// another, or where there is no position.
    #[inline]
    pub fn find(&mut self, positions: &[Option<Position>]) -> [LatticeCell; BLOCK] {
        let units = self.units(positions);
        let mut cells = [0; BLOCK];
        let is_face = on_face(&self.faces[self.face], self.face, &units, &mut cells);
        if !is_face {
            for (at, cell) in cells.iter_mut().enumerate().take(positions.len()) {
                *cell = self.find_one([units[0][at], units[1][at], units[2][at]]);
            }
        }
        let mut found = [LatticeCell::NONE; BLOCK];
        for ((found, cell), position) in found.iter_mut().zip(cells).zip(positions) {
            *found = if position.is_some() { LatticeCell(cell) } else { LatticeCell::NONE };
        }
        found
    }

    /// The points of the positions; the first fills the places of those that are missing, so that they
    /// are on the same face.
    #[inline]
    fn units(&self, positions: &[Option<Position>]) -> Units<BLOCK> {
        let first = positions.iter().flatten().next();
        let (x, y) = first.map_or((0.0, 0.0), |first| (first.longitude(), first.latitude()));
        let (mut longitudes, mut latitudes) = ([x; BLOCK], [y; BLOCK]);
        let axes = longitudes.iter_mut().zip(&mut latitudes);
        for ((longitude, latitude), position) in axes.zip(positions) {
            if let Some(position) = position {
                (*longitude, *latitude) = (position.longitude(), position.latitude());
            }
        }
        self.sines.units(&longitudes, &latitudes)
    }

    fn find_one(&mut self, point: [f64; 3]) -> u64 {
        if !self.choose_face(point) {
            return 0;
        }
        self.faces[self.face].cell(self.face, point)
    }

    /// Chooses the face whose middle is nearest, and says whether no other is as near.
    fn choose_face(&mut self, point: [f64; 3]) -> bool {
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
        best.1 - second > FACE_MARGIN
    }
}

/// The cells of points on one face, and whether all are surely on it.
#[multiversion(targets("x86_64+avx2+fma"))]
fn on_face(face: &Face, number: usize, units: &Units<BLOCK>, cells: &mut [u64; BLOCK]) -> bool {
    let mut is_sure = 1;
    for (at, cell) in cells.iter_mut().enumerate() {
        let point = [units[0][at], units[1][at], units[2][at]];
        is_sure &= u64::from(face.lead(point) > FACE_MARGIN);
        *cell = face.cell(number, point);
    }
    is_sure != 0
}

/// The frame of a face: the middle, and two axes at right angles in units of the lattice.
#[derive(Debug, Clone, Copy)]
struct Face {
    middle: [f64; 3],
    along: [f64; 3],
    across: [f64; 3],
    /// The square of [`CENTRE_MARGIN`] in units of the lattice.
    centre: f64,
    /// The middles of the three faces beside it.
    beside: [[f64; 3]; 3],
}

impl Face {
    /// How much nearer a point is to the middle than to that of any other face, as a difference of
    /// cosines; below 0 where it is on another face.
    #[inline(always)]
    fn lead(&self, point: [f64; 3]) -> f64 {
        let [a, b, c] = self.beside.map(|middle| dot(point, middle));
        dot(point, self.middle) - larger(larger(a, b), c)
    }

    /// The packed cell of a point of this face, or 0 where rounding could make it another.
    #[inline(always)]
    fn cell(&self, number: usize, point: [f64; 3]) -> u64 {
        let height = dot(point, self.middle);
        let (x, y) = (dot(point, self.along) / height, dot(point, self.across) / height);
        let (i, j, is_sure) = round_to_lattice(x, y);
        let packed = (number as u64 + 1) << 32 | i << 16 | j;
        let is_told = is_sure & (x * x + y * y >= self.centre);
        if is_told { packed } else { 0 }
    }

    fn between(corners: [[f64; 3]; 3]) -> Self {
        let [a, b, c] = corners;
        let middle = normalized([a[0] + b[0] + c[0], a[1] + b[1] + c[1], a[2] + b[2] + c[2]]);
        let cosine = dot(a, middle);
        let along = normalized(combined(1.0, a, -cosine, middle));
        let across = cross(middle, along);
        let tangent = (1.0 - cosine * cosine).sqrt() / cosine;
        let scale = CORNER / tangent;
        Self {
            middle,
            along: along.map(|axis| axis * scale),
            across: across.map(|axis| axis * scale),
            centre: (CENTRE_MARGIN * scale).powi(2),
            beside: [[a, b, c], [b, c, a], [c, a, b]].map(|edge| mirrored(middle, edge)),
        }
    }
}

/// The middle of the face beyond an edge, which the first two corners bound.
fn mirrored(middle: [f64; 3], [a, b, _]: [[f64; 3]; 3]) -> [f64; 3] {
    let across = normalized(cross(a, b));
    combined(1.0, middle, -2.0 * dot(middle, across), across)
}

/// The lattice point nearest to a point of the plane, each coordinate in 16 bits, and whether it is
/// not near the edge between two.
///
/// The lattice's axes are `i` along x and `j` 120 degrees from it. By rounding three coordinates that
/// sum to 0 and mending the one that is rounded most.
#[inline(always)]
fn round_to_lattice(x: f64, y: f64) -> (u64, u64, bool) {
    const ROOT_3: f64 = 1.732_050_807_568_877_2;
    let (u, w) = (x + 1.0 / ROOT_3 * y, -2.0 / ROOT_3 * y);
    let v = -u - w;
    let (ru, rv, rw) = (rounded(u), rounded(v), rounded(w));
    let (du, dv, dw) = ((u - ru).abs(), (v - rv).abs(), (w - rw).abs());
    let (mends_u, mends_w) = ((du > dv) & (du > dw), dw > dv);
    let i = if mends_u { -rv - rw } else { ru };
    let j = if !mends_u & mends_w { -ru - rv } else { rw };
    let (du, dw) = (u - i, w - j);
    let dv = -du - dw;
    let furthest = larger(larger((du - dv).abs(), (dv - dw).abs()), (dw - du).abs());
    (low_bits(i), low_bits(-j), furthest < 1.0 - EDGE_MARGIN)
}

/// The larger of two numbers that are both numbers: one instruction, where `f64::max` needs three.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Added to a number of less than 2^51 it leaves no bit for a fraction.
const WHOLE: f64 = 1.5 * (1_u64 << 52) as f64;

/// Rounded to the nearest whole number, ties to even.
#[inline(always)]
pub(super) fn rounded(number: f64) -> f64 {
    (number + WHOLE) - WHOLE
}

/// The lowest 16 bits of a whole number in two's complement.
#[inline(always)]
pub(super) fn low_bits(number: f64) -> u64 {
    (number + WHOLE).to_bits() & 0xffff
}

/// The 20 faces between the 12 corners of the icosahedron, which are the middles of H3's pentagons.
///
/// An axis of the lattice of an even resolution points to a corner. Which of the three corners does not
/// matter: the lattice looks the same from each.
fn faces() -> [Face; 20] {
    let corners: Vec<[f64; 3]> = CellIndex::base_cells()
        .filter(|cell| cell.is_pentagon())
        .map(|cell| {
            let middle = LatLng::from(cell);
            let (sin_x, cos_x) = middle.lng_radians().sin_cos();
            let (sin_y, cos_y) = middle.lat_radians().sin_cos();
            [cos_x * cos_y, sin_x * cos_y, sin_y]
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

#[cfg(test)]
pub(super) fn middles_of_faces() -> [[f64; 3]; 20] {
    faces().map(|face| face.middle)
}

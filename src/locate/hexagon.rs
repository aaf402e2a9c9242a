//! The hexagon of a position: the H3 cell of resolution 8, as `h3o` finds it, for most positions faster.
//!
//! Coarser hexagons are parents of this one, never computed from the position again: the two differ
//! for 7 % of positions, and then sums would not close.
//!
//! H3 lays a lattice of hexagons on each face of an icosahedron by the gnomonic projection. Which
//! lattice cell holds a position is a few multiplications away; the index of that cell is asked of `h3o`
//! once and remembered. Where rounding could matter, near an edge of a cell or of a face, `h3o` decides.

use h3o::{CellIndex, LatLng, Resolution};

use super::lattice::{BLOCK, Lattice, LatticeCell};
use crate::domain::position::Position;

/// Lattice cells that are remembered, 16 bytes each: those where a nation lives, several times over.
const REMEMBERED: usize = 1 << 21;
/// Finds hexagons, and remembers those it found. One for each thread.
pub struct Hexagons {
    lattice: Lattice,
    /// Lattice cells and their H3 indices, each pair in the slot of the cell's hash.
    remembered: Vec<(LatticeCell, Option<CellIndex>)>,
}

impl Hexagons {
    pub fn new() -> Self {
        let remembered = vec![(LatticeCell::NONE, None); REMEMBERED];
        Self { lattice: Lattice::new(), remembered }
    }

    /// The H3 cell of resolution 8 that holds each position: the memory that one waits for is fetched
    /// while others are looked at.
    pub fn find_many(&mut self, positions: &[Option<Position>]) -> Vec<Option<CellIndex>> {
        let mut found = Vec::with_capacity(positions.len());
        for block in positions.chunks(BLOCK) {
            let cells = self.lattice.find(block);
            let touched = cells.iter().map(|cell| self.remembered[slot(*cell)].0.0);
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
    fn look_up(&mut self, lattice_cell: LatticeCell, position: Position) -> CellIndex {
        let slot = slot(lattice_cell);
        if let (known, Some(cell)) = self.remembered[slot]
            && known == lattice_cell
        {
            return cell;
        }
        let cell = by_h3o(position);
        if lattice_cell != LatticeCell::NONE {
            self.remembered[slot] = (lattice_cell, Some(cell));
        }
        cell
    }
}

impl Default for Hexagons {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a cell is remembered, by a multiplicative hash.
#[inline]
const fn slot(cell: LatticeCell) -> usize {
    (cell.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 43) as usize % REMEMBERED
}

#[cold]
fn by_h3o(position: Position) -> CellIndex {
    LatLng::new(position.latitude(), position.longitude())
        .expect("a position is finite")
        .to_cell(Resolution::Eight)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::super::lattice::middles_of_faces;
    use super::super::sphere::{combined, normalized};
    use super::*;

    fn check(hexagons: &mut Hexagons, longitude: f64, latitude: f64) {
        let Some(position) = Position::new(longitude, latitude) else { return };
        let expected = LatLng::new(latitude, longitude).unwrap().to_cell(Resolution::Eight);
        assert_eq!(
            hexagons.find_many(&[Some(position)])[0].unwrap(),
            expected,
            "{longitude} {latitude}"
        );
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
        let middles = middles_of_faces();
        let at = |point: [f64; 3]| {
            let [x, y, z] = normalized(point);
            (y.atan2(x).to_degrees(), z.asin().to_degrees())
        };
        let mut random = Pcg64Mcg::seed_from_u64(3);
        for middle in middles {
            for other in middles {
                for size in [0.0, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2] {
                    let share = random.random_range(0.3..0.7);
                    let mut point = combined(share, middle, 1.0 - share, other);
                    point = point.map(|axis| axis + size * random.random_range(-1.0..1.0));
                    let (longitude, latitude) = at(point);
                    check(&mut hexagons, longitude, latitude);
                    let near = middle.map(|axis| axis + size * random.random_range(-1.0..1.0));
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
        let positions: Vec<Option<Position>> = (0..100_000).map(|_| position()).collect();
        let cells = positions.chunks(BLOCK).flat_map(|block| hexagons.lattice.find(block));
        let unsure = cells.zip(&positions).filter(|(cell, _)| *cell == LatticeCell::NONE).count();
        assert!(unsure < 100, "{unsure}");
    }
}

//! What each region holds, as digests: by them it is known whether the content of a place is that of another release.

use crate::count::digest::mix;
use crate::count::{Cube, CubeKey, Digests};
use crate::domain::indicator::Counts;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

/// A digest for each table, by [`Table::index`].
pub type OfTables = [u64; Table::ALL.len()];

/// Digests of the nation and of every region of a cube, over all that lies below each.
///
/// Two contents that differ in a unit, or in the hexagon of a unit, have different digests but with a chance of 2^-64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionDigests {
    /// The nation first, then the regions in the order of the tree.
    places: Vec<Place>,
}

/// What is known of the content of the nation or of a region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Of the units and what each adds; 0 where a table counts nothing.
    pub tables: OfTables,
    /// Of the figures by hexagon, whichever units they are of.
    pub figures: u64,
    pub households: u64,
}

impl Place {
    fn add(&mut self, other: &Self) {
        let tables = self.tables.iter_mut().zip(other.tables);
        tables.for_each(|(sum, digest)| *sum = sum.wrapping_add(digest));
        self.figures = self.figures.wrapping_add(other.figures);
        self.households += other.households;
    }

    fn add_cell(&mut self, hexagon: u64, counts: &Counts, digests: &Digests) {
        for (sum, digest) in self.tables.iter_mut().zip(digests) {
            *sum = sum.wrapping_add(in_hexagon(*digest, hexagon));
        }
        let hash = |hash, (column, count): (u64, &i64)| match count {
            0 => hash,
            count => mix(hash ^ mix(column + 1) ^ count.cast_unsigned()),
        };
        let figures = (0..).zip(counts).fold(0, hash);
        self.figures = self.figures.wrapping_add(in_hexagon(figures, hexagon));
        self.households += crate::count::cube::households(counts).unsigned_abs();
    }
}

/// A digest that tells in which hexagon it was counted; that of nothing stays 0.
const fn in_hexagon(digest: u64, hexagon: u64) -> u64 {
    if digest == 0 { 0 } else { mix(digest ^ mix(hexagon)) }
}

impl RegionDigests {
    /// The digests of a cube that was counted on these regions.
    pub fn of(cube: &Cube, regions: &RegionTree) -> Self {
        let mut own = vec![Place::default(); regions.len() + 1];
        for (CubeKey { region, hexagon }, cell) in cube.cells() {
            let hexagon = hexagon.map_or(0, u64::from);
            own[at(region)].add_cell(hexagon, &cell.counts, &cell.digests);
        }
        for (region, cell) in cube.unknown() {
            for (table, digest) in Table::UNKNOWN.iter().zip(cell.digests) {
                let sum = &mut own[at(region)].tables[table.index()];
                *sum = sum.wrapping_add(digest);
            }
        }
        for (region, cell) in cube.prelist() {
            let sum = &mut own[at(region)].tables[Table::Coverage.index()];
            *sum = sum.wrapping_add(cell.digest);
        }
        for programme in cube.programmes() {
            let table = Table::of_programme(programme);
            for (region, cell) in cube.reach(programme) {
                let sum = &mut own[at(region)].tables[table.index()];
                *sum = sum.wrapping_add(cell.digest);
            }
        }
        let mut places = own.clone();
        for (region, _) in regions.iter() {
            let own = own[at(Some(region))];
            let mut above = regions.parent(region);
            while let Some(id) = above {
                places[at(Some(id))].add(&own);
                above = regions.parent(id);
            }
            places[at(None)].add(&own);
        }
        Self { places }
    }

    /// As they were written: the nation's first, then those of the regions in the order of the tree.
    pub const fn from_places(places: Vec<Place>) -> Self {
        Self { places }
    }

    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Of a region; `None` for the nation.
    pub fn get(&self, region: Option<RegionId>) -> &Place {
        &self.places[at(region)]
    }
}

fn at(region: Option<RegionId>) -> usize {
    region.map_or(0, |id| id.index() + 1)
}

#[cfg(test)]
mod tests {
    use h3o::Resolution;

    use super::*;
    use crate::count::{Cell, Unit};
    use crate::domain::indicator::{CubeColumn, PovertyThreshold};
    use crate::protect::fixture::{cell, key, tree};

    fn counted(id: &str, step: u8) -> Cube {
        let tree = tree();
        let mut cube = Cube::default();
        let mut cell_of = Cell::default();
        cell_of.counts[CubeColumn::Decile1.index()] = 1;
        cell_of.digests = Unit::new(id).digests(&cell_of.counts, PovertyThreshold::default());
        let hexagon = Some(cell(step, Resolution::Eight));
        cube.add_cell(key(&tree, Some("0101001001"), hexagon), &cell_of);
        cube
    }

    #[test]
    fn a_place_tells_apart_units_and_their_hexagons_and_only_above_them() {
        let tree = tree();
        let of = |id, step| RegionDigests::of(&counted(id, step), &tree);
        let (one, other, moved) = (of("a", 0), of("b", 0), of("a", 1));
        let welfare = |digests: &RegionDigests, region: Option<&str>| {
            let place = digests.get(region.map(|code| tree.find(code.parse().unwrap()).unwrap()));
            place.tables[Table::Welfare.index()]
        };
        for region in [None, Some("01"), Some("0101"), Some("0101001"), Some("0101001001")] {
            assert_ne!(welfare(&one, region), welfare(&other, region), "{region:?}");
            assert_ne!(welfare(&one, region), welfare(&moved, region), "{region:?}");
        }
        for region in ["02", "0102", "0101001002"] {
            assert_eq!(welfare(&one, Some(region)), 0);
        }
        assert_eq!(one.get(None).figures, other.get(None).figures);
        assert_ne!(one.get(None).figures, moved.get(None).figures);
        assert_eq!(one.get(None).households, 1);
    }
}

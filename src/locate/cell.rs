//! How the cells of the region index are written: what a cell's number means, and the record of a
//! cell that borders cross.

use geo::Coord;

use super::grid::PARTS;
use super::orient::{Line, is_between};

/// Which regions cover a point of a cell, one bit for each candidate in the order of their codes.
pub type Mask = u64;

/// The most regions that may meet in one undivided cell.
pub const MOST_CANDIDATES: usize = Mask::BITS as usize;

/// What a cell holds, packed into 32 bits: a kind above, a number below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// No region.
    Empty,
    /// All of it lies in this region.
    Inside(u32),
    /// Borders cross it: the word at which its [`Record`] starts, in units of [`RECORD_ALIGN`] words.
    Border(u32),
    /// It is divided: the number of its first part among the parts.
    Divided(u32),
}

/// Records start at multiples of this many words, so that 30 bits reach 32 GiB.
pub const RECORD_ALIGN: usize = 4;

const KIND_SHIFT: u32 = 30;
const NUMBER: u32 = (1 << KIND_SHIFT) - 1;

impl Cell {
    pub const fn pack(self) -> u32 {
        match self {
            Self::Empty => 0,
            Self::Inside(region) => 1 << KIND_SHIFT | region,
            Self::Border(record) => 2 << KIND_SHIFT | record,
            Self::Divided(parts) => 3 << KIND_SHIFT | parts,
        }
    }

    #[inline]
    pub const fn unpack(packed: u32) -> Self {
        let number = packed & NUMBER;
        match packed >> KIND_SHIFT {
            0 => Self::Empty,
            1 => Self::Inside(number),
            2 => Self::Border(number),
            _ => Self::Divided(number),
        }
    }
}

/// The parts of a divided cell.
pub const PARTS_OF_CELL: usize = PARTS * PARTS;

/// A chain of edges that bound the same regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The regions whose border it is: crossing it changes whether one is in them.
    pub mask: Mask,
    pub vertices: Vec<Coord>,
}

/// A cell that borders cross, before it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct BorderCell {
    /// The regions that cover some of the cell, ascending.
    pub candidates: Vec<u32>,
    /// A point of the cell that lies on no edge.
    pub reference: Coord,
    /// The candidates that cover it.
    pub covers: Mask,
    pub chains: Vec<Chain>,
}

impl BorderCell {
    /// Appends the cell's record: candidates and chains counted, the mask, the reference point, the
    /// candidates two to a word, then each chain's mask, length and vertices.
    pub fn write(&self, words: &mut Vec<u64>) {
        words.push((self.candidates.len() as u64) << 32 | self.chains.len() as u64);
        words.push(self.covers);
        words.extend(coord_words(self.reference));
        for pair in self.candidates.chunks(2) {
            let second = pair.get(1).copied().unwrap_or(u32::MAX);
            words.push(u64::from(second) << 32 | u64::from(pair[0]));
        }
        for chain in &self.chains {
            words.push(chain.mask);
            words.push(chain.vertices.len() as u64);
            words.extend(chain.vertices.iter().copied().flat_map(coord_words));
        }
        words.resize(words.len().next_multiple_of(RECORD_ALIGN), 0);
    }
}

fn coord_words(at: Coord) -> [u64; 2] {
    [at.x.to_bits(), at.y.to_bits()]
}

#[inline]
fn coord(words: &[u64]) -> Coord {
    Coord { x: f64::from_bits(words[0]), y: f64::from_bits(words[1]) }
}

/// A border cell's record in the words of the index.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    words: &'a [u64],
    candidates: usize,
    chains: usize,
}

/// Which candidates a point lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// The candidates in whose interior or on whose border it lies.
    pub mask: Mask,
    /// The candidates on whose border it lies.
    pub touched: Mask,
}

impl<'a> Record<'a> {
    /// The record that starts at a word.
    #[inline]
    pub fn at(words: &'a [u64], start: usize) -> Self {
        let words = &words[start..];
        Self {
            words,
            candidates: (words[0] >> 32) as usize,
            chains: (words[0] & 0xffff_ffff) as usize,
        }
    }

    /// The region of a candidate's bit.
    #[inline]
    pub fn candidate(&self, bit: u32) -> u32 {
        (self.words[4 + bit as usize / 2] >> (32 * (bit % 2))) as u32
    }

    /// The chains: masks and vertices.
    #[inline]
    pub fn chains(&self) -> impl Iterator<Item = (Mask, impl Iterator<Item = Coord> + 'a)> {
        let mut rest = &self.words[4 + self.candidates.div_ceil(2)..];
        (0..self.chains).map(move |_| {
            let length = rest[1] as usize * 2;
            let (mask, vertices) = (rest[0], &rest[2..2 + length]);
            rest = &rest[2 + length..];
            (mask, vertices.chunks_exact(2).map(coord))
        })
    }

    /// Which candidates cover a point of the cell.
    ///
    /// From the reference point, which lies on no edge, a straight line is drawn to `point`: each edge
    /// that it crosses changes whether one is in the edge's regions. A vertex on the line counts as
    /// left of it, which is the line moved by less than anything, so nothing is crossed twice.
    #[inline]
    pub fn cover(&self, point: Coord) -> Cover {
        let reference = coord(&self.words[2..4]);
        let drawn = Line::new(point, reference);
        let (mut inside, mut touched) = (self.words[1], 0);
        for (mask, mut vertices) in self.chains() {
            let Some(mut a) = vertices.next() else { continue };
            let mut side_a = drawn.side(a);
            for b in vertices {
                let side_b = drawn.side(b);
                if side_a * side_b <= 0.0 {
                    let crossing = cross(a, b, point, reference);
                    let changes_side = (side_a >= 0.0) != (side_b >= 0.0);
                    inside ^= if crossing.is_crossed && changes_side { mask } else { 0 };
                    touched |= if crossing.is_touched { mask } else { 0 };
                }
                (a, side_a) = (b, side_b);
            }
        }
        Cover { mask: inside | touched, touched }
    }
}

struct Crossing {
    is_crossed: bool,
    is_touched: bool,
}

#[inline]
fn cross(a: Coord, b: Coord, point: Coord, reference: Coord) -> Crossing {
    let edge = Line::new(a, b);
    let (of_point, of_reference) = (edge.side(point), edge.side(reference));
    Crossing {
        is_crossed: (of_point > 0.0 && of_reference < 0.0)
            || (of_point < 0.0 && of_reference > 0.0),
        is_touched: of_point == 0.0 && is_between(a, b, point),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit_square() -> Vec<u64> {
        let vertices = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        let cell = BorderCell {
            candidates: vec![7],
            reference: Coord { x: 0.5, y: 0.25 },
            covers: 1,
            chains: vec![Chain { mask: 1, vertices: vertices.map(Coord::from).to_vec() }],
        };
        let mut words = Vec::new();
        cell.write(&mut words);
        words
    }

    #[test]
    fn a_cell_unpacks_as_it_was_packed() {
        for cell in [Cell::Empty, Cell::Inside(81_903), Cell::Border(NUMBER), Cell::Divided(5)] {
            assert_eq!(Cell::unpack(cell.pack()), cell);
        }
    }

    #[test]
    fn a_closed_region_holds_its_corners_and_sides() {
        let words = unit_square();
        let record = Record::at(&words, 0);
        assert_eq!(record.candidate(0), 7);
        for inside in [(0.5, 0.25), (0.0, 0.0), (1.0, 0.5), (0.5, 1.0), (0.5, 0.0), (0.9, 0.9)] {
            assert_eq!(record.cover(inside.into()).mask, 1, "{inside:?}");
        }
        for outside in [(1.5, 0.25), (0.5, 1.25), (-0.5, -0.25), (2.0, 1.0), (0.5, -1e-12)] {
            assert_eq!(record.cover(outside.into()).mask, 0, "{outside:?}");
        }
    }

    #[test]
    fn tells_a_touched_border_from_an_interior() {
        let words = unit_square();
        let record = Record::at(&words, 0);
        assert_eq!(record.cover(Coord { x: 1.0, y: 0.5 }).touched, 1);
        assert_eq!(record.cover(Coord { x: 0.5, y: 0.5 }).touched, 0);
    }
}

//! Building the region index.

use geo::{Coord, MultiPolygon};
use rayon::prelude::*;

use super::borders::{Borders, Buckets, Crossings, is_right_of, toggle};
use super::cell::{BorderCell, Cell, Chain, MOST_CANDIDATES, PARTS_OF_CELL, RECORD_ALIGN};
use super::grid::{Grid, Square};
use super::index::{RegionIndex, Sections};
use super::sides::{Anchor, Side, covers_from, distinct_edges, off_the_edges};
use crate::domain::position::Bounds;

/// Degrees of a cell of the grid: about 1.1 km. Doubled where the grid would have too many cells.
const CELL: f64 = 0.01;
/// The most cells of a grid, 64 MiB of them.
const MOST_CELLS: usize = 1 << 24;
/// A cell that more edges cross is divided.
const MOST_EDGES: usize = 10;
/// How often a cell may be divided: to about 4 m.
const MOST_DIVISIONS: u32 = 4;
/// Where in its square a reference point stands. Odd fractions, so that hardly any border runs there.
const REFERENCE_X: f64 = 0.512_793_846_1;
const REFERENCE_Y: f64 = 0.487_654_321_7;

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum IndexError {
    #[error(
        "more than {MOST_CANDIDATES} regions meet within 5 m of longitude {longitude}, latitude {latitude}; \
         check the boundaries there"
    )]
    Crowded { longitude: f64, latitude: f64 },
    #[error("the boundaries have more vertices or regions than an index holds (2^30)")]
    TooLarge,
}

/// Builds the index of regions of one level, in the order of their codes.
///
/// A point in several regions belongs to the first of them. The same regions give the same words,
/// whatever the number of threads.
///
/// # Errors
/// [`IndexError`] where the boundaries are beyond what an index holds.
pub fn build(regions: &[MultiPolygon]) -> Result<RegionIndex, IndexError> {
    let borders = Borders::new(regions)?;
    let grid = grid_over(borders.bounds());
    let buckets = Buckets::new(&borders, &grid);
    let crossings = Crossings::new(&borders, &grid);
    let rows: Vec<Piece> = (0..grid.rows)
        .into_par_iter()
        .map(|row| build_row(&borders, &grid, &buckets, &crossings, row))
        .collect::<Result<_, _>>()?;
    let mut whole = Piece::default();
    for row in rows {
        whole.append(row)?;
    }
    Ok(RegionIndex::from_sections(&Sections {
        grid,
        cells: whole.cells,
        parts: whole.parts,
        records: whole.records,
        regions,
    }))
}

fn grid_over(bounds: Bounds) -> Grid {
    let mut grid = Grid::over(bounds, CELL);
    while grid.columns * grid.rows > MOST_CELLS {
        grid = Grid::over(bounds, grid.cell * 2.0);
    }
    grid
}

/// Where a square's reference point stands.
pub(super) fn reference(square: Square) -> Coord {
    Coord {
        x: square.west + square.side * REFERENCE_X,
        y: square.south + square.side * REFERENCE_Y,
    }
}

/// A run of finished cells, with what they refer to.
#[derive(Default)]
struct Piece {
    cells: Vec<u32>,
    parts: Vec<u32>,
    records: Vec<u64>,
}

impl Piece {
    /// Appends another piece, whose references then start behind this one's.
    fn append(&mut self, piece: Self) -> Result<(), IndexError> {
        let limit = |number: usize| {
            u32::try_from(number)
                .ok()
                .filter(|&number| number < 1 << 30)
                .ok_or(IndexError::TooLarge)
        };
        limit((self.records.len() + piece.records.len()) / RECORD_ALIGN)?;
        let parts = limit(self.parts.len() / PARTS_OF_CELL)?;
        let records = limit(self.records.len() / RECORD_ALIGN)?;
        let shift = |&cell: &u32| match Cell::unpack(cell) {
            Cell::Border(at) => Cell::Border(at + records).pack(),
            Cell::Divided(at) => Cell::Divided(at + parts).pack(),
            Cell::Empty | Cell::Inside(_) => cell,
        };
        self.cells.extend(piece.cells.iter().map(shift));
        self.parts.extend(piece.parts.iter().map(shift));
        self.records.extend(piece.records);
        Ok(())
    }
}

fn build_row(
    borders: &Borders,
    grid: &Grid,
    buckets: &Buckets,
    crossings: &Crossings,
    row: usize,
) -> Result<Piece, IndexError> {
    let crossings = crossings.sorted(borders, grid, row);
    let (mut next, mut covers) = (0, Vec::new());
    let mut piece = Piece::default();
    for column in 0..grid.columns {
        let square = grid.square(column, row);
        let mut at = Anchor { point: reference(square), covers: covers.clone() };
        while let Some(&(_, edge)) = crossings.get(next).filter(|crossing| crossing.0 <= column) {
            let (a, b) = borders.ends(edge);
            toggle(&mut covers, borders.owners[edge as usize]);
            if is_right_of(at.point, a, b) {
                toggle(&mut at.covers, borders.owners[edge as usize]);
            }
            next += 1;
        }
        let edges = buckets.get(row * grid.columns + column);
        let cell = build_cell(borders, &mut piece, square, edges, at, 0)?;
        piece.cells.push(cell);
    }
    Ok(piece)
}

fn build_cell(
    borders: &Borders,
    piece: &mut Piece,
    square: Square,
    edges: &[u32],
    anchor: Anchor,
    divisions: u32,
) -> Result<u32, IndexError> {
    let sides = distinct_edges(borders, edges);
    if sides.is_empty() {
        return Ok(anchor
            .covers
            .first()
            .map_or(Cell::Empty, |&region| Cell::Inside(region))
            .pack());
    }
    let anchor = off_the_edges(borders, &sides, square, anchor);
    let mut candidates = anchor.covers.clone();
    candidates.extend(sides.iter().flat_map(|side| &side.regions));
    candidates.sort_unstable();
    candidates.dedup();
    let is_simple = sides.len() <= MOST_EDGES && candidates.len() <= MOST_CANDIDATES;
    if !is_simple && divisions < MOST_DIVISIONS {
        return divide(borders, piece, square, edges, (&sides, &anchor), divisions);
    }
    if candidates.len() > MOST_CANDIDATES {
        return Err(IndexError::Crowded { longitude: square.west, latitude: square.south });
    }
    let record = (piece.records.len() / RECORD_ALIGN) as u32;
    border_cell(&sides, candidates, &anchor).write(&mut piece.records);
    Ok(Cell::Border(record).pack())
}

fn divide(
    borders: &Borders,
    piece: &mut Piece,
    square: Square,
    edges: &[u32],
    (sides, anchor): (&[Side], &Anchor),
    divisions: u32,
) -> Result<u32, IndexError> {
    let first = piece.parts.len();
    piece.parts.resize(first + PARTS_OF_CELL, 0);
    for number in 0..PARTS_OF_CELL {
        let part = square.part(number);
        let touches = |&edge: &u32| {
            let (a, b) = borders.ends(edge);
            part.is_touched_by(a, b)
        };
        let touching: Vec<u32> = edges.iter().copied().filter(touches).collect();
        let point = reference(part);
        let at = Anchor { point, covers: covers_from(anchor, sides, point) };
        piece.parts[first + number] =
            build_cell(borders, piece, part, &touching, at, divisions + 1)?;
    }
    Ok(Cell::Divided((first / PARTS_OF_CELL) as u32).pack())
}

fn border_cell(sides: &[Side], candidates: Vec<u32>, anchor: &Anchor) -> BorderCell {
    let mask = |regions: &[u32]| {
        let bit = |region: &u32| candidates.binary_search(region).expect("is among the candidates");
        regions.iter().fold(0, |mask, region| mask | 1 << bit(region))
    };
    let chains = sides
        .chunk_by(|first, second| first.b == second.a && first.regions == second.regions)
        .map(|run| Chain {
            mask: mask(&run[0].regions),
            vertices: std::iter::once(run[0].a).chain(run.iter().map(|side| side.b)).collect(),
        })
        .collect();
    let covers = mask(&anchor.covers);
    BorderCell { candidates, reference: anchor.point, covers, chains }
}

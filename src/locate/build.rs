//! Building the region index.

use geo::{Coord, MultiPolygon};
use rayon::prelude::*;

use super::cell::{BorderCell, Cell, Chain, MOST_CANDIDATES, PARTS_OF_CELL, RECORD_ALIGN};
use super::grid::{Grid, Square};
use super::index::{RegionIndex, Sections};
use super::orient::{is_between, side};
use crate::domain::position::Bounds;

/// Degrees of a cell of the grid: about 1.1 km. Doubled where the grid would have too many cells.
const CELL: f64 = 0.01;
/// The most cells of a grid, 64 MiB of them.
const MOST_CELLS: usize = 1 << 24;
/// A cell that more edges cross is divided.
const MOST_EDGES: usize = 20;
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

/// All rings' vertices in one row, each ring closed. Edge `i` runs from vertex `i` to the next.
struct Borders {
    vertices: Vec<Coord>,
    /// The region of each edge; [`NO_EDGE`] at a ring's last vertex.
    owners: Vec<u32>,
}

const NO_EDGE: u32 = u32::MAX;

impl Borders {
    fn new(regions: &[MultiPolygon]) -> Result<Self, IndexError> {
        let mut borders = Self { vertices: Vec::new(), owners: Vec::new() };
        for (region, shape) in regions.iter().enumerate() {
            let region = u32::try_from(region).map_err(|_| IndexError::TooLarge)?;
            for ring in shape
                .iter()
                .flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()))
            {
                borders.vertices.extend(ring.coords());
                borders.owners.resize(borders.vertices.len(), region);
                if let Some(last) = borders.owners.last_mut() {
                    *last = NO_EDGE;
                }
            }
        }
        let fits = borders.vertices.len() < 1 << 30 && regions.len() < 1 << 30;
        if fits { Ok(borders) } else { Err(IndexError::TooLarge) }
    }

    fn bounds(&self) -> Bounds {
        let of = |at: &Coord| Bounds { west: at.x, south: at.y, east: at.x, north: at.y };
        if self.vertices.is_empty() {
            return Bounds::from([0.0; 4]);
        }
        self.vertices.iter().map(of).fold(Bounds::EMPTY, Bounds::join)
    }

    fn ends(&self, edge: u32) -> (Coord, Coord) {
        (self.vertices[edge as usize], self.vertices[edge as usize + 1])
    }

    fn edges(&self) -> impl Iterator<Item = (u32, Coord, Coord)> {
        let edge = |(index, pair): (usize, &[Coord])| (index as u32, pair[0], pair[1]);
        self.vertices
            .windows(2)
            .enumerate()
            .map(edge)
            .filter(|&(edge, a, b)| self.owners[edge as usize] != NO_EDGE && a != b)
    }

    /// The regions that cover a point on no edge, by a ray over all edges: slow and plain.
    fn covering(&self, point: Coord) -> Vec<u32> {
        let mut regions = Vec::new();
        for (edge, a, b) in self.edges() {
            if (a.y <= point.y) != (b.y <= point.y) && is_right_of(point, a, b) {
                toggle(&mut regions, self.owners[edge as usize]);
            }
        }
        regions
    }
}

/// Whether a point lies right of an edge that crosses its latitude.
fn is_right_of(point: Coord, a: Coord, b: Coord) -> bool {
    let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
    side(low, high, point) < 0.0
}

/// Adds a region to an ascending list, or takes it out.
fn toggle(regions: &mut Vec<u32>, region: u32) {
    match regions.binary_search(&region) {
        Ok(at) => drop(regions.remove(at)),
        Err(at) => regions.insert(at, region),
    }
}

/// Numbers in buckets, one after the other.
struct Buckets {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Buckets {
    /// The edges that touch each cell of the grid.
    fn new(borders: &Borders, grid: &Grid) -> Self {
        Self::fill(grid.columns * grid.rows, |put| {
            for (edge, a, b) in borders.edges() {
                grid.cells_on(a, b, |cell| put(cell, edge));
            }
        })
    }

    /// Sorts numbers into `count` buckets, keeping their order: `each` calls back with every bucket
    /// and number, twice the same.
    fn fill(count: usize, each: impl Fn(&mut dyn FnMut(usize, u32))) -> Self {
        let mut starts = vec![0_u32; count + 1];
        each(&mut |bucket, _| starts[bucket + 1] += 1);
        for bucket in 0..count {
            starts[bucket + 1] += starts[bucket];
        }
        let mut numbers = vec![0; starts[count] as usize];
        let mut next = starts.clone();
        each(&mut |bucket, number| {
            numbers[next[bucket] as usize] = number;
            next[bucket] += 1;
        });
        Self { starts, numbers }
    }

    fn get(&self, bucket: usize) -> &[u32] {
        &self.numbers[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// The edges that cross each row's line of reference points.
struct Crossings(Buckets);

impl Crossings {
    fn new(borders: &Borders, grid: &Grid) -> Self {
        Self(Buckets::fill(grid.rows, |put| {
            for (edge, a, b) in borders.edges() {
                let row = |y: f64| ((y - grid.south) / grid.cell).max(0.0) as usize;
                let last = row(a.y.max(b.y)).min(grid.rows - 1);
                for row in row(a.y.min(b.y)).saturating_sub(1)..=last {
                    let y = reference(grid.square(0, row)).y;
                    if (a.y <= y) != (b.y <= y) {
                        put(row, edge);
                    }
                }
            }
        }))
    }

    /// The crossing edges of a row with the columns where they cross, from west to east.
    fn sorted(&self, borders: &Borders, grid: &Grid, row: usize) -> Vec<(usize, u32)> {
        let y = reference(grid.square(0, row)).y;
        let mut sorted: Vec<(usize, u32)> = self
            .0
            .get(row)
            .iter()
            .map(|&edge| {
                let (a, b) = borders.ends(edge);
                let x = a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y));
                let x = x.clamp(a.x.min(b.x), a.x.max(b.x));
                (((x - grid.west) / grid.cell).max(0.0) as usize, edge)
            })
            .collect();
        sorted.sort_unstable();
        sorted
    }
}

fn reference(square: Square) -> Coord {
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
        let parts = limit(self.parts.len() + piece.parts.len())? - piece.parts.len() as u32;
        let records = limit((self.records.len() + piece.records.len()) / RECORD_ALIGN)?
            - (piece.records.len() / RECORD_ALIGN) as u32;
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

/// A point and the regions that cover it, ascending.
struct Anchor {
    point: Coord,
    covers: Vec<u32>,
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
        return divide(borders, piece, square, edges, &sides, &anchor, divisions);
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
    sides: &[Side],
    anchor: &Anchor,
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

/// The regions that cover a point of a cell, from those that cover its anchor and the edges between.
fn covers_from(anchor: &Anchor, sides: &[Side], point: Coord) -> Vec<u32> {
    let mut covers = anchor.covers.clone();
    for edge in sides {
        let of_a = side(point, anchor.point, edge.a);
        let of_b = side(point, anchor.point, edge.b);
        let of_point = side(edge.a, edge.b, point);
        let of_anchor = side(edge.a, edge.b, anchor.point);
        let is_crossed = (of_point > 0.0 && of_anchor < 0.0) || (of_point < 0.0 && of_anchor > 0.0);
        if is_crossed && (of_a >= 0.0) != (of_b >= 0.0) {
            edge.regions.iter().for_each(|&region| toggle(&mut covers, region));
        }
    }
    covers
}

/// The anchor, or another where it lies on an edge.
fn off_the_edges(borders: &Borders, sides: &[Side], square: Square, anchor: Anchor) -> Anchor {
    let is_on_edge = |point: Coord| {
        sides
            .iter()
            .any(|edge| side(edge.a, edge.b, point) == 0.0 && is_between(edge.a, edge.b, point))
    };
    if !is_on_edge(anchor.point) {
        return anchor;
    }
    // Finitely many edges can't run through all of these.
    let point = (1..)
        .map(|step| {
            let fraction = |ratio: f64| 0.1 + 0.8 * (f64::from(step) * ratio).fract();
            Coord {
                x: square.west + square.side * fraction(0.754_877_666_2),
                y: square.south + square.side * fraction(0.569_840_290_9),
            }
        })
        .find(|&point| !is_on_edge(point))
        .expect("the search has no end");
    Anchor { point, covers: borders.covering(point) }
}

/// An edge without direction, with the regions that it bounds.
struct Side {
    a: Coord,
    b: Coord,
    regions: Vec<u32>,
}

/// The edges of a cell without repetition, in the order in which they first come along a ring. One
/// that bounds a region twice, as between two parts of it, is none.
fn distinct_edges(borders: &Borders, edges: &[u32]) -> Vec<Side> {
    let key = |edge: u32| {
        let (a, b) = borders.ends(edge);
        let bits = |at: Coord| (at.x.to_bits(), at.y.to_bits());
        (bits(a).min(bits(b)), bits(a).max(bits(b)))
    };
    let mut order: Vec<u32> = edges.to_vec();
    order.sort_unstable_by_key(|&edge| (key(edge), edge));
    let mut sides: Vec<(u32, Side)> = order
        .chunk_by(|&first, &second| key(first) == key(second))
        .map(|same| {
            let (a, b) = borders.ends(same[0]);
            let mut regions = Vec::with_capacity(2);
            same.iter().for_each(|&edge| toggle(&mut regions, borders.owners[edge as usize]));
            (same[0], Side { a, b, regions })
        })
        .filter(|(_, side)| !side.regions.is_empty())
        .collect();
    sides.sort_unstable_by_key(|(edge, _)| *edge);
    sides.into_iter().map(|(_, side)| side).collect()
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

//! The edges of all regions, and which of them each cell of the grid must look at.

use geo::{Coord, MultiPolygon};

use super::build::{IndexError, reference};
use super::grid::Grid;
use super::orient::side;
use crate::domain::position::Bounds;

/// All rings' vertices in one row, each ring closed. Edge `i` runs from vertex `i` to the next.
pub struct Borders {
    vertices: Vec<Coord>,
    /// The region of each edge; [`NO_EDGE`] at a ring's last vertex.
    pub owners: Vec<u32>,
}

const NO_EDGE: u32 = u32::MAX;

impl Borders {
    pub fn new(regions: &[MultiPolygon]) -> Result<Self, IndexError> {
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

    pub fn bounds(&self) -> Bounds {
        let of = |at: &Coord| Bounds { west: at.x, south: at.y, east: at.x, north: at.y };
        if self.vertices.is_empty() {
            return Bounds::from([0.0; 4]);
        }
        self.vertices.iter().map(of).fold(Bounds::EMPTY, Bounds::join)
    }

    pub fn ends(&self, edge: u32) -> (Coord, Coord) {
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
    pub fn covering(&self, point: Coord) -> Vec<u32> {
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
pub fn is_right_of(point: Coord, a: Coord, b: Coord) -> bool {
    let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
    side(low, high, point) < 0.0
}

/// Adds a region to an ascending list, or takes it out.
pub fn toggle(regions: &mut Vec<u32>, region: u32) {
    match regions.binary_search(&region) {
        Ok(at) => drop(regions.remove(at)),
        Err(at) => regions.insert(at, region),
    }
}

/// Numbers in buckets, one after the other.
pub struct Buckets {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Buckets {
    /// The edges that touch each cell of the grid.
    pub fn new(borders: &Borders, grid: &Grid) -> Self {
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

    pub fn get(&self, bucket: usize) -> &[u32] {
        &self.numbers[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// The edges that cross each row's line of reference points.
pub struct Crossings(Buckets);

impl Crossings {
    pub fn new(borders: &Borders, grid: &Grid) -> Self {
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
    pub fn sorted(&self, borders: &Borders, grid: &Grid, row: usize) -> Vec<(usize, u32)> {
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

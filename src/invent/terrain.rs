//! Land, sea and a lake on a raster whose corners are shaken, so that coasts are irregular.

use std::collections::VecDeque;

use geo::{Coord, LineString, Polygon};
use rand::Rng;
use rand_pcg::Pcg64;

/// Cells of the raster for each cell of land.
const CELLS_PER_LAND: usize = 8;
/// How far a corner is shaken, in cells; below a half, so that cells stay simple.
const SHAKE: f64 = 0.25;
/// How far the middle of a cell's edge bends, in lengths of the edge.
const BEND: f64 = 0.1;
/// How high the noise is, in heights of an island.
const ROUGHNESS: f64 = 0.8;
/// From here the land falls off to the frame, so that no coast follows it.
const SHELF_DEG: f64 = 0.4;
/// Cells of sea along the frame.
const MARGIN: usize = 3;

/// The frame, in degrees: open ocean on both sides of the equator, far from any land.
const WEST: f64 = 84.0;
const SOUTH: f64 = -5.0;
const WIDTH_DEG: f64 = 8.0;
const HEIGHT_DEG: f64 = 6.0;

/// A raster in row order from the south-west.
#[derive(Debug)]
pub(super) struct Terrain {
    pub columns: usize,
    pub rows: usize,
    pub land: Vec<bool>,
    step_deg: f64,
    /// Where the corners stand, and the middles of the edges to the east and to the north of them.
    corners: Vec<Coord>,
    east: Vec<Coord>,
    north: Vec<Coord>,
}

impl Terrain {
    /// Makes about `land_cells` cells of land.
    pub fn new(random: &mut Pcg64, land_cells: usize) -> Self {
        let step_deg = (WIDTH_DEG * HEIGHT_DEG / (land_cells * CELLS_PER_LAND) as f64).sqrt();
        let [columns, rows] = [WIDTH_DEG, HEIGHT_DEG].map(|side| (side / step_deg) as usize);
        let land = vec![false; columns * rows];
        let (corners, east, north) = (Vec::new(), Vec::new(), Vec::new());
        let mut terrain = Self { columns, rows, land, step_deg, corners, east, north };
        terrain.shake(random);
        terrain.raise(random, land_cells);
        terrain.fill_ponds();
        terrain.dig_lake();
        terrain
    }

    /// The outline of a cell, counter-clockwise. Neighbours have their corners in common.
    pub fn outline(&self, cell: usize) -> Polygon {
        let across = self.columns + 1;
        let at = cell / self.columns * across + cell % self.columns;
        let ring = [
            self.corners[at],
            self.east[at],
            self.corners[at + 1],
            self.north[at + 1],
            self.corners[at + across + 1],
            self.east[at + across],
            self.corners[at + across],
            self.north[at],
        ];
        Polygon::new(LineString::from_iter(ring), Vec::new())
    }

    /// The middle of a cell in cells, from the south-west.
    pub fn middle(&self, cell: usize) -> Coord {
        let (x, y) = ((cell % self.columns) as f64, (cell / self.columns) as f64);
        Coord { x: x + 0.5, y: y + 0.5 }
    }

    /// The cells that share an edge with this one.
    pub fn beside(&self, cell: usize) -> impl Iterator<Item = usize> + use<> {
        let (column, row) = (cell % self.columns, cell / self.columns);
        let (columns, rows) = (self.columns, self.rows);
        [
            (column > 0).then(|| cell - 1),
            (column + 1 < columns).then(|| cell + 1),
            (row > 0).then(|| cell - columns),
            (row + 1 < rows).then(|| cell + columns),
        ]
        .into_iter()
        .flatten()
    }

    /// The cells that share an edge or a corner with this one.
    pub fn around(&self, cell: usize) -> impl Iterator<Item = usize> + use<> {
        let (column, row) = (cell % self.columns, cell / self.columns);
        let (columns, rows) = (self.columns, self.rows);
        let near = |at: usize, end: usize| at.saturating_sub(1)..(at + 2).min(end);
        near(row, rows)
            .flat_map(move |row| near(column, columns).map(move |column| row * columns + column))
            .filter(move |&other| other != cell)
    }

    fn shake(&mut self, random: &mut Pcg64) {
        let across = self.columns + 1;
        for row in 0..=self.rows {
            for column in 0..across {
                let mut shaken =
                    |at: usize| (at as f64 + random.random_range(-SHAKE..SHAKE)) * self.step_deg;
                let (x, y) = (WEST + shaken(column), SOUTH + shaken(row));
                self.corners.push(rounded(Coord { x, y }));
            }
        }
        for at in 0..self.corners.len() {
            let from = self.corners[at];
            let to = |next: usize| self.corners.get(next).copied().unwrap_or(from);
            self.east.push(bent(random, from, to(at + 1)));
            self.north.push(bent(random, from, to(at + across)));
        }
    }

    /// Raises the highest cells of a seeded relief: some big islands and many small ones.
    fn raise(&mut self, random: &mut Pcg64, land_cells: usize) {
        let relief = Relief::new(random);
        let (columns, rows) = (self.columns, self.rows);
        let inside = |at: usize, end: usize| (MARGIN..end.saturating_sub(MARGIN)).contains(&at);
        let mut heights: Vec<(f64, usize)> = (0..columns * rows)
            .filter(|cell| inside(cell % columns, columns) && inside(cell / columns, rows))
            .map(|cell| (relief.height(self.middle(cell) * self.step_deg), cell))
            .collect();
        heights.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        for (_, cell) in heights.into_iter().take(land_cells) {
            self.land[cell] = true;
        }
    }

    /// Turns into land what the open sea does not reach.
    fn fill_ponds(&mut self) {
        let mut open = vec![false; self.land.len()];
        let mut next = VecDeque::from([0]);
        open[0] = true;
        while let Some(cell) = next.pop_front() {
            for other in self.beside(cell) {
                if !open[other] && !self.land[other] {
                    open[other] = true;
                    next.push_back(other);
                }
            }
        }
        self.land = open.into_iter().map(|open| !open).collect();
    }

    /// Digs a round lake where the land is widest, as wide as keeps it from the sea.
    fn dig_lake(&mut self) {
        let (centre, width) = self.most_inland();
        let radius = (width as f64 / 3.0).min(6.0);
        if radius < 1.0 {
            return;
        }
        let middle = self.middle(centre);
        for cell in 0..self.land.len() {
            let away = self.middle(cell) - middle;
            if away.x * away.x + away.y * away.y <= radius * radius {
                self.land[cell] = false;
            }
        }
    }

    /// The cell farthest from the sea, and how many steps that is.
    fn most_inland(&self) -> (usize, usize) {
        let sea = (0..self.land.len()).filter(|&cell| !self.land[cell]);
        let mut next: VecDeque<(usize, usize)> = sea.map(|cell| (cell, 0)).collect();
        let mut met: Vec<bool> = self.land.iter().map(|land| !land).collect();
        let mut farthest = (0, 0);
        while let Some((cell, steps)) = next.pop_front() {
            if steps > farthest.1 {
                farthest = (cell, steps);
            }
            for other in self.around(cell) {
                if !std::mem::replace(&mut met[other], true) {
                    next.push_back((other, steps + 1));
                }
            }
        }
        farthest
    }
}

fn bent(random: &mut Pcg64, from: Coord, to: Coord) -> Coord {
    let along = to - from;
    let bend = random.random_range(-BEND..BEND);
    rounded((from + to) / 2.0 + Coord { x: -along.y, y: along.x } * bend)
}

/// To seven decimals, as the country is written.
fn rounded(at: Coord) -> Coord {
    let round = |value: f64| (value * 1e7).round() / 1e7;
    Coord { x: round(at.x), y: round(at.y) }
}

/// Islands as cones, roughened by noise.
struct Relief {
    islands: Vec<(Coord, f64)>,
    lattices: Vec<Lattice>,
}

impl Relief {
    fn new(random: &mut Pcg64) -> Self {
        let mut islands = Vec::new();
        for (count, radii) in [(6, 0.7..1.2), (14, 0.15..0.4), (70, 0.03..0.1)] {
            for _ in 0..count {
                let radius: f64 = random.random_range(radii.clone());
                let x = random.random_range(radius / 2.0..WIDTH_DEG - radius / 2.0);
                let y = random.random_range(radius / 2.0..HEIGHT_DEG - radius / 2.0);
                islands.push((Coord { x, y }, radius));
            }
        }
        let lattices =
            [0.8, 0.4, 0.2, 0.1, 0.05, 0.025].map(|cell_deg| Lattice::new(random, cell_deg));
        Self { islands, lattices: lattices.into() }
    }

    fn height(&self, at: Coord) -> f64 {
        let cone = |&(middle, radius): &(Coord, f64)| {
            let away = at - middle;
            1.0 - (away.x * away.x + away.y * away.y).sqrt() / radius
        };
        let cones = self.islands.iter().map(cone).fold(-2.0, f64::max);
        // Each finer lattice has a fifth less to say.
        let rough = self.lattices.iter().rev().fold(0.0, |sum, next| 0.8 * sum + next.value(at));
        let to_frame = at.x.min(at.y).min(WIDTH_DEG - at.x).min(HEIGHT_DEG - at.y);
        let slope = (1.0 - to_frame / SHELF_DEG).max(0.0);
        cones + ROUGHNESS * rough - 3.0 * slope
    }
}

/// Smoothly interpolated random values on a square lattice.
struct Lattice {
    cell_deg: f64,
    columns: usize,
    values: Vec<f64>,
}

impl Lattice {
    fn new(random: &mut Pcg64, cell_deg: f64) -> Self {
        let [columns, rows] = [WIDTH_DEG, HEIGHT_DEG].map(|side| (side / cell_deg) as usize + 3);
        let values = (0..columns * rows).map(|_| random.random_range(-0.5..0.5)).collect();
        Self { cell_deg, columns, values }
    }

    fn value(&self, at: Coord) -> f64 {
        let (x, y) = (at.x / self.cell_deg, at.y / self.cell_deg);
        let (column, row) = (x as usize, y as usize);
        let smooth = |part: f64| part * part * (3.0 - 2.0 * part);
        let (right, up) = (smooth(x - column as f64), smooth(y - row as f64));
        let value = |column: usize, row: usize| self.values[row * self.columns + column];
        let mix = |one: f64, other: f64, part: f64| one + (other - one) * part;
        mix(
            mix(value(column, row), value(column + 1, row), right),
            mix(value(column, row + 1), value(column + 1, row + 1), right),
            up,
        )
    }
}

//! The grid of longitudes and latitudes under the region index.

use geo::Coord;

use crate::domain::position::Bounds;

/// How far around a cell an edge still belongs to it, in degrees: more than what rounding can shift a
/// point across a cell's side, far less than a millimetre.
const MARGIN: f64 = 1e-9;

/// A cell is divided into this many columns and as many rows.
pub const PARTS: usize = 4;

/// Square cells over a box, row by row from the south-west.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub west: f64,
    pub south: f64,
    /// Degrees.
    pub cell: f64,
    pub columns: usize,
    pub rows: usize,
}

/// One square of a grid, or of a divided square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Square {
    pub west: f64,
    pub south: f64,
    /// Degrees.
    pub side: f64,
}

impl Grid {
    /// A grid of cells of `cell` degrees over `bounds`, with a cell around.
    pub fn over(bounds: Bounds, cell: f64) -> Self {
        let west = ((bounds.west / cell).floor() - 1.0) * cell;
        let south = ((bounds.south / cell).floor() - 1.0) * cell;
        let count = |from: f64, to: f64| ((to - from) / cell).ceil() as usize + 2;
        let (columns, rows) = (count(west, bounds.east), count(south, bounds.north));
        Self { west, south, cell, columns, rows }
    }

    /// The column and row in which a point lies, or `None` outside.
    #[inline]
    pub fn find(&self, at: Coord) -> Option<(usize, usize)> {
        let column = (at.x - self.west) / self.cell;
        let row = (at.y - self.south) / self.cell;
        let inside =
            column >= 0.0 && row >= 0.0 && column < self.columns as f64 && row < self.rows as f64;
        inside.then_some((column as usize, row as usize))
    }

    pub fn square(&self, column: usize, row: usize) -> Square {
        Square {
            west: self.west + column as f64 * self.cell,
            south: self.south + row as f64 * self.cell,
            side: self.cell,
        }
    }

    /// Calls `visit` with the number of every cell that the edge from `a` to `b` touches.
    pub fn cells_on(&self, a: Coord, b: Coord, mut visit: impl FnMut(usize)) {
        let span = |low: f64, high: f64, from: f64, count: usize| {
            let index = |value: f64| ((value - from) / self.cell).max(0.0) as usize;
            (index(low - MARGIN), index(high + MARGIN).min(count - 1))
        };
        let (first_column, last_column) = span(a.x.min(b.x), a.x.max(b.x), self.west, self.columns);
        let (first_row, last_row) = span(a.y.min(b.y), a.y.max(b.y), self.south, self.rows);
        let in_one_line = first_column == last_column || first_row == last_row;
        for row in first_row..=last_row {
            for column in first_column..=last_column {
                if in_one_line || self.square(column, row).is_touched_by(a, b) {
                    visit(row * self.columns + column);
                }
            }
        }
    }
}

impl Square {
    /// The part in which a point of the square lies, 0 to `PARTS * PARTS - 1`.
    #[inline]
    pub fn part_of(&self, at: Coord) -> usize {
        let part = |value: f64, from: f64| {
            let part = (value - from) / self.side * PARTS as f64;
            (part.max(0.0) as usize).min(PARTS - 1)
        };
        part(at.y, self.south) * PARTS + part(at.x, self.west)
    }

    pub fn part(&self, number: usize) -> Self {
        let side = self.side / PARTS as f64;
        Self {
            west: self.west + (number % PARTS) as f64 * side,
            south: self.south + (number / PARTS) as f64 * side,
            side,
        }
    }

    /// Whether the edge from `a` to `b` comes within the margin of this closed square: by the
    /// separating axes of a box and a segment.
    pub fn is_touched_by(&self, a: Coord, b: Coord) -> bool {
        let (west, south) = (self.west - MARGIN, self.south - MARGIN);
        let (east, north) = (self.west + self.side + MARGIN, self.south + self.side + MARGIN);
        if a.x.max(b.x) < west
            || a.x.min(b.x) > east
            || a.y.max(b.y) < south
            || a.y.min(b.y) > north
        {
            return false;
        }
        let centre = Coord { x: f64::midpoint(west, east), y: f64::midpoint(south, north) };
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let offset = (dx * (centre.y - a.y) - dy * (centre.x - a.x)).abs();
        let half = (east - west) / 2.0;
        // The margin is generous against the rounding of this plain arithmetic.
        offset <= half * (dx.abs() + dy.abs()) * (1.0 + 1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(grid: &Grid, a: (f64, f64), b: (f64, f64)) -> Vec<usize> {
        let mut found = Vec::new();
        grid.cells_on(a.into(), b.into(), |cell| found.push(cell));
        found
    }

    #[test]
    fn an_edge_lies_in_every_cell_that_it_touches_and_in_no_other() {
        let grid = Grid { west: 0.0, south: 0.0, cell: 1.0, columns: 4, rows: 4 };
        assert_eq!(cells(&grid, (0.2, 0.2), (0.8, 0.7)), [0]);
        assert_eq!(cells(&grid, (0.5, 0.2), (2.5, 0.2)), [0, 1, 2]);
        assert_eq!(cells(&grid, (0.5, 0.9), (1.2, 1.5)), [0, 4, 5]);
        assert_eq!(cells(&grid, (1.0, 0.5), (1.0, 0.6)), [0, 1]);
    }

    #[test]
    fn a_point_lies_in_the_part_that_holds_it() {
        let square = Square { west: 1.0, south: 2.0, side: 4.0 };
        let number = square.part_of(Coord { x: 3.5, y: 5.5 });
        assert_eq!(number, 14);
        assert_eq!(square.part(number), Square { west: 3.0, south: 5.0, side: 1.0 });
    }
}

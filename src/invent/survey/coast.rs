//! What is land and what is water, for those who live on boats.

use std::collections::HashMap;

use geo::{Coord, Intersects, Point};

use crate::domain::position::Bounds;
use crate::domain::region::{RegionTree, Shapes};

/// The side of a cell, in degrees.
const CELL: f64 = 0.1;

/// The regions of the deepest level by the cells that their boxes touch.
pub struct Coast<'a> {
    shapes: &'a Shapes,
    cells: HashMap<(i32, i32), Vec<u32>>,
    /// The vertices furthest west, south, east and north of all.
    extremes: [Coord; 4],
}

impl<'a> Coast<'a> {
    pub fn new(tree: &RegionTree, shapes: &'a Shapes) -> Self {
        let mut cells: HashMap<(i32, i32), Vec<u32>> = HashMap::new();
        let mut extremes: Option<[Coord; 4]> = None;
        for (id, region) in tree.level(tree.deepest()) {
            for cell in cells_of(region.bounds) {
                cells.entry(cell).or_default().push(id.0);
            }
            let rings = shapes.full[id.index()].iter().map(geo::Polygon::exterior);
            for &point in rings.flat_map(geo::LineString::coords) {
                extremes = Some(extremes.map_or([point; 4], |known| stretch(known, point)));
            }
        }
        let extremes = extremes.unwrap_or([Coord { x: 0.0, y: 0.0 }; 4]);
        Self { shapes, cells, extremes }
    }

    /// Whether any region holds the point.
    pub fn is_land(&self, point: Coord) -> bool {
        let near = self.cells.get(&cell_of(point.x, point.y));
        near.is_some_and(|regions| {
            regions.iter().any(|&id| self.shapes.full[id as usize].intersects(&Point(point)))
        })
    }

    /// The vertices furthest west, south, east and north of all regions: a point `d` metres further
    /// lies `d` metres from every region.
    pub const fn extremes(&self) -> [Coord; 4] {
        self.extremes
    }
}

fn stretch([west, south, east, north]: [Coord; 4], point: Coord) -> [Coord; 4] {
    [
        if point.x < west.x { point } else { west },
        if point.y < south.y { point } else { south },
        if point.x > east.x { point } else { east },
        if point.y > north.y { point } else { north },
    ]
}

fn cells_of(bounds: Bounds) -> impl Iterator<Item = (i32, i32)> {
    let (west, south) = cell_of(bounds.west, bounds.south);
    let (east, north) = cell_of(bounds.east, bounds.north);
    (west..=east).flat_map(move |x| (south..=north).map(move |y| (x, y)))
}

fn cell_of(longitude: f64, latitude: f64) -> (i32, i32) {
    ((longitude / CELL).floor() as i32, (latitude / CELL).floor() as i32)
}

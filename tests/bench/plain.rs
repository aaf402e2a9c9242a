//! The plain way to find village and hexagon: an R-tree with exact tests, and `h3o`.

use geo::{BoundingRect, Intersects, MultiPolygon, Point};
use h3o::{CellIndex, LatLng, Resolution};
use rstar::{AABB, RTree, RTreeObject};
use sebaran::domain::position::Position;

/// The H3 cell of resolution 8.
pub fn hexagon(position: Position) -> CellIndex {
    let position = LatLng::new(position.latitude(), position.longitude());
    position.expect("a position is finite").to_cell(Resolution::Eight)
}

/// An R-tree of the villages' boxes, and `geo`'s exact test of each candidate.
pub struct Villages<'a>(RTree<Boxed<'a>>);

struct Boxed<'a> {
    village: u32,
    shape: &'a MultiPolygon,
    bounds: AABB<[f64; 2]>,
}

impl RTreeObject for Boxed<'_> {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

impl<'a> Villages<'a> {
    pub fn new(villages: &'a [MultiPolygon]) -> Self {
        let boxed = |(village, shape): (usize, &'a MultiPolygon)| {
            let rect = shape.bounding_rect()?;
            let bounds = AABB::from_corners(rect.min().into(), rect.max().into());
            Some(Boxed { village: village as u32, shape, bounds })
        };
        Self(RTree::bulk_load(villages.iter().enumerate().filter_map(boxed).collect()))
    }

    /// The first village that the position lies in or touches.
    pub fn find(&self, position: Position) -> Option<u32> {
        let point = Point::new(position.longitude(), position.latitude());
        let near = self.0.locate_in_envelope_intersecting(&AABB::from_point(point.into()));
        near.filter(|boxed| boxed.shape.intersects(&point)).map(|boxed| boxed.village).min()
    }
}

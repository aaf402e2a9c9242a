//! Outlines as RFC 7946 has them: right-hand rule, at most 7 decimals, rings closed.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use h3o::CellIndex;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Outlines;
use crate::domain::position::Bounds;
use crate::protect::Place;

/// Steps in a degree: 7 decimals, about a centimetre.
const STEPS: f64 = 1e7;

/// What a feature's geometry is drawn from.
pub(super) enum Outline<'a> {
    Region(&'a MultiPolygon),
    /// Corners, counter-clockwise, closed.
    Hexagon(Vec<Coord>),
}

impl<'a> Outline<'a> {
    /// The outline of a place, where outlines are asked for.
    pub fn of(place: Place, outlines: Outlines<'a>) -> Option<Self> {
        match (outlines, place) {
            (Outlines::None, _) => None,
            (Outlines::Regions(shapes), Place::Region(id)) => {
                shapes.get(id.index()).filter(|shape| !shape.0.is_empty()).map(Self::Region)
            }
            (Outlines::Regions(_), Place::Hexagon(cell)) => Some(Self::Hexagon(corners(cell))),
        }
    }

    /// The box of the outline as it is written.
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::Region(shape) => {
                let rings = shape.iter().map(Polygon::exterior);
                rings.flat_map(|ring| &ring.0).fold(Bounds::EMPTY, extend)
            }
            Self::Hexagon(corners) => corners.iter().fold(Bounds::EMPTY, extend),
        }
    }
}

/// H3 gives corners counter-clockwise, the first not repeated.
fn corners(cell: CellIndex) -> Vec<Coord> {
    let corner = |corner: &h3o::LatLng| Coord { x: corner.lng(), y: corner.lat() };
    let mut corners: Vec<Coord> = cell.boundary().iter().map(corner).collect();
    corners.extend(corners.first().copied());
    corners
}

fn extend(bounds: Bounds, at: &Coord) -> Bounds {
    let Coord { x, y } = rounded(*at);
    bounds.join(Bounds { west: x, south: y, east: x, north: y })
}

fn rounded(at: Coord) -> Coord {
    Coord { x: (at.x * STEPS).round() / STEPS, y: (at.y * STEPS).round() / STEPS }
}

impl Serialize for Outline<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut geometry = serializer.serialize_map(Some(2))?;
        match self {
            Self::Region(shape) if shape.0.len() == 1 => {
                geometry.serialize_entry("type", "Polygon")?;
                geometry.serialize_entry("coordinates", &Rings(&shape.0[0]))?;
            }
            Self::Region(shape) => {
                geometry.serialize_entry("type", "MultiPolygon")?;
                geometry.serialize_entry("coordinates", &Polygons(shape))?;
            }
            Self::Hexagon(corners) => {
                let ring = Ring { coords: corners, winding: Winding::CounterClockwise };
                geometry.serialize_entry("type", "Polygon")?;
                geometry.serialize_entry("coordinates", &[ring])?;
            }
        }
        geometry.end()
    }
}

struct Polygons<'a>(&'a MultiPolygon);

impl Serialize for Polygons<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Rings))
    }
}

struct Rings<'a>(&'a Polygon);

impl Serialize for Rings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outer = Ring::new(self.0.exterior(), Winding::CounterClockwise);
        let inner = self.0.interiors().iter().map(|ring| Ring::new(ring, Winding::Clockwise));
        serializer.collect_seq(std::iter::once(outer).chain(inner))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Winding {
    CounterClockwise,
    Clockwise,
}

struct Ring<'a> {
    coords: &'a [Coord],
    winding: Winding,
}

impl<'a> Ring<'a> {
    fn new(ring: &'a LineString, winding: Winding) -> Self {
        Self { coords: &ring.0, winding }
    }
}

impl Serialize for Ring<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut positions = serializer.serialize_seq(None)?;
        let is_turned = winding(self.coords) != self.winding;
        for index in 0..self.coords.len() {
            let index = if is_turned { self.coords.len() - 1 - index } else { index };
            let Coord { x, y } = rounded(self.coords[index]);
            positions.serialize_element(&[x, y])?;
        }
        positions.end()
    }
}

/// The sign of the area by the shoelace formula, taken from the first corner for precision.
fn winding(ring: &[Coord]) -> Winding {
    let Some(origin) = ring.first() else { return Winding::CounterClockwise };
    let cross = |pair: &[Coord]| {
        let (one, other) = (pair[0] - *origin, pair[1] - *origin);
        one.x * other.y - other.x * one.y
    };
    let double_area: f64 = ring.windows(2).map(cross).sum();
    if double_area < 0.0 { Winding::Clockwise } else { Winding::CounterClockwise }
}

//! Outlines as RFC 7946 has them: right-hand rule, at most 7 decimals, rings closed.

use std::borrow::Cow;

use geo::orient::Direction;
use geo::{BoundingRect, Coord, MapCoords, MultiPolygon, Orient};
use geojson::GeometryValue;
use rayon::prelude::*;

use super::Outlines;
use crate::domain::hexagon;
use crate::domain::position::Bounds;
use crate::protect::{Feature, Layer, Place};

/// Steps in a degree: 7 decimals, about a centimetre.
const STEPS: f64 = 1e7;

/// The box of a layer's outlines as they are written.
pub(super) fn bounds(layer: &Layer, outlines: Outlines<'_>) -> Option<Bounds> {
    let bounds = |feature: &Feature| Some(Outline::of(feature.place, outlines)?.bounds());
    layer.features().par_iter().filter_map(bounds).reduce_with(Bounds::join)
}

/// The outline of a place, where outlines are asked for.
pub struct Outline<'a>(Cow<'a, MultiPolygon>);

impl<'a> Outline<'a> {
    /// The outline of a region or hexagon; `None` where none are asked for, or a region has none.
    pub fn of(place: Place, outlines: Outlines<'a>) -> Option<Self> {
        match (outlines, place) {
            (Outlines::None, _) => None,
            (Outlines::Regions(shapes), Place::Region(id)) => {
                let shape = shapes.get(id.index()).filter(|shape| !shape.0.is_empty())?;
                Some(Self(Cow::Borrowed(shape)))
            }
            (Outlines::Regions(_), Place::Hexagon(cell)) => {
                Some(Self(Cow::Owned(hexagon::outline(cell))))
            }
        }
    }

    /// The box of the outline as it is written.
    pub fn bounds(&self) -> Bounds {
        let rect = self.0.bounding_rect();
        rect.map_or(Bounds::EMPTY, |rect| Bounds::from(rect.map_coords(rounded)))
    }

    /// The outline as it is written.
    pub fn shape(&self) -> MultiPolygon {
        self.0.map_coords(rounded).orient(Direction::Default)
    }

    /// The outline as it is held, neither rounded nor turned.
    pub fn held(&self) -> &MultiPolygon {
        &self.0
    }

    /// The outline as GeoJSON.
    pub(super) fn geometry(&self) -> GeometryValue {
        let shape = self.shape();
        match shape.0.as_slice() {
            [polygon] => polygon.into(),
            _ => (&shape).into(),
        }
    }
}

/// A place in whole steps.
pub(super) fn rounded(at: Coord) -> Coord {
    Coord { x: (at.x * STEPS).round() / STEPS, y: (at.y * STEPS).round() / STEPS }
}

//! Area, box and sense of a shape.

use geo::{BoundingRect, GeodesicArea, MultiPolygon, Winding};

use crate::domain::position::Bounds;

/// Turns rings to the right-hand rule of RFC 7946: outer ones counter-clockwise, inner ones clockwise.
pub(super) fn orient(shape: &mut MultiPolygon) {
    for polygon in shape {
        polygon.exterior_mut(Winding::make_ccw_winding);
        polygon.interiors_mut(|rings| rings.iter_mut().for_each(Winding::make_cw_winding));
    }
}

/// On the WGS 84 ellipsoid, after Karney (2013), in square kilometres. The rings follow the right-hand
/// rule.
pub(super) fn area_km2(shape: &MultiPolygon) -> f64 {
    // The unsigned area would take a sliver that turned over in rounding for the rest of the Earth.
    shape.geodesic_area_signed() / 1e6
}

pub(super) fn bounds(shape: &MultiPolygon) -> Bounds {
    shape.bounding_rect().map_or(Bounds::EMPTY, Bounds::from)
}

//! The shape of a feature: brought to WGS 84, checked, repaired where GEOS can, as our own type.

use gdal::cpl::CslStringList;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::vector::{Geometry, ToGdal};
use geo::{CoordsIter, MultiPolygon};

use super::error::Problem;
use super::polygons::Parts;
use super::{log, source};
use crate::domain::position::Position;

/// Turns the source's geometries into shapes. It belongs to one thread.
pub struct Shaper {
    to_wgs84: Option<CoordTransform>,
}

/// A shape, and why GEOS did not find it valid, where it had to be repaired.
pub struct Shaped {
    pub shape: MultiPolygon,
    pub repaired: Option<String>,
    /// The parts that were no polygons and are left out.
    pub left_out: Option<String>,
}

impl Shaper {
    /// Prepares the way to WGS 84 from the reference system, given as PROJJSON.
    pub fn new(crs: Option<&str>) -> Result<Self, Problem> {
        let Some(crs) = crs else { return Ok(Self { to_wgs84: None }) };
        log::take();
        let unknown = |_| Problem::UnknownCrs { reason: log::reason() };
        let mut from = SpatialRef::from_definition(crs).map_err(unknown)?;
        from.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let to = source::wgs84().map_err(unknown)?;
        CoordTransform::new(&from, &to).map(|way| Self { to_wgs84: Some(way) }).map_err(unknown)
    }

    /// Makes a shape of a geometry in well-known binary.
    pub fn shape(&self, wkb: &[u8]) -> Result<Shaped, Problem> {
        log::take();
        let unreadable = |_| Problem::Unrepairable { reason: log::reason() };
        let mut geometry = Geometry::from_wkb(wkb).map_err(unreadable)?;
        geometry.flatten_to_2d();
        if geometry.is_empty() {
            return Err(Problem::EmptyGeometry);
        }
        let parts = Parts::of(&geometry);
        let left_out = parts.others();
        if parts.polygons.is_empty() {
            let found = geometry.geometry_name().to_lowercase();
            let found = match left_out {
                Some(others) if found == "geometrycollection" => format!("{found} of {others}"),
                _ => found,
            };
            return Err(Problem::NotPolygon { found });
        }
        // Arcs are none any more in another reference system.
        let mut geometry = parts.into_shape().to_gdal().map_err(unreadable)?;
        if let Some(way) = &self.to_wgs84 {
            let refused = |_| Problem::Transform { reason: log::reason() };
            geometry.transform_inplace(way).map_err(refused)?;
        }
        let shape = Parts::of(&geometry).into_shape();
        if !lies_on_earth(&shape) {
            return Err(Problem::OffEarth);
        }
        log::take();
        if geometry.is_valid() {
            return Ok(Shaped { shape, repaired: None, left_out });
        }
        let (shape, reason) = repair(&geometry, log::reason())?;
        Ok(Shaped { shape, repaired: Some(reason), left_out })
    }
}

fn repair(geometry: &Geometry, reason: String) -> Result<(MultiPolygon, String), Problem> {
    let made = geometry.make_valid(&CslStringList::new());
    let shape = made.map(|made| Parts::of(&made).into_shape());
    match shape {
        Ok(shape) if !shape.0.is_empty() && lies_on_earth(&shape) => Ok((shape, reason)),
        _ => Err(Problem::Unrepairable { reason }),
    }
}

fn lies_on_earth(shape: &MultiPolygon) -> bool {
    shape.coords_iter().all(|coord| Position::new(coord.x, coord.y).is_some())
}

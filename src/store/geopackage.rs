//! Points with texts as a GeoPackage, for map programs in the field.

use std::path::Path;

use gdal::DriverManager;
use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{
    Feature, FieldDefn, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};

use super::StoreError;
use crate::domain::position::Position;

/// A point, if its place is known, and the texts of its fields.
pub struct PointRow {
    pub position: Option<Position>,
    pub texts: Vec<String>,
}

/// Writes a layer of points in WGS 84 to a path where nothing is. The bytes depend on the rows alone.
///
/// # Errors
/// [`StoreError::GeoPackage`].
pub fn write(
    path: &Path,
    layer: &str,
    fields: &[&str],
    rows: impl Iterator<Item = PointRow>,
) -> Result<(), StoreError> {
    write_layer(path, layer, fields, rows).map_err(|source| StoreError::GeoPackage {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

fn write_layer(
    path: &Path,
    name: &str,
    fields: &[&str],
    rows: impl Iterator<Item = PointRow>,
) -> Result<(), GdalError> {
    // GDAL writes the time of day into the file, unless it is told another.
    gdal::config::set_config_option("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z")?;
    let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(path)?;
    let mut srs = SpatialRef::from_epsg(4326)?;
    srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let mut transaction = dataset.start_transaction()?;
    let layer = transaction.create_layer(LayerOptions {
        name,
        srs: Some(&srs),
        ty: OGRwkbGeometryType::wkbPoint,
        options: None,
    })?;
    for field in fields {
        FieldDefn::new(field, OGRFieldType::OFTString)?.add_to_layer(&layer)?;
    }
    for row in rows {
        let mut feature = Feature::new(layer.defn())?;
        for (number, text) in row.texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            feature.set_field_string(number, &text.replace('\0', " "))?;
        }
        if let Some(position) = row.position {
            let mut point = Geometry::empty(OGRwkbGeometryType::wkbPoint)?;
            point.add_point_2d((position.longitude(), position.latitude()));
            feature.set_geometry(point)?;
        }
        feature.create(&layer)?;
    }
    transaction.commit()?;
    dataset.close()
}

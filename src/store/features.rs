//! A table with shapes as a file of a map program's: FlatGeobuf or GeoPackage, written by GDAL.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema};
use gdal::DriverManager;
use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{
    Feature, FieldDefn, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};

use super::StoreError;

/// What file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    FlatGeobuf,
    GeoPackage,
}

impl Container {
    /// As GDAL calls it.
    pub const fn driver(self) -> &'static str {
        match self {
            Self::FlatGeobuf => "FlatGeobuf",
            Self::GeoPackage => "GPKG",
        }
    }
}

/// Writes the rows of batches as features, to a path where nothing is. A column of binaries holds the
/// shapes: multipolygons in WGS 84, longitude first, as well-known binary. Texts, whole numbers, numbers
/// and truths (as 0 or 1) become fields. The bytes depend on the rows alone.
///
/// # Errors
/// [`StoreError::Features`].
pub fn write(
    path: &Path,
    container: Container,
    layer: &str,
    schema: &Schema,
    batches: impl Iterator<Item = RecordBatch>,
) -> Result<(), StoreError> {
    write_layer(path, container, layer, schema, batches).map_err(|source| StoreError::Features {
        driver: container.driver(),
        path: path.to_owned(),
        source: Box::new(source),
    })
}

fn write_layer(
    path: &Path,
    container: Container,
    name: &str,
    schema: &Schema,
    batches: impl Iterator<Item = RecordBatch>,
) -> Result<(), GdalError> {
    // GDAL writes the time of day into the file, unless it is told another.
    gdal::config::set_config_option("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z")?;
    let driver = DriverManager::get_driver_by_name(container.driver())?;
    let mut dataset = driver.create_vector_only(path)?;
    let mut srs = SpatialRef::from_epsg(4326)?;
    srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let ty = OGRwkbGeometryType::wkbMultiPolygon;
    let options =
        LayerOptions { name, srs: Some(&srs), ty, options: Some(&["GEOMETRY_NAME=geometry"]) };
    match container {
        Container::FlatGeobuf => {
            let options = LayerOptions { options: None, ..options };
            fill(&dataset.create_layer(options)?, schema, batches)?;
        }
        Container::GeoPackage => {
            let mut transaction = dataset.start_transaction()?;
            fill(&transaction.create_layer(options)?, schema, batches)?;
            transaction.commit()?;
        }
    }
    dataset.close()
}

fn fill(
    layer: &gdal::vector::Layer<'_>,
    schema: &Schema,
    batches: impl Iterator<Item = RecordBatch>,
) -> Result<(), GdalError> {
    let columns = schema.fields().iter().enumerate();
    let fields: Vec<(usize, OGRFieldType::Type)> =
        columns.filter_map(|(at, column)| Some((at, field_type(column.data_type())?))).collect();
    for &(at, kind) in &fields {
        FieldDefn::new(schema.field(at).name(), kind)?.add_to_layer(layer)?;
    }
    for batch in batches {
        for row in 0..batch.num_rows() {
            let mut feature = Feature::new(layer.defn())?;
            for (number, &(at, _)) in fields.iter().enumerate() {
                set(&mut feature, number, batch.column(at), row)?;
            }
            for column in batch.columns() {
                if let Some(shapes) = column.as_binary_opt::<i32>().filter(|it| it.is_valid(row)) {
                    feature.set_geometry(Geometry::from_wkb(shapes.value(row))?)?;
                }
            }
            feature.create(layer)?;
        }
    }
    Ok(())
}

/// `None` where a column is none of a field's.
const fn field_type(kind: &DataType) -> Option<OGRFieldType::Type> {
    Some(match kind {
        DataType::Utf8 => OGRFieldType::OFTString,
        DataType::Int64 => OGRFieldType::OFTInteger64,
        DataType::Float64 => OGRFieldType::OFTReal,
        DataType::Boolean => OGRFieldType::OFTInteger,
        _ => return None,
    })
}

fn set(
    feature: &mut Feature<'_>,
    number: usize,
    column: &dyn Array,
    row: usize,
) -> Result<(), GdalError> {
    if column.is_null(row) {
        return feature.set_field_null(number);
    }
    match column.data_type() {
        DataType::Utf8 => {
            let text = column.as_string::<i32>().value(row);
            feature.set_field_string(number, &text.replace('\0', " "))
        }
        DataType::Int64 => {
            feature.set_field_integer64(number, column.as_primitive::<Int64Type>().value(row))
        }
        DataType::Float64 => {
            feature.set_field_double(number, column.as_primitive::<Float64Type>().value(row))
        }
        _ => feature.set_field_integer(number, i32::from(column.as_boolean().value(row))),
    }
}

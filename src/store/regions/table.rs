//! The regions as a table: `GeoParquet` 1.1, one row a region, ordered by level and code.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, Float64Array, Int16Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use geo::MultiPolygon;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use serde_json::json;

use crate::domain::position::Bounds;
use crate::domain::region::{Region, RegionTree, Shapes};
use crate::domain::wkb;

/// Rows of a row group, the unit that is read by one thread.
const ROWS_A_GROUP: usize = 4096;

/// The column of the shapes as the source has them.
pub const FULL: &str = "geometry";
/// The column of the shapes generalised per level.
pub const GENERAL: &str = "general";

/// The columns without the shapes.
pub const PLAIN: [(&str, DataType); 12] = [
    ("code", DataType::Utf8),
    ("name", DataType::Utf8),
    ("level", DataType::Utf8),
    ("kind", DataType::Utf8),
    ("area_km2", DataType::Float64),
    ("west", DataType::Float64),
    ("south", DataType::Float64),
    ("east", DataType::Float64),
    ("north", DataType::Float64),
    ("label_longitude", DataType::Float64),
    ("label_latitude", DataType::Float64),
    ("utc_offset_min", DataType::Int16),
];

/// Writes the table. The same regions give the same bytes.
///
/// # Errors
/// Where `sink` refuses.
pub fn write(
    sink: impl Write + Send,
    tree: &RegionTree,
    shapes: &Shapes,
) -> Result<(), ParquetError> {
    let schema = schema();
    let mut writer = ArrowWriter::try_new(sink, schema.clone(), Some(properties(tree.bounds())))?;
    let regions: Vec<&Region> = tree.iter().map(|(_, region)| region).collect();
    let groups = regions.chunks(ROWS_A_GROUP);
    let shapes = shapes.full.chunks(ROWS_A_GROUP).zip(shapes.general.chunks(ROWS_A_GROUP));
    for (regions, (full, general)) in groups.zip(shapes) {
        let mut columns = plain_columns(regions);
        columns.push(shape_column(full));
        columns.push(shape_column(general));
        writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
    }
    writer.close().map(drop)
}

fn schema() -> SchemaRef {
    let plain = PLAIN.into_iter().map(|(name, kind)| Field::new(name, kind, false));
    let shapes = [FULL, GENERAL].map(|name| Field::new(name, DataType::Binary, false));
    Arc::new(Schema::new(plain.chain(shapes).collect::<Vec<_>>()))
}

fn plain_columns(regions: &[&Region]) -> Vec<ArrayRef> {
    let strings = |value: &dyn Fn(&Region) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(regions.iter().map(|region| value(region))))
    };
    let floats = |value: &dyn Fn(&Region) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(regions.iter().map(|region| value(region))))
    };
    let offsets = regions.iter().map(|region| region.utc_offset_min);
    vec![
        strings(&|region| region.code.to_string()),
        strings(&|region| region.name.clone()),
        strings(&|region| region.level.name().to_owned()),
        strings(&|region| region.kind.name().to_owned()),
        floats(&|region| region.area_km2),
        floats(&|region| region.bounds.west),
        floats(&|region| region.bounds.south),
        floats(&|region| region.bounds.east),
        floats(&|region| region.bounds.north),
        floats(&|region| region.label.longitude()),
        floats(&|region| region.label.latitude()),
        Arc::new(Int16Array::from_iter_values(offsets)),
    ]
}

fn shape_column(shapes: &[MultiPolygon]) -> ArrayRef {
    let encoded: Vec<Vec<u8>> = shapes.par_iter().map(wkb::encode).collect();
    Arc::new(BinaryArray::from_iter_values(encoded))
}

fn properties(bounds: Bounds) -> WriterProperties {
    let geo = KeyValue::new("geo".to_owned(), geo_metadata(bounds).to_string());
    let level = ZstdLevel::try_new(3).expect("zstd has a level 3");
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROWS_A_GROUP))
        .set_key_value_metadata(Some(vec![geo]));
    for column in [FULL, GENERAL].map(ColumnPath::from) {
        builder = builder
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_statistics_enabled(column, EnabledStatistics::None);
    }
    builder.build()
}

/// Without a `crs` the coordinates are OGC:CRS84, as the specification has it.
fn geo_metadata(bounds: Bounds) -> serde_json::Value {
    let column = json!({
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "bbox": <[f64; 4]>::from(bounds),
    });
    json!({
        "version": "1.1.0",
        "primary_column": FULL,
        "columns": { FULL: column.clone(), GENERAL: column },
    })
}

//! A layer as `GeoParquet` 1.1: the layer's table, shapes as well-known binary; without outlines it is
//! plain Parquet.

use std::io;

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde_json::json;

use super::head::Head;
use super::table::{self, GEOMETRY};
use super::{Outlines, ReleaseLabel, outline};
use crate::protect::Layer;

/// Writes a layer. The same layer gives the same bytes. The file's metadata has the layer's head under
/// `sebaran`, as a GeoJSON has it.
///
/// # Errors
/// Those of the writer alone.
pub fn write(
    layer: &Layer,
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let schema = table::schema(layer, outlines);
    let properties = Some(properties(layer, label, outlines));
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, properties)?;
    for batch in table::batches(layer, label, outlines) {
        writer.write(&batch)?;
    }
    out.write_all(&writer.into_inner()?)
}

fn properties(layer: &Layer, label: &ReleaseLabel, outlines: Outlines<'_>) -> WriterProperties {
    let head = serde_json::to_string(&Head::new(layer, label, None)).expect("its keys are texts");
    let mut metadata = vec![KeyValue::new("sebaran".to_owned(), head)];
    if matches!(outlines, Outlines::Regions(_)) {
        metadata.push(KeyValue::new("geo".to_owned(), geo(layer, outlines).to_string()));
    }
    let level = ZstdLevel::try_new(3).expect("zstd has a level 3");
    let shapes = ColumnPath::from(GEOMETRY);
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_key_value_metadata(Some(metadata))
        .set_column_dictionary_enabled(shapes.clone(), false)
        .set_column_statistics_enabled(shapes, EnabledStatistics::None)
        .build()
}

/// The description of the shapes, as the specification of `GeoParquet` 1.1 has it: without a `crs` the
/// coordinates are OGC:CRS84, without `edges` edges are straight in the plane.
fn geo(layer: &Layer, outlines: Outlines<'_>) -> serde_json::Value {
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "orientation": "counterclockwise",
    });
    if let Some(bounds) = outline::bounds(layer, outlines) {
        column["bbox"] = json!(bounds);
    }
    json!({ "version": "1.1.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } })
}

//! A layer as a table: a column a field, whence each row comes, and the shapes as well-known binary.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Field as Column, Schema, SchemaRef};
use rayon::prelude::*;

use super::head::{ORIGIN, origin};
use super::outline::Outline;
use super::{Outlines, ReleaseLabel};
use crate::domain::wkb;
use crate::protect::field::{Kind, Value};
use crate::protect::{Feature, Field, Layer};

/// The column of the shapes: multipolygons in OGC:CRS84.
pub const GEOMETRY: &str = "geometry";

/// Rows of a batch.
const ROWS: usize = 4096;

/// The columns of a layer's table; without outlines there is no [`GEOMETRY`].
pub fn schema(layer: &Layer, outlines: Outlines<'_>) -> SchemaRef {
    let fields = Field::all(layer.theme()).into_iter();
    let mut columns: Vec<Column> =
        fields.map(|field| Column::new(field.name, data_type(field.kind), true)).collect();
    columns.extend(ORIGIN.map(|name| Column::new(name, DataType::Utf8, false)));
    if matches!(outlines, Outlines::Regions(_)) {
        columns.push(Column::new(GEOMETRY, DataType::Binary, true));
    }
    Arc::new(Schema::new(columns))
}

/// The rows, in the order of the layer.
pub fn batches<'a>(
    layer: &'a Layer,
    label: &'a ReleaseLabel,
    outlines: Outlines<'a>,
) -> impl Iterator<Item = RecordBatch> + 'a {
    let schema = schema(layer, outlines);
    let fields = Field::all(layer.theme());
    layer.features().chunks(ROWS).map(move |features| {
        let of_field = |field: &Field| column(field, layer, features);
        let mut columns: Vec<ArrayRef> = fields.iter().map(of_field).collect();
        let same = |text: &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(features.iter().map(|_| text)))
        };
        columns.extend(origin(layer, label).map(same));
        if matches!(outlines, Outlines::Regions(_)) {
            columns.push(shapes(features, outlines));
        }
        RecordBatch::try_new(Arc::clone(&schema), columns)
            .expect("the columns are made as the schema has them")
    })
}

const fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Whole => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Truth => DataType::Boolean,
    }
}

fn column(field: &Field, layer: &Layer, features: &[Feature]) -> ArrayRef {
    let values = features.iter().map(|feature| field.value(feature, layer.geography()));
    match field.kind {
        Kind::Text => Arc::new(
            values.map(|value| value.map(|value| value.to_string())).collect::<StringArray>(),
        ),
        Kind::Whole => {
            let whole = |it| if let Some(Value::Whole(whole)) = it { Some(whole) } else { None };
            Arc::new(values.map(whole).collect::<Int64Array>())
        }
        Kind::Number => {
            let number = |it| if let Some(Value::Number(it)) = it { Some(it) } else { None };
            Arc::new(values.map(number).collect::<Float64Array>())
        }
        Kind::Truth => {
            let truth = |it| if let Some(Value::Truth(truth)) = it { Some(truth) } else { None };
            Arc::new(values.map(truth).collect::<BooleanArray>())
        }
    }
}

fn shapes(features: &[Feature], outlines: Outlines<'_>) -> ArrayRef {
    let encoded = features
        .par_iter()
        .map(|feature| Some(wkb::encode(&Outline::of(feature.place, outlines)?.shape())));
    let encoded: Vec<Option<Vec<u8>>> = encoded.collect();
    Arc::new(encoded.iter().map(Option::as_deref).collect::<BinaryArray>())
}

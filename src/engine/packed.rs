//! Visits on their way through the plan: the few columns by which they are shuffled and sorted,
//! and all others packed into one.
//!
//! A shuffle or a sort moves every column of every row by itself. Packed, forty columns move as six.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};

use super::operator::{MakeStep, Step};
use crate::place::batch::{self, PLACED_SCHEMA};

/// The columns that stay as they are: those by which visits are sorted.
const OPEN: [&str; 5] = batch::ORDER;

/// The column of all others.
const REST: &str = "rest";

/// Placed visits, packed.
pub static PACKED_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let open = OPEN.map(|name| named(name).clone());
    let rest = Arc::new(Field::new(REST, DataType::Binary, false));
    Arc::new(Schema::new(open.into_iter().chain([rest]).collect::<Vec<FieldRef>>()))
});

fn named(name: &str) -> &'static FieldRef {
    let schema: &'static Schema = &PLACED_SCHEMA;
    &schema.fields()[schema.index_of(name).expect("the survey makes the column")]
}

fn packed_fields() -> impl Iterator<Item = &'static FieldRef> {
    PLACED_SCHEMA.fields().iter().filter(|field| !OPEN.contains(&field.name().as_str()))
}

fn converter() -> Result<RowConverter, ArrowError> {
    RowConverter::new(
        packed_fields().map(|field| SortField::new(field.data_type().clone())).collect(),
    )
}

/// Makes the step that packs placed visits.
pub fn pack_step() -> MakeStep {
    Arc::new(|_| -> Step {
        let converter = converter();
        Box::new(move |batch| {
            let converter = converter.as_ref().map_err(unpackable)?;
            let column = |name: &str| Arc::clone(batch.column_by_name(name).expect("was surveyed"));
            let rest: Vec<ArrayRef> = packed_fields().map(|field| column(field.name())).collect();
            let rest = converter.convert_columns(&rest)?.try_into_binary()?;
            let open = OPEN.iter().map(|name| column(name));
            let columns = open.chain([Arc::new(rest) as ArrayRef]).collect();
            Ok(RecordBatch::try_new(Arc::clone(&PACKED_SCHEMA), columns)?)
        })
    })
}

/// Makes the step that unpacks visits again.
pub fn unpack_step() -> MakeStep {
    Arc::new(|_| -> Step {
        let converter = converter();
        Box::new(move |batch| {
            let converter = converter.as_ref().map_err(unpackable)?;
            let rest: &BinaryArray = batch.column(OPEN.len()).as_binary::<i32>();
            let parser = converter.parser();
            let rows = (0..rest.len()).map(|row| parser.parse(rest.value(row)));
            let rest = converter.convert_rows(rows)?;
            let mut rest = packed_fields().map(|field| field.name().as_str()).zip(rest);
            let mut columns = Vec::with_capacity(PLACED_SCHEMA.fields().len());
            for field in PLACED_SCHEMA.fields() {
                columns.push(match batch.column_by_name(field.name()) {
                    Some(open) => Arc::clone(open),
                    None => rest.next().expect("the packed columns keep their order").1,
                });
            }
            Ok(RecordBatch::try_new(Arc::clone(&PLACED_SCHEMA), columns)?)
        })
    })
}

fn unpackable(error: &ArrowError) -> datafusion_common::DataFusionError {
    datafusion_common::DataFusionError::Internal(format!("columns can't be packed: {error}"))
}

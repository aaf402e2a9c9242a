//! Rows on their way through a shuffle and a sort: one column by which they are dealt out, and one of all
//! that they hold, packed so that its bytes have the rows' order.
//!
//! A shuffle or a sort moves every column of every row by itself, and a merge compares column by column.
//! Packed, forty columns move as two, and rows are compared as bytes.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, RowParser, SortField};

use super::lanes::Lane;
use super::operator::{MakeStep, Step};

/// The column by which rows are dealt out.
pub const LANE: &str = "lane";
/// The column of all that a row holds, in the rows' order.
pub const ROW: &str = "row";

/// Packed rows of any schema.
pub static PACKED_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new(LANE, DataType::UInt64, false),
        Field::new(ROW, DataType::Binary, false),
    ]))
});

/// How the rows of a schema are packed.
pub struct Packing {
    schema: SchemaRef,
    /// The columns as they are packed: those of the order first.
    columns: Vec<usize>,
    fields: Vec<SortField>,
}

impl Packing {
    /// Packs rows of this schema for this order; what it does not name comes after.
    pub fn new(schema: &SchemaRef, order: &[(&str, SortOptions)]) -> Arc<Self> {
        let index = |name: &str| schema.index_of(name).expect("an order names columns");
        let ordered: Vec<usize> = order.iter().map(|(name, _)| index(name)).collect();
        let others = (0..schema.fields().len()).filter(|column| !ordered.contains(column));
        let columns: Vec<usize> = ordered.iter().copied().chain(others).collect();
        let options = order.iter().map(|(_, options)| *options);
        let options = options.chain(std::iter::repeat(SortOptions::default()));
        let field = |(column, options): (&usize, SortOptions)| {
            SortField::new_with_options(schema.field(*column).data_type().clone(), options)
        };
        let fields = columns.iter().zip(options).map(field).collect();
        Arc::new(Self { schema: Arc::clone(schema), columns, fields })
    }

    /// The schema of rows that are not packed.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// What unpacks these rows.
    ///
    /// # Errors
    /// Where a column is of a type that can't be packed.
    pub fn unpacking(self: &Arc<Self>) -> Result<Unpacking, ArrowError> {
        let converter = self.converter()?;
        let parser = converter.parser();
        Ok(Unpacking { packing: Arc::clone(self), converter, parser })
    }

    fn converter(&self) -> Result<RowConverter, ArrowError> {
        RowConverter::new(self.fields.clone())
    }
}

/// Makes the step that packs rows.
pub fn pack_step(packing: &Arc<Packing>, lane: &Lane) -> MakeStep {
    let (packing, lane) = (Arc::clone(packing), Arc::clone(lane));
    Arc::new(move |_| -> Step {
        let (packing, lane, converter) =
            (Arc::clone(&packing), Arc::clone(&lane), packing.converter());
        Box::new(move |batch| {
            let converter = converter.as_ref().map_err(unpackable)?;
            let column = |column: &usize| Arc::clone(batch.column(*column));
            let columns: Vec<ArrayRef> = packing.columns.iter().map(column).collect();
            let rows = converter.convert_columns(&columns)?.try_into_binary()?;
            let columns: Vec<ArrayRef> = vec![Arc::new(lane(&batch)?), Arc::new(rows)];
            Ok(RecordBatch::try_new(Arc::clone(&PACKED_SCHEMA), columns)?)
        })
    })
}

/// Unpacks rows.
pub struct Unpacking {
    packing: Arc<Packing>,
    converter: RowConverter,
    parser: RowParser,
}

impl Unpacking {
    /// A batch of packed rows.
    ///
    /// # Errors
    /// Where the rows were not packed so.
    pub fn batch<'a>(
        &'a self,
        rows: impl Iterator<Item = &'a [u8]>,
    ) -> Result<RecordBatch, ArrowError> {
        let rows = rows.map(|row| self.parser.parse(row));
        let values = self.converter.convert_rows(rows)?;
        let mut columns: Vec<_> = self.packing.columns.iter().zip(values).collect();
        columns.sort_unstable_by_key(|(column, _)| **column);
        let columns = columns.into_iter().map(|(_, values)| values).collect();
        RecordBatch::try_new(self.packing.schema(), columns)
    }
}

fn unpackable(error: &ArrowError) -> datafusion_common::DataFusionError {
    datafusion_common::DataFusionError::Internal(format!("columns can't be packed: {error}"))
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, StringArray, UInt8Array, UInt64Array};
    use arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};

    use super::*;

    #[test]
    fn packed_rows_sort_as_their_columns_do_and_come_out_as_they_went_in() {
        let descending = SortOptions { descending: true, nulls_first: false };
        let order = [("b", SortOptions::default()), ("a", descending)];
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("a", Arc::new(UInt8Array::from(vec![Some(1), None, Some(3), Some(3)]))),
            ("b", Arc::new(StringArray::from(vec!["y", "x\0", "x", "y"]))),
            ("c", Arc::new(StringArray::from(vec![None, Some(""), Some("long"), None]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let packing = Packing::new(&batch.schema(), &order);
        let lane: Lane = Arc::new(|batch| Ok(UInt64Array::from(vec![7; batch.num_rows()])));
        let packed = pack_step(&packing, &lane)(0)(batch.clone()).unwrap();
        let mut rows: Vec<&[u8]> = packed.column(1).as_binary::<i32>().iter().flatten().collect();
        rows.sort_unstable();
        let sorted = packing.unpacking().unwrap().batch(rows.into_iter());
        let columns = order.map(|(name, options)| SortColumn {
            values: Arc::clone(batch.column_by_name(name).unwrap()),
            options: Some(options),
        });
        let by_columns = lexsort_to_indices(&columns, None).unwrap();
        assert_eq!(sorted.unwrap(), take_record_batch(&batch, &by_columns).unwrap());
    }
}

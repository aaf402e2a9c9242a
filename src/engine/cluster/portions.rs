//! What a scan's tasks read, as rows: the leaf of a plan whose tasks get their share of it.
//!
//! A scheduler cuts leaves that it knows into tasks, and ours it does not know. So the leaf is a table
//! in memory, of portions of files, and reading them is an operator on it.

use std::sync::{Arc, LazyLock};

use arrow::array::{AsArray, RecordBatch, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type, UInt64Type};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion_common::Result;
use datafusion_physical_plan::ExecutionPlan;

use crate::read::visits::Portion;

/// A portion: its file's number, its first part and the one after the last.
static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("file", DataType::UInt32, false),
        Field::new("first", DataType::UInt64, false),
        Field::new("end", DataType::UInt64, false),
    ]))
});

/// A leaf with a partition for each list of portions.
///
/// # Errors
/// Those of the engine.
pub fn leaf(portions: &[Vec<Portion>]) -> Result<Arc<dyn ExecutionPlan>> {
    let partitions = portions.iter().map(|portions| Ok(vec![rows(portions)?]));
    let partitions = partitions.collect::<Result<Vec<_>>>()?;
    Ok(MemorySourceConfig::try_new_exec(&partitions, Arc::clone(&SCHEMA), None)?)
}

fn rows(portions: &[Portion]) -> Result<RecordBatch> {
    let files = portions.iter().map(|portion| portion.file() as u32);
    let first = portions.iter().map(|portion| portion.parts().start as u64);
    let end = portions.iter().map(|portion| portion.parts().end as u64);
    let columns: Vec<arrow::array::ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(files)),
        Arc::new(UInt64Array::from_iter_values(first)),
        Arc::new(UInt64Array::from_iter_values(end)),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&SCHEMA), columns)?)
}

/// The portions that a batch of the leaf names.
pub fn named(batch: &RecordBatch) -> Vec<Portion> {
    let file = batch.column(0).as_primitive::<UInt32Type>();
    let first = batch.column(1).as_primitive::<UInt64Type>();
    let end = batch.column(2).as_primitive::<UInt64Type>();
    let portion = |row| {
        Portion::new(file.value(row) as usize, first.value(row) as usize..end.value(row) as usize)
    };
    (0..batch.num_rows()).map(portion).collect()
}

#[cfg(test)]
mod tests {
    use datafusion_physical_plan::ExecutionPlanProperties;

    use super::*;

    #[test]
    fn portions_are_named_as_they_were_dealt_out() {
        let portions = vec![Portion::new(0, 0..0), Portion::new(3, 7..9)];
        assert_eq!(named(&rows(&portions).unwrap()), portions);
        assert_eq!(leaf(&[portions, vec![]]).unwrap().output_partitioning().partition_count(), 2);
    }
}

//! The coverage of the prelist on disk, by village and enumerator.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};

use super::StoreError;
use super::small_table;
use crate::domain::coverage::{Coverage, CoverageTable};

/// The table's name in a release.
pub const COVERAGE: &str = "coverage.parquet";

type Count = fn(&Coverage) -> u64;

const COUNTS: [(&str, Count); 11] = [
    ("listed", |coverage| coverage.listed),
    ("visited", |coverage| coverage.visited),
    ("counted", |coverage| coverage.counted),
    ("resolved", |coverage| coverage.resolved),
    ("tried", Coverage::tried),
    ("not_tried", Coverage::not_tried),
    ("without_household", |coverage| coverage.without_household),
    ("musdes_found", |coverage| coverage.deliberated[0]),
    ("musdes_not_found", |coverage| coverage.deliberated[1]),
    ("musdes_duplicate", |coverage| coverage.deliberated[2]),
    ("musdes_new_proposal", |coverage| coverage.deliberated[3]),
];

/// Writes the table into a release that is being made. Figures by officer are restricted, whatever the
/// release is.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(folder: &Path, table: &CoverageTable) -> Result<(), StoreError> {
    let villages: StringArray =
        table.iter().map(|(village, ..)| Some(village.to_string())).collect();
    let officers: StringArray = table.iter().map(|(_, officer, _)| officer).collect();
    let mut columns: Vec<(&str, ArrayRef)> =
        vec![("village_code", Arc::new(villages)), ("assigned_enumerator", Arc::new(officers))];
    for (name, count) in COUNTS {
        let counts = table.iter().map(|(.., coverage)| count(coverage));
        columns.push((name, Arc::new(UInt64Array::from_iter_values(counts))));
    }
    small_table::write(&folder.join(COVERAGE), columns)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use arrow::array::{AsArray, RecordBatch};
    use arrow::datatypes::UInt64Type;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    #[test]
    fn writes_a_row_for_each_village_and_officer() {
        let folder = tempfile::tempdir().unwrap();
        let mut table = CoverageTable::default();
        for officer in [Some("e2"), None, Some("e1")] {
            table.entry("0101001001".parse().unwrap(), officer).add_entry(None);
        }
        write(folder.path(), &table).unwrap();
        let file = File::open(folder.path().join(COVERAGE)).unwrap();
        let mut reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let batch: RecordBatch = reader.next().unwrap().unwrap();
        let officers: Vec<_> = batch.column(1).as_string::<i32>().iter().collect();
        assert_eq!(officers, [None, Some("e1"), Some("e2")]);
        let listed = batch.column(2).as_primitive::<UInt64Type>();
        assert_eq!(listed.values().as_ref(), [1, 1, 1]);
    }
}

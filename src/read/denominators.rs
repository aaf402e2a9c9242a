//! The denominators table: resident households and persons by region, from CSV or Parquet.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use arrow::array::Array;

use super::table::{
    Cell, RowError, TableBatch, TableError, TableFiles, TableSpec, codes, texts, wholes,
};
use super::visits::ColumnsFile;
use crate::domain::code::RegionCode;
use crate::domain::indicator::{Denominator, Denominators};
use crate::domain::visit::Need::{Optional, Required};

/// The columns of the denominators table.
pub static DENOMINATORS: TableSpec = TableSpec {
    register: "denominators",
    columns: &[
        ("region_code", Required),
        ("year", Required),
        ("source", Required),
        ("population", Optional),
        ("households", Optional),
    ],
};

/// Reads a table of residents; columns that are none of its own are ignored.
///
/// # Errors
/// [`TableError`] of the first row that can't be read, or whose region stands twice with other contents.
pub fn read(path: &Path, settings: &ColumnsFile) -> Result<Denominators, TableError> {
    let files = TableFiles::open(&[path.to_owned()], &DENOMINATORS, settings)?;
    let mut denominators = Denominators::new();
    let mut numbers: BTreeMap<RegionCode, u64> = BTreeMap::new();
    files.read_all(&mut |table| {
        for (row, (code, denominator)) in parse(table)?.into_iter().enumerate() {
            let number = table.row_number(row);
            let first = *numbers.entry(code).or_insert(number);
            let before = denominators.insert(code, denominator.clone());
            if before.is_some_and(|before| before != denominator) {
                let (column, text) = (DENOMINATORS.columns[0].0, code.to_string());
                return Err(table.refuse_row(row, RowError::Repeated { column, text, first }));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(denominators)
}

fn parse(table: &TableBatch<'_>) -> Result<Vec<(RegionCode, Denominator)>, TableError> {
    let (codes, years) = (codes(table, 0)?, wholes(table, 1)?);
    let sources = texts(table, 2)?.expect("the column is required");
    let (population, households) = (wholes(table, 3)?, wholes(table, 4)?);
    let count =
        |column: usize, row: usize, cell: Cell<i64>| match cell.and_then(|it| it.try_into().ok()) {
            Cell::Unreadable => Err(table.refuse(column, row, "a whole number")),
            cell => Ok(cell.value()),
        };
    let mut rows = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let code = codes[row].value();
        let code = code.ok_or_else(|| table.refuse(0, row, "a region code of digits"))?;
        let year = years[row].and_then(|year| year.try_into().ok()).value();
        let source = sources.is_valid(row).then(|| sources.value(row).trim().to_owned());
        let denominator = Denominator {
            year: year.ok_or_else(|| table.refuse(1, row, "a year"))?,
            source: source
                .filter(|source| !source.is_empty())
                .ok_or_else(|| table.refuse(2, row, "a text"))?,
            population: count(3, row, population[row])?,
            households: count(4, row, households[row])?,
        };
        rows.push((code, denominator));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt16Array};
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn read_text(text: &str) -> Result<Denominators, TableError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("denominators.csv");
        std::fs::write(&path, text).unwrap();
        read(&path, &ColumnsFile::default())
    }

    #[test]
    fn reads_columns_in_any_order_and_empty_as_none() {
        let table = "\u{feff}source,children,households,region_code,year\nsensus,9,120,0101,2024\n\
                     sensus,,,0102,2024\n";
        let read = read_text(table).unwrap();
        let of = |code: &str| read[&code.parse().unwrap()].clone();
        assert_eq!(of("0101").households, Some(120));
        assert_eq!(of("0101").population, None);
        assert_eq!((of("0102").households, of("0102").year), (None, 2024));
    }

    #[test]
    fn refuses_a_missing_column_a_repeated_region_and_a_bad_number() {
        let missing = read_text("region_code,year\n").unwrap_err();
        assert!(missing.to_string().contains("no column `source`"), "{missing}");
        let repeated = read_text("region_code,year,source\n01,2024,s\n01,2023,s\n").unwrap_err();
        assert!(repeated.to_string().contains("row 3: region_code `01`"), "{repeated}");
        let bad = read_text("region_code,year,source,population\n01,2024,s,-4\n").unwrap_err();
        assert!(bad.to_string().contains("population is `-4`"), "{bad}");
    }

    #[test]
    fn reads_the_same_from_parquet() {
        let columns: [(&str, ArrayRef); 4] = [
            ("region_code", Arc::new(StringArray::from(vec!["01", "02"]))),
            ("year", Arc::new(UInt16Array::from(vec![2024, 2024]))),
            ("source", Arc::new(StringArray::from(vec!["s", "s"]))),
            ("households", Arc::new(UInt16Array::from(vec![Some(5), None]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("denominators.parquet");
        let file = File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let from_csv = "region_code,year,source,households\n01,2024,s,5\n02,2024,s,\n";
        assert_eq!(read(&path, &ColumnsFile::default()).unwrap(), read_text(from_csv).unwrap());
    }
}

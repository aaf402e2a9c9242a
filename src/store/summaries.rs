//! Findings summed up for each level of the regions and of the field organisation: a table of each in the
//! release, restricted like the findings.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::StoreError;
use crate::check::Rule;
use crate::count::quality::{Officer, Quality, QualityCounts};
use crate::domain::region::{Level, RegionTree};

/// The folder of the tables in a release.
pub const FOLDER: &str = "quality";

/// A row of a summary: id or code, name, sums.
type Row<'a> = (String, Option<&'a str>, &'a QualityCounts);

/// What a column sums.
type Sum = fn(&QualityCounts) -> u64;

/// Writes a table for each level of region, the coordinators (by their districts), enumerators,
/// supervisors and devices. Of officers with too many ids there is none.
///
/// # Errors
/// [`StoreError`] where they can't be written.
pub fn write(folder: &Path, quality: &Quality, tree: &RegionTree) -> Result<(), StoreError> {
    let folder = folder.join(FOLDER);
    fs::create_dir_all(&folder).map_err(StoreError::io("make the folder", &folder))?;
    let regions = quality.regions(tree);
    let named = Level::ALL.map(|level| (level.name(), level));
    for (name, level) in named.into_iter().chain([("coordinator", Level::District)]) {
        let of_level = regions.iter().map(|(id, counts)| (tree.get(*id), counts));
        let of_level = of_level.filter(|(region, _)| region.level == level);
        let rows: Vec<Row<'_>> = of_level
            .map(|(region, counts)| (region.code.to_string(), Some(region.name.as_str()), counts))
            .collect();
        write_table(&folder, name, &rows)?;
    }
    for officer in Officer::ALL {
        let Some(officers) = quality.officers(officer) else { continue };
        let rows: Vec<Row<'_>> =
            officers.into_iter().map(|(id, counts)| (id.to_owned(), None, counts)).collect();
        write_table(&folder, officer.name(), &rows)?;
    }
    Ok(())
}

fn write_table(folder: &Path, name: &str, rows: &[Row<'_>]) -> Result<(), StoreError> {
    let path = folder.join(format!("{name}.parquet"));
    let batch = batch(rows);
    let file = File::create(&path).map_err(StoreError::io("write", &path))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    ArrowWriter::try_new(BufWriter::new(file), batch.schema(), Some(properties))
        .and_then(|mut writer| {
            writer.write(&batch)?;
            writer.close()
        })
        .map(drop)
        .map_err(StoreError::parquet("write the summary", &path))
}

fn batch(rows: &[Row<'_>]) -> RecordBatch {
    let mut fields =
        vec![Field::new("id", DataType::Utf8, false), Field::new("name", DataType::Utf8, true)];
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.0))),
        Arc::new(StringArray::from_iter(rows.iter().map(|row| row.1))),
    ];
    let sums: [(&str, Sum); 5] = [
        ("visits", |counts| counts.visits),
        ("completed", |counts| counts.completed),
        ("noted", |counts| counts.gravest[0]),
        ("doubted", |counts| counts.gravest[1]),
        ("held", |counts| counts.gravest[2]),
    ];
    for (name, sum) in sums {
        fields.push(Field::new(name, DataType::UInt64, false));
        columns.push(Arc::new(UInt64Array::from_iter_values(rows.iter().map(|row| sum(row.2)))));
    }
    for rule in Rule::ALL {
        fields.push(Field::new(rule.name(), DataType::UInt32, false));
        let of_rule = rows.iter().map(|row| row.2.by_rule[rule.index()]);
        columns.push(Arc::new(UInt32Array::from_iter_values(of_rule)));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .expect("every column has a value for each row")
}

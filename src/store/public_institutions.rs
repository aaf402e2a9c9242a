//! What is public of institutions, on disk: a table of its own on the public side of a release.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::{Float64Type, UInt32Type};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::institutions::points_of;
use super::placed::GEO;
use super::verified::Published;
use super::{StoreError, small_table};
use crate::domain::institution::PublicInstitution;
use crate::domain::position::Position;

const READ: &str = "read the institutions";

/// Writes institutions by region, kind and name, so that their order tells nothing else.
///
/// # Errors
/// [`StoreError`] where they can't be written.
pub fn write(path: &Path, mut institutions: Vec<PublicInstitution>) -> Result<(), StoreError> {
    institutions.sort_by(|one, other| {
        let key = |it: &PublicInstitution| (it.region, it.kind);
        let at = |it: &PublicInstitution| it.position.map(|at| (at.longitude(), at.latitude()));
        let by_name = || one.name.cmp(&other.name).then(one.capacity.cmp(&other.capacity));
        let by_place = || at(one).partial_cmp(&at(other)).unwrap_or(std::cmp::Ordering::Equal);
        key(one).cmp(&key(other)).then_with(by_name).then_with(by_place)
    });
    let rows = || institutions.iter();
    let names: StringArray = rows().map(|one| Some(one.name.as_str())).collect();
    let kinds: StringArray = rows().map(|one| Some(one.kind.name())).collect();
    let regions: StringArray = rows().map(|one| one.region.map(|code| code.to_string())).collect();
    let capacities: UInt32Array = rows().map(|one| one.capacity).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("name", Arc::new(names)),
        ("kind", Arc::new(kinds)),
        ("region_code", Arc::new(regions)),
        ("geometry", points_of(rows().map(|one| one.position))),
        ("capacity", Arc::new(capacities)),
    ];
    let metadata = vec![KeyValue::new("geo".to_owned(), GEO.to_owned())];
    small_table::write_with(path, columns, Some(metadata))
}

/// Reads what is public of a table of institutions, whichever side of a release it is of.
///
/// # Errors
/// [`StoreError`] where it can't be read.
pub fn read(path: &Path) -> Result<Vec<PublicInstitution>, StoreError> {
    let table = fs::read(path).map_err(StoreError::io("read", path))?;
    read_table(table.into()).map_err(StoreError::parquet(READ, path))
}

/// The same of a published file, once its bytes are verified.
///
/// # Errors
/// [`StoreError`] where they are others, or can't be read.
pub fn read_verified(published: &Published) -> Result<Vec<PublicInstitution>, StoreError> {
    read_table(published.map()?).map_err(StoreError::parquet(READ, &published.path))
}

fn read_table(table: Bytes) -> Result<Vec<PublicInstitution>, ParquetError> {
    let mut all = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(table)?.build()? {
        let rows = from_batch(&batch?);
        all.extend(rows.ok_or_else(|| ParquetError::General("it has other columns".to_owned()))?);
    }
    Ok(all)
}

/// `None` where it is not what [`write`] makes, perhaps among other columns.
fn from_batch(batch: &RecordBatch) -> Option<Vec<PublicInstitution>> {
    let column = |name| batch.column_by_name(name);
    let text = |name| column(name)?.as_string_opt::<i32>();
    let (names, kinds, regions) = (text("name")?, text("kind")?, text("region_code")?);
    let capacities = column("capacity")?.as_primitive_opt::<UInt32Type>()?;
    let points = column("geometry")?.as_struct_opt()?;
    let axis = |name| points.column_by_name(name)?.as_primitive_opt::<Float64Type>();
    let (east, north) = (axis("x")?, axis("y")?);
    let mut rows = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let region = regions.is_valid(row).then(|| regions.value(row).parse());
        let position = || Position::new(east.value(row), north.value(row));
        rows.push(PublicInstitution {
            name: names.value(row).to_owned(),
            kind: kinds.value(row).parse().ok()?,
            region: region.transpose().ok()?,
            position: points.is_valid(row).then(position).flatten(),
            capacity: capacities.is_valid(row).then(|| capacities.value(row)),
        });
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::institution::InstitutionKind;

    #[test]
    fn reads_back_what_it_wrote_whatever_the_order_it_came_in() {
        let of = |name: &str, region: Option<&str>, position| PublicInstitution {
            name: name.to_owned(),
            kind: InstitutionKind::Lksa,
            region: region.map(|code| code.parse().unwrap()),
            position,
            capacity: position.map(|_| 30),
        };
        let all = [
            of("b", None, None),
            of("c", Some("01"), Position::new(1.5, -2.5)),
            of("a", Some("02"), None),
        ];
        let folder = tempfile::tempdir().unwrap();
        for turned in [all.to_vec(), all.iter().rev().cloned().collect()] {
            let path = folder.path().join("institutions.parquet");
            write(&path, turned).unwrap();
            assert_eq!(read(&path).unwrap(), all);
        }
    }
}

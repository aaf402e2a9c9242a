//! The leaf table on disk: Parquet, with what it is in its metadata.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use arrow::array::{ArrayRef, new_empty_array};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::verified::Published;
use super::{Release, StoreError};
use crate::domain::region::RegionTree;
use crate::protect::{LeafError, LeafTable};

/// The leaf table's name in a release.
pub const LEAVES: &str = "leaves.parquet";

/// Writes the leaf table into a release that is being made.
///
/// # Errors
/// [`StoreError`] where it can't be written.
pub fn write(folder: &Path, leaves: &LeafTable, tree: &RegionTree) -> Result<(), StoreError> {
    let path = folder.join(LEAVES);
    let file = File::create(&path).map_err(StoreError::io("write", &path))?;
    let batch = leaves.to_batch(tree);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    ArrowWriter::try_new(BufWriter::new(file), batch.schema(), Some(properties))
        .and_then(|mut writer| {
            writer.write(&batch)?;
            writer.close()
        })
        .map(drop)
        .map_err(StoreError::parquet("write the leaf table", &path))
}

/// Reads a release's leaf table.
///
/// # Errors
/// [`StoreError`] where it can't be read or does not belong to these regions.
pub fn read(release: &Release, tree: &RegionTree) -> Result<LeafTable, StoreError> {
    read_verified(&Published::of(release, LEAVES)?, tree)
}

/// Reads a file that [`write`] made, once its bytes are verified, its columns at the same time.
///
/// # Errors
/// As [`read`].
pub fn read_verified(published: &Published, tree: &RegionTree) -> Result<LeafTable, StoreError> {
    let (path, table) = (&published.path, published.map()?);
    let refuse = |source| StoreError::parquet("read the leaf table", path)(source);
    let head = ArrowReaderMetadata::load(&table, ArrowReaderOptions::default());
    let head = head.map_err(refuse)?;
    let column = |name| {
        let column = read_column(table.clone(), &head, name).map_err(refuse)?;
        column.ok_or(Refused::Leaves(LeafError::Column { name }))
    };
    LeafTable::from_columns(head.schema(), column, tree).map_err(|refused| match refused {
        Refused::Store(error) => error,
        Refused::Leaves(source) => StoreError::Leaves { path: path.to_owned(), source },
    })
}

/// Why a file gives no leaf table.
enum Refused {
    Store(StoreError),
    Leaves(LeafError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<LeafError> for Refused {
    fn from(error: LeafError) -> Self {
        Self::Leaves(error)
    }
}

/// One column from all row groups; `None` where there is none of the name.
fn read_column(
    table: Bytes,
    head: &ArrowReaderMetadata,
    name: &str,
) -> Result<Option<ArrayRef>, ParquetError> {
    let Ok(index) = head.schema().index_of(name) else { return Ok(None) };
    let metadata = head.metadata().file_metadata();
    let only = ProjectionMask::roots(metadata.schema_descr(), [index]);
    let rows = usize::try_from(metadata.num_rows()).unwrap_or_default();
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(table, head.clone());
    let mut batches = reader.with_projection(only).with_batch_size(rows).build()?;
    let batch = batches.next().transpose()?;
    let empty = || new_empty_array(head.schema().field(index).data_type());
    Ok(Some(batch.map_or_else(empty, |batch| batch.column(0).clone())))
}

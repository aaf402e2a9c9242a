//! The leaf table on disk: Parquet, with what it is in its metadata.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::{Release, StoreError};
use crate::domain::region::RegionTree;
use crate::protect::LeafTable;

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
    let path = release.file(LEAVES)?;
    let file = File::open(&path).map_err(StoreError::io("read", &path))?;
    let batch = read_batch(file).map_err(StoreError::parquet("read the leaf table", &path))?;
    LeafTable::from_batch(&batch, tree).map_err(|source| StoreError::Leaves { path, source })
}

fn read_batch(file: File) -> Result<RecordBatch, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let schema = builder.schema().clone();
    let batches = builder.build()?.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

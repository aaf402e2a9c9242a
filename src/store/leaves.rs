//! The leaf table on disk: Parquet, with what it is in its metadata.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::{Release, StoreError};
use crate::domain::region::RegionTree;
use crate::protect::{LeafError, LeafTable};

/// The leaf table's name in a release.
pub const LEAVES: &str = "leaves.parquet";

#[derive(Debug, thiserror::Error)]
pub enum LeavesError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot read or write the leaf table `{path}`")]
    Parquet { path: PathBuf, source: ParquetError },
    #[error("the leaf table `{path}` is not what its release says; build the release again")]
    Content { path: PathBuf, source: LeafError },
}

/// Writes the leaf table into a release that is being made.
///
/// # Errors
/// [`LeavesError`] where it can't be written.
pub fn write(folder: &Path, leaves: &LeafTable, tree: &RegionTree) -> Result<(), LeavesError> {
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
        .map_err(|source| LeavesError::Parquet { path, source })
}

/// Reads a release's leaf table.
///
/// # Errors
/// [`LeavesError`] where it can't be read or does not belong to these regions.
pub fn read(release: &Release, tree: &RegionTree) -> Result<LeafTable, LeavesError> {
    let path = release.file(LEAVES)?;
    let file = File::open(&path).map_err(StoreError::io("read", &path))?;
    let batch =
        read_batch(file).map_err(|source| LeavesError::Parquet { path: path.clone(), source })?;
    LeafTable::from_batch(&batch, tree).map_err(|source| LeavesError::Content { path, source })
}

fn read_batch(file: File) -> Result<RecordBatch, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let schema = builder.schema().clone();
    let batches = builder.build()?.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

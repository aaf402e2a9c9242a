//! Tables that are written whole: Parquet, the same rows to the same bytes.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::StoreError;

const WRITE: &str = "write the table";

/// Writes columns of one length.
///
/// # Errors
/// [`StoreError`] where the disk refuses.
pub fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) -> Result<(), StoreError> {
    write_with(path, columns, None)
}

/// Writes columns of one length, with metadata of the file.
///
/// # Errors
/// [`StoreError`] where the disk refuses.
pub fn write_with(
    path: &Path,
    columns: Vec<(&str, ArrayRef)>,
    metadata: Option<Vec<KeyValue>>,
) -> Result<(), StoreError> {
    let field =
        |(name, column): &(&str, ArrayRef)| Field::new(*name, column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)
        .expect("the schema is made of the columns, which have one length");
    let file = File::create(path).map_err(StoreError::io("write", path))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_key_value_metadata(metadata)
        .build();
    let written = ArrowWriter::try_new(BufWriter::new(file), schema, Some(properties));
    let written = written.and_then(|mut writer| {
        writer.write(&batch)?;
        writer.close()
    });
    written.map(drop).map_err(StoreError::parquet(WRITE, path))
}

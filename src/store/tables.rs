//! Streams of record batches as files: Parquet, or CSV as RFC 4180 has it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::{StoreError, csv_rows};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    Parquet,
    Csv,
}

impl TableFormat {
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

impl FromStr for TableFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        match text {
            "parquet" => Ok(Self::Parquet),
            "csv" => Ok(Self::Csv),
            _ => Err(UnknownFormat(text.to_owned())),
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no format of tables is called `{0}`; there are parquet and csv")]
pub struct UnknownFormat(String);

/// What a table is like.
#[derive(Debug, Clone)]
pub struct TableLayout {
    /// The file's name without its ending.
    pub name: &'static str,
    pub schema: SchemaRef,
    pub format: TableFormat,
    /// Divides the table into files `name-000`, `name-001`, … of at most so many rows.
    pub rows_in_file: Option<usize>,
    /// Columns for which Parquet keeps no dictionary, because their values hardly ever repeat.
    pub distinct_columns: &'static [&'static str],
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TableWritten {
    pub rows: u64,
    pub bytes: u64,
    pub files: Vec<String>,
}

/// Rows of a Parquet row group.
const ROWS_IN_GROUP: usize = 500_000;

/// What is done to a file, as an error says it.
const CREATE: &str = "create table";
const WRITE: &str = "write table";

/// Writes one table as its batches come.
pub struct TableWriter {
    folder: PathBuf,
    layout: TableLayout,
    open: Option<OpenFile>,
    written: TableWritten,
}

struct OpenFile {
    path: PathBuf,
    rows: usize,
    sink: Sink,
}

enum Sink {
    Parquet(Box<ArrowWriter<File>>),
    Csv(Box<BufWriter<File>>),
}

impl TableWriter {
    /// Opens the table's first file, so that a table without rows has its columns at least.
    ///
    /// # Errors
    /// [`StoreError`] where the file can't be made.
    pub fn create(folder: &Path, layout: TableLayout) -> Result<Self, StoreError> {
        let folder = folder.to_owned();
        let mut writer = Self { folder, layout, open: None, written: TableWritten::default() };
        writer.open = Some(writer.open_next()?);
        Ok(writer)
    }

    /// Writes a batch; CSV has its times in local time, so many minutes ahead of UTC.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses.
    pub fn write(&mut self, batch: &RecordBatch, utc_offset_min: i16) -> Result<(), StoreError> {
        let mut done = 0;
        while done < batch.num_rows() {
            let mut file = match self.open.take() {
                Some(file) => file,
                None => self.open_next()?,
            };
            let room = self.layout.rows_in_file.map_or(usize::MAX, |most| most - file.rows);
            let part = batch.slice(done, room.min(batch.num_rows() - done));
            file.write(&part, utc_offset_min)?;
            done += part.num_rows();
            if part.num_rows() == room {
                self.close(file)?;
            } else {
                self.open = Some(file);
            }
        }
        Ok(())
    }

    /// Ends the last file.
    ///
    /// # Errors
    /// [`StoreError`] where the disk refuses.
    pub fn finish(mut self) -> Result<TableWritten, StoreError> {
        if let Some(file) = self.open.take() {
            self.close(file)?;
        }
        Ok(self.written)
    }

    fn open_next(&mut self) -> Result<OpenFile, StoreError> {
        let TableLayout { name, format, rows_in_file, .. } = &self.layout;
        let extension = format.extension();
        let file_name = match rows_in_file {
            Some(_) => format!("{name}-{:03}.{extension}", self.written.files.len()),
            None => format!("{name}.{extension}"),
        };
        let path = self.folder.join(&file_name);
        let file = File::create(&path).map_err(StoreError::io(CREATE, &path))?;
        let sink = match format {
            TableFormat::Parquet => {
                let writer = ArrowWriter::try_new(
                    file,
                    self.layout.schema.clone(),
                    Some(properties(&self.layout)),
                );
                Sink::Parquet(Box::new(writer.map_err(StoreError::parquet(WRITE, &path))?))
            }
            TableFormat::Csv => {
                let mut file = BufWriter::with_capacity(1 << 18, file);
                csv_rows::header(&self.layout.schema, &mut file)
                    .map_err(StoreError::io(CREATE, &path))?;
                Sink::Csv(Box::new(file))
            }
        };
        self.written.files.push(file_name);
        Ok(OpenFile { path, rows: 0, sink })
    }

    fn close(&mut self, file: OpenFile) -> Result<(), StoreError> {
        let OpenFile { path, rows, sink } = file;
        match sink {
            Sink::Parquet(writer) => {
                writer.close().map_err(StoreError::parquet(WRITE, &path))?;
            }
            Sink::Csv(mut writer) => {
                writer.flush().map_err(StoreError::io(WRITE, &path))?;
            }
        }
        let size = std::fs::metadata(&path);
        let size = size.map_err(StoreError::io(WRITE, &path))?;
        self.written.rows += rows as u64;
        self.written.bytes += size.len();
        Ok(())
    }
}

impl OpenFile {
    fn write(&mut self, batch: &RecordBatch, utc_offset_min: i16) -> Result<(), StoreError> {
        match &mut self.sink {
            Sink::Parquet(writer) => {
                writer.write(batch).map_err(StoreError::parquet(WRITE, &self.path))?;
            }
            Sink::Csv(writer) => {
                csv_rows::rows(batch, utc_offset_min, writer)
                    .map_err(StoreError::io(WRITE, &self.path))?;
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }
}

fn properties(layout: &TableLayout) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROWS_IN_GROUP))
        .set_created_by("sebaran".to_owned());
    for column in layout.distinct_columns {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(*column), false);
    }
    properties.build()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{StringArray, TimestampMicrosecondArray, UInt8Array};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    fn batch() -> RecordBatch {
        let times =
            TimestampMicrosecondArray::from(vec![Some(1_614_824_000_000_000), None, Some(0)]);
        RecordBatch::try_from_iter_with_nullable([
            ("id", Arc::new(StringArray::from(vec!["a", "b,\"c\"", "d"])) as _, false),
            ("at", Arc::new(times.with_timezone("UTC")) as _, true),
            ("n", Arc::new(UInt8Array::from(vec![Some(1), Some(2), None])) as _, true),
        ])
        .unwrap()
    }

    fn write(format: TableFormat, folder: &Path) -> TableWritten {
        let layout = TableLayout {
            name: "visits",
            schema: batch().schema(),
            format,
            rows_in_file: Some(4),
            distinct_columns: &["id"],
        };
        let mut writer = TableWriter::create(folder, layout).unwrap();
        writer.write(&batch(), 420).unwrap();
        writer.write(&batch(), 540).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn csv_has_local_times_and_quotes_what_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let written = write(TableFormat::Csv, folder.path());
        assert_eq!((written.rows, written.files.len()), (6, 2));
        let first = std::fs::read_to_string(folder.path().join("visits-000.csv")).unwrap();
        let expected = "id,at,n\r\na,2021-03-04T09:13:20+07:00,1\r\n\"b,\"\"c\"\"\",,2\r\n\
                        d,1970-01-01T07:00:00+07:00,\r\na,2021-03-04T11:13:20+09:00,1\r\n";
        assert_eq!(first, expected);
    }

    #[test]
    fn parquet_files_hold_no_more_rows_than_they_may() {
        let folder = tempfile::tempdir().unwrap();
        let written = write(TableFormat::Parquet, folder.path());
        let rows = |file: &String| {
            let file = File::open(folder.path().join(file)).unwrap();
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
            reader.metadata().file_metadata().num_rows()
        };
        assert_eq!(written.files.iter().map(rows).collect::<Vec<_>>(), [4, 2]);
    }
}

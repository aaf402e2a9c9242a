//! Row groups of Parquet files, read alike for visits and registers: what a footer says is held against
//! what the pages hold.

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, TimeUnit, TimestampNanosecondType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, Type};
use parquet::column::page::PageReader;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use super::guarded::guarded;

const BATCH_ROWS: usize = 8192;

/// A Parquet file whose footer has been read.
pub struct RowGroups {
    metadata: ArrowReaderMetadata,
}

/// Some rows of a file.
pub struct RowBatch {
    /// The number of the first row, from 1.
    pub first: u64,
    /// The places in the file of the columns that were read, ascending.
    places: Vec<usize>,
    batch: RecordBatch,
}

/// Why a file can't be read.
pub enum Unread {
    Open(io::Error),
    Parquet(ParquetError),
    Fault(RowGroupFault),
}

/// What is wrong with a file that is Parquet otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowGroupFault {
    #[error(
        "its footer tells of {told} rows where its pages hold {found}; it is damaged or was changed: \
         export it again"
    )]
    Rows { told: i64, found: i64 },
    #[error(
        "column `{column}` is packed with {codec}, which is not read here; write the file with zstd, \
         snappy or gzip"
    )]
    Codec { column: String, codec: &'static str },
}

impl RowGroups {
    /// Reads the footer.
    ///
    /// # Errors
    /// [`Unread`] where the file can't be opened, is no Parquet, or contradicts itself.
    pub fn open(path: &Path) -> Result<Self, Unread> {
        let file = File::open(path).map_err(Unread::Open)?;
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()));
        let groups = Self { metadata: metadata.map_err(Unread::Parquet)? };
        match groups.fault() {
            None => Ok(groups),
            Some(fault) => Err(Unread::Fault(fault)),
        }
    }

    fn fault(&self) -> Option<RowGroupFault> {
        let metadata = self.metadata.metadata();
        let told = metadata.file_metadata().num_rows();
        let rows = metadata.row_groups().iter().map(RowGroupMetaData::num_rows);
        let found = rows.clone().fold(0, i64::saturating_add);
        if told != found || rows.into_iter().any(i64::is_negative) {
            return Some(RowGroupFault::Rows { told, found });
        }
        let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
        let is_unread = |column: &&ColumnChunkMetaData| column.compression() == Compression::LZO;
        columns.into_iter().find(is_unread).map(|column| RowGroupFault::Codec {
            column: column.column_path().string(),
            codec: "LZO",
        })
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    pub fn count(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Reads these columns of some row groups, in batches, until `put` breaks.
    ///
    /// # Errors
    /// What `refuse` makes of an [`Unread`], and those of `put`.
    pub fn read<E>(
        &self,
        path: &Path,
        columns: impl Iterator<Item = usize>,
        groups: Range<usize>,
        refuse: impl Fn(Unread) -> E,
        put: &mut dyn FnMut(RowBatch) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let of_groups = self.metadata.metadata().row_groups();
        let rows = |groups: Range<usize>| {
            of_groups[groups].iter().map(RowGroupMetaData::num_rows).fold(0, i64::saturating_add)
        };
        let (before, told) = (rows(0..groups.start), rows(groups.clone()));
        let mut places: Vec<usize> = columns.collect();
        places.sort_unstable();
        places.dedup();
        let file = File::open(path).map_err(|source| refuse(Unread::Open(source)))?;
        self.check_pages(path, &places, groups.clone()).map_err(&refuse)?;
        let schema = self.metadata.metadata().file_metadata().schema_descr();
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(ProjectionMask::roots(schema, places.iter().copied()))
                .with_row_groups(groups.collect())
                .with_batch_size(BATCH_ROWS);
        let damaged = |source| refuse(Unread::Parquet(source));
        let mut reader = guarded(|| builder.build()).map_err(damaged)?;
        let mut next = || guarded(|| reader.next().transpose().map_err(ParquetError::from));
        let mut found = 0_i64;
        while let Some(batch) = next().map_err(damaged)? {
            let first = before.saturating_add(found).saturating_add(1).unsigned_abs();
            found = found.saturating_add(i64::try_from(batch.num_rows()).unwrap_or(i64::MAX));
            if found > told {
                break;
            }
            let batch = RowBatch { first, places: places.clone(), batch };
            if put(self.with_zones(batch))?.is_break() {
                return Ok(());
            }
        }
        if found == told {
            Ok(())
        } else {
            Err(refuse(Unread::Fault(RowGroupFault::Rows { told, found })))
        }
    }

    /// Holds the rows that the footer tells of each group against the pages of a column: the reader goes
    /// by the footer, and would leave out what is beyond.
    fn check_pages(
        &self,
        path: &Path,
        places: &[usize],
        groups: Range<usize>,
    ) -> Result<(), Unread> {
        let schema = self.metadata.metadata().file_metadata().schema_descr();
        let is_flat = |leaf: &usize| {
            let is_read = places.contains(&schema.get_column_root_idx(*leaf));
            is_read && schema.column(*leaf).max_rep_level() == 0
        };
        let Some(leaf) = (0..schema.num_columns()).find(is_flat) else { return Ok(()) };
        let file = Arc::new(File::open(path).map_err(Unread::Open)?);
        for group in &self.metadata.metadata().row_groups()[groups] {
            let (told, column) = (group.num_rows(), group.column(leaf));
            let found = guarded(|| {
                let rows = usize::try_from(told).unwrap_or(0);
                let mut pages = SerializedPageReader::new(Arc::clone(&file), column, rows, None)?;
                let mut found = 0_i64;
                while let Some(page) = pages.peek_next_page()? {
                    let rows = page.num_rows.or(page.num_levels).unwrap_or(0);
                    found = found.saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
                    pages.skip_next_page()?;
                }
                Ok(found)
            });
            let found = found.map_err(Unread::Parquet)?;
            if found != told {
                return Err(Unread::Fault(RowGroupFault::Rows { told, found }));
            }
        }
        Ok(())
    }

    /// Says of times of 96 bits that they are UTC, which is what those who write them mean.
    fn with_zones(&self, rows: RowBatch) -> RowBatch {
        let fields = self.metadata.metadata().file_metadata().schema_descr().root_schema();
        let is_int96 = |place: &usize| {
            let field = &fields.get_fields()[*place];
            field.is_primitive() && field.get_physical_type() == Type::INT96
        };
        if !rows.places.iter().any(is_int96) {
            return rows;
        }
        let columns = rows.places.iter().zip(rows.batch.columns()).map(|(place, array)| {
            let name = self.metadata.schema().field(*place).name().clone();
            let is_time = *array.data_type() == DataType::Timestamp(TimeUnit::Nanosecond, None);
            let array: ArrayRef = if is_int96(place) && is_time {
                let times = array.as_primitive::<TimestampNanosecondType>();
                Arc::new(times.clone().with_timezone("UTC"))
            } else {
                Arc::clone(array)
            };
            (name, array, true)
        });
        let batch = RecordBatch::try_from_iter_with_nullable(columns);
        RowBatch { batch: batch.expect("the columns are as long as before"), ..rows }
    }
}

impl RowBatch {
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// A column by its place in the file, where it was read.
    pub fn column(&self, place: usize) -> Option<&ArrayRef> {
        let at = self.places.binary_search(&place).ok()?;
        Some(self.batch.column(at))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use parquet::arrow::ArrowWriter;
    use parquet::data_type::{Int96, Int96Type};
    use parquet::file::metadata::{
        FileMetaData, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter,
    };
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// Reads a file of these bytes: the rows of its first column, or what is wrong.
    fn read(bytes: &[u8]) -> Result<Vec<ArrayRef>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.parquet");
        std::fs::write(&path, bytes).unwrap();
        let words = |unread| match unread {
            Unread::Open(error) => error.to_string(),
            Unread::Parquet(error) => error.to_string(),
            Unread::Fault(fault) => fault.to_string(),
        };
        let groups = RowGroups::open(&path).map_err(words)?;
        let mut columns = Vec::new();
        for group in 0..groups.count() {
            groups.read(&path, std::iter::once(0), group..group + 1, words, &mut |rows| {
                columns.push(rows.column(0).unwrap().clone());
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(columns)
    }

    /// Sixty rows in two groups, with pages of ten.
    fn sixty() -> Vec<u8> {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..60));
        let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(30))
            .set_data_page_row_count_limit(10)
            .set_write_batch_size(10)
            .build();
        let mut bytes = Vec::new();
        let mut writer =
            ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    /// The file with other numbers of rows in its footer.
    fn with_rows(bytes: &[u8], of_group: impl Fn(i64) -> i64) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.parquet");
        std::fs::write(&path, bytes).unwrap();
        let file = File::open(&path).unwrap();
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).unwrap();
        let groups = metadata.row_groups().iter().map(|group| {
            let rows = of_group(group.num_rows());
            group.clone().into_builder().set_num_rows(rows).build().unwrap()
        });
        let of_file = metadata.file_metadata();
        let schema = of_file.schema_descr_ptr();
        let of_file = FileMetaData::new(of_file.version(), 0, None, None, schema, None);
        let footer: [u8; 4] = bytes[bytes.len() - 8..][..4].try_into().unwrap();
        let data = bytes.len() - 8 - u32::from_le_bytes(footer) as usize;
        let mut changed = bytes[..data].to_vec();
        let metadata = ParquetMetaData::new(of_file, groups.collect());
        ParquetMetaDataWriter::new(&mut changed, &metadata).finish().unwrap();
        changed
    }

    #[test]
    fn a_footer_that_tells_other_rows_than_the_pages_hold_is_refused() {
        let bytes = sixty();
        let rows = |columns: Vec<ArrayRef>| columns.iter().map(Array::len).sum::<usize>();
        assert_eq!(read(&bytes).map(rows), Ok(60));
        assert_eq!(read(&with_rows(&bytes, |rows| rows)).map(rows), Ok(60));
        for (of_group, words) in [
            (5, "its footer tells of 5 rows where its pages hold 30"),
            (10, "its footer tells of 10 rows where its pages hold 30"),
            (31, "its footer tells of 31 rows where its pages hold 30"),
            (-30, "its footer tells of -60 rows"),
        ] {
            let error = read(&with_rows(&bytes, |_| of_group)).unwrap_err();
            assert!(error.starts_with(words), "{of_group}: {error}");
        }
    }

    #[test]
    fn times_of_96_bits_are_utc() {
        let schema = Arc::new(parse_message_type("message t { required int96 at; }").unwrap());
        let mut bytes = Vec::new();
        let mut writer =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::default()))
                .unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let mut second_day = Int96::new();
        second_day.set_data(5, 0, 2_440_589);
        column.typed::<Int96Type>().write_batch(&[second_day], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        let columns = read(&bytes).unwrap();
        let times = columns[0].as_primitive::<TimestampNanosecondType>();
        assert_eq!(times.timezone(), Some("UTC"));
        assert_eq!(times.value(0), 86_400_000_000_005);
    }
}

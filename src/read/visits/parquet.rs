//! Visits from Parquet: columns of our types as they are, others through their text.

use std::fs::File;
use std::ops::{ControlFlow, Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, TimestampMicrosecondArray,
};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::Reading;
use super::batch::{Rows, Unread, assemble};
use super::columns::{ColumnsFile, FoundColumns};
use super::error::{Problem, RowProblem, VisitsError};
use super::guarded::guarded;
use super::parse::{Beside, Texts, column, narrow};
use crate::domain::visit::{FieldKind, Need, VisitField};

const BATCH_ROWS: usize = 8192;

/// A Parquet file whose footer has been read.
pub struct ParquetFile {
    metadata: ArrowReaderMetadata,
    pub columns: FoundColumns,
}

impl ParquetFile {
    /// Reads the footer.
    ///
    /// # Errors
    /// [`VisitsError`] where the file can't be opened, is no Parquet, or lacks columns.
    pub fn open(path: &Path, settings: &ColumnsFile) -> Result<Self, VisitsError> {
        let file =
            File::open(path).map_err(|source| VisitsError::Open { path: path.into(), source })?;
        let metadata = guarded(|| ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()))
            .map_err(|source| VisitsError::Parquet { path: path.into(), source })?;
        let names: Vec<String> =
            metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
        Ok(Self { columns: settings.find(path, &names)?, metadata })
    }

    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Reads the rows of some row groups, in batches, until `put` breaks.
    ///
    /// # Errors
    /// [`VisitsError`] of the first row that can't be read.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        row_groups: Range<usize>,
        put: &mut dyn FnMut(RecordBatch) -> ControlFlow<()>,
    ) -> Result<(), VisitsError> {
        let path = reading.path;
        let parquet = |source: ParquetError| VisitsError::Parquet { path: path.into(), source };
        let rows_before = self.metadata.metadata().row_groups()[..row_groups.start].iter();
        let rows_before = rows_before.map(|group| group.num_rows().unsigned_abs());
        let mut first = rows_before.fold(1, u64::saturating_add);
        let file =
            File::open(path).map_err(|source| VisitsError::Open { path: path.into(), source })?;
        let used = VisitField::ALL.iter().filter(|field| reading.wants(**field));
        let used = used.filter_map(|field| self.columns.of_field[field.index()]);
        let schema = self.metadata.metadata().file_metadata().schema_descr();
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(ProjectionMask::roots(schema, used))
                .with_row_groups(row_groups.collect())
                .with_batch_size(BATCH_ROWS);
        let mut reader = guarded(|| builder.build()).map_err(parquet)?;
        let mut next = || guarded(|| reader.next().transpose().map_err(ParquetError::from));
        while let Some(batch) = next().map_err(parquet)? {
            let rows = Rows { first, count: batch.num_rows() };
            first = first.saturating_add(rows.count as u64);
            if put(self.parse(reading, rows, &batch)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn parse(
        &self,
        reading: &Reading<'_>,
        rows: Rows,
        batch: &RecordBatch,
    ) -> Result<RecordBatch, VisitsError> {
        let column_of = |field: VisitField| {
            let column = self.columns.of_field[field.index()].filter(|_| reading.wants(field))?;
            let name = self.metadata.schema().field(column).name();
            batch.column_by_name(name)
        };
        let mut texts: Vec<Option<ArrayRef>> = vec![None; VisitField::ALL.len()];
        for &field in VisitField::ALL {
            if let Some(array) =
                column_of(field).filter(|array| !is_native(field, array.data_type()))
            {
                texts[field.index()] = Some(as_text(reading.path, field, array)?);
            }
        }
        let position_text = |row: usize| {
            let text = |field: VisitField| match &texts[field.index()] {
                Some(array) if array.is_valid(row) => {
                    array.as_string::<i32>().value(row).to_owned()
                }
                Some(_) => String::new(),
                None => column_of(field).map_or_else(String::new, |array| number_text(array, row)),
            };
            Some((text(VisitField::Longitude).into(), text(VisitField::Latitude).into()))
        };
        let [longitude, latitude] = [VisitField::Longitude, VisitField::Latitude];
        let is_odd = [longitude, latitude].iter().any(|field| texts[field.index()].is_some())
            || are_odd(column_of(longitude), column_of(latitude));
        let batch = assemble(
            reading,
            rows,
            |row| is_odd.then(|| position_text(row)).flatten(),
            |field, beside| {
                let Some(array) = column_of(field) else { return Ok(None) };
                let Some(text) = &texts[field.index()] else {
                    return native(field, array, beside).map(Some);
                };
                let text = text.as_string::<i32>();
                let get = |row: usize| {
                    text.is_valid(row)
                        .then(|| text.value(row).trim())
                        .filter(|text| !text.is_empty())
                };
                column(&Texts { field, rows: rows.count, get: &get }, beside).map(Some)
            },
        );
        batch.map_err(|unread| match unread {
            Unread::Row(RowProblem { offset, problem }) => VisitsError::Row {
                path: reading.path.into(),
                row: rows.first + offset as u64,
                problem,
            },
            Unread::Batch(error) => error,
        })
    }
}

/// Whether a column's type is read without going through its text.
fn is_native(field: VisitField, found: &DataType) -> bool {
    match field.kind() {
        FieldKind::Text => {
            matches!(found, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8)
        }
        FieldKind::Word(_) | FieldKind::Code => false,
        FieldKind::Time => matches!(found, DataType::Timestamp(..)),
        FieldKind::Whole(..) => found.is_integer(),
        FieldKind::Real(..) | FieldKind::Degrees => {
            matches!(found, DataType::Float32 | DataType::Float64)
        }
        FieldKind::Flag => *found == DataType::Boolean,
    }
}

fn as_text(path: &Path, field: VisitField, array: &ArrayRef) -> Result<ArrayRef, VisitsError> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, &DataType::Utf8, &options).map_err(|_| VisitsError::ColumnType {
        path: path.into(),
        field,
        found: array.data_type().to_string(),
    })
}

/// Reads a column of the field's own kind.
fn native(
    field: VisitField,
    array: &ArrayRef,
    beside: &mut Beside<'_>,
) -> Result<ArrayRef, RowProblem> {
    let cast = |to: &DataType| cast(array, to).expect("types of one kind are cast to each other");
    match field.kind() {
        FieldKind::Whole(least, most) => {
            let numbers = cast(&DataType::Int64);
            let numbers = numbers.as_primitive::<Int64Type>();
            let mut values = Vec::with_capacity(numbers.len());
            for (row, number) in numbers.iter().enumerate() {
                let value = number
                    .and_then(|number| u32::try_from(number).ok())
                    .filter(|value| (least..=most).contains(value));
                if field == VisitField::Outcome && value.is_none() {
                    let text = number.map(|number| number.to_string());
                    let problem =
                        text.map_or(Problem::Empty { field }, |text| Problem::Outcome { text });
                    return Err(RowProblem { offset: row, problem });
                }
                beside.doubt(field, row, number.is_some() && value.is_none());
                values.push(value);
            }
            Ok(narrow(field, &values))
        }
        FieldKind::Real(least, most) => {
            let numbers = cast(&DataType::Float64);
            let mut value = |row: usize, number: f64| {
                let fits = (least..=most).contains(&number);
                beside.doubt(field, row, !fits);
                fits.then_some(number)
            };
            let numbers = numbers.as_primitive::<Float64Type>();
            let values = numbers.iter().enumerate().map(|(row, number)| value(row, number?));
            Ok(Arc::new(Float64Array::from_iter(values)))
        }
        FieldKind::Degrees => {
            let numbers = cast(&DataType::Float64);
            let numbers = numbers.as_primitive::<Float64Type>();
            let values = numbers.iter().map(|number| number.filter(|number| number.is_finite()));
            Ok(Arc::new(Float64Array::from_iter(values)))
        }
        FieldKind::Time => Ok(Arc::new(times(field, array, beside)?)),
        FieldKind::Text => {
            let texts = cast(&DataType::Utf8);
            let is_required = field.need() == Need::Required;
            let is_empty =
                |row: usize| texts.is_null(row) || texts.as_string::<i32>().value(row).is_empty();
            match (0..texts.len()).find(|&row| is_required && is_empty(row)) {
                Some(offset) => Err(RowProblem { offset, problem: Problem::Empty { field } }),
                None => Ok(texts),
            }
        }
        kind => Ok(cast(&kind.data_type())),
    }
}

/// Times of the years 0 to 9999, as texts can tell them: microseconds since 1970 in UTC.
const TIMES_US: RangeInclusive<i64> = -62_167_219_200_000_000..=253_402_300_799_999_999;

/// Times in UTC. Those without a zone are local in the declared province.
fn times(
    field: VisitField,
    array: &ArrayRef,
    beside: &mut Beside<'_>,
) -> Result<TimestampMicrosecondArray, RowProblem> {
    let is_local = matches!(array.data_type(), DataType::Timestamp(_, None));
    let zone = (!is_local).then(|| Arc::from("UTC"));
    let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone))
        .expect("times are cast to times");
    let micros = micros.as_primitive::<TimestampMicrosecondType>();
    let are_told =
        micros.null_count() == 0 && micros.values().iter().all(|us| TIMES_US.contains(us));
    if are_told && !is_local {
        return Ok(micros.clone());
    }
    let mut utc = Vec::with_capacity(micros.len());
    for row in 0..micros.len() {
        let time = micros.is_valid(row).then(|| micros.value(row));
        let time = time.filter(|us| TIMES_US.contains(us));
        if field == VisitField::StartedAt && time.is_none() {
            let problem = match number_of(array, row) {
                Some(text) => Problem::Time { text },
                None => Problem::Empty { field },
            };
            return Err(RowProblem { offset: row, problem });
        }
        beside.doubt(field, row, time.is_none() && array.is_valid(row));
        let ahead_us = if is_local { i64::from(beside.offset_min(row)) * 60_000_000 } else { 0 };
        utc.push(time.map(|time| time - ahead_us));
    }
    Ok(TimestampMicrosecondArray::from(utc).with_timezone("UTC"))
}

/// The number as which a time stands in the file.
fn number_of(array: &ArrayRef, row: usize) -> Option<String> {
    let numbers = cast(array, &DataType::Int64).ok()?;
    numbers.is_valid(row).then(|| numbers.as_primitive::<Int64Type>().value(row).to_string())
}

/// Whether any of these positions is neither two numbers nor none.
fn are_odd(longitude: Option<&ArrayRef>, latitude: Option<&ArrayRef>) -> bool {
    let (Some(longitude), Some(latitude)) = (longitude, latitude) else {
        return longitude.is_some() || latitude.is_some();
    };
    let has_unfinite = |array: &ArrayRef| match array.data_type() {
        DataType::Float64 => {
            array.as_primitive::<Float64Type>().iter().flatten().any(|number| !number.is_finite())
        }
        _ => true,
    };
    longitude.nulls() != latitude.nulls() || has_unfinite(longitude) || has_unfinite(latitude)
}

fn number_text(array: &ArrayRef, row: usize) -> String {
    match cast(array, &DataType::Float64) {
        Ok(numbers) if numbers.is_valid(row) => {
            numbers.as_primitive::<Float64Type>().value(row).to_string()
        }
        _ => String::new(),
    }
}

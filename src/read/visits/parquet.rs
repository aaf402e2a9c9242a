//! Visits from Parquet: columns of our types as they are, others through their text.

use std::ops::{ControlFlow, Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};

use super::Reading;
use super::batch::{Rows, Unread, assemble};
use super::columns::{ColumnsFile, FoundColumns};
use super::error::{Problem, RowProblem, VisitsError};
use super::parse::{Beside, Texts, column, narrow};
use super::point;
use crate::domain::visit::{FieldKind, Need, VisitField};
use crate::read::arrays::{inexact, texts};
use crate::read::row_groups::{RowBatch, RowGroups, Unread as UnreadGroups};

/// A Parquet file whose footer has been read.
pub struct ParquetFile {
    groups: RowGroups,
    pub columns: FoundColumns,
}

/// Where the fields of some rows are.
struct Fields<'a> {
    columns: &'a FoundColumns,
    rows: &'a RowBatch,
    /// What the points of a geopoint column hold, where the file has one.
    points: Option<[ArrayRef; 3]>,
    wanted: u32,
}

impl Fields<'_> {
    fn column(&self, field: VisitField) -> Option<&ArrayRef> {
        if self.wanted & field.bit() == 0 {
            return None;
        }
        match self.columns.of_field[field.index()] {
            Some(place) => self.rows.column(place),
            None => Some(&self.points.as_ref()?[point::index(field)?]),
        }
    }
}

impl ParquetFile {
    /// Reads the footer.
    ///
    /// # Errors
    /// [`VisitsError`] where the file can't be opened, is no Parquet, or lacks columns.
    pub fn open(path: &Path, settings: &ColumnsFile) -> Result<Self, VisitsError> {
        let groups = RowGroups::open(path).map_err(|unread| refuse(path, unread))?;
        let columns = settings.find(path, &groups.names())?;
        Ok(Self { columns, groups })
    }

    pub fn row_groups(&self) -> usize {
        self.groups.count()
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
        let used = VisitField::ALL.iter().filter(|field| reading.wants(**field));
        let used = used.filter_map(|field| self.columns.place(*field));
        self.groups.read(path, used, row_groups, |unread| refuse(path, unread), &mut |rows| {
            Ok(put(self.parse(reading, &rows)?))
        })
    }

    /// Reads one field of some rows of the file as it was written: each with its row as messages call it.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn written(
        &self,
        path: &Path,
        field: VisitField,
        wanted: &[u64],
    ) -> Result<Vec<(u64, String)>, VisitsError> {
        let Some(place) = self.columns.place(field) else { return Ok(Vec::new()) };
        let (all, mut found) = (0..self.groups.count(), Vec::new());
        let refuse = |unread| refuse(path, unread);
        self.groups.read(path, std::iter::once(place), all, refuse, &mut |rows| {
            let Some(array) = rows.column(place) else { return Ok(ControlFlow::Break(())) };
            let texts = as_text(path, field, array)?;
            for row in wanted {
                let at = row.checked_sub(rows.first).map(|at| at as usize);
                if let Some(at) = at.filter(|at| *at < rows.len()) {
                    found.push((*row, texts.value(at).to_owned()));
                }
            }
            let is_done = found.len() == wanted.len();
            Ok(if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }

    fn parse(&self, reading: &Reading<'_>, batch: &RowBatch) -> Result<RecordBatch, VisitsError> {
        let rows = Rows { first: batch.first, count: batch.len() };
        let points = self.columns.geopoint.and_then(|place| batch.column(place));
        let points = points.map(point::of_column).transpose();
        let points = points.map_err(|found| VisitsError::ColumnType {
            path: reading.path.into(),
            field: VisitField::Longitude,
            found,
        })?;
        let (columns, wanted) = (&self.columns, reading.wanted);
        let fields = Fields { columns, rows: batch, points, wanted };
        let texts = field_texts(&fields, reading, rows.first)?;
        let position_text = |row: usize| {
            let text = |field: VisitField| match &texts[field.index()] {
                Some(array) if array.is_valid(row) => array.value(row).to_owned(),
                Some(_) => String::new(),
                None => {
                    fields.column(field).map_or_else(String::new, |array| number_text(array, row))
                }
            };
            Some((text(VisitField::Longitude).into(), text(VisitField::Latitude).into()))
        };
        let [longitude, latitude] = [VisitField::Longitude, VisitField::Latitude];
        let is_odd = [longitude, latitude].iter().any(|field| texts[field.index()].is_some())
            || are_odd(fields.column(longitude), fields.column(latitude));
        let batch = assemble(
            reading,
            rows,
            |row| is_odd.then(|| position_text(row)).flatten(),
            |field, beside| {
                let Some(array) = fields.column(field) else { return Ok(None) };
                let Some(text) = &texts[field.index()] else {
                    return native(field, array, beside).map(Some);
                };
                let get = |row: usize| text.is_valid(row).then(|| text.value(row));
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

/// The texts of the fields that are read by them.
fn field_texts(
    fields: &Fields<'_>,
    reading: &Reading<'_>,
    first: u64,
) -> Result<Vec<Option<StringArray>>, VisitsError> {
    let mut texts = vec![None; VisitField::ALL.len()];
    for &field in VisitField::ALL {
        let Some(array) = fields.column(field) else { continue };
        if is_native(field, array.data_type()) {
            continue;
        }
        let is_key = matches!(field.kind(), FieldKind::Text | FieldKind::Code);
        if let Some((row, text)) = inexact(array).filter(|_| is_key) {
            let (path, row) = (reading.path.into(), first + row as u64);
            return Err(VisitsError::Row {
                path,
                row,
                problem: Problem::InexactId { field, text },
            });
        }
        texts[field.index()] = Some(as_text(reading.path, field, array)?);
    }
    Ok(texts)
}

fn refuse(path: &Path, unread: UnreadGroups) -> VisitsError {
    let path = path.to_owned();
    match unread {
        UnreadGroups::Open(source) => VisitsError::Open { path, source },
        UnreadGroups::Parquet(source) => VisitsError::Parquet { path, source },
        UnreadGroups::Fault(fault) => VisitsError::RowGroups { path, fault },
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

fn as_text(path: &Path, field: VisitField, array: &ArrayRef) -> Result<StringArray, VisitsError> {
    texts(array).map_err(|_| VisitsError::ColumnType {
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
            // What is no number at all is how some programs write that there is none.
            let mut value = |row: usize, number: f64| {
                let fits = (least..=most).contains(&number);
                beside.doubt(field, row, !fits && !number.is_nan());
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
            let texts = texts(array).expect("texts of one kind are cast to each other");
            let is_required = field.need() == Need::Required;
            match (0..texts.len()).find(|&row| is_required && texts.is_null(row)) {
                Some(offset) => Err(RowProblem { offset, problem: Problem::Empty { field } }),
                None => Ok(Arc::new(texts)),
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

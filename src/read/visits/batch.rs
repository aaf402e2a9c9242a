//! Assembling a batch of visits from the columns of one file's rows.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, StringBuilder, UInt16Array, UInt32Array, UInt64Array,
    new_null_array,
};
use arrow::datatypes::{Float64Type, UInt64Type};

use super::Reading;
use super::error::{RowProblem, VisitsError};
use super::parse::{Beside, Locale};
use crate::domain::visit::{VISIT_SCHEMA, VisitField};

/// A run of rows of one file.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// The number of the first row, as messages call it.
    pub first: u64,
    pub count: usize,
}

/// Longitude and latitude as they stand in the file.
pub type WrittenPosition<'t> = (Cow<'t, str>, Cow<'t, str>);

/// Why rows did not become a batch.
pub enum Unread {
    Row(RowProblem),
    Batch(VisitsError),
}

/// Parses each field's column with `parse`, which gives `None` for one that the file has not.
///
/// # Errors
/// What `parse` refuses.
pub fn assemble<'t>(
    reading: &Reading<'_>,
    rows: Rows,
    position_text: impl Fn(usize) -> Option<WrittenPosition<'t>>,
    parse: impl FnMut(VisitField, &mut Beside<'_>) -> Result<Option<ArrayRef>, RowProblem>,
) -> Result<RecordBatch, Unread> {
    let (mut columns, doubtful) =
        fields(rows, (reading.locale, reading.accepted), parse).map_err(Unread::Row)?;
    columns.push(position_texts(&columns, rows.count, position_text));
    columns.push(Arc::new(UInt32Array::from(doubtful)));
    columns.push(Arc::new(UInt16Array::from(vec![reading.number; rows.count])));
    let numbers = rows.first..rows.first.saturating_add(rows.count as u64);
    columns.push(Arc::new(UInt64Array::from_iter_values(numbers)));
    RecordBatch::try_new(Arc::clone(&VISIT_SCHEMA), columns)
        .map_err(|source| Unread::Batch(VisitsError::Batch { path: reading.path.into(), source }))
}

/// The column of every field, and the bits of doubtful values.
fn fields(
    rows: Rows,
    (locale, accepted): (&Locale, u32),
    mut parse: impl FnMut(VisitField, &mut Beside<'_>) -> Result<Option<ArrayRef>, RowProblem>,
) -> Result<(Vec<ArrayRef>, Vec<u32>), RowProblem> {
    let mut doubtful = vec![0; rows.count];
    let mut columns: Vec<Option<ArrayRef>> = vec![None; VisitField::ALL.len()];
    let mut beside = Beside { locale, accepted, codes: None, doubtful: &mut doubtful };
    let code = VisitField::VillageCode;
    // The code comes first: local times are read by its province.
    let codes = parse(code, &mut beside)?;
    beside.codes = codes.as_ref().map(AsArray::as_primitive::<UInt64Type>);
    for &field in VisitField::ALL.iter().filter(|&&field| field != code) {
        columns[field.index()] = parse(field, &mut beside)?;
    }
    columns[code.index()] = codes;
    let columns = columns
        .into_iter()
        .zip(VisitField::ALL)
        .map(|(column, field)| {
            column.unwrap_or_else(|| new_null_array(&field.kind().data_type(), rows.count))
        })
        .collect();
    Ok((columns, doubtful))
}

/// The texts of positions that are not two plain numbers: what stood there is never lost.
fn position_texts<'t>(
    columns: &[ArrayRef],
    count: usize,
    text: impl Fn(usize) -> Option<WrittenPosition<'t>>,
) -> ArrayRef {
    let longitude = columns[VisitField::Longitude.index()].as_primitive::<Float64Type>();
    let latitude = columns[VisitField::Latitude.index()].as_primitive::<Float64Type>();
    let mut texts = StringBuilder::new();
    for row in 0..count {
        let is_plain = longitude.is_valid(row) && latitude.is_valid(row);
        let written = text(row).filter(|(longitude, latitude)| {
            let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
            let is_empty = longitude.is_empty() && latitude.is_empty();
            let is_told = is_empty || (is_plain && is_number(longitude) && is_number(latitude));
            !is_told
        });
        texts.append_option(written.map(|(longitude, latitude)| format!("{longitude}|{latitude}")));
    }
    Arc::new(texts.finish())
}

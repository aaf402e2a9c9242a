//! The values of a column, whatever the types in which files keep them.

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use chrono::NaiveDate;

use super::{TableBatch, TableError};
use crate::domain::code::RegionCode;
use crate::domain::person::day_number;

/// A value that may be missing, or be none of its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<T> {
    Empty,
    Value(T),
    Unreadable,
}

impl<T> Cell<T> {
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Empty | Self::Unreadable => None,
        }
    }

    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }

    /// The value made into another, which may be none.
    pub fn and_then<U>(self, make: impl FnOnce(T) -> Option<U>) -> Cell<U> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Unreadable => Cell::Unreadable,
            Self::Value(value) => make(value).map_or(Cell::Unreadable, Cell::Value),
        }
    }
}

/// A column as text; empty is null, or an empty text.
///
/// # Errors
/// [`TableError::ColumnType`] of what has no text.
pub fn texts(batch: &TableBatch<'_>, column: usize) -> Result<Option<StringArray>, TableError> {
    let Some(array) = batch.column(column) else { return Ok(None) };
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let text = cast_with_options(array, &DataType::Utf8, &options);
    let text = text.map_err(|_| batch.refuse_type(column))?;
    Ok(Some(text.as_string::<i32>().clone()))
}

/// A column of whole numbers, also as spreadsheets write them (`3.0`); all empty where there is none.
///
/// # Errors
/// As [`texts`].
pub fn wholes(batch: &TableBatch<'_>, column: usize) -> Result<Vec<Cell<i64>>, TableError> {
    match batch.column(column) {
        Some(array) if array.data_type().is_integer() => {
            let numbers = cast(array, &DataType::Int64);
            let numbers = numbers.map_err(|_| batch.refuse_type(column))?;
            let numbers = numbers.as_primitive::<Int64Type>();
            // A number beyond 64 bits is null where it was not.
            let cell = |row: usize| match (numbers.is_valid(row), array.is_valid(row)) {
                (true, _) => Cell::Value(numbers.value(row)),
                (false, true) => Cell::Unreadable,
                (false, false) => Cell::Empty,
            };
            Ok((0..batch.len()).map(cell).collect())
        }
        _ => parsed(batch, column, whole),
    }
}

/// A column of numbers with a decimal point or a decimal comma.
///
/// # Errors
/// As [`texts`].
pub fn reals(batch: &TableBatch<'_>, column: usize) -> Result<Vec<Cell<f64>>, TableError> {
    match batch.column(column) {
        Some(array) if array.data_type().is_numeric() => {
            let numbers = cast(array, &DataType::Float64);
            let numbers = numbers.map_err(|_| batch.refuse_type(column))?;
            let numbers = numbers.as_primitive::<Float64Type>();
            let cell = |number: Option<f64>| match number {
                None => Cell::Empty,
                Some(number) if number.is_finite() => Cell::Value(number),
                Some(_) => Cell::Unreadable,
            };
            Ok(numbers.iter().map(cell).collect())
        }
        _ => parsed(batch, column, real),
    }
}

/// A column of days, `2021-11-30`, as days since 1970.
///
/// # Errors
/// As [`texts`].
pub fn dates(batch: &TableBatch<'_>, column: usize) -> Result<Vec<Cell<i32>>, TableError> {
    match batch.column(column) {
        Some(array) if array.data_type().is_temporal() => {
            let days = cast(array, &DataType::Date32);
            let days = days.map_err(|_| batch.refuse_type(column))?;
            let days = days.as_primitive::<Date32Type>();
            Ok(days.iter().map(|day| day.map_or(Cell::Empty, Cell::Value)).collect())
        }
        _ => parsed(batch, column, day),
    }
}

/// A column of region codes.
///
/// # Errors
/// As [`texts`].
pub fn codes(batch: &TableBatch<'_>, column: usize) -> Result<Vec<Cell<RegionCode>>, TableError> {
    parsed(batch, column, |text| text.parse().ok())
}

fn parsed<T: Clone>(
    batch: &TableBatch<'_>,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Cell<T>>, TableError> {
    let Some(texts) = texts(batch, column)? else { return Ok(vec![Cell::Empty; batch.len()]) };
    let cell = |text: Option<&str>| match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Cell::Empty,
        Some(text) => parse(text).map_or(Cell::Unreadable, Cell::Value),
    };
    Ok(texts.iter().map(cell).collect())
}

fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let (whole, zeros) = text.split_once('.')?;
        zeros.bytes().all(|byte| byte == b'0').then(|| whole.parse().ok())?
    })
}

fn real(text: &str) -> Option<f64> {
    let number: Option<f64> = text.parse().ok().or_else(|| text.replacen(',', ".", 1).parse().ok());
    number.filter(|number| number.is_finite())
}

/// The day of an ISO 8601 date, alone or before a time.
fn day(text: &str) -> Option<i32> {
    let (day, rest) = text.split_at_checked(10)?;
    let is_date = rest.is_empty() || rest.starts_with(['T', ' ']);
    let [year, month, day] = [day.get(..4)?, day.get(5..7)?, day.get(8..)?];
    let has_dashes = text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let date =
        NaiveDate::from_ymd_opt(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?);
    date.filter(|_| is_date && has_dashes).map(day_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_form_only() {
        assert_eq!(day("1970-01-11"), Some(10));
        assert_eq!(day("1970-01-11T08:00:00"), Some(10));
        for text in
            ["1970-1-11", "11-01-1970", "1970-01-111", "1970/01/11", "2021-02-29", "désert no"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_spreadsheets_write_them() {
        assert_eq!(
            (whole("3"), whole("3.0"), whole("3.5"), whole("x")),
            (Some(3), Some(3), None, None)
        );
        assert_eq!(
            (real("1,5"), real("1.5"), real("NaN"), real("x")),
            (Some(1.5), Some(1.5), None, None)
        );
    }
}

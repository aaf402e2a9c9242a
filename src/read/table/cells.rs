//! The values of a column, whatever the types in which files keep them.

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use chrono::NaiveDate;

use super::{TableBatch, TableError};
use crate::domain::code::RegionCode;
use crate::domain::person::day_number;
use crate::read::arrays;
use crate::read::values::{self, CodeText};

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

/// A column as text, each value without what can't be seen around it; empty is null.
///
/// # Errors
/// [`TableError::ColumnType`] of what has no text.
pub fn texts(batch: &TableBatch<'_>, column: usize) -> Result<Option<StringArray>, TableError> {
    let Some(array) = batch.column(column) else { return Ok(None) };
    arrays::texts(array).map(Some).map_err(|_| batch.refuse_type(column))
}

/// A column of ids: texts that are the same in every table, whatever the types in which files keep them.
///
/// # Errors
/// As [`texts`], and of a number that has lost its last digits.
pub fn ids(batch: &TableBatch<'_>, column: usize) -> Result<Option<StringArray>, TableError> {
    if let Some((row, text)) = batch.column(column).and_then(arrays::inexact) {
        return Err(batch.refuse_inexact(column, row, text));
    }
    texts(batch, column)
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
            let cells: Vec<_> = (0..batch.len()).map(cell).collect();
            batch.note(column, &cells)?;
            Ok(cells)
        }
        _ => parsed(batch, column, values::whole),
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
                Some(number) if number.is_nan() => Cell::Empty,
                Some(_) => Cell::Unreadable,
            };
            Ok(numbers.iter().map(cell).collect())
        }
        _ => parsed(batch, column, values::real),
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
    if let Some((row, text)) = batch.column(column).and_then(arrays::inexact) {
        return Err(batch.refuse_inexact(column, row, text));
    }
    parsed(batch, column, |text| match values::code(text) {
        CodeText::Code(code, _) => Some(code),
        CodeText::Rewritten | CodeText::Unreadable => None,
    })
}

fn parsed<T: Clone>(
    batch: &TableBatch<'_>,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Cell<T>>, TableError> {
    let Some(texts) = texts(batch, column)? else { return Ok(vec![Cell::Empty; batch.len()]) };
    let cell = |text: Option<&str>| match text {
        None => Cell::Empty,
        Some(text) => parse(text).map_or(Cell::Unreadable, Cell::Value),
    };
    let cells: Vec<_> = texts.iter().map(cell).collect();
    batch.note(column, &cells)?;
    Ok(cells)
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
}

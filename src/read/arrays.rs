//! Columns of Parquet files as the texts that the same table would have in CSV.

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Float64Type};
use arrow::error::ArrowError;

use super::values::trim;

/// Whole numbers up to this are exact in 64 bits of floating point.
const EXACT_64: f64 = 9_007_199_254_740_992.0;
/// Likewise in 32 bits.
const EXACT_32: f64 = 16_777_216.0;

/// A column as text, each value without what can't be seen around it; empty is null. A number with
/// nothing behind its point is written as a whole one, so that an id of floating point is the id that it
/// was.
///
/// # Errors
/// Where the column is of a type that has no text.
pub fn texts(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let text = match array.data_type() {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => return floats(array),
        DataType::Utf8 => array.as_string::<i32>().clone(),
        _ => {
            let options = CastOptions { safe: false, ..CastOptions::default() };
            cast_with_options(array, &DataType::Utf8, &options)?.as_string::<i32>().clone()
        }
    };
    let is_decimal = matches!(
        array.data_type(),
        DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..)
    );
    let plain = |text: &str| -> usize {
        if is_decimal && text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').len()
        } else {
            text.len()
        }
    };
    let is_clean = |text: &str| !text.is_empty() && trim(text).len() == text.len();
    if !is_decimal && text.iter().flatten().all(is_clean) {
        return Ok(text);
    }
    let clean = |text: &'_ str| -> Option<String> {
        let text = trim(&text[..plain(text)]);
        (!text.is_empty()).then(|| text.to_owned())
    };
    Ok(text.iter().map(|text| text.and_then(clean)).collect())
}

/// Numbers of floating point; one that is none is empty.
fn floats(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let numbers = cast(array, &DataType::Float64)?;
    let numbers = numbers.as_primitive::<Float64Type>();
    let written = |number: f64| match number {
        number if number.is_nan() => None,
        number if number.fract() == 0.0 && number.abs() < EXACT_64 => {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and exact in 64 bits")]
            let whole = number as i64;
            Some(whole.to_string())
        }
        number => Some(number.to_string()),
    };
    Ok(numbers.iter().map(|number| number.and_then(written)).collect())
}

/// The first number of a column of floating point that is too large to keep its last digits: its row, and
/// its text.
pub fn inexact(array: &ArrayRef) -> Option<(usize, String)> {
    let most = match array.data_type() {
        DataType::Float64 => EXACT_64,
        DataType::Float16 | DataType::Float32 => EXACT_32,
        _ => return None,
    };
    let numbers = cast(array, &DataType::Float64).ok()?;
    let numbers = numbers.as_primitive::<Float64Type>();
    let is_inexact = |number: Option<f64>| number.is_some_and(|number| number.abs() >= most);
    let row = numbers.iter().position(is_inexact)?;
    Some((row, numbers.value(row).to_string()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Decimal128Array, Float32Array, Float64Array, Int64Array, LargeStringArray};

    use std::sync::Arc;

    use super::*;

    fn of(array: impl Array + 'static) -> Vec<Option<String>> {
        let array: ArrayRef = Arc::new(array);
        texts(&array).unwrap().iter().map(|text| text.map(str::to_owned)).collect()
    }

    #[test]
    fn an_id_is_the_same_whatever_the_type_of_its_column() {
        let expected = [Some("10001".to_owned()), None];
        assert_eq!(of(Int64Array::from(vec![Some(10001), None])), expected);
        assert_eq!(of(Float64Array::from(vec![10001.0, f64::NAN])), expected);
        assert_eq!(of(LargeStringArray::from(vec![" 10001\u{a0}", "\u{200b}"])), expected);
        let decimal = Decimal128Array::from(vec![Some(1_000_100), None]);
        assert_eq!(of(decimal.with_precision_and_scale(12, 2).unwrap()), expected);
        assert_eq!(of(StringArray::from(vec!["10001.0"])), [Some("10001.0".to_owned())]);
        assert_eq!(of(Float64Array::from(vec![0.5])), [Some("0.5".to_owned())]);
    }

    #[test]
    fn a_number_that_lost_its_last_digits_is_found() {
        let find = |array: ArrayRef| inexact(&array).map(|(row, _)| row);
        assert_eq!(find(Arc::new(Float64Array::from(vec![1.0, 3.2e16]))), Some(1));
        assert_eq!(find(Arc::new(Float64Array::from(vec![3_171_010_001.0]))), None);
        assert_eq!(find(Arc::new(Float32Array::from(vec![3_171_010_001.0]))), Some(0));
        assert_eq!(find(Arc::new(Int64Array::from(vec![i64::MAX]))), None);
    }
}

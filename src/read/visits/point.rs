//! Positions in one column: the text of a survey form's point, or the bytes of a point of GeoParquet.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Float64Builder, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::domain::visit::VisitField;
use crate::read::arrays::texts;

/// The place of a field among what a point tells.
pub const fn index(field: VisitField) -> Option<usize> {
    match field {
        VisitField::Longitude => Some(0),
        VisitField::Latitude => Some(1),
        VisitField::GpsAccuracyM => Some(2),
        _ => None,
    }
}

/// A field of a point as survey forms write it: `latitude longitude altitude accuracy`. A text that is no
/// point is both of its axes, so that it is found as a position that can't be read.
pub fn part(field: VisitField, text: &str) -> Option<&str> {
    let mut parts = text.split_whitespace();
    let (first, second) = (parts.next()?, parts.next());
    match (field, second) {
        (VisitField::Longitude | VisitField::Latitude, None) => Some(text),
        (VisitField::Latitude, Some(_)) => Some(first),
        (VisitField::Longitude, second) => second,
        (VisitField::GpsAccuracyM, Some(_)) => parts.nth(1),
        _ => None,
    }
}

/// Longitudes, latitudes and accuracies of a column of points.
///
/// # Errors
/// The type of the column, where it is neither text nor bytes.
pub fn of_column(array: &ArrayRef) -> Result<[ArrayRef; 3], String> {
    let refuse = |_| array.data_type().to_string();
    if array.data_type().is_binary() {
        let bytes = cast(array, &DataType::Binary).map_err(refuse)?;
        return Ok(of_bytes(bytes.as_binary::<i32>()));
    }
    let texts = texts(array).map_err(refuse)?;
    let fields = [VisitField::Longitude, VisitField::Latitude, VisitField::GpsAccuracyM];
    Ok(fields.map(|field| -> ArrayRef {
        let mut parts = StringBuilder::new();
        texts.iter().for_each(|text| parts.append_option(text.and_then(|text| part(field, text))));
        Arc::new(parts.finish())
    }))
}

fn of_bytes(points: &BinaryArray) -> [ArrayRef; 3] {
    let (mut longitudes, mut latitudes) = (Float64Builder::new(), Float64Builder::new());
    for bytes in points {
        // What is no point is a position that can't be read.
        let axes = bytes.map(|bytes| axes(bytes).unwrap_or((f64::INFINITY, f64::INFINITY)));
        // An empty point is none.
        let axes = axes.filter(|(longitude, latitude)| !longitude.is_nan() || !latitude.is_nan());
        longitudes.append_option(axes.map(|axes| axes.0));
        latitudes.append_option(axes.map(|axes| axes.1));
    }
    let none = arrow::array::new_null_array(&DataType::Float64, points.len());
    [Arc::new(longitudes.finish()), Arc::new(latitudes.finish()), none]
}

/// The axes of a point in well-known binary, of two dimensions or more.
fn axes(bytes: &[u8]) -> Option<(f64, f64)> {
    let is_little = match bytes.first()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let kind: [u8; 4] = bytes.get(1..5)?.try_into().ok()?;
    let kind = if is_little { u32::from_le_bytes(kind) } else { u32::from_be_bytes(kind) };
    const HAS_SYSTEM: u32 = 0x2000_0000;
    let is_point = (kind & 0x0fff_ffff) % 1000 == 1;
    let start = if kind & HAS_SYSTEM == 0 { 5 } else { 9 };
    let axis = |at: usize| {
        let axis: [u8; 8] = bytes.get(start + at..start + at + 8)?.try_into().ok()?;
        Some(if is_little { f64::from_le_bytes(axis) } else { f64::from_be_bytes(axis) })
    };
    is_point.then_some(())?;
    Some((axis(0)?, axis(8)?))
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Float64Type;

    use super::*;

    #[test]
    fn a_point_of_a_form_tells_latitude_longitude_altitude_and_accuracy() {
        let fields = [VisitField::Longitude, VisitField::Latitude, VisitField::GpsAccuracyM];
        let of = |text: &'static str| fields.map(|field| part(field, text));
        assert_eq!(of("-6.5 106.25 12.0 4.5"), [Some("106.25"), Some("-6.5"), Some("4.5")]);
        assert_eq!(of("-6.5 106.25"), [Some("106.25"), Some("-6.5"), None]);
        assert_eq!(of("n/a"), [Some("n/a"), Some("n/a"), None]);
        assert_eq!(of(""), [None, None, None]);
    }

    #[test]
    fn points_of_well_known_binary_are_read() {
        let mut little = vec![1, 1, 0, 0, 0];
        little.extend(106.25_f64.to_le_bytes().into_iter().chain((-6.5_f64).to_le_bytes()));
        let mut big = vec![0, 0x20, 0, 0, 1, 0, 0, 0x10, 0xe6];
        big.extend(106.25_f64.to_be_bytes().into_iter().chain((-6.5_f64).to_be_bytes()));
        let mut line = little.clone();
        line[1] = 2;
        let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![&little[..], &big, &line, b""]));
        let [longitudes, latitudes, _] = of_column(&bytes).unwrap();
        let axes = |array: &ArrayRef| array.as_primitive::<Float64Type>().values().to_vec();
        assert_eq!(axes(&longitudes), [106.25, 106.25, f64::INFINITY, f64::INFINITY]);
        assert_eq!(axes(&latitudes)[..2], [-6.5, -6.5]);
    }
}

//! Tiny invented regions and visits for tests.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, UInt16Array, UInt32Array, UInt64Array,
    new_null_array,
};
use arrow::compute::cast;
use geo::{MultiPolygon, polygon};

use super::code::CodeSystem;
use super::position::Position;
use super::region::{Level, Region, RegionKind, RegionTree};
use super::visit::{FieldKind, VISIT_SCHEMA, VisitField, pack_code};

/// Villages of 0.1 degrees in a row eastwards from longitude 90, latitude 1, with the regions above
/// them; and their shapes in the order of their codes.
pub fn villages(codes: &[&str]) -> (RegionTree, Vec<MultiPolygon>) {
    let mut all: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    for width in [2, 4, 7] {
        all.extend(codes.iter().map(|code| code[..width].to_owned()));
    }
    all.sort();
    all.dedup();
    let regions = all.iter().map(|code| region(code)).collect();
    let tree = RegionTree::new(CodeSystem::Invented, "demo".parse().unwrap(), regions).unwrap();
    let shapes = (0..codes.len()).map(|number| {
        let (west, east) = (90.0 + number as f64 / 10.0, 90.0 + (number + 1) as f64 / 10.0);
        polygon![(x: west, y: 1.0), (x: east, y: 1.0), (x: east, y: 1.1), (x: west, y: 1.1)].into()
    });
    (tree, shapes.collect())
}

fn region(code: &str) -> Region {
    let level = match code.len() {
        2 => Level::Province,
        4 => Level::Regency,
        7 => Level::District,
        _ => Level::Village,
    };
    Region {
        code: code.parse().unwrap(),
        name: format!("Xavo {code}"),
        level,
        kind: RegionKind::Region,
        area_km2: 123.0,
        bounds: [90.0, 1.0, 92.0, 1.1].into(),
        label: Position::new(90.05, 1.05).unwrap(),
        utc_offset_min: 420,
    }
}

/// Visits with these fields; what is not told is null. Times are microseconds, codes are packed.
pub fn visits(fields: &[(VisitField, &[&str])]) -> RecordBatch {
    let rows = fields[0].1.len();
    let column = |field: &VisitField| -> ArrayRef {
        let told = fields.iter().find(|(named, _)| named == field);
        let Some((_, texts)) = told else { return new_null_array(&field.kind().data_type(), rows) };
        let texts = texts.iter().map(|text| Some(*text).filter(|text| !text.is_empty()));
        if field.kind() == FieldKind::Code {
            let codes = texts.map(|text| text.map(|text| pack_code(text.parse().unwrap())));
            return Arc::new(UInt64Array::from_iter(codes));
        }
        let texts = StringArray::from_iter(texts);
        cast(&texts, &field.kind().data_type()).unwrap()
    };
    let mut columns: Vec<ArrayRef> = VisitField::ALL.iter().map(column).collect();
    columns.push(Arc::new(StringArray::new_null(rows)));
    columns.push(Arc::new(UInt32Array::from(vec![0; rows])));
    columns.push(Arc::new(UInt16Array::from(vec![0; rows])));
    columns.push(Arc::new(UInt64Array::from_iter_values(1..=rows as u64)));
    let longitude = &columns[VisitField::Longitude.index()];
    assert!(longitude.as_any().is::<Float64Array>());
    RecordBatch::try_new(Arc::clone(&VISIT_SCHEMA), columns).unwrap()
}

/// The required fields of visits with these ids and households, completed.
pub fn completed<'a>(
    ids: &'a [&'a str],
    households: &'a [&'a str],
) -> Vec<(VisitField, &'a [&'a str])> {
    const ONES: [&str; 16] = ["1"; 16];
    const TIMES: [&str; 16] = ["2021-03-04T00:00:00Z"; 16];
    vec![
        (VisitField::VisitId, ids),
        (VisitField::HouseholdId, households),
        (VisitField::EnumeratorId, &ONES[..ids.len()]),
        (VisitField::StartedAt, &TIMES[..ids.len()]),
        (VisitField::Outcome, &ONES[..ids.len()]),
    ]
}

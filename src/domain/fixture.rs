//! Tiny invented regions and visits for tests.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, RecordBatch, StringArray, UInt16Array, UInt32Array, UInt64Array,
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

/// Visits with these fields; what is not told is null, and so is what can't be read: it is doubtful, or
/// told of as a position's text. Times are ISO 8601.
pub fn visits(fields: &[(VisitField, &[&str])]) -> RecordBatch {
    let rows = fields[0].1.len();
    let texts = |field: VisitField| {
        let told = fields.iter().find(|(named, _)| *named == field);
        told.map_or_else(|| vec![""; rows], |(_, texts)| texts.to_vec())
    };
    let mut columns: Vec<ArrayRef> =
        VisitField::ALL.iter().map(|&field| column(field, &texts(field))).collect();
    let is_unread = |field: VisitField, row: usize| {
        !texts(field)[row].is_empty() && columns[field.index()].is_null(row)
    };
    let [longitude, latitude] = [VisitField::Longitude, VisitField::Latitude];
    let position_text = |row: usize| {
        let is_odd = is_unread(longitude, row) || is_unread(latitude, row);
        is_odd.then(|| format!("{}|{}", texts(longitude)[row], texts(latitude)[row]))
    };
    let doubtful = |row: usize| {
        let unread = VisitField::ALL.iter().filter(|&&field| is_unread(field, row));
        let doubtful = unread.filter(|field| field.kind() != FieldKind::Degrees);
        doubtful.fold(0, |bits, field| bits | field.bit())
    };
    let position_texts: StringArray = (0..rows).map(position_text).collect();
    let doubtful: Vec<u32> = (0..rows).map(doubtful).collect();
    columns.push(Arc::new(position_texts));
    columns.push(Arc::new(UInt32Array::from(doubtful)));
    columns.push(Arc::new(UInt16Array::from(vec![0; rows])));
    columns.push(Arc::new(UInt64Array::from_iter_values(1..=rows as u64)));
    RecordBatch::try_new(Arc::clone(&VISIT_SCHEMA), columns).unwrap()
}

fn column(field: VisitField, texts: &[&str]) -> ArrayRef {
    let texts = texts.iter().map(|text| Some(*text).filter(|text| !text.is_empty()));
    if field.kind() == FieldKind::Code {
        let code = |text: &str| text.parse().ok().map(pack_code);
        return Arc::new(UInt64Array::from_iter(texts.map(|text| text.and_then(code))));
    }
    let FieldKind::Whole(least, most) = field.kind() else {
        return cast(&StringArray::from_iter(texts), &field.kind().data_type()).unwrap();
    };
    let in_range = |text: &&str| text.parse().is_ok_and(|value| (least..=most).contains(&value));
    let texts = StringArray::from_iter(texts.map(|text| text.filter(in_range)));
    cast(&texts, &field.kind().data_type()).unwrap()
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

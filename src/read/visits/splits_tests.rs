use std::fs;
use std::ops::ControlFlow;
use std::sync::Mutex;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::UInt64Type;
use proptest::prelude::*;

use super::super::columns::ColumnsFile;
use super::super::{Locale, Portion, Reading};
use super::*;
use crate::domain::code::CodeSystem;
use crate::domain::visit::SOURCE_ROW;

/// Reads a file in parts of about so many bytes: all rows, or the first error.
fn read(path: &Path, settings: &str, chunk_bytes: u64) -> Result<(usize, RecordBatch), String> {
    let settings = ColumnsFile::parse(settings).unwrap();
    let mut file = CsvFile::open(path, &settings).map_err(|error| error.to_string())?;
    file.chunk_bytes = chunk_bytes;
    let locale =
        Locale { system: CodeSystem::Bps, offsets_min: vec![(31, 420)], otherwise_min: 480 };
    let (portion, noted) = (Portion::new(0, 0..1), Mutex::default());
    let empty_rows = (&portion, &noted);
    let reading =
        Reading { path, number: 0, locale: &locale, wanted: u32::MAX, accepted: 0, empty_rows };
    let mut batches = Vec::new();
    let parts = file.parts(path, &settings);
    for part in 0..parts {
        let mut put = |batch| {
            batches.push(batch);
            ControlFlow::Continue(())
        };
        let done = file.read(&reading, &settings, part..part + 1, &mut put);
        done.map_err(|error| error.to_string())?;
    }
    let schema = &crate::domain::visit::VISIT_SCHEMA;
    Ok((parts, concat_batches(schema, &batches).unwrap()))
}

/// Holds the parts of a text against the text in one go: how many parts there were, or 0 where both
/// were refused.
fn same(text: &[u8], settings: &str, chunk_bytes: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.csv");
    fs::write(&path, text).unwrap();
    let (whole, split) = (read(&path, settings, u64::MAX), read(&path, settings, chunk_bytes));
    let shown = String::from_utf8_lossy(text);
    match (whole, split) {
        (Ok((_, whole)), Ok((parts, split))) => {
            assert_eq!(whole, split, "{shown}");
            parts
        }
        // Of several rows that can't be read a batch need not name the first.
        (Err(whole), Err(_)) if shown.contains("\"open") => usize::from(whole.is_empty()),
        (Err(whole), Err(split)) => {
            assert_eq!(whole, split, "{shown}");
            0
        }
        (whole, split) => panic!("{whole:?} {split:?} {shown}"),
    }
}

const HEADER: &str = "visit_id,household_id,village_code,enumerator_id,started_at,outcome";

fn row(visit: &str) -> String {
    format!("{visit},h1,3171010001,e1,2021-03-04T09:00:00,1")
}

/// What may stand where a visit's id should.
fn visit_id() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-z]{1,6}",
        2 => Just("\"quoted\"".to_owned()),
        2 => Just("\"two\nlines\"".to_owned()),
        1 => Just("\"\r\n\n,\"\"\r\"".to_owned()),
        1 => Just("\"\"\"\n\"\"\"".to_owned()),
        1 => Just("a\"b".to_owned()),
        1 => Just("\"a\"b\"".to_owned()),
        1 => Just("nul\0".to_owned()),
        1 => Just("\u{e9}\u{1f3e0}".to_owned()),
    ]
}

/// A missing id, a field too many, a quote that is never closed.
fn broken_id() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(""), Just("a,b"), Just("\"open")]
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just("\n"),
        3 => Just("\r\n"),
        1 => Just("\n\n"),
        1 => Just("\r\n\r\n"),
        1 => Just("\r"),
        1 => Just("\n,,, ,,\n"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn parts_read_as_the_whole_file_does(
        rows in prop::collection::vec((visit_id(), line_end()), 0..40),
        header_end in line_end(),
        has_mark in any::<bool>(),
        broken in prop::option::weighted(0.4, (broken_id(), 0..40_usize)),
        chunk_bytes in 40..400_u64,
    ) {
        let mark = if has_mark { "\u{feff}" } else { "" };
        let start = [mark, HEADER, header_end].map(str::to_owned);
        let rows = rows.into_iter().enumerate().map(|(at, (visit, end))| {
            let broken = broken.filter(|broken| broken.1 == at).map(|broken| broken.0);
            row(broken.unwrap_or(&visit)) + end
        });
        let text: String = start.into_iter().chain(rows).collect();
        same(text.as_bytes(), "", chunk_bytes);
    }
}

#[test]
fn a_file_is_cut_where_it_can_be() {
    let rows: Vec<String> = (0..100).map(|number| row(&format!("v{number}"))).collect();
    let text = |end: &str| format!("{HEADER}{end}{}", rows.join(end));
    assert!(same(text("\n").as_bytes(), "", 100) > 20);
    assert!(same(text("\r\n").as_bytes(), "", 100) > 20);
    assert!(same(format!("\u{feff}{}", text("\n")).as_bytes(), "", 100) > 20);
    // Old Macintosh line ends, and another encoding.
    assert_eq!(same(text("\r").as_bytes(), "", 100), 1);
    let wide: Vec<u8> = text("\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(same(&wide, "encoding = \"utf-16le\"", 100), 1);
    let latin: Vec<u8> = text("\n").replace("e1", "\u{e9}").chars().map(|it| it as u8).collect();
    assert!(same(&latin, "encoding = \"windows-1252\"", 100) > 20);
}

#[test]
fn line_ends_in_quotes_do_not_cut_a_row() {
    let long = format!("\"{}\"", "line\n".repeat(1000));
    let text = format!("{HEADER}\n{}\n{}\n{}\n", row("v1"), row(&long), row("v3"));
    assert_eq!(same(text.as_bytes(), "", 100), 3, "before and after the long row");
    let quoted: String = (0..50).map(|_| row(&long) + "\n").collect();
    assert!(same(format!("{HEADER}\n{quoted}").as_bytes(), "", 1000) > 30);
}

#[test]
fn a_field_of_ten_megabytes_is_refused_by_its_row() {
    let long = "x".repeat(10 << 20);
    let text = format!("{HEADER}\n{}\n{}\n{}\n", row("v1"), row(&long), row("v3"));
    assert_eq!(same(text.as_bytes(), "", 1 << 20), 0, "whole or in parts");
}

#[test]
fn an_error_in_a_later_part_names_the_line_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.csv");
    let rows: String = (0..50).map(|number| row(&format!("\"v\n{number}\"")) + "\n\n").collect();
    for broken in ["v,h,3171010001,e1,yesterday,1", "v,h"] {
        fs::write(&path, format!("{HEADER}\r\n{rows}{broken}\n")).unwrap();
        let error = read(&path, "", 100).unwrap_err();
        assert!(error.contains("row 152: "), "{error}");
        assert_eq!(error, read(&path, "", u64::MAX).unwrap_err());
    }
}

#[test]
fn rows_keep_the_numbers_that_they_have_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v.csv");
    let rows: String = (0..50).map(|number| row(&format!("v{number}")) + "\r\n\r\n").collect();
    fs::write(&path, format!("\n\n{HEADER}\n{rows}")).unwrap();
    let (parts, batch) = read(&path, "", 100).unwrap();
    assert!(parts > 10);
    let numbers = batch.column_by_name(SOURCE_ROW).unwrap().as_primitive::<UInt64Type>();
    assert_eq!(numbers.values().to_vec(), (2..52).collect::<Vec<u64>>());
}

use std::fs;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType, UInt64Type};

use super::*;
use crate::domain::code::CodeSystem;
use crate::domain::visit::{Outcome, SOURCE_ROW, VisitBatch, VisitField};

fn locale() -> Locale {
    Locale { system: CodeSystem::Bps, offsets_min: vec![(31, 420)], otherwise_min: 480 }
}

/// Reads one file of this name and content, as one batch.
fn read(name: &str, content: &[u8], settings: &str) -> Result<RecordBatch, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let strip = |error: VisitsError| {
        error.to_string().replace(&format!("{}/", folder.path().display()), "")
    };
    let files = VisitFiles::open(&[path], ColumnsFile::parse(settings).unwrap()).map_err(strip)?;
    let mut batches = Vec::new();
    for portion in files.portions(2).concat() {
        let mut put = |batch| {
            batches.push(batch);
            ControlFlow::Continue(())
        };
        files.read(&portion, &locale(), ALL_FIELDS, &mut put).map_err(strip)?;
    }
    Ok(arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap())
}

const HEADER: &str =
    "visit_id,household_id,village_code,enumerator_id,started_at,outcome,longitude,latitude,decile";
const ROW: &str = "v1,h1,3171010001,e1,2021-03-04T09:00:00,1,90.5,-2.25,3";

#[test]
fn reads_a_visit_with_local_time_of_its_province() {
    let batch = read("v.csv", format!("{HEADER}\n{ROW}\n").as_bytes(), "").unwrap();
    let visits = VisitBatch::new(&batch);
    let visit = visits.visit(0);
    assert_eq!(visit.declared().unwrap().to_string(), "3171010001");
    assert_eq!(visit.outcome(), Outcome::Completed);
    assert_eq!((visit.longitude(), visit.latitude()), (Some(90.5), Some(-2.25)));
    assert_eq!((visit.position_text(), visit.doubtful()), (None, 0));
    let started =
        batch.column(VisitField::StartedAt.index()).as_primitive::<TimestampMicrosecondType>();
    assert_eq!(started.value_as_datetime(0).unwrap().to_string(), "2021-03-04 02:00:00");
}

#[test]
fn reads_byte_order_marks_line_ends_semicolons_and_other_encodings() {
    let plain = read("v.csv", format!("{HEADER}\n{ROW}\n").as_bytes(), "").unwrap();
    let marked = format!("\u{feff}{HEADER}\r\n{ROW}\r\n");
    let semicolons = marked.replace(',', ";").replace("90.5", "90,5");
    let tabs = marked.replace(',', "\t");
    for (name, text) in [("a.csv", marked.clone()), ("b.csv", semicolons), ("c.tsv", tabs)] {
        let batch = read(name, text.as_bytes(), "").unwrap();
        for field in [VisitField::VisitId, VisitField::Longitude, VisitField::Decile] {
            assert_eq!(batch.column(field.index()), plain.column(field.index()), "{name} {field}");
        }
    }
    let latin = format!("{HEADER}\n{ROW}\n").replace("e1", "Jos\u{e9}");
    let latin: Vec<u8> = latin.chars().map(|letter| letter as u8).collect();
    let batch = read("v.csv", &latin, "encoding = \"windows-1252\"").unwrap();
    assert_eq!(VisitBatch::new(&batch).text(VisitField::EnumeratorId).value(0), "José");
    let error = read("v.csv", &latin, "").unwrap_err();
    assert!(error.starts_with("visits file `v.csv`, row 2: it is not UTF-8 text; save"), "{error}");
}

#[test]
fn reads_packed_files() {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(format!("{HEADER}\n{ROW}\n").as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    assert_eq!(read("v.csv.gz", &packed, "").unwrap().num_rows(), 1);
    let cut = read("v.csv.gz", &packed[..packed.len() - 12], "").unwrap_err();
    assert!(cut.contains("v.csv.gz"), "{cut}");
}

#[test]
fn reads_degrees_minutes_and_seconds_and_keeps_what_was_written() {
    let row = "v1,h1,3171010001,e1,2021-03-04T09:00:00Z,1,90°30'0\"\"BT,2 15 0 LS,3";
    let row = row.replace("90°30'0\"\"BT", "\"90°30'0\"\"BT\"");
    let batch = read("v.csv", format!("{HEADER}\n{row}\n").as_bytes(), "").unwrap();
    let visits = VisitBatch::new(&batch);
    assert_eq!(
        (visits.visit(0).longitude(), visits.visit(0).latitude()),
        (Some(90.5), Some(-2.25))
    );
    assert_eq!(visits.visit(0).position_text(), Some("90°30'0\"BT|2 15 0 LS"));
}

#[test]
fn doubtful_values_become_null_and_are_told_of() {
    let row = "v1,h1,31x,e1,2021-03-04T09:00:00Z,1,abc,-2.25,17";
    let batch = read("v.csv", format!("{HEADER}\n{row}\n").as_bytes(), "").unwrap();
    let visits = VisitBatch::new(&batch);
    let visit = visits.visit(0);
    assert_eq!(visit.doubtful(), VisitField::VillageCode.bit() | VisitField::Decile.bit());
    assert_eq!((visit.declared(), visit.longitude()), (None, None));
    assert_eq!(visit.position_text(), Some("abc|-2.25"));
    assert!(batch.column(VisitField::Decile.index()).is_null(0));
}

#[test]
fn errors_name_file_row_and_remedy() {
    let broken = [
        (
            "v2,h2,3171010001,e1,2021-03-04T09:00:00",
            "row 3: it has 5 fields where the header has 9; look",
        ),
        (
            "v2,h2,3171010001,e1,2021-03-04T09:00:00,1,90.5-2.25,3",
            "row 3: it has 8 fields where the header has 9; look",
        ),
        (
            "v2,h2,3.17101E+09,e1,2021-03-04,1,,,",
            "row 3: village_code `3.17101E+09` is not a code as it was given out",
        ),
        (
            "v2,h2,3171010001,e1,yesterday,1,,,",
            "row 3: started_at `yesterday` is not a time; write ISO",
        ),
        ("v2,h2,3171010001,e1,2021-03-04,9,,,", "row 3: outcome `9` is none of 1 completed"),
        (",h2,3171010001,e1,2021-03-04,1,,,", "row 3: visit_id is empty; every visit needs one"),
        (
            "v2,h2,31.71.01.1001,e1,2021-03-04,1,,,",
            "row 3: village_code `31.71.01.1001` is in the dotted",
        ),
    ];
    for (row, expected) in broken {
        let error = read("v.csv", format!("{HEADER}\n{ROW}\n{row}\n").as_bytes(), "").unwrap_err();
        assert!(error.starts_with(&format!("visits file `v.csv`, {expected}")), "{error}");
    }
    assert!(read("v.csv", b"", "").unwrap_err().contains("`v.csv` is empty"));
    let folder = tempfile::tempdir().unwrap();
    let error = VisitFiles::open(&[folder.path().into()], ColumnsFile::default()).err().unwrap();
    assert!(error.to_string().contains("is a folder; name the files in it"), "{error}");
    assert!(read("v.txt", b"", "").unwrap_err().contains("rename it"));
    assert!(
        read("v.parquet", b"PAR1", "")
            .unwrap_err()
            .contains("cannot read Parquet file `v.parquet`")
    );
    let repeated = format!("{HEADER},decile\n");
    assert!(
        read("v.csv", repeated.as_bytes(), "").unwrap_err().contains("the column `decile` twice")
    );
}

#[test]
fn blank_lines_are_no_rows_but_count_as_lines_of_the_file() {
    let broken = "v2,h2,3171010001,e1,yesterday,1,,,";
    let error = read("v.csv", format!("{HEADER}\n\n\n{ROW}\n\n{broken}\n").as_bytes(), "");
    assert!(error.as_ref().unwrap_err().contains("row 6: started_at"), "{error:?}");
    let short = format!("{HEADER}\n\n{ROW}\n,,\t,\nv2,h2\n");
    let error = read("v.csv", short.as_bytes(), "").unwrap_err();
    assert!(error.contains("row 5: it has 2 fields"), "{error}");
}

#[test]
fn reads_times_with_and_without_offsets_and_seconds() {
    for (text, utc) in [
        ("2021-03-04T09:05", "02:05:00"),
        ("2021-03-04 09:05", "02:05:00"),
        ("2021-03-04T09:05Z", "09:05:00"),
        ("2021-03-04 09:05+08:00", "01:05:00"),
        ("2021-03-04T09:05:06.789", "02:05:06.789"),
        ("2021-03-04T09:05:06+0700", "02:05:06"),
        ("2021-03-04T07:00", "00:00:00"),
    ] {
        let row = ROW.replace("2021-03-04T09:00:00", text);
        let batch = read("v.csv", format!("{HEADER}\n{row}\n").as_bytes(), "").unwrap();
        let started =
            batch.column(VisitField::StartedAt.index()).as_primitive::<TimestampMicrosecondType>();
        let expected = format!("2021-03-04 {utc}");
        assert_eq!(started.value_as_datetime(0).unwrap().to_string(), expected, "{text}");
    }
}

fn parquet_bytes(columns: Vec<(&str, std::sync::Arc<dyn Array>)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn a_parquet_time_beyond_all_years_is_told_of() {
    use arrow::array::{Int32Array, StringArray, TimestampMicrosecondArray, TimestampSecondArray};
    use std::sync::Arc;
    let text = |text: &str| -> Arc<dyn Array> { Arc::new(StringArray::from(vec![text])) };
    let visits = |started: Arc<dyn Array>, ended: i64| {
        let bytes = parquet_bytes(vec![
            ("visit_id", text("v")),
            ("household_id", text("h")),
            ("village_code", text("3171010001")),
            ("enumerator_id", text("e")),
            ("started_at", started),
            ("ended_at", Arc::new(TimestampMicrosecondArray::from(vec![ended]))),
            ("outcome", Arc::new(Int32Array::from(vec![1]))),
        ]);
        read("v.parquet", &bytes, "")
    };
    let good = || Arc::new(TimestampMicrosecondArray::from(vec![1_614_816_000_000_000]));
    let batch = visits(good(), i64::MAX).unwrap();
    assert_eq!(VisitBatch::new(&batch).visit(0).doubtful(), VisitField::EndedAt.bit());
    assert_eq!(VisitBatch::new(&batch).visit(0).ended_us(), None);
    let far: [Arc<dyn Array>; 2] = [
        Arc::new(TimestampMicrosecondArray::from(vec![i64::MIN]).with_timezone("UTC")),
        Arc::new(TimestampSecondArray::from(vec![i64::MIN])),
    ];
    for started in far {
        let error = visits(started, 0).unwrap_err();
        assert!(
            error.contains("row 1: started_at `-9223372036854775808` is not a time"),
            "{error}"
        );
    }
}

#[test]
fn parquet_of_text_reads_as_the_same_csv_does() {
    use arrow::array::{Int32Array, StringArray};
    use std::sync::Arc;
    let columns: Vec<(&str, Arc<dyn Array>)> = vec![
        ("visit_id", Arc::new(StringArray::from(vec!["v1", "v2"]))),
        ("household_id", Arc::new(StringArray::from(vec!["h1", "h2"]))),
        ("village_code", Arc::new(arrow::array::Int64Array::from(vec![3_171_010_001_i64, 31]))),
        ("enumerator_id", Arc::new(StringArray::from(vec!["e1", "e1"]))),
        ("started_at", Arc::new(StringArray::from(vec!["2021-03-04T09:00:00"; 2]))),
        ("outcome", Arc::new(Int32Array::from(vec![1, 5]))),
        ("longitude", Arc::new(arrow::array::Float64Array::from(vec![90.5, f64::NAN]))),
        ("latitude", Arc::new(arrow::array::Float64Array::from(vec![-2.25, 1.0]))),
        ("decile", Arc::new(Int32Array::from(vec![3, 11]))),
    ];
    let read_batch = read("v.parquet", &parquet_bytes(columns), "").unwrap();
    let csv = read("v.csv", format!("{HEADER}\n{ROW}\n").as_bytes(), "").unwrap();
    for &field in VisitField::ALL {
        let (ours, theirs) = (read_batch.column(field.index()), csv.column(field.index()));
        assert_eq!(&ours.slice(0, 1), theirs, "{field}");
    }
    let visits = VisitBatch::new(&read_batch);
    assert_eq!(visits.visit(1).doubtful(), VisitField::Decile.bit());
    assert_eq!(visits.visit(1).position_text(), Some("NaN|1"));
    let rows = read_batch.column_by_name(SOURCE_ROW).unwrap().as_primitive::<UInt64Type>();
    assert_eq!(rows.values(), &[1, 2]);
    let longitude = read_batch.column(VisitField::Longitude.index()).as_primitive::<Float64Type>();
    assert!(longitude.is_null(1));
}

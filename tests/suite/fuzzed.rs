//! Whatever stands in a visits file is read, found doubtful or told of: nothing stops the program.
//!
//! `PROPTEST_CASES=200000 cargo nextest run fuzzed` goes on for some minutes.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use arrow::array::RecordBatch;
use proptest::prelude::*;
use sebaran::check::{CheckSettings, Rules, check};
use sebaran::domain::code::CodeSystem;
use sebaran::domain::region::{RegionTree, Slug};
use sebaran::domain::visit::{AssignBy, Outcome, VisitBatch};
use sebaran::invent::{self, CountrySettings};
use sebaran::locate::{self, Hexagons, Locator, RegionIndex};
use sebaran::outline::{self, OutlineSettings};
use sebaran::read::visits::{ALL_FIELDS, ColumnsFile, Locale, VisitFiles};

static GROUND: LazyLock<(RegionTree, RegionIndex)> = LazyLock::new(|| {
    let settings = CountrySettings { provinces: 1, regencies: 1, districts: 2, villages: 12 };
    let (villages, version) = (invent::country(7, &settings), "tiny".parse::<Slug>().unwrap());
    let settings = OutlineSettings::default();
    let derived = outline::derive(CodeSystem::Invented, version, villages, &settings).unwrap();
    let index = locate::build(&derived.shapes.full[derived.tree.len() - 12..]).unwrap();
    (derived.tree, index)
});

/// What is written in a field of each name, rightly and wrongly.
const WRITTEN: [(&str, &[&str]); 13] = [
    ("visit_id", &["v1", "2f1c9c1e-8a0e-4a51-9d0b-7f1a4a7c0c55", "0", " "]),
    ("household_id", &["h1", "H 2", "\u{feff}"]),
    ("village_code", &["0101001001", "01.01.01.1001", "01", "x", "", "99999999999"]),
    ("enumerator_id", &["e1", "-", "NULL"]),
    (
        "started_at",
        &[
            "2021-03-04T09:00:00",
            "2021-03-04",
            "2021-03-04 09:05+07:00",
            "0000-01-01",
            "9999-12-31T23:59:60Z",
            "2021-02-30",
        ],
    ),
    ("outcome", &["1", "2", "6", "1.0", "0", "7"]),
    ("longitude", &["90.5", "106°49'35\"BT", "1e300", "-1", "999", "--90.5", "90,5", ""]),
    ("latitude", &["1.5", "6°12'30\"S", "6 60 0 LS", "0", "-0.0", "NaN", ""]),
    ("gps_accuracy_m", &["8", "8,5", "-1", "1e7", "inf", ""]),
    ("ended_at", &["2021-03-04T09:22:00Z", "", "2021-03-04T24:00:00", "0000-01-01T00:00:00+14:00"]),
    ("received_at", &["2021-03-05", "9999-12-31T23:59:59-12:00", ""]),
    ("duration_s", &["600", "-1", "4294967296", "31536000", ""]),
    ("decile", &["3", "17", "3.5", "1.00", ""]),
];

/// What is written in a field, with some letters changed.
fn written(field: usize) -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), "\\PC|[\"',;\t\n\r.:+TZ-]|[0-9]{1,20}|");
    let edits = prop_oneof![3 => Just(vec![]), 1 => proptest::collection::vec(edit, 1..3)];
    (prop::sample::select(WRITTEN[field].1), edits).prop_map(|(text, edits)| {
        let mut letters: Vec<String> = text.chars().map(String::from).collect();
        for (at, letter) in edits {
            let at = at.index(letters.len() + 1);
            letters.splice(at..(at + 1).min(letters.len()), [letter]);
        }
        letters.concat()
    })
}

/// A row, of which most fields are in quotes as a spreadsheet writes them, where they have to be.
fn row() -> impl Strategy<Value = String> {
    let fields: Vec<_> = (0..WRITTEN.len()).map(written).collect();
    (fields, 0..20_u8).prop_map(|(fields, careless)| {
        let quoted = |text: &String| match careless {
            0 => text.clone(),
            _ => format!("\"{}\"", text.replace('"', "\"\"")),
        };
        fields.iter().map(quoted).collect::<Vec<_>>().join(",")
    })
}

fn header() -> String {
    WRITTEN.map(|(name, _)| name).join(",")
}

/// Reads a file of this content: its batches, or what the user reads.
fn read(content: &[u8], settings: ColumnsFile) -> Result<Vec<RecordBatch>, String> {
    read_as("v.csv", content, settings)
}

fn read_as(name: &str, content: &[u8], settings: ColumnsFile) -> Result<Vec<RecordBatch>, String> {
    let folder = tempfile::tempdir_in(scratch()).unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let told = |error| format!("{:#}", anyhow::Error::new(error));
    let files = VisitFiles::open(&[path], settings).map_err(told)?;
    let locale =
        Locale { system: CodeSystem::Invented, offsets_min: vec![(1, 420)], otherwise_min: 480 };
    let mut batches = Vec::new();
    for portion in files.portions(2).concat() {
        let mut put = |batch| {
            batches.push(batch);
            ControlFlow::Continue(())
        };
        files.read(&portion, &locale, ALL_FIELDS, &mut put).map_err(told)?;
    }
    Ok(batches)
}

/// Memory, where the system has a folder of it.
fn scratch() -> std::path::PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

/// Looks at every visit with every rule about one, and gives the number of visits.
fn checked(batches: &[RecordBatch]) -> usize {
    let (tree, index) = &*GROUND;
    let (locator, settings) =
        (Locator::new(tree, index, AssignBy::Declared), CheckSettings::default());
    let (rules, mut hexagons) = (Rules::new(&settings, &locator), Hexagons::new());
    let mut visits = 0;
    for batch in batches {
        let batch = VisitBatch::new(batch);
        let located = locator.locate(&batch, &mut hexagons);
        for row in 0..batch.len() {
            let checked = check(located.visit(row), &rules);
            let is_told = checked.located().visit().outcome() != Outcome::Completed
                || checked.is_usable()
                || !checked.findings().is_empty();
            assert!(is_told, "a completed visit without a usable position has no finding");
            for finding in checked.findings() {
                assert!(finding.value.is_finite(), "{}", finding.rule);
            }
        }
        visits += batch.len();
    }
    visits
}

fn is_clear(error: &str) -> bool {
    error.contains("v.csv")
        && (error.contains("row ") || error.contains("header") || error.contains("column"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_row_is_read_and_judged_or_told_of(rows in proptest::collection::vec(row(), 1..4)) {
        let content = format!("{}\n{}\n", header(), rows.join("\n"));
        match read(content.as_bytes(), ColumnsFile::default()) {
            Ok(batches) => {
                // Fields that are missing at the end are empty, and a row of nothing is none.
                let mut plain =
                    csv::ReaderBuilder::new().flexible(true).from_reader(content.as_bytes());
                let is_row = |record: &csv::ByteRecord| {
                    record.iter().flatten().any(|byte| !matches!(byte, b' ' | b'\t'))
                };
                let records = plain.byte_records().map(Result::unwrap).filter(is_row).count();
                prop_assert_eq!(checked(&batches), records);
            }
            Err(error) => prop_assert!(is_clear(&error), "{}", error),
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_told_of(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        has_header: bool,
        encoding in prop::sample::select(vec!["", "encoding = \"utf-16le\"", "encoding = \"windows-1252\"", "delimiter = \"\\t\""]),
    ) {
        let mut content = if has_header { format!("{}\n", header()).into_bytes() } else { vec![] };
        content.extend(bytes);
        match read(&content, ColumnsFile::parse(encoding).unwrap()) {
            Ok(batches) => drop(checked(&batches)),
            Err(error) => prop_assert!(error.contains("v.csv"), "{}", error),
        }
    }
}

/// A Parquet file of two valid visits in each of two row groups.
fn parquet() -> Vec<u8> {
    use arrow::array::{ArrayRef, Float64Array, Int32Array, StringArray};
    use std::sync::Arc;
    let text = |texts: [&str; 2]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    let degrees = |at: [f64; 2]| -> ArrayRef { Arc::new(Float64Array::from(at.to_vec())) };
    let batch = RecordBatch::try_from_iter([
        ("visit_id", text(["v1", "v2"])),
        ("household_id", text(["h1", "h2"])),
        ("village_code", text(["0101001001"; 2])),
        ("enumerator_id", text(["e1"; 2])),
        ("started_at", text(["2021-03-04T09:00:00", "2021-03-04T09:30:00"])),
        ("outcome", Arc::new(Int32Array::from(vec![1, 5])) as ArrayRef),
        ("longitude", degrees([90.5123456, 90.5123789])),
        ("latitude", degrees([1.5123456, 1.5123789])),
    ])
    .unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    for _ in 0..2 {
        writer.write(&batch).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    bytes
}

static PARQUET: LazyLock<Vec<u8>> = LazyLock::new(parquet);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_parquet_is_read_or_told_of(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let mut bytes = PARQUET.clone();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match read_as("v.parquet", &bytes, ColumnsFile::default()) {
            Ok(batches) => drop(checked(&batches)),
            Err(error) => prop_assert!(error.contains("v.parquet"), "{}", error),
        }
    }
}

/// What the properties found: with some of these bytes wrong the decoder of Parquet panics.
#[test]
fn any_byte_of_a_parquet_file_may_be_wrong() {
    let mut refused = 0;
    for at in (0..PARQUET.len()).step_by(7) {
        let mut bytes = PARQUET.clone();
        bytes[at] = !bytes[at];
        match read_as("v.parquet", &bytes, ColumnsFile::default()) {
            Ok(batches) => drop(checked(&batches)),
            Err(error) => {
                assert!(error.contains("v.parquet"), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn a_valid_row_is_read() {
    assert_eq!(checked(&read_as("v.parquet", &PARQUET, ColumnsFile::default()).unwrap()), 4);
    let row: Vec<&str> = WRITTEN.iter().map(|(_, texts)| texts[0]).collect();
    let content = format!("{}\n{}\n", header(), row.join(","));
    assert_eq!(checked(&read(content.as_bytes(), ColumnsFile::default()).unwrap()), 1);
}

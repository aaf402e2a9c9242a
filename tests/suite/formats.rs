//! Every format of a layer, read by others: GDAL, and the reader of Parquet.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use bytes::Bytes;
use gdal::Dataset;
use gdal::vector::{FieldValue, Geometry, LayerAccess};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::program::{Server, sebaran};

const PLAN: Plan = Plan { households: 1_500, faults: None, format: TableFormat::Parquet };

/// What a place tells: its poor households, its status, and the area of its shape in square degrees, in
/// steps of a millionth.
type Told = BTreeMap<String, (Option<i64>, String, i64)>;

fn area(shape: &Geometry) -> i64 {
    (shape.area() * 1e6).round() as i64
}

fn by_gdal(path: &Path) -> Told {
    let dataset = Dataset::open(path).unwrap();
    let mut layer = dataset.layer(0).unwrap();
    let told = |feature: gdal::vector::Feature<'_>| {
        let at = |name: &str| feature.field_index(name).unwrap();
        let text = |name: &str| feature.field_as_string(at(name)).unwrap().unwrap();
        let count = feature.field_as_integer64(at("count")).unwrap();
        (text("code"), (count, text("status"), area(feature.geometry().unwrap())))
    };
    layer.features().map(told).collect()
}

fn by_parquet(bytes: Vec<u8>) -> Told {
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
    let mut all = Told::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let column = |name: &str| batch.column_by_name(name).unwrap();
        let text = |name: &str, row| column(name).as_string::<i32>().value(row).to_owned();
        let counts = column("count").as_primitive::<Int64Type>();
        let shapes = column("geometry").as_binary::<i32>();
        for row in 0..batch.num_rows() {
            let count = counts.is_valid(row).then(|| counts.value(row));
            let shape = Geometry::from_wkb(shapes.value(row)).unwrap();
            all.insert(text("code", row), (count, text("status", row), area(&shape)));
        }
    }
    all
}

fn built() -> Country {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    country.build("r1", &[visits], Means::default()).unwrap();
    country.publish("r1");
    country
}

#[test]
fn every_format_holds_the_same_codes_figures_and_shapes() {
    let country = built();
    let server = Server::start(&country.register(), &["serve"]);
    for layer in ["poverty/district", "elderly/hex5"] {
        let get = |extension: &str| {
            let (status, head, bytes) = server.get_bytes(&format!("/layers/{layer}.{extension}"));
            assert_eq!(status, 200, "{extension}: {}", String::from_utf8_lossy(&bytes));
            assert!(head.contains("etag: "), "{head}");
            bytes
        };
        let read = |extension: &str| {
            let path = country.write(&format!("layer.{extension}"), get(extension));
            by_gdal(&path)
        };
        let expected = read("geojson");
        assert!(expected.len() > 10, "{layer}: {}", expected.len());
        for extension in ["geojsonl", "fgb", "gpkg"] {
            assert_eq!(read(extension), expected, "{layer}.{extension}");
        }
        assert_eq!(by_parquet(get("parquet")), expected, "{layer}.parquet");
    }
}

/// A cell as a CSV has it, and as GDAL reads it from a workbook.
fn same(csv: &str, read: Option<FieldValue>) -> bool {
    let number = |number: f64| csv.parse() == Ok(number);
    match read {
        None => csv.is_empty(),
        Some(FieldValue::StringValue(text)) => csv == text,
        Some(FieldValue::IntegerValue(whole)) => {
            number(f64::from(whole)) || csv == ["false", "true"][whole.clamp(0, 1) as usize]
        }
        Some(FieldValue::Integer64Value(whole)) => csv.parse() == Ok(whole),
        Some(FieldValue::RealValue(value)) => number(value),
        other => panic!("{other:?}"),
    }
}

/// What a workbook says in words.
const WORDS: [(&str, &[&str]); 3] = [
    ("theme", &["Poverty"]),
    ("level", &["District"]),
    ("status", &["figure", "below 10", "not enough surveyed", "not visited", "no data"]),
];

#[test]
fn a_workbook_holds_what_the_csv_holds_and_names_each_column() {
    let country = built();
    let server = Server::start(&country.register(), &["serve"]);
    let (status, head, bytes) = server.get_bytes("/layers/poverty/district.xlsx?lang=en");
    assert!(status == 200 && head.contains("spreadsheetml.sheet") && head.contains("etag: "));
    let dataset = Dataset::open(country.write("layer.xlsx", bytes)).unwrap();
    let mut sheet = dataset.layer_by_name("Data").unwrap();
    let (_, _, csv) = server.get_bytes("/layers/poverty/district.csv");
    let mut csv = csv::Reader::from_reader(csv.as_slice());
    let names: Vec<String> = csv.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(sheet.feature_count() as usize, rows.len());
    let mut told = 0;
    for (feature, row) in sheet.features().zip(&rows) {
        for (at, (name, expected)) in names.iter().zip(row).enumerate() {
            let read = feature.field(at).unwrap();
            if let Some((_, words)) = WORDS.iter().find(|(column, _)| column == name) {
                let said = feature.field_as_string(at).unwrap().unwrap();
                assert!(words.contains(&said.as_str()), "{name}: {said}");
            } else if expected.is_empty() {
                let said = feature.field_as_string(at).unwrap().unwrap_or_default();
                assert!(said.is_empty() || WORDS[2].1.contains(&said.as_str()), "{name}: {said}");
            } else {
                assert!(same(expected, read.clone()), "{name}: {expected:?} {read:?}");
                told += 1;
            }
        }
    }
    assert!(told > 500, "{told}");
    let mut about =
        dataset.layer_by_name(if dataset.layer_count() == 2 { "About" } else { "" }).unwrap();
    let said: Vec<String> =
        about.features().filter_map(|feature| feature.field_as_string(0).unwrap()).collect();
    assert!(said.iter().any(|line| line.contains("Release r1, as of ")), "{said:?}");
}

#[test]
fn an_exported_file_is_the_same_each_time_and_leaves_nothing_aside() {
    let country = built();
    let aside = country.path("aside");
    // What a killed export left.
    fs::create_dir_all(aside.join(".sebaran-export-old/layer.gpkg")).unwrap();
    for format in ["geojsonl", "parquet", "fgb", "gpkg", "xlsx"] {
        let mut written = Vec::new();
        for run in ["one", "two"] {
            let path = country.path(&format!("{run}.{format}"));
            let mut command = sebaran(&country.register());
            command.args(["export", "poverty-village", "--format", format, "--output"]).arg(&path);
            let done = command.env("TMPDIR", &aside).output().unwrap();
            assert!(done.status.success(), "{format}: {}", String::from_utf8_lossy(&done.stderr));
            written.push(fs::read(&path).unwrap());
        }
        assert!(written[0] == written[1], "{format}: two runs differ");
    }
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 0);
    let mut command = sebaran(&country.register());
    command.args(["export", "poverty-village", "--format", "gpkg", "--geometry", "none"]);
    let refused = command.args(["--output", "none.gpkg"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("a .gpkg file holds shapes"), "{said}");
}

#[test]
fn a_workbook_without_room_for_its_rows_is_an_error_that_says_so() {
    let country = built();
    let mut command = sebaran(&country.register());
    command.args(["export", "poverty-village", "--format", "xlsx", "--output", "none.xlsx"]);
    let refused = command.env("TMPDIR", country.path("not-there")).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("temporary folder") && said.contains("TMPDIR"), "{said}");
}

#[test]
fn a_workbook_on_a_full_disk_is_an_error_that_says_so() {
    let country = built();
    let program = sebaran(&country.register());
    // A file that may have no byte is what a full disk is; the standard output is no file here.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script]).arg(program.get_program()).args(program.get_args());
    command.args(["export", "poverty-village", "--format", "xlsx", "--output", "-"]);
    let refused = command.env("TMPDIR", country.path("")).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("temporary folder, which is full"), "{said}");
    assert!(refused.stdout.is_empty());
}

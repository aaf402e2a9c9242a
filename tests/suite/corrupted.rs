//! Files that a disk, a cable or an editor has spoiled: visits and registers are refused by an error that
//! names the file, with nothing left behind.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sebaran::store::release;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan, VERSION, listed};
use crate::program::run;
use crate::refused;

/// Every table of a survey by its flag, and a required column of it.
const TABLES: [(&str, &str); 7] = [
    ("", "visit_id"),
    ("persons", "person_id"),
    ("prelist", "id_prelist"),
    ("institutions", "institution_id"),
    ("resources", "resource_id"),
    ("recipients", "programme"),
    ("denominators", "region_code"),
];

/// A long line, in bytes.
const LONG: usize = 10 << 20;

/// Ways to spoil the text of a table, and what the error must say. The table has three rows or more.
fn spoiled(text: &str, column: &str) -> Vec<(&'static str, Vec<u8>, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let with_line = |line: &str| {
        let lines = [&lines[..2], &[line], &lines[3..]].concat();
        (lines.join("\n") + "\n").into_bytes()
    };
    let mut nul = with_line(&"\0".repeat(4096));
    nul.extend(lines[1].bytes());
    let quote = with_line(&format!("\"{}", "x".repeat(LONG)));
    let twice = format!("{},{column}\n{},x\n", lines[0], lines[1]);
    vec![
        ("torn.csv.gz", torn(text), "whole".to_owned()),
        ("schema.parquet", wrong_schema(), format!("no column `{column}`")),
        ("torn.parquet", wrong_schema()[..200].to_vec(), "export it again".to_owned()),
        ("nul.csv", nul, "row 3".to_owned()),
        ("long.csv", with_line(&"x".repeat(LONG)), "row 3".to_owned()),
        ("quote.csv", quote, "row 3".to_owned()),
        ("twice.csv", twice.into_bytes(), format!("`{column}` twice")),
    ]
}

/// A packed table of which the second half is missing.
fn torn(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let mut packed = encoder.finish().unwrap();
    packed.truncate(packed.len() / 2);
    packed
}

/// A Parquet file of something else.
fn wrong_schema() -> Vec<u8> {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    let column: ArrayRef = std::sync::Arc::new(Int64Array::from(vec![1, 2]));
    let batch = RecordBatch::try_from_iter([("anything", column)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// The words of a build in which one table is another file.
fn words(flag: &str, visits: &Path, file: &Path) -> Vec<String> {
    let shown = |path: &Path| path.display().to_string();
    let rest = ["--regions", VERSION, "--release", "bad", "--reference-date", "2021-11-30"];
    let mut words = vec!["build".to_owned()];
    if flag.is_empty() {
        words.push(shown(file));
    } else {
        words.extend([shown(visits), format!("--{flag}"), shown(file)]);
    }
    words.extend(rest.map(str::to_owned));
    words
}

#[test]
fn spoiled_files_are_refused_and_leave_nothing_behind() {
    let country = Country::new();
    let good = country.write("good.csv", refused::visits(&country));
    country.build("good", std::slice::from_ref(&good), Means::default()).unwrap();
    let plan = Plan { households: 2_000, faults: None, format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let before = listed(&country.register());
    let mut failures = Vec::new();
    for (flag, column) in TABLES {
        let name = if flag.is_empty() { "visits-000" } else { flag };
        let text = std::fs::read_to_string(folder.join(format!("{name}.csv"))).unwrap();
        for (name, bytes, says) in spoiled(&text, column) {
            let file: PathBuf = country.write(name, bytes);
            let words = words(flag, &good, &file);
            let said =
                run(&country.register(), &words.iter().map(String::as_str).collect::<Vec<_>>());
            let err: String = said.err.chars().take(2_000).collect();
            let talks = [name, &says].iter().all(|words| err.contains(words));
            if said.code != Some(1) || !talks || err.contains("External error") {
                failures.push(format!("{flag} {name}: {:?}: {err}", said.code));
            }
            if said.err.len() > 2_000 {
                failures.push(format!("{flag} {name}: tells {} bytes", said.err.len()));
            }
            if listed(&country.register()) != before {
                failures.push(format!("{flag} {name}: leaves something behind"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let current = release::current(&country.register()).unwrap();
    assert_eq!(current.unwrap().as_str(), "good");
}

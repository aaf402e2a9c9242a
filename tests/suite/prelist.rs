//! The prelist beside the visits: coverage by village and officer is what sets and a loop make of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use arrow::array::AsArray;
use arrow::datatypes::UInt64Type;
use sebaran::commands::build::RegisterArgs;
use sebaran::place::Standing;
use sebaran::store::Release;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::refused;
use crate::table::{Texts, read_csv, read_parquet, texts, write_csv};

fn prelist(files: &[PathBuf]) -> RegisterArgs {
    RegisterArgs { prelist: files.to_vec(), ..RegisterArgs::default() }
}

/// The households of a release: whether one counts.
fn households(release: &Release) -> BTreeMap<String, bool> {
    let mut households = BTreeMap::new();
    for name in release.files_in("placed") {
        let placed = texts(&read_parquet(&release.file(name).unwrap()));
        let [id, standing] = ["household_id", "standing"].map(|name| placed.column(name));
        for row in &placed.rows {
            let counts: &mut bool = households.entry(row[id].clone()).or_default();
            *counts |= row[standing] == (Standing::Counted as u8).to_string();
        }
    }
    households
}

type Key = (String, String);

/// Listed, visited, counted, without household, by village and officer.
fn plain(entries: &Texts, households: &BTreeMap<String, bool>) -> BTreeMap<Key, [u64; 4]> {
    let [village, officer, household] =
        ["village_code", "assigned_enumerator", "household_id"].map(|name| entries.column(name));
    let mut coverage: BTreeMap<Key, [u64; 4]> = BTreeMap::new();
    for row in entries.rows.iter().collect::<BTreeSet<_>>() {
        let sums = coverage.entry((row[village].clone(), row[officer].clone())).or_default();
        let counts = households.get(&row[household]);
        sums[0] += 1;
        sums[1] += u64::from(counts.is_some());
        sums[2] += u64::from(counts == Some(&true));
        sums[3] += u64::from(row[household].is_empty());
    }
    coverage
}

fn written(release: &Release) -> BTreeMap<Key, [u64; 4]> {
    let table = read_parquet(&release.file("coverage.parquet").unwrap());
    let text = |column: usize, row: usize| {
        let column = table.column(column).as_string::<i32>();
        column.iter().nth(row).unwrap().unwrap_or_default().to_owned()
    };
    let counts = ["listed", "visited", "counted", "without_household"];
    let counts =
        counts.map(|name| table.column_by_name(name).unwrap().as_primitive::<UInt64Type>());
    let row = |row: usize| ((text(0, row), text(1, row)), counts.map(|column| column.value(row)));
    (0..table.num_rows()).map(row).collect()
}

#[test]
fn coverage_is_what_a_plain_comparison_makes_whatever_the_threads() {
    let country = Country::new();
    let plan = Plan { households: 4_000, faults: None, format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let (visits, file) = (folder.join("visits-000.csv"), folder.join("prelist.csv"));
    let mut entries = read_csv(&file);
    let [household, village] = ["household_id", "village_code"].map(|name| entries.column(name));
    for (number, row) in entries.rows.iter_mut().enumerate() {
        match number % 41 {
            0 => row[household].clear(),
            1 => "9999999999".clone_into(&mut row[village]),
            _ => {}
        }
    }
    let again: Vec<_> = entries.rows.iter().step_by(29).cloned().collect();
    entries.rows.extend(again);
    write_csv(&file, &entries);
    let build = |name: &str, threads| {
        let means = Means { threads: Some(threads), ..Means::default() };
        country
            .build_with(
                name,
                std::slice::from_ref(&visits),
                prelist(std::slice::from_ref(&file)),
                means,
            )
            .unwrap()
    };
    let release = build("r1", 1);
    let households = households(&release);
    let expected = plain(&entries, &households);
    assert_eq!(written(&release), expected);
    let sum = |at: usize| expected.values().map(|sums| sums[at]).sum::<u64>();
    assert!(sum(1) < sum(0) && sum(2) < sum(1) && sum(3) > 0);
    let used = release.manifest().build().prelist.unwrap();
    assert_eq!((used.rows, used.visited), (entries.rows.len() as u64, sum(1)));
    assert_eq!(used.rows, used.visited + used.not_visited + used.repeated);
    let listed: BTreeSet<_> = entries.rows.iter().map(|row| &row[household]).collect();
    let not_listed = households.keys().filter(|id| !listed.contains(id)).count();
    assert_eq!(used.not_listed, not_listed as u64);
    assert_eq!(release.manifest().build().findings["prelist_unknown_village"], 1);
    assert_eq!(build("r3", 3).manifest().files(), release.manifest().files());
}

#[test]
fn the_same_entry_with_other_contents_is_an_error_with_both_places() {
    let country = Country::new();
    let visits = country.write("visits.csv", refused::visits(&country));
    let rows = "id_prelist,village_code,household_id\np1,01,rt1\np2,01,\np1,01,rt2\n";
    let file = country.write("prelist.csv", rows);
    let error = country.build_with("r1", &[visits], prelist(&[file]), Means::default());
    let error = format!("{:#}", error.unwrap_err());
    for words in ["prelist entry `p1`", "row 2 of `", "row 4 of `", "prelist.csv`"] {
        assert!(error.contains(words), "{error}");
    }
}

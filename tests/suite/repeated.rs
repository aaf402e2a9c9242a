//! A visit that stands in the input twice is counted once where the rows are equal, and is an error where
//! they are not.

use std::path::PathBuf;

use sebaran::commands::build::RegisterArgs;

use crate::country::{Country, Means};
use crate::refused::visits;

/// The visits, and a row more.
fn with_row(country: &Country, row: &str) -> String {
    format!("{}{row}\n", visits(country))
}

fn row(country: &Country, number: usize) -> String {
    visits(country).lines().nth(number + 1).unwrap().to_owned()
}

fn refused(country: &Country, files: &[PathBuf]) -> String {
    let mut messages = Vec::new();
    for threads in [1, 2, 3] {
        let means = Means { threads: Some(threads), ..Means::default() };
        let error = country.build("bad", files, means).unwrap_err();
        messages.push(format!("{error:#}"));
    }
    assert!(messages.iter().all(|message| *message == messages[0]), "{messages:#?}");
    messages.swap_remove(0)
}

#[test]
fn equal_rows_count_once() {
    let country = Country::new();
    let once = country.write("once.csv", visits(&country));
    let twice = country.write("twice.csv", with_row(&country, &row(&country, 3)));
    let once = country.build("once", &[once], Means::default()).unwrap();
    let twice = country.build("twice", &[twice], Means::default()).unwrap();
    let (once_files, twice_files) = (once.manifest().files(), twice.manifest().files());
    assert_eq!(once_files["leaves.parquet"], twice_files["leaves.parquet"]);
    let accounts = twice.manifest().build().accounts;
    assert_eq!((accounts.rows, accounts.counted, accounts.repeated_rows), (7, 6, 1));
}

#[test]
fn a_file_given_twice_counts_once() {
    let country = Country::new();
    let file = country.write("visits.csv", visits(&country));
    for threads in [1, 2, 3] {
        let means = Means { threads: Some(threads), ..Means::default() };
        let files = [file.clone(), file.clone()];
        let release = country.build(&format!("r{threads}"), &files, means).unwrap();
        let accounts = release.manifest().build().accounts;
        assert_eq!((accounts.rows, accounts.counted, accounts.repeated_rows), (12, 6, 6));
    }
}

#[test]
fn the_same_visit_with_other_contents_is_named_with_both_rows() {
    let country = Country::new();
    let other = row(&country, 3).replace(",2", ",5");
    let file = country.write("visits.csv", with_row(&country, &other));
    let error = refused(&country, &[file]);
    for words in ["visit `k3`", "row 5 of `", "row 8 of `", "visits.csv`", "Remove or renumber one"]
    {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn the_same_visit_in_another_household_and_file_is_named_with_both_files() {
    let country = Country::new();
    let first = country.write("first.csv", visits(&country));
    let other = row(&country, 3).replace("rt3", "rt99");
    let header = visits(&country).lines().next().unwrap().to_owned();
    let second = country.write("second.csv", format!("{header}\n{other}\n"));
    let error = refused(&country, &[first, second]);
    for words in ["visit `k3`", "row 5 of `", "first.csv`", "row 2 of `", "second.csv`"] {
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn the_same_visit_at_another_time_is_an_error_too() {
    let country = Country::new();
    let other = row(&country, 3).replace("2021-03-04", "2021-03-05");
    let file = country.write("visits.csv", with_row(&country, &other));
    assert!(refused(&country, &[file]).contains("visit `k3`"));
}

#[test]
fn a_row_once_more_is_placed_as_its_visit_is() {
    let country = Country::new();
    let code = country.village().code.to_string();
    // Declared in a regency alone, a visit counts in its village unless it is in doubt.
    let given = visits(&country).replace(&code, &code[..4]);
    let at_once =
        (10..15).fold(given.clone(), |text, hour| text.replace(&format!("T{hour}"), "T09"));
    let completed_twice = given.replace("rt1,", "rt0,");
    for (name, text, (in_hexagon, rule, found)) in [
        ("at-once", at_once, (0, "overlapping_visits", 12)),
        ("completed-twice", completed_twice, (5, "duplicate_household", 2)),
    ] {
        let (header, rows) = text.split_once('\n').unwrap();
        let rows: String = rows.lines().map(|row| format!("{row}\n{row}\n")).collect();
        let file = country.write("visits.csv", format!("{header}\n{rows}"));
        let release = country.build_restricted(name, &[file], RegisterArgs::default()).unwrap();
        let record = release.manifest().build();
        assert_eq!((record.accounts.rows, record.accounts.repeated_rows), (12, 6), "{name}");
        assert_eq!(record.accounts.placed_in_hexagon, in_hexagon, "{name}");
        assert_eq!(record.findings.get(rule), Some(&found), "{name}");
    }
}

//! Columns that can't be read, quotes that are not closed, and registers that belong to other visits stop
//! a build; nothing is lost in silence.

use std::path::Path;

use sebaran::store::release;
use serde_json::json;

use crate::country::{Country, VERSION};
use crate::program::{Said, run, run_json};

const HEADER: &str =
    "visit_id,household_id,village_code,enumerator_id,started_at,outcome,decile,note";

/// Visits in one village, of two enumerators; `decile` and `note` by the number of the row.
fn visits(
    country: &Country,
    rows: usize,
    decile: impl Fn(usize) -> String,
    note: impl Fn(usize) -> String,
) -> String {
    let code = country.village().code;
    let row = |number: usize| {
        let (day, minute) = (1 + number / 50, number % 50);
        let enumerator = number % 2;
        let (decile, note) = (decile(number), note(number));
        format!(
            "k{number},rt{number},{code},e{enumerator},2021-03-{day:02}T09:{minute:02}:07,1,{decile},{note}\n"
        )
    };
    format!("{HEADER}\n{}", (0..rows).map(row).collect::<String>())
}

fn build(country: &Country, release: &str, file: &Path, further: &[&str]) -> Said {
    let words = ["build", file.to_str().unwrap(), "--regions", VERSION, "--release", release];
    let words =
        [&words[..], &["--reference-date", "2021-11-30", "--tiles", "no"], further].concat();
    run(&country.register(), &words)
}

fn refused(country: &Country, file: &Path, further: &[&str], words: &[&str]) {
    let said = build(country, "bad", file, further);
    assert_eq!(said.code, Some(1), "{}", said.out);
    for words in words {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert!(release::list(&country.register()).unwrap().iter().all(|it| it.id().as_str() != "bad"));
}

#[test]
fn a_column_that_cannot_be_read_stops_the_build_unless_it_is_accepted() {
    let country = Country::new();
    let decile =
        |number: usize| if number < 60 { "2".to_owned() } else { format!("Desil {number}") };
    let file = country.write("words.csv", visits(&country, 80, decile, |_| String::new()));
    let words = [
        "column `decile`: 20 of 80 values can't be read: `Desil 60` in row 62 of `",
        "`Desil 64` in row 66",
        "whole numbers from 1 to 10",
        "--accept-doubtful decile",
    ];
    refused(&country, &file, &[], &words);
    refused(&country, &file, &["--accept-doubtful", "members"], &words);
    let said = build(&country, "accepted", &file, &["--accept-doubtful", "decile"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("unreadable values accepted in: decile"), "{}", said.out);
    let manifest = country.register().join("releases/accepted/manifest.json");
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap();
    assert_eq!(manifest["build"]["settings"]["accepted_columns"], json!(["decile"]));
    let checked =
        run_json(&country.register(), &["check", file.to_str().unwrap(), "--regions", VERSION]);
    assert_eq!(checked["unread"][0]["column"], "decile");
    let said = run(&country.register(), &["check", file.to_str().unwrap(), "--regions", VERSION]);
    assert!(said.out.starts_with("Columns that can't be read"), "{}", said.out);
    let said = build(&country, "bad", &file, &["--accept-doubtful", "desil"]);
    assert!(said.err.contains("`desil` is no column"), "{}", said.err);
}

#[test]
fn the_share_that_stops_a_build_is_a_setting() {
    let country = Country::new();
    let decile =
        |number: usize| if number.is_multiple_of(10) { "x".to_owned() } else { "2".to_owned() };
    let file = country.write("some.csv", visits(&country, 80, decile, |_| String::new()));
    refused(&country, &file, &[], &["8 of 80 values can't be read"]);
    let settings = country.write("some.toml", "[check]\ndoubtful_stop_share = 0.2\n");
    let further = ["--config", settings.to_str().unwrap()];
    let said = build(&country, "some", &file, &further);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn an_enumerator_whose_values_cannot_be_read_stops_the_build() {
    let country = Country::new();
    let text = visits(&country, 200, |_| "2".to_owned(), |_| String::new());
    let text = ["k10,", "k20,", "k30,"].iter().fold(text, |text, visit| {
        let row = text.lines().find(|row| row.starts_with(visit)).unwrap().to_owned();
        text.replace(&row, &row.replace(",e0,", ",e7,").replace(",1,2,", ",1,dua,"))
    });
    let file = country.write("one.csv", text);
    refused(
        &country,
        &file,
        &[],
        &["3 of 200 values", "none of those of enumerator `e7`", "`dua` in row 12"],
    );
}

#[test]
fn a_quote_that_is_not_closed_is_refused_in_visits_and_in_registers() {
    let country = Country::new();
    let note =
        |number: usize| if number == 4 { "\"belum tutup".to_owned() } else { "ya".to_owned() };
    let open = country.write("open.csv", visits(&country, 80, |_| "2".to_owned(), note));
    refused(&country, &open, &[], &["open.csv`, row 6: a quote opens here", "close the quote"]);
    let whole =
        country.write("whole.csv", visits(&country, 80, |_| "2".to_owned(), |_| "ya".to_owned()));
    let rows: String = (0..80)
        .map(|number| {
            let quote = if number == 9 { "\"" } else { "" };
            format!("p{number},rt{number},1,30,{quote}x\n")
        })
        .collect();
    let persons = format!("person_id,household_id,sex,age_years,note\n{rows}");
    let persons = country.write("persons.csv", persons);
    let further = ["--persons", persons.to_str().unwrap()];
    refused(&country, &whole, &further, &["persons.csv`, row 11: a quote opens here"]);
}

#[test]
fn a_register_that_belongs_to_no_visit_stops_the_build() {
    let country = Country::new();
    let file =
        country.write("visits.csv", visits(&country, 9, |_| "2".to_owned(), |_| String::new()));
    let code = country.village().code;
    for (register, flag, text) in [
        ("persons", "--persons", "person_id,household_id,sex,age_years\np,RT-0,1,30\n".to_owned()),
        ("prelist", "--prelist", format!("id_prelist,village_code,household_id\na,{code},RT-0\n")),
        (
            "recipients",
            "--recipients",
            "programme,household_id,period,status\nPKH,RT-0,2021,PAID\n".to_owned(),
        ),
    ] {
        let other = country.write("other.csv", text.clone());
        let words = [&format!("none of the {register} belongs"), "`RT-0`", "`rt0`"];
        refused(&country, &file, &[flag, other.to_str().unwrap()], &words);
        let same = country.write("same.csv", text.replace("RT-0", "\u{a0}rt0\u{200b}"));
        let said = build(&country, register, &file, &[flag, same.to_str().unwrap()]);
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
}

#[test]
fn a_column_of_persons_that_cannot_be_read_stops_the_build() {
    let country = Country::new();
    let file =
        country.write("visits.csv", visits(&country, 9, |_| "2".to_owned(), |_| String::new()));
    let rows: String =
        (0..9).map(|number| format!("p{number},rt{number},1,0{number}/03/1945\n")).collect();
    let persons = format!("person_id,household_id,sex,birth_date\n{rows}");
    let persons = country.write("persons.csv", persons);
    let further = ["--persons", persons.to_str().unwrap()];
    let words =
        ["`persons.birth_date`: 9 of 9 values", "`00/03/1945` in row 2", "days as 2021-11-30"];
    refused(&country, &file, &further, &words);
    let accepted = [&further[..], &["--accept-doubtful", "persons.birth_date"]].concat();
    let said = build(&country, "accepted", &file, &accepted);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn empty_rows_are_told_of() {
    let country = Country::new();
    let text = visits(&country, 9, |_| "2".to_owned(), |_| String::new()) + ",,,,,,,\n,,,,,,,\n";
    let file = country.write("visits.csv", text);
    let said = build(&country, "rows", &file, &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("empty rows of visits.csv left out: 2"), "{}", said.out);
    let said = run(&country.register(), &["check", file.to_str().unwrap(), "--regions", VERSION]);
    assert!(said.out.contains("empty rows left out: 2"), "{}", said.out);
}

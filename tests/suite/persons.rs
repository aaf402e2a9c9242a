//! Persons joined to the visits: they make what a plain join makes, none of them is lost, and nothing
//! depends on threads, memory or order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, UInt8Type};
use sebaran::check::PlacementRules;
use sebaran::commands::build::RegisterArgs;
use sebaran::count::PersonAccounts;
use sebaran::domain::person::Definition;
use sebaran::place::Standing;
use sebaran::store::Release;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan, REFERENCE_DATE};
use crate::table::{Texts, read_csv, read_parquet, texts, write_csv};
use crate::{plain, plain_persons, reference, refused};

fn persons(files: &[PathBuf]) -> RegisterArgs {
    RegisterArgs { persons: files.to_vec(), ..RegisterArgs::default() }
}

fn findings(release: &Release, rule: &str) -> u64 {
    release.manifest().build().findings.get(rule).copied().unwrap_or(0)
}

fn accounts(release: &Release) -> PersonAccounts {
    release.manifest().build().persons.unwrap().accounts
}

#[test]
fn the_persons_of_an_invented_survey_agree_with_its_visits() {
    let country = Country::new();
    let plan = Plan { households: 3_000, faults: None, format: TableFormat::Parquet };
    let folder = country.registers("survey", plan);
    let visits = [folder.join("visits-000.parquet")];
    let files = [folder.join("persons.parquet")];
    let alone = country.build("alone", &visits, Means::default()).unwrap();
    let joined = country.build_with("joined", &visits, persons(&files), Means::default()).unwrap();
    let leaves = |release: &Release| release.manifest().files()["leaves.parquet"];
    assert_eq!(leaves(&alone), leaves(&joined));
    assert_eq!(findings(&joined, "persons_disagree"), 0);
    // A household of which all live in institutions has none left.
    assert!(findings(&joined, "no_persons") < 5);
    let accounts = accounts(&joined);
    assert_eq!(accounts.rows, read_parquet(&files[0]).num_rows() as u64);
    assert!(accounts.in_institutions > 0 && accounts.in_other_households > 0);
    assert_eq!((accounts.orphans, accounts.repeated, accounts.absent), (0, 0, 0));
    assert_eq!(joined.manifest().build().persons.unwrap().definition, Some(Definition::Dtks));
}

/// Changes some rows, and gives one row in 37 once more.
fn spoil(texts: &mut Texts) {
    let [household, birth, code, presence] =
        ["household_id", "birth_date", "disability_code", "presence"]
            .map(|name| texts.column(name));
    for (number, row) in texts.rows.iter_mut().enumerate() {
        let (column, text) = match number % 47 {
            0 => (presence, "3"),
            1 => (birth, "kemarin"),
            2 => (birth, ""),
            3 => (code, "99"),
            4 => (household, "nobody"),
            5 => (presence, "x"),
            6 => (birth, "1850-01-01"),
            8 => (code, "05"),
            9 => (code, "12"),
            _ => continue,
        };
        text.clone_into(&mut row[column]);
    }
    let again: Vec<_> = texts.rows.iter().skip(7).step_by(47).cloned().collect();
    texts.rows.extend(again);
}

/// The households of a release that count, and all others.
fn households(release: &Release) -> [BTreeSet<String>; 2] {
    let mut found: [BTreeSet<String>; 2] = Default::default();
    for name in release.files_in("placed") {
        let placed = read_parquet(&release.file(name).unwrap());
        let ids = placed.column_by_name("household_id").unwrap().as_string::<i32>();
        let standings = placed.column_by_name("standing").unwrap().as_primitive::<UInt8Type>();
        for row in 0..placed.num_rows() {
            let counts = standings.value(row) == Standing::Counted as u8;
            found[usize::from(!counts)].insert(ids.value(row).to_owned());
        }
    }
    let [counted, others] = found;
    let others = others.difference(&counted).cloned().collect();
    [counted, others]
}

/// The accounts by sets and a loop.
fn plain_accounts(texts: &Texts, release: &Release) -> PersonAccounts {
    let [counted, others] = households(release);
    let [household, presence, institution] =
        ["household_id", "presence", "institution_id"].map(|name| texts.column(name));
    let mut accounts = PersonAccounts { rows: texts.rows.len() as u64, ..Default::default() };
    let mut seen = BTreeSet::new();
    for row in &texts.rows {
        let count = if row[presence] == "3" {
            &mut accounts.absent
        } else if !seen.insert(row) {
            &mut accounts.repeated
        } else if !row[institution].is_empty() {
            &mut accounts.in_institutions
        } else if counted.contains(&row[household]) {
            &mut accounts.in_counted_households
        } else if others.contains(&row[household]) {
            &mut accounts.in_other_households
        } else {
            &mut accounts.orphans
        };
        *count += 1;
    }
    accounts
}

#[test]
fn spoiled_persons_make_the_leaves_and_accounts_of_a_plain_join() {
    let country = Country::new();
    let plan = Plan { households: 6_000, faults: Some(0.1), format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let visits = folder.join("visits-000.csv");
    let file = folder.join("persons.csv");
    let mut told = read_csv(&file);
    spoil(&mut told);
    write_csv(&file, &told);
    let release = country
        .build_with("r1", std::slice::from_ref(&visits), persons(&[file]), Means::default())
        .unwrap();
    let mut table = read_csv(&visits);
    plain_persons::tell_persons(&mut table, &told, REFERENCE_DATE.parse().unwrap());
    reference::compare(
        &country,
        &release,
        &plain::build(&country, &[table], PlacementRules::Single),
    );
    let expected = plain_accounts(&told, &release);
    assert_eq!(accounts(&release), expected);
    assert_eq!(expected.close(), Ok(()));
    for count in [expected.absent, expected.repeated, expected.in_institutions, expected.orphans] {
        assert!(count > 0, "{expected:?}");
    }
    for rule in ["persons_disagree", "no_persons", "doubtful_persons"] {
        assert!(findings(&release, rule) > 0, "{rule}");
    }
    let orphans = read_parquet(&release.file("findings/registers.parquet").unwrap());
    assert_eq!(orphans.column_by_name("id").unwrap().as_string::<i32>().value(0), "nobody");
    let counted = orphans.column_by_name("value").unwrap().as_primitive::<Float64Type>();
    assert_eq!((orphans.num_rows(), counted.value(0)), (1, expected.orphans as f64));
}

#[test]
fn persons_are_joined_the_same_whatever_the_memory_the_threads_and_the_order() {
    let country = Country::new();
    let plan = Plan { households: 100_000, faults: None, format: TableFormat::Parquet };
    let folder = country.registers("survey", plan);
    let visits = [folder.join("visits-000.parquet")];
    let file = folder.join("persons.parquet");
    let rows = read_parquet(&file);
    let input = rows.get_array_memory_size() + read_parquet(&visits[0]).get_array_memory_size();
    assert!(input >= (4 * 8) << 20, "the input holds {} MiB", input >> 20);
    let build = |name: &str, files: &[PathBuf], threads: u16, memory_mib: u32| {
        let means = Means { threads: Some(threads), memory_mib: Some(memory_mib) };
        country.build_with(name, &visits, persons(files), means).unwrap()
    };
    let first = build("plenty", &[file], 1, 1024);
    let scattered = scatter(&country, &rows);
    for (name, threads, memory_mib) in [("little", 2, 8), ("three", 3, 64)] {
        let next = build(name, &scattered, threads, memory_mib);
        assert_eq!(next.manifest().files(), first.manifest().files(), "{name}");
        assert_eq!(accounts(&next), accounts(&first));
    }
}

/// The rows in two files, so that those of one household stand far apart.
fn scatter(country: &Country, rows: &RecordBatch) -> [PathBuf; 2] {
    [0, 1].map(|file| {
        let count = rows.num_rows() as u32;
        let order: Vec<u32> =
            (0..count).map(|row| (u64::from(row) * 7_919 % u64::from(count)) as u32).collect();
        let order: Vec<u32> = order.into_iter().filter(|row| row % 2 == file).collect();
        let part = arrow::compute::take_record_batch(rows, &arrow::array::UInt32Array::from(order));
        let path = country.path(&format!("scattered-{file}.parquet"));
        crate::table::write_parquet(&path, &part.unwrap());
        path
    })
}

const HEADER: &str = "person_id,household_id,sex,age_years,disability_code";

/// Builds six visits with these persons.
fn build(country: &Country, release: &str, rows: &str) -> anyhow::Result<Release> {
    let visits = country.write("visits.csv", refused::visits(country));
    let file = country.write("persons.csv", format!("{HEADER}\n{rows}"));
    country.build_with(release, &[visits], persons(&[file]), Means::default())
}

#[test]
fn the_same_person_twice_is_an_error_with_both_places() {
    let country = Country::new();
    for (release, second) in [("r1", "o1,rt1,1,31,00"), ("r2", "o1,rt2,1,30,00")] {
        let error = build(&country, release, &format!("o1,rt1,1,30,00\n{second}\n")).unwrap_err();
        let error = format!("{error:#}");
        for words in ["person `o1`", "row 2 of `", "row 3 of `", "persons.csv`", "(presence)"] {
            assert!(error.contains(words), "{error}");
        }
    }
    let release = build(&country, "r3", "o1,rt1,1,30,00\no1,rt1,1,30,00\n").unwrap();
    let accounts = accounts(&release);
    assert_eq!((accounts.repeated, accounts.in_counted_households), (1, 1));
}

#[test]
fn a_household_id_that_stands_for_anybody_is_refused() {
    let country = Country::new();
    let rows: String = (0..60_001).map(|number| format!("o{number},-,1,30,00\n")).collect();
    let error = format!("{:#}", build(&country, "r1", &rows).unwrap_err());
    assert!(error.contains("household `-` has more than 60,000 persons"), "{error}");
}

#[test]
fn a_release_without_persons_tells_of_none() {
    let country = Country::new();
    let visits = country.write("visits.csv", refused::visits(&country));
    let release = country.build("r1", &[visits], Means::default()).unwrap();
    assert_eq!(release.manifest().build().persons, None);
    assert!(!release.manifest().files().contains_key("findings/registers.parquet"));
}

#[test]
fn placed_visits_tell_of_the_persons_beside_what_the_visit_said() {
    let country = Country::new();
    let release = build(&country, "r1", "o1,rt1,1,30,00\no2,rt1,2,3,07\n").unwrap();
    let name = release.files_in("placed").next().unwrap().to_owned();
    let placed = texts(&read_parquet(Path::new(&release.file(&name).unwrap())));
    let row = placed.rows.iter().find(|row| row[placed.column("household_id")] == "rt1").unwrap();
    let told = ["persons", "persons_0_4", "persons_18_59", "persons_multiple", "members"];
    assert_eq!(told.map(|name| row[placed.column(name)].as_str()), ["2", "1", "1", "1", ""]);
}

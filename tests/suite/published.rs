//! A release is a candidate until it was audited and entered into the ledger.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sebaran::store::tables::TableFormat;
use serde_json::Value;

use crate::country::{Country, Plan, REFERENCE_DATE, VERSION};
use crate::program::{Said, Server, run, run_json};
use crate::table::{Texts, read_parquet, texts, write_csv};

const PLAN: Plan = Plan { households: 12_000, faults: None, format: TableFormat::Parquet };

/// Builds a candidate of these visits, with these settings and further words.
fn build(
    country: &Country,
    (release, visits): (&str, &Path),
    settings: &str,
    more: &[&str],
) -> Said {
    let file = country.write("settings.toml", settings);
    let words = ["--config", file.to_str().unwrap(), "build", visits.to_str().unwrap()];
    let words =
        [&words[..], &["--regions", VERSION, "--release", release, "--tiles", "no"]].concat();
    let words = [&words[..], &["--reference-date", REFERENCE_DATE], more].concat();
    let built = run(&country.register(), &words);
    assert_eq!(built.code, Some(0), "{}", built.err);
    built
}

/// Publishes a release with settings.
fn publish(country: &Country, release: &str, settings: &str, more: &[&str]) -> Said {
    let file = country.write("settings.toml", settings);
    let words = ["--config", file.to_str().unwrap(), "publish", release];
    run(&country.register(), &[&words[..], more].concat())
}

fn holds(said: &Said) {
    assert_eq!(said.code, Some(0), "{}", said.err);
}

fn refused(said: &Said, why: &str) {
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains(why), "{}", said.err);
}

/// The public leaves as they lie on the disk.
fn leaves(country: &Country, release: &str) -> Vec<u8> {
    fs::read(country.register().join("releases").join(release).join("public/leaves.parquet"))
        .unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The visits of a survey with something changed.
fn changed(
    country: &Country,
    visits: &Path,
    name: &str,
    change: impl FnOnce(&mut Texts),
) -> PathBuf {
    let mut texts = texts(&read_parquet(visits));
    change(&mut texts);
    let path = country.path(name);
    write_csv(&path, &texts);
    path
}

/// The rows of the visits that count, one a household, by the village that they declare.
fn by_village(texts: &Texts) -> BTreeMap<String, Vec<usize>> {
    let (village, outcome) = (texts.column("village_code"), texts.column("outcome"));
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in texts.rows.iter().enumerate().filter(|(_, row)| row[outcome] == "1") {
        rows.entry(row[village].clone()).or_default().push(at);
    }
    rows
}

#[test]
fn a_candidate_is_not_served_until_it_is_published() {
    let country = Country::new();
    let register = country.register();
    let visits = country.survey("survey", PLAN);
    let built = build(&country, ("r1", &visits), "", &[]);
    assert!(built.out.contains("It is a candidate: `sebaran publish r1`"), "{}", built.out);
    let candidate = "is a candidate and not published";
    for words in [&["serve", "--release", "r1"][..], &["use", "r1"]] {
        refused(&run(&register, words), candidate);
    }
    let file = country.path("layer.csv");
    let export = ["export", "poverty-regency", "--format", "csv", "--release", "r1", "-o"];
    let export = [&export[..], &[file.to_str().unwrap()]].concat();
    refused(&run(&register, &export), candidate);
    assert_eq!(run_json(&register, &["releases"])["releases"][0]["is_published"], false);

    let published = run_json(&register, &["publish", "r1"]);
    assert_eq!(
        (&published["releases"], &published["audited_with"]),
        (&1.into(), &Value::Array(vec![]))
    );
    assert!(
        (published["epsilon"]["welfare"].as_f64().unwrap() - policy_of(&country, "r1")).abs()
            < 0.01
    );
    holds(&run(&register, &export));
    let release = run_json(&register, &["releases"])["releases"][0].clone();
    assert_eq!((&release["is_published"], &release["is_current"]), (&true.into(), &true.into()));
    holds(&run(&register, &["verify", "r1"]));
    let server = Server::start(&register, &["serve"]);
    assert_eq!(server.get("/layers/poverty/regency.csv").0, 200);
    // A candidate beside it is there for nobody, and does not change what is current.
    build(&country, ("r2", &visits), "", &[]);
    assert_eq!(server.get("/layers/poverty/regency.csv?release=r2").0, 404);
    assert!(!server.get("/layers").2.contains("\"r2\""));
    // The same content has the same noise, so it costs nothing.
    let again = run_json(&register, &["publish", "r2"]);
    assert_eq!((&again["releases"], &again["epsilon"]), (&2.into(), &published["epsilon"]));
    assert_eq!(again["audited_with"], serde_json::json!(["r1"]));
}

/// The epsilon of poor and not poor households that a release was made by.
fn policy_of(country: &Country, release: &str) -> f64 {
    let facts = country.register().join("releases").join(release).join("public/facts.json");
    json(&facts)["facts"]["policy"]["epsilon_welfare"].as_f64().unwrap()
}

#[test]
fn fresh_noise_over_published_content_is_refused_unless_somebody_answers_for_it() {
    let country = Country::new();
    let register = country.register();
    let visits = country.survey("survey", PLAN);
    build(&country, ("r1", &visits), "", &[]);
    holds(&publish(&country, "r1", "", &[]));
    let coarser = "[protect]\nepsilon_welfare = 0.93\n";
    build(&country, ("r2", &visits), coarser, &[]);
    let said = publish(&country, "r2", coarser, &[]);
    refused(&said, "draws fresh noise for content that `r1` published already");
    let spend = ["--spend", "a new policy", "--person", "Xavo"];
    holds(&publish(&country, "r2", coarser, &spend));
    let ledger = json(&register.join("ledger/releases.json"));
    assert_eq!(ledger[1]["spend"], serde_json::json!({"reason": "a new policy", "person": "Xavo"}));
    let sum = json(&register.join("releases/r2/public/published.json"));
    let expected = policy_of(&country, "r1") + 0.93;
    assert!((sum["tables"]["welfare"].as_f64().unwrap() - expected).abs() < 0.01, "{sum}");
    assert!(
        !fs::read_to_string(register.join("releases/r2/public/published.json"))
            .unwrap()
            .contains("Xavo")
    );
    // Other ids for the same households are found out by their figures.
    let renamed = changed(&country, &visits, "renamed.csv", |texts| {
        let id = texts.column("household_id");
        texts.rows.iter_mut().for_each(|row| row[id] = format!("x{}", row[id]));
    });
    build(&country, ("r3", &renamed), "", &[]);
    refused(&publish(&country, "r3", "", &[]), "the same figures of households with other ids");
}

#[test]
fn another_way_of_writing_ids_is_the_same_content() {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    let cased = |name: &str, of: fn(&str) -> String| {
        changed(&country, &visits, name, |texts| {
            let id = texts.column("household_id");
            texts.rows.iter_mut().for_each(|row| row[id] = of(&format!("kk-{}", row[id])));
        })
    };
    build(&country, ("r1", &cased("lower.csv", str::to_lowercase)), "", &[]);
    holds(&publish(&country, "r1", "", &[]));
    build(&country, ("r2", &cased("upper.csv", str::to_uppercase)), "", &[]);
    assert_eq!(leaves(&country, "r1"), leaves(&country, "r2"));
    holds(&publish(&country, "r2", "", &[]));
}

/// Settings under which one village is enough.
const NO_RULE: &str = "[publish]\nleast_changed_share = 0\nleast_changed_villages = 0\n";

#[test]
fn a_corrected_household_names_no_village() {
    let country = Country::new();
    let register = country.register();
    let visits = country.survey("survey", PLAN);
    build(&country, ("r1", &visits), "", &[]);
    holds(&publish(&country, "r1", "", &[]));
    let mut village = String::new();
    let corrected = changed(&country, &visits, "corrected.csv", |texts| {
        let (decile, code) = (texts.column("decile"), texts.column("village_code"));
        let rows = by_village(texts).into_values().find(|rows| rows.len() > 20).unwrap();
        let row = &mut texts.rows[rows[3]];
        row[decile] = if row[decile] == "1" { "9" } else { "1" }.to_owned();
        village.clone_from(&row[code]);
    });
    build(&country, ("r2", &corrected), "", &[]);
    assert_eq!(leaves(&country, "r1"), leaves(&country, "r2"));
    let facts = json(&register.join("releases/r2/public/facts.json"));
    let carried = facts["facts"]["carried_over"].as_object().unwrap();
    let regency = carried.keys().next().unwrap();
    assert!(carried.len() == 1 && village.starts_with(regency), "{carried:?} {village}");
    assert_eq!(carried[regency]["release"], "r1");
    holds(&publish(&country, "r2", "", &[]));
    // Exact figures are those of the visits.
    assert_ne!(
        fs::read(register.join("releases/r1/leaves.parquet")).unwrap(),
        fs::read(register.join("releases/r2/leaves.parquet")).unwrap()
    );
    // The control: without the rule the village is named, and the audit says so.
    build(&country, ("r3", &corrected), NO_RULE, &[]);
    assert_ne!(leaves(&country, "r1"), leaves(&country, "r3"));
    refused(&publish(&country, "r3", "", &[]), "which village of regency");
    refused(
        &publish(&country, "r3", NO_RULE, &[]),
        "the village of a correction is named in 100.0 %",
    );
}

#[test]
fn a_deletion_is_published_at_once_where_somebody_answers_for_it() {
    let country = Country::new();
    let register = country.register();
    let visits = country.survey("survey", PLAN);
    build(&country, ("r1", &visits), "", &[]);
    holds(&publish(&country, "r1", "", &[]));
    let household = |texts: &Texts, rows: &[usize]| {
        let id = texts.column("household_id");
        texts.rows[rows[3]][id].clone()
    };
    let deleted = changed(&country, &visits, "deleted.csv", |texts| {
        let rows = by_village(texts).into_values().find(|rows| rows.len() > 20).unwrap();
        let (gone, id) = (household(texts, &rows), texts.column("household_id"));
        texts.rows.retain(|row| row[id] != gone);
    });
    let said = ["--erasure", "asked for by the household", "--person", "Xavo"];
    build(&country, ("r2", &deleted), "", &said);
    assert_ne!(leaves(&country, "r1"), leaves(&country, "r2"));
    holds(&publish(&country, "r2", "", &[]));
    let ledger = json(&register.join("ledger/releases.json"));
    assert_eq!(ledger[1]["erasure"]["person"], "Xavo");
    // What comes back is no deletion.
    let words = ["build", visits.to_str().unwrap(), "--regions", VERSION, "--release", "r3"];
    let words =
        [&words[..], &["--reference-date", REFERENCE_DATE, "--tiles", "no"], &said].concat();
    refused(&run(&register, &words), "this is no erasure");
}

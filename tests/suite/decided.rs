//! From a finding to a decision to the next release; and what supervisors and enumerators are given.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sebaran::store::tables::TableFormat;
use sebaran::store::{Release, findings, placed_rows};
use serde_json::Value;

use crate::country::{Country, Means, Plan, VERSION};
use crate::program::{run, run_json};

const WHY: [&str; 4] = ["--reason", "seen on the form", "--person", "Xavo"];

/// A country with a spoilt survey, and a release of it.
fn spoilt() -> (Country, std::path::PathBuf, Release) {
    let country = Country::new();
    let plan = Plan { households: 6_000, faults: Some(0.1), format: TableFormat::Csv };
    let visits = country.survey("spoilt", plan);
    let release = country.build("first", std::slice::from_ref(&visits), Means::default()).unwrap();
    (country, visits, release)
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} of {value}"))
}

/// The visits of a release with their raw position and whether they are shown in a hexagon.
fn placed(release: &Release) -> BTreeSet<(String, bool, String)> {
    let mut all = BTreeSet::new();
    placed_rows::read(release, |row| {
        let raw = row.position.map(|place| (place.longitude(), place.latitude()));
        all.insert((row.visit_id, row.has_hexagon, format!("{raw:?}")));
    })
    .unwrap();
    all
}

#[test]
fn a_decision_is_applied_by_the_next_build_and_the_raw_values_stay() {
    let (country, visits, first) = spoilt();
    let register = country.register();
    let list = |words: &[&str]| {
        run_json(&register, &[&["findings", "list", "--limit", "100000"], words].concat())
    };
    let waiting = list(&[]);
    let near = |one: &&Value| one["after_m"].as_f64() == Some(0.0);
    let proposal = waiting["proposals"].as_array().unwrap().iter().find(near).unwrap().clone();
    let held = waiting["held"].as_array().unwrap();
    let held = held.iter().find(|held| held["day"].is_string()).unwrap().clone();
    let visit = text(&proposal, "visit_id");
    let accept = [&["findings", "accept", visit][..], &WHY].concat();
    assert_eq!(run(&register, &accept).code, Some(0));
    let (enumerator, day) = (text(&held, "enumerator_id"), text(&held, "day"));
    let free = ["findings", "free", "--enumerator", enumerator, "--day", day];
    assert_eq!(run(&register, &[&free[..], &WHY].concat()).code, Some(0));
    let refused = run(&register, &[&["findings", "accept", "nobody"][..], &WHY].concat());
    assert!(
        refused.code == Some(1) && refused.err.contains("proposes no position"),
        "{}",
        refused.err
    );

    let second = country.build("second", &[visits], Means::default()).unwrap();
    assert_eq!(second.manifest().build().beside.decisions, 2);
    assert!(second.manifest().files().contains_key("decisions.json"));
    let (before, after) = (placed(&first), placed(&second));
    let raw = |all: &BTreeSet<(String, bool, String)>| {
        all.iter().map(|(visit, _, raw)| (visit.clone(), raw.clone())).collect::<Vec<_>>()
    };
    assert_eq!(raw(&before), raw(&after));
    let shown = |all: &BTreeSet<(String, bool, String)>| {
        all.iter().any(|(id, is_shown, _)| id == visit && *is_shown)
    };
    assert!(!shown(&before) && shown(&after));
    assert!(after.iter().filter(|row| row.1).count() > before.iter().filter(|row| row.1).count());
    let left = list(&[]);
    for (what, gone) in [("proposals", &proposal), ("held", &held)] {
        assert!(!left[what].as_array().unwrap().contains(gone), "{what}");
        assert!(!left[what].as_array().unwrap().is_empty(), "{what}");
    }
}

#[test]
fn doubts_about_several_visits_withhold_a_position_once_they_are_confirmed() {
    let (country, visits, first) = spoilt();
    let register = country.register();
    let list = || run_json(&register, &["findings", "list", "--limit", "100000"]);
    let of_rule = |waiting: &Value, rule: &str| -> u64 {
        let batches = waiting["doubted"].as_array().unwrap().iter();
        batches.filter(|it| it["rule"] == rule).map(|it| it["visits"].as_u64().unwrap()).sum()
    };
    let mut crowded = BTreeSet::new();
    findings::read(&first, |row| {
        if row.rule == "shared_position" && row.is_doubted() {
            assert!(row.several_visits);
            crowded.insert(row.visit_id);
        }
    })
    .unwrap();
    let shown = |release: &Release| {
        placed(release).iter().filter(|it| it.1 && crowded.contains(&it.0)).count()
    };
    let waiting = of_rule(&list(), "shared_position");
    assert_eq!(waiting, crowded.len() as u64);
    // Some have a doubt of their own beside it.
    assert!(shown(&first) > crowded.len() / 2 && crowded.len() > 4);

    let decide = |words: &[&str]| run(&register, &[&["findings"], words, &WHY].concat());
    let refused = decide(&["confirm"]);
    assert!(refused.err.contains("say which findings"), "{}", refused.err);
    let refused = decide(&["confirm", "no-such-visit"]);
    assert!(refused.err.contains("no such doubt about the visit"), "{}", refused.err);
    let done = decide(&["confirm", "--rule", "shared_position"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains(&format!("Decided {}", crowded.len())), "{}", done.out);
    assert_eq!(of_rule(&list(), "shared_position"), 0);
    let build =
        |release| country.build(release, std::slice::from_ref(&visits), Means::default()).unwrap();
    assert_eq!(shown(&build("second")), 0);

    let one = crowded.first().unwrap();
    assert_eq!(decide(&["dismiss", one]).code, Some(0));
    assert_eq!(decide(&["dismiss", "--rule", "shared_position"]).code, Some(0));
    assert_eq!(shown(&build("third")), shown(&first));
}

#[test]
fn check_tells_without_building_what_a_build_finds() {
    let (country, visits, release) = spoilt();
    let (register, visits) = (country.register(), visits.display().to_string());
    let words = ["check", visits.as_str(), "--regions", VERSION];
    let report = run_json(&register, &words);
    for (rule, count) in &release.manifest().build().findings {
        let rules = report["rules"].as_array().unwrap();
        let of_rule = rules.iter().filter(|found| found["rule"] == *rule);
        let told: u64 = of_rule.map(|found| found["findings"].as_u64().unwrap()).sum();
        // Today is before the last day of the fieldwork that the settings know.
        assert!(told == *count || rule == "wrong_clock", "{rule}: {told} and {count}");
    }
    let sums = run(&register, &[&words[..], &["--csv"]].concat()).out;
    assert!(sums.starts_with("level,id,name,visits") && sums.lines().count() > 240);
    let page = run(&register, &[&words[..], &["--html", "--language", "id"]].concat()).out;
    assert!(page.starts_with("<!doctype html><html lang=\"id\">") && page.contains("pengawas"));
    let said = run(&register, &words);
    assert!(
        said.out.contains("What to do next") && said.out.contains("desk_capture"),
        "{}",
        said.out
    );
    for level in ["province", "village", "coordinator", "enumerator", "supervisor", "device"] {
        assert!(release.manifest().files().contains_key(&format!("quality/{level}.parquet")));
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_revisit_list_is_its_owner_s_and_holds_whom_to_visit_again() {
    let (country, _, release) = spoilt();
    let register = country.register();
    let list = |name: &str, more: &[&str]| {
        let path = country.path(name);
        let output = path.display().to_string();
        let done = run_json(&register, &[&["revisit", "--output", &output], more].concat());
        assert_eq!(mode(&path), 0o600);
        (std::fs::read(&path).unwrap(), done["households"].as_u64().unwrap())
    };
    let (lines, households) = list("again.csv", &[]);
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.starts_with("order,village_code,village,enumerator_id,household_id"));
    assert_eq!(lines.lines().count() as u64, households + 1);
    for reason in ["missing_position", "swapped_axes", "nobody_found", "refused"] {
        assert!(lines.contains(reason), "{reason}");
    }
    let counted = release.manifest().build().accounts;
    assert!(households < counted.placed_in_region_only + counted.not_completed);
    let (map, again) = (list("again.gpkg", &[]), list("once_more.gpkg", &[]));
    assert!(map.0.starts_with(b"SQLite format 3") && map.1 == households);
    assert!(map.0 == again.0, "the same list has other bytes");
    let (_, within) = list("within.csv", &["--within", "01"]);
    assert!(within > 0 && within < households);
    let output = country.path("list.txt").display().to_string();
    let refused = run(&register, &["revisit", "--output", &output]);
    assert!(refused.err.contains(".csv or .gpkg"), "{}", refused.err);
}

#[test]
fn households_that_moved_since_the_release_before_are_noted() {
    let (country, visits, first) = spoilt();
    let lines = std::fs::read_to_string(&visits).unwrap();
    let shown = placed(&first);
    // A household that is shown moves 0.05 degrees to the north, out of everything but its village.
    let mut rows = lines.lines();
    let names: Vec<&str> = rows.next().unwrap().split(',').collect();
    let column = |name: &str| names.iter().position(|found| *found == name).unwrap();
    let (visit, latitude) = (column("visit_id"), column("latitude"));
    let moved = rows
        .map(|row| row.split(',').collect::<Vec<_>>())
        .find(|row| shown.iter().any(|(id, is_shown, _)| id == row[visit] && *is_shown))
        .unwrap();
    let north = moved[latitude].parse::<f64>().unwrap() + 0.0512345;
    let mut other = moved.clone();
    let north = north.to_string();
    other[latitude] = &north;
    let text = lines.replace(&moved.join(","), &other.join(","));
    let visits = country.write("moved.csv", text);
    let second = country.build_since("second", &[visits], "first").unwrap();
    assert_eq!(second.manifest().build().findings.get("moved_since"), Some(&1));
    let since = second.manifest().build().beside.since.as_ref().unwrap();
    assert_eq!(since.content, first.manifest().content());
}

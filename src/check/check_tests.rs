use std::fs;
use std::ops::ControlFlow;

use geo::{MultiPolygon, polygon};

use super::*;
use crate::domain::code::CodeSystem;
use crate::domain::position::Position;
use crate::domain::region::{Level, Region, RegionKind, RegionTree};
use crate::domain::visit::{AssignBy, VisitBatch};
use crate::locate::build;
use crate::read::visits::{ColumnsFile, Locale, VisitFiles};

/// One village of 0.1 degrees at longitude 90, latitude 1.
fn village() -> (RegionTree, MultiPolygon) {
    let region = |code: &str, level| Region {
        code: code.parse().unwrap(),
        name: "Xavo".into(),
        level,
        kind: RegionKind::Region,
        area_km2: 123.0,
        bounds: [90.0, 1.0, 90.1, 1.1].into(),
        label: Position::new(90.05, 1.05).unwrap(),
        utc_offset_min: 420,
    };
    let codes = [("01", Level::Province), ("0101", Level::Regency), ("0101001", Level::District)];
    let mut regions: Vec<Region> =
        codes.into_iter().map(|(code, level)| region(code, level)).collect();
    regions.push(region("0101001001", Level::Village));
    let tree = RegionTree::new(CodeSystem::Invented, "demo".parse().unwrap(), regions).unwrap();
    let shape =
        polygon![(x: 90.0, y: 1.0), (x: 90.1, y: 1.0), (x: 90.1, y: 1.1), (x: 90.0, y: 1.1)];
    (tree, shape.into())
}

/// The findings in a visit with these fields, as `rule severity value`.
fn findings(
    code: &str,
    longitude: &str,
    latitude: &str,
    accuracy: &str,
    outcome: &str,
) -> Vec<String> {
    let header = "visit_id,household_id,enumerator_id,started_at,village_code,longitude,latitude,gps_accuracy_m,outcome";
    let row = format!("v,h,e,2021-03-04,{code},{longitude},{latitude},{accuracy},{outcome}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("visits.csv");
    fs::write(&path, format!("{header}\n{row}\n")).unwrap();
    let (tree, shape) = village();
    let index = build(&[shape]).unwrap();
    let locator = Locator::new(&tree, &index, AssignBy::Declared);
    let rules = Rules { settings: &CheckSettings::default(), locator: &locator };
    let locale = Locale { system: CodeSystem::Invented, offsets_min: vec![], otherwise_min: 420 };
    let files = VisitFiles::open(&[path], ColumnsFile::default()).unwrap();
    let mut found = Vec::new();
    let mut put = |batch| {
        let visits = VisitBatch::new(&batch);
        let checked = check(locator.locate(visits.visit(0)), &rules);
        let told = |finding: &Finding| {
            format!("{} {} {:.0}", finding.rule, finding.severity.name(), finding.value)
        };
        found.extend(checked.findings().iter().map(told));
        ControlFlow::Continue(())
    };
    files.read(&files.portions(1)[0][0], &locale, &mut put).unwrap();
    found
}

#[test]
fn a_believable_visit_has_no_finding() {
    assert!(findings("0101001001", "90.05", "1.05", "8", "1").is_empty());
    assert!(findings("0101001001", "", "", "", "5").is_empty());
}

#[test]
fn each_position_rule_fires_alone_on_its_own_fault() {
    let village = "0101001001";
    for (longitude, latitude, expected) in [
        ("", "", "missing_position doubt 0"),
        ("90.05", "", "missing_position doubt 1"),
        ("abc", "1.05", "unreadable_position doubt 1"),
        ("--90.05", "--1.05", "unreadable_position doubt 2"),
        ("90.05", "95", "unreadable_position doubt 1"),
        ("0.001", "0.001", "null_island doubt 157"),
        ("90.05", "0", "null_island doubt 10013117"),
        ("999", "1.05", "null_island doubt 111083947"),
        ("1.05", "90.05", "swapped_axes doubt 90"),
        ("90.13", "1.05", "outside_country doubt 2000"),
        ("90.11", "1.05", "outside_village doubt 1112"),
        ("90.1009", "1.05", "outside_village note 100"),
    ] {
        assert_eq!(
            findings(village, longitude, latitude, "", "1"),
            [expected],
            "{longitude} {latitude}"
        );
    }
}

#[test]
fn the_accuracy_explains_some_of_the_distance() {
    assert_eq!(findings("0101001001", "90.1009", "1.05", "60", "1"), ["inaccurate_fix note 60"]);
    assert_eq!(findings("0101001001", "90.05", "1.05", "120", "1"), ["inaccurate_fix doubt 120"]);
}

#[test]
fn a_code_that_is_not_known_is_told_of() {
    assert_eq!(findings("0101001009", "90.05", "1.05", "", "1"), ["unknown_region note 7"]);
    assert_eq!(findings("9901001009", "90.05", "1.05", "", "1"), ["unknown_region note 0"]);
    assert_eq!(findings("x", "90.05", "1.05", "-3", "1"), ["doubtful_value note 2"]);
}

#[test]
fn every_rule_has_a_name_of_its_own_and_both_languages() {
    let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let text = rule.text();
        assert_eq!(
            (text.en.matches("{}").count(), text.id.matches("{}").count()),
            (1, 1),
            "{rule}"
        );
        assert_eq!(Rule::from_number(rule as u8), Some(rule));
    }
}

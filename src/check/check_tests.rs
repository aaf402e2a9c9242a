use super::*;
use crate::domain::fixture::{completed, villages, visits};
use crate::domain::visit::{AssignBy, VisitBatch, VisitField};
use crate::locate::{Hexagons, build};

/// The findings in a visit with these fields, as `rule severity value`.
fn findings(
    code: &str,
    longitude: &str,
    latitude: &str,
    accuracy: &str,
    outcome: &str,
) -> Vec<String> {
    let (tree, shapes) = villages(&["0101001001"]);
    let index = build(&shapes).unwrap();
    let locator = Locator::new(&tree, &index, AssignBy::Declared);
    let rules = Rules { settings: &CheckSettings::default(), locator: &locator };
    let mut fields = completed(&["v"], &["h"]);
    let (code, outcome) = ([code], [outcome]);
    let (longitude, latitude, accuracy) = ([longitude], [latitude], [accuracy]);
    fields.retain(|(field, _)| *field != VisitField::Outcome);
    fields.extend::<[(VisitField, &[&str]); 5]>([
        (VisitField::VillageCode, &code),
        (VisitField::Longitude, &longitude),
        (VisitField::Latitude, &latitude),
        (VisitField::GpsAccuracyM, &accuracy),
        (VisitField::Outcome, &outcome),
    ]);
    let batch = visits(&fields);
    let batch = VisitBatch::new(&batch);
    let located = locator.locate(&batch, &mut Hexagons::new());
    let checked = check(located.visit(0), &rules);
    let told = |finding: &Finding| {
        format!("{} {} {:.0}", finding.rule, finding.severity.name(), finding.value)
    };
    checked.findings().iter().map(told).collect()
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
}

#[test]
fn values_that_cannot_be_are_counted() {
    assert_eq!(findings("x", "90.05", "1.05", "", "1"), ["doubtful_value note 1"]);
    assert_eq!(findings("x", "90.05", "1.05", "near", "1"), ["doubtful_value note 2"]);
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

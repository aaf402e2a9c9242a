use std::collections::BTreeMap;

use super::low_coverage::Coverage;
use super::*;
use crate::domain::fixture::{completed, villages, visits};
use crate::domain::key::key_of;
use crate::domain::position::Position;
use crate::domain::visit::{AssignBy, VisitBatch, VisitField};
use crate::locate::{Hexagons, build};

/// A household's position before: one that moved, 3 km to the north.
struct OneMoved;

impl moved_since::Before for OneMoved {
    fn position(&self, household: u64) -> Option<Position> {
        (household == key_of("moved")).then(|| Position::new(90.051_234_5, 1.08).unwrap())
    }
}

/// The visit in which nothing is wrong: at 09:00 local time, in the first of two villages, which are in
/// two provinces.
const CLEAN: [(VisitField, &str); 8] = [
    (VisitField::VillageCode, "0101001001"),
    (VisitField::Longitude, "90.0512345"),
    (VisitField::Latitude, "1.0512345"),
    (VisitField::GpsAccuracyM, "8"),
    (VisitField::StartedAt, "2021-03-04T02:00:00Z"),
    (VisitField::EndedAt, "2021-03-04T02:22:00Z"),
    (VisitField::ReceivedAt, "2021-03-04T02:30:00Z"),
    (VisitField::Outcome, "1"),
];

/// What [`check`] finds in the clean visit with other values in some fields.
fn checked(changed: &[(VisitField, &str)]) -> Vec<Finding> {
    let (tree, shapes) = villages(&["0101001001", "0201001001"]);
    let index = build(&shapes).unwrap();
    let locator = Locator::new(&tree, &index, AssignBy::Declared);
    let settings = CheckSettings {
        fieldwork_from: "2021-03-01".parse().unwrap(),
        fieldwork_until: "2021-04-30".parse().unwrap(),
        ..CheckSettings::default()
    };
    let other = tree.find("0201001001".parse().unwrap()).unwrap();
    let coverage = Coverage { visited: 79, prelist: 100, is_closed: true };
    let coverages = BTreeMap::from([(other, coverage)]);
    let alone = Rules::new(&settings, &locator);
    let rules = Rules { before: Some(&OneMoved), coverages: Some(&coverages), ..alone };
    let mut values = BTreeMap::from(CLEAN);
    values.insert(VisitField::HouseholdId, "h");
    values.extend(changed.iter().copied());
    let values: Vec<(VisitField, [&str; 1])> =
        values.into_iter().map(|(field, text)| (field, [text])).collect();
    let mut fields = completed(&["v"], &["h"]);
    fields.retain(|(field, _)| values.iter().all(|(own, _)| own != field));
    fields.extend(values.iter().map(|(field, text)| (*field, &text[..])));
    let batch = visits(&fields);
    let batch = VisitBatch::new(&batch);
    let located = locator.locate(&batch, &mut Hexagons::new());
    check(located.visit(0), &rules).findings().to_vec()
}

/// The same as `rule severity value`.
fn findings(changed: &[(VisitField, &str)]) -> Vec<String> {
    let told = |finding: &Finding| {
        format!("{} {} {:.0}", finding.rule, finding.severity.name(), finding.value)
    };
    checked(changed).iter().map(told).collect()
}

fn at<'a>(longitude: &'a str, latitude: &'a str) -> [(VisitField, &'a str); 2] {
    [(VisitField::Longitude, longitude), (VisitField::Latitude, latitude)]
}

#[test]
fn a_believable_visit_has_no_finding() {
    assert_eq!(findings(&[]), [""; 0]);
    let refused = [at("", ""), [(VisitField::Outcome, "5"), (VisitField::EndedAt, "")]].concat();
    assert_eq!(findings(&refused), [""; 0]);
}

#[test]
fn each_position_rule_fires_alone_on_its_own_fault() {
    for (longitude, latitude, expected) in [
        ("", "", "missing_position doubt 0"),
        ("90.0512345", "", "missing_position doubt 1"),
        ("abc", "1.0512345", "unreadable_position doubt 1"),
        ("90.0512345", "95.1234567", "unreadable_position doubt 1"),
        ("0.0012345", "0.0012345", "null_island doubt 194"),
        ("90.0512345", "0", "null_island doubt 10013254"),
        ("999", "1.0512345", "null_island doubt 111083947"),
        ("1.0512345", "90.0512345", "swapped_axes doubt 90"),
        ("90.0512345", "-1.0512345", "wrong_sign doubt 0"),
        ("-90.0512345", "1.0512345", "wrong_sign doubt 0"),
        ("--90.0512345", "1.0512345", "wrong_sign doubt 0"),
        ("90.0512345", "--1.0512345", "wrong_sign doubt 0"),
        ("90.2312345", "1.0512345", "outside_country doubt 2000"),
        ("90.1112345", "1.0512345", "other_region doubt 1241"),
        ("90.0512345", "1.1062345", "outside_village doubt 685"),
        ("90.0512345", "1.1012345", "outside_village note 129"),
    ] {
        assert_eq!(findings(&at(longitude, latitude)), [expected], "{longitude} {latitude}");
    }
}

#[test]
fn each_other_rule_fires_alone_on_its_own_fault() {
    use VisitField as Field;
    let cases: [(&[(Field, &str)], &str); 25] = [
        (&[(Field::GpsAccuracyM, "21")], "inaccurate_fix note 21"),
        (&[(Field::GpsAccuracyM, "120")], "inaccurate_fix doubt 120"),
        (&[(Field::IsMock, "true")], "mock_position doubt 1"),
        (&at("90.0512", "1.05"), "rounded_position note 4"),
        (&at("90.051", "1.05"), "rounded_position doubt 3"),
        (&[(Field::EndedAt, "2021-03-04T02:03:30Z")], "implausible_duration doubt 4"),
        (&[(Field::EndedAt, "2021-03-04T01:50:00Z")], "implausible_duration doubt -10"),
        (&[(Field::EndedAt, ""), (Field::DurationS, "420")], "implausible_duration note 7"),
        (
            &[(Field::EndedAt, "2021-03-04T05:30:00Z"), (Field::ReceivedAt, "")],
            "implausible_duration note 210",
        ),
        (&[(Field::ReceivedAt, "2021-03-04T02:20:00Z")], "wrong_clock doubt 2"),
        (
            &[(Field::StartedAt, "2021-02-28T03:00:00Z"), (Field::EndedAt, "2021-02-28T03:20:00Z")],
            "wrong_clock doubt 840",
        ),
        (
            &[
                (Field::StartedAt, "2021-05-01T02:00:00Z"),
                (Field::EndedAt, "2021-05-01T02:20:00Z"),
                (Field::ReceivedAt, ""),
            ],
            "wrong_clock doubt 540",
        ),
        (
            &[(Field::StartedAt, "2021-03-03T22:30:00Z"), (Field::EndedAt, "2021-03-03T23:00:00Z")],
            "odd_hours note 6",
        ),
        (
            &[
                (Field::StartedAt, "2021-03-04T14:01:00Z"),
                (Field::EndedAt, "2021-03-04T14:20:00Z"),
                (Field::ReceivedAt, ""),
            ],
            "odd_hours note 21",
        ),
        (&[(Field::HouseholdId, "moved")], "moved_since note 3199"),
        (&[(Field::VillageCode, "0101001009")], "unknown_region note 7"),
        (&[(Field::VillageCode, "9901001009")], "unknown_region note 0"),
        (&[(Field::VillageCode, "x")], "doubtful_value note 1"),
        (&[(Field::VillageCode, "x"), (Field::GpsAccuracyM, "near")], "doubtful_value note 2"),
        (
            &[(Field::VillageCode, "0201001001"), (Field::Longitude, "90.1512345")],
            "low_coverage note 79",
        ),
        // Not a fault: dates without an hour, of the visit and of its receipt.
        (
            &[
                (Field::StartedAt, "2021-03-03T17:00:00Z"),
                (Field::EndedAt, "2021-03-03T17:00:00Z"),
                (Field::ReceivedAt, "2021-03-03T17:00:00Z"),
            ],
            "",
        ),
        (&[(Field::ReceivedAt, "2021-03-03T17:00:00Z")], ""),
        (&[(Field::EndedAt, "2021-03-03T17:00:00Z")], ""),
        // Nor what is on the safe side of each threshold.
        (&at("90.05123", "1.05"), ""),
        (
            &[(Field::StartedAt, "2021-03-03T23:00:00Z"), (Field::EndedAt, "2021-03-04T02:00:00Z")],
            "",
        ),
    ];
    for (changed, expected) in cases {
        let expected: Vec<&str> = [expected].into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(findings(changed), expected, "{expected:?}");
    }
}

#[test]
fn the_accuracy_explains_some_of_the_distance() {
    let near = [at("90.0512345", "1.1009"), [(VisitField::GpsAccuracyM, "60"); 2]].concat();
    assert_eq!(findings(&near), ["inaccurate_fix note 60"]);
}

#[test]
fn swapped_axes_and_wrong_signs_propose_the_position_that_was_meant() {
    for (longitude, latitude, before_m) in [
        ("1.0512345", "90.0512345", None),
        ("90.0512345", "-1.0512345", Some(228_000.0)),
        ("90.0512345", "--1.0512345", None),
    ] {
        let [finding] = checked(&at(longitude, latitude))[..] else { panic!("one finding") };
        let proposal = finding.proposal.unwrap();
        assert!(proposal.position == Position::new(90.051_234_5, 1.051_234_5).unwrap());
        assert_eq!(proposal.after_m, Some(0.0));
        let is_near = |near: f64| proposal.before_m.is_some_and(|m| (m / near - 1.0).abs() < 0.05);
        assert!(before_m.map_or(proposal.before_m.is_none(), is_near), "{:?}", proposal.before_m);
    }
}

#[test]
fn a_position_elsewhere_names_the_region() {
    let [finding] = checked(&at("90.1512345", "1.0512345"))[..] else { panic!("one finding") };
    let (tree, _) = villages(&["0101001001", "0201001001"]);
    assert_eq!(finding.region, tree.find("0201001001".parse().unwrap()));
}

#[test]
fn a_closed_village_with_less_than_half_of_its_prelist_is_held() {
    let of = |visited, is_closed| {
        let coverage = Coverage { visited, prelist: 100, is_closed };
        low_coverage::of(coverage, &CheckSettings::default()).map(|finding| finding.severity)
    };
    assert_eq!(of(49, true), Some(Severity::Hold));
    assert_eq!(of(50, true), Some(Severity::Note));
    assert_eq!((of(80, true), of(0, false)), (None, None));
}

#[test]
fn says_what_a_supervisor_reads() {
    let finding = Finding::hold(Rule::MissingPosition, 6.666);
    let text = finding.sentence(Language::English);
    assert_eq!(text, "Of the enumerator's visits of this day 6.7 % have no position.");
    let text = Finding::note(Rule::OddHours, 5.5).sentence(Language::Indonesian);
    assert_eq!(text, "Kunjungan ini dimulai pukul 5.5 h waktu setempat.");
}

#[test]
fn every_rule_has_a_name_of_its_own_and_both_languages() {
    let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::ALL.len());
    for &rule in Rule::ALL {
        let text = rule.text();
        assert_eq!(
            (text.en.matches("{}").count(), text.id.matches("{}").count()),
            (1, 1),
            "{rule}"
        );
        if let Some(held) = text.held {
            assert_eq!((held.en.matches("{}").count(), held.id.matches("{}").count()), (1, 1));
        }
        assert!(Rule::ALL[rule.index()] == rule && Rule::find(rule.name()) == Some(rule));
        assert_eq!(Rule::from_number(rule as u8), Some(rule));
    }
}

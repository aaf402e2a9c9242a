use super::*;
use crate::domain::fixture::villages;

fn counts(findings: &[Finding]) -> QualityCounts {
    let mut counts = QualityCounts::default();
    counts.add(Outcome::Completed, findings);
    counts
}

#[test]
fn a_visit_counts_once_by_its_gravest_finding_and_once_by_each_rule() {
    let missing = Finding::doubt(Rule::MissingPosition, 0.0);
    let held = Finding::hold(Rule::MissingPosition, 6.7);
    let counts = counts(&[missing, held, Finding::note(Rule::OddHours, 5.0)]);
    assert_eq!((counts.visits, counts.completed, counts.gravest), (1, 1, [0, 0, 1]));
    assert_eq!(counts.by_rule[Rule::MissingPosition.index()], 1);
    assert_eq!(counts.by_rule[Rule::OddHours.index()], 1);
    assert_eq!(counts.doubted_share(), 1.0);
}

#[test]
fn a_region_s_sums_hold_those_of_the_regions_in_it() {
    let (tree, _) = villages(&["0101001001", "0101001002", "0201001001"]);
    let mut quality = Quality::default();
    for code in ["0101001001", "0101001002", "0201001001"] {
        let mut part = Quality::default();
        let region = tree.find(code.parse().unwrap());
        part.regions.insert(region, counts(&[Finding::doubt(Rule::NullIsland, 1.0)]));
        quality.merge(part);
    }
    let sums = quality.regions(&tree);
    let of = |code: &str| sums[&tree.find(code.parse().unwrap()).unwrap()].visits;
    assert_eq!((of("01"), of("0101001"), of("0101001002"), of("02")), (2, 2, 1, 1));
    assert_eq!(quality.total().gravest, [0, 3, 0]);
}

#[test]
fn where_one_part_could_not_tell_officers_apart_the_whole_cannot() {
    let mut quality = Quality::default();
    add_officer(&mut quality.officers[0], Some("e"), Outcome::Completed, &[]);
    assert_eq!(quality.officers(Officer::Enumerator).unwrap().len(), 1);
    let mut other = Quality::default();
    other.officers[0] = None;
    quality.merge(other);
    assert!(quality.officers(Officer::Enumerator).is_none());
    assert!(quality.officers(Officer::Device).is_some());
}

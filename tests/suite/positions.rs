//! In public builds no household decides about the position of another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sebaran::check::{PlacementRules, Rule, Severity};
use sebaran::count::{Cube, households};
use sebaran::engine::Beside;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Plan};
use crate::judged::{Judged, judge_by};
use crate::table::{Texts, read_csv, write_csv};

/// As many households within 10 m as `crowded_position` doubts.
const CROWD: usize = 25;
/// The same as a count.
const CROWD_COUNT: i64 = 25;

/// A survey in which a village has a crowd of households at one place, each visited once, by an enumerator and with a
/// device of its own; and the crowd's rows.
fn crowded(country: &Country) -> (Texts, Vec<usize>) {
    let plan = Plan { households: 8_000, faults: None, format: TableFormat::Csv };
    let mut texts = read_csv(&country.survey("survey", plan));
    let column = |name: &str| texts.column(name);
    let (village, household) = (column("village_code"), column("household_id"));
    let (outcome, axes) = (column("outcome"), ["longitude", "latitude"].map(column));
    let own = ["enumerator_id", "device_id"].map(column);
    let accuracy = column("gps_accuracy_m");
    let mut visits: BTreeMap<&str, usize> = BTreeMap::new();
    texts.rows.iter().for_each(|row| *visits.entry(&row[household]).or_default() += 1);
    let mut by_village: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in texts.rows.iter().enumerate() {
        if row[outcome] == "1" && visits[row[household].as_str()] == 1 && row[axes[0]].len() > 8 {
            by_village.entry(row[village].clone()).or_default().push(at);
        }
    }
    let mut crowd = by_village.into_values().find(|rows| rows.len() >= CROWD).unwrap();
    crowd.truncate(CROWD);
    let place = axes.map(|axis| texts.rows[crowd[0]][axis].parse::<f64>().unwrap());
    for (number, &at) in crowd.iter().enumerate() {
        for (axis, degrees) in axes.into_iter().zip(place) {
            texts.rows[at][axis] = format!("{:.7}", degrees + number as f64 * 1e-6);
        }
        own.iter().for_each(|&column| texts.rows[at][column] = format!("own-{number}"));
        texts.rows[at][accuracy] = "5".to_owned();
    }
    (texts, crowd)
}

/// The survey without some rows.
fn without(country: &Country, texts: &Texts, left_out: &[usize]) -> PathBuf {
    let kept = |(at, row): (usize, &Vec<String>)| (!left_out.contains(&at)).then(|| row.clone());
    let rows = texts.rows.iter().enumerate().filter_map(kept).collect();
    let path = country.path("without.csv");
    write_csv(&path, &Texts { rows, ..texts.clone() });
    path
}

fn count(country: &Country, visits: &Path, placement: PlacementRules) -> (Cube, Judged) {
    let regions = (&country.tree, &country.shapes);
    let (built, judged) = judge_by(placement, regions, visits, Beside::default(), 2);
    (built.cube, judged)
}

/// By how many households places differ, all places together.
fn difference(one: &Cube, other: &Cube) -> i64 {
    let mut places: BTreeMap<_, i64> = BTreeMap::new();
    for (cube, sign) in [(one, 1), (other, -1)] {
        cube.iter().for_each(|(key, counts)| {
            *places.entry(key).or_default() += sign * households(counts);
        });
    }
    places.values().map(|households| households.abs()).sum()
}

#[test]
fn leaving_out_a_household_of_a_crowd_moves_its_own_position_alone() {
    let country = Country::new();
    let (texts, crowd) = crowded(&country);
    let visit_id = texts.column("visit_id");
    let [whole, fewer] = [&[][..], &crowd[..1]];
    let by = |placement| {
        let [(all, judged), (less, judged_less)] = [whole, fewer]
            .map(|left_out| count(&country, &without(&country, &texts, left_out), placement));
        let doubts = |judged: &Judged| -> BTreeMap<Rule, usize> {
            let mut doubts = BTreeMap::new();
            for &at in &crowd[1..] {
                let found = judged[&texts.rows[at][visit_id]].iter();
                let found = found.filter(|finding| finding.severity > Severity::Note);
                found.for_each(|finding| *doubts.entry(finding.rule).or_default() += 1);
            }
            doubts
        };
        assert_eq!(doubts(&judged), BTreeMap::from([(Rule::CrowdedPosition, CROWD - 1)]));
        assert_eq!(doubts(&judged_less), BTreeMap::new());
        difference(&all, &less)
    };
    // The household counts with its village where the whole crowd is doubted, and the others get their hexagons back.
    assert_eq!(by(PlacementRules::All), 1 + 2 * (CROWD_COUNT - 1));
    assert_eq!(by(PlacementRules::Single), 1);
}

#[test]
fn leaving_out_any_household_moves_its_own_position_alone() {
    let country = Country::new();
    let plan = Plan { households: 3_000, faults: Some(0.3), format: TableFormat::Csv };
    let texts = read_csv(&country.survey("spoilt", plan));
    let household = texts.column("household_id");
    let (all, judged) = count(&country, &without(&country, &texts, &[]), PlacementRules::Single);
    let is_of_group = |found: &&Vec<sebaran::check::Finding>| {
        found.iter().any(|finding| finding.is_of_group && finding.severity > Severity::Note)
    };
    assert!(judged.values().filter(is_of_group).count() > 100);
    for nth in 0..12 {
        let id = &texts.rows[(nth * 251 + 17) % texts.rows.len()][household];
        let rows = texts.rows.iter().enumerate().filter(|(_, row)| row[household] == *id);
        let rows: Vec<usize> = rows.map(|(at, _)| at).collect();
        let (less, _) = count(&country, &without(&country, &texts, &rows), PlacementRules::Single);
        let moved = difference(&all, &less);
        assert!(moved <= 1, "without household `{id}` {moved} are elsewhere");
    }
}

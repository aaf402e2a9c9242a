use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Date32Type, Float64Type, TimestampMicrosecondType, UInt8Type, UInt32Type};
use geo::{Intersects, Point};

use super::population::Population;
use super::squares::country;
use super::*;

fn settings(households: u64) -> Settings {
    Settings {
        households,
        seed: 7,
        wave: 0,
        faults: None,
        reference_date: reference_date(0),
        fieldwork: Fieldwork::Complete,
        persons: Persons::Listed,
        positions: Positions::Numbers,
        facts: Facts::default(),
    }
}

#[test]
fn lagging_fieldwork_visits_fewer_lists_the_same_and_is_nested() {
    let complete = invent(settings(30_000));
    let lagging = invent(Settings { fieldwork: Fieldwork::Lagging, ..settings(30_000) });
    let ids = |tables: &BTreeMap<&'static str, RecordBatch>, table: &str| -> BTreeSet<String> {
        let column = tables[table].column_by_name("household_id").unwrap().clone();
        let column = arrow::compute::cast(&column, &arrow::datatypes::DataType::Utf8).unwrap();
        column.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
    };
    assert_eq!(ids(&lagging, "prelist"), ids(&complete, "prelist"));
    let (few, all) = (ids(&lagging, "visits"), ids(&complete, "visits"));
    assert!(few.is_subset(&all) && few.len() < all.len(), "{} of {}", few.len(), all.len());
    assert!(ids(&lagging, "persons").is_subset(&few));
}

/// All tables of a survey in a country of 2 x 3 districts.
fn invent(settings: Settings) -> BTreeMap<&'static str, RecordBatch> {
    let (tree, shapes) = country(3);
    let survey = Survey::plan(&tree, &shapes, settings).unwrap();
    let mut parts: BTreeMap<&str, Vec<RecordBatch>> = BTreeMap::new();
    for group in 0..survey.groups() {
        for (kind, batch) in survey.invent(group).into_batches() {
            parts.entry(kind.name()).or_default().push(batch);
        }
    }
    let join = |batches: Vec<RecordBatch>| concat_batches(&batches[0].schema(), &batches).unwrap();
    parts.into_iter().map(|(name, batches)| (name, join(batches))).collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>().clone();
    column.iter().map(|text| text.unwrap_or("").to_owned()).collect()
}

fn small(batch: &RecordBatch, name: &str) -> Vec<Option<u8>> {
    batch.column_by_name(name).unwrap().as_primitive::<UInt8Type>().iter().collect()
}

fn rows_by_id(batch: &RecordBatch) -> BTreeMap<String, RecordBatch> {
    let ids = texts(batch, "visit_id").into_iter().enumerate();
    ids.map(|(row, id)| (id, batch.slice(row, 1))).collect()
}

#[test]
fn as_many_households_are_visited_as_were_asked_for() {
    for households in [1, 59, 20_000] {
        let tables = invent(settings(households));
        let visited: BTreeSet<_> = texts(&tables["visits"], "household_id").into_iter().collect();
        assert_eq!(visited.len() as u64, households);
    }
}

#[test]
fn nobody_lives_in_a_lake() {
    let tables = invent(settings(20_000));
    assert!(texts(&tables["visits"], "village_code").iter().all(|code| code != "0102003010"));
    assert_eq!(tables["denominators"].num_rows(), 60);
}

#[test]
fn every_home_lies_inside_its_village_but_for_a_few_boats() {
    let (tree, shapes) = country(3);
    for wave in [0, 2] {
        let survey = Survey::plan(&tree, &shapes, Settings { wave, ..settings(30_000) }).unwrap();
        let (mut inside, mut afloat) = (0, 0);
        for group in &survey.groups {
            for household in Population::invent(&survey, group).households {
                let village = group.villages[household.village as usize].region;
                let home = Point(household.home.place);
                if shapes.full[village.index()].intersects(&home) {
                    inside += 1;
                } else {
                    assert!(!shapes.full.iter().any(|shape| shape.intersects(&home)));
                    afloat += 1;
                }
            }
        }
        assert!(afloat * 1_000 < inside, "{afloat} boats, {inside} homes");
    }
}

#[test]
fn the_persons_are_those_that_the_visits_count() {
    let tables = invent(settings(5_000));
    let persons = &tables["persons"];
    let born = persons.column_by_name("birth_date").unwrap().as_primitive::<Date32Type>().clone();
    let codes = texts(persons, "disability_code");
    let day = |date: &str| calendar::day_number(date.parse().unwrap());
    let (adult, old) = (day("2003-06-30"), day("1961-06-30"));
    let institutions = persons.column_by_name("institution_id").unwrap();
    let mut expected: BTreeMap<String, [u8; 4]> = BTreeMap::new();
    for (row, household) in texts(persons, "household_id").into_iter().enumerate() {
        let counts = expected.entry(household).or_default();
        if institutions.is_valid(row) {
            continue;
        }
        counts[0] += 1;
        counts[1] += u8::from(born.value(row) > adult);
        counts[2] += u8::from(born.value(row) <= old);
        counts[3] += u8::from(codes[row] != "00");
    }
    let visits = &tables["visits"];
    let columns = ["members", "children", "elderly", "disabled"].map(|name| small(visits, name));
    let classes = ["physical", "intellectual", "mental", "sensory", "multiple"]
        .map(|class| small(visits, &format!("disabled_{class}")));
    let outcomes = small(visits, "outcome");
    for (row, household) in texts(visits, "household_id").iter().enumerate() {
        let counts = [0, 1, 2, 3].map(|column| columns[column][row]);
        if outcomes[row] == Some(1) {
            assert_eq!(counts, expected[household].map(Some), "{household}");
            let sum: u8 = classes.iter().map(|class| class[row].unwrap()).sum();
            assert_eq!(Some(sum), counts[3]);
        } else {
            assert_eq!(counts, [None; 4]);
        }
    }
}

#[test]
fn deciles_lie_mostly_in_the_covered_part_and_cluster_by_village() {
    let visits = &invent(settings(20_000))["visits"];
    let mut by_village: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (code, decile) in texts(visits, "village_code").into_iter().zip(small(visits, "decile")) {
        by_village.entry(code).or_default().extend(decile.map(f64::from));
    }
    let all: Vec<f64> = by_village.values().flatten().copied().collect();
    let covered = all.iter().filter(|&&decile| decile <= 6.0).count() as f64 / all.len() as f64;
    assert!((0.9..0.99).contains(&covered), "{covered}");
    let mean = |deciles: &[f64]| deciles.iter().sum::<f64>() / deciles.len() as f64;
    let spread = by_village.values().filter(|one| one.len() > 100).map(|one| mean(one));
    let (low, high) =
        spread.fold((9.0_f64, 0.0_f64), |(low, high), one| (low.min(one), high.max(one)));
    assert!(high - low > 0.8, "{low} to {high}");
}

#[test]
fn an_enumerator_never_makes_two_visits_at_once_and_keeps_office_hours() {
    let visits = &invent(settings(10_000))["visits"];
    let micros = |name: &str| {
        visits.column_by_name(name).unwrap().as_primitive::<TimestampMicrosecondType>().clone()
    };
    let (started, ended, received) =
        (micros("started_at"), micros("ended_at"), micros("received_at"));
    let officers = texts(visits, "enumerator_id");
    let mut days: BTreeMap<(String, i64), u32> = BTreeMap::new();
    for row in 0..visits.num_rows() {
        let local_s = started.value(row) / 1_000_000 + 420 * 60;
        assert!((8..18).contains(&(local_s.rem_euclid(86_400) / 3_600)));
        assert!(received.value(row) > ended.value(row));
        *days.entry((officers[row].clone(), local_s.div_euclid(86_400))).or_default() += 1;
        if row > 0 && officers[row] == officers[row - 1] {
            assert!(started.value(row) > ended.value(row - 1));
        }
    }
    let most = days.values().max().unwrap();
    let mean = visits.num_rows() as f64 / days.len() as f64;
    assert!(*most <= 20 && (11.0..17.0).contains(&mean), "{most} at most, {mean} in the mean");
}

#[test]
fn the_truth_names_exactly_the_visits_that_faults_changed() {
    for positions in [Positions::Numbers, Positions::Text] {
        let clean = rows_by_id(&invent(Settings { positions, ..settings(20_000) })["visits"]);
        let tables = invent(Settings { positions, faults: Some(0.1), ..settings(20_000) });
        let spoilt = rows_by_id(&tables["visits"]);
        let changed: BTreeSet<&String> = spoilt
            .iter()
            .filter(|(id, row)| clean.get(*id) != Some(row))
            .map(|(id, _)| id)
            .collect();
        let named = texts(&tables["faults"], "visit_id");
        assert_eq!(changed, named.iter().collect(), "every truth a change, every change a truth");
        assert_eq!(named.len(), changed.len(), "one fault for a visit");
        assert!(clean.keys().all(|id| spoilt.contains_key(id)), "no visit is lost");
        let completed =
            small(&tables["visits"], "outcome").iter().filter(|one| **one == Some(1)).count();
        let share = named.len() as f64 / completed as f64;
        assert!((0.07..0.13).contains(&share), "{share}");
    }
}

#[test]
fn every_kind_of_fault_occurs() {
    let tables =
        invent(Settings { positions: Positions::Text, faults: Some(0.5), ..settings(30_000) });
    let kinds: BTreeSet<_> = texts(&tables["faults"], "fault").into_iter().collect();
    assert_eq!(kinds.len(), 25, "{kinds:?}");
}

#[test]
fn the_next_wave_finds_most_households_again_in_their_homes() {
    let first = invent(settings(20_000));
    let next = invent(Settings { wave: 1, reference_date: reference_date(1), ..settings(20_000) });
    let households = |tables: &BTreeMap<_, RecordBatch>| -> BTreeMap<String, String> {
        let ids = texts(&tables["visits"], "household_id");
        ids.into_iter().zip(texts(&tables["visits"], "village_code")).collect()
    };
    let (before, after) = (households(&first), households(&next));
    let kept = before.keys().filter(|id| after.contains_key(*id)).count();
    let stayed = before.iter().filter(|(id, village)| after.get(*id) == Some(village)).count();
    assert!(kept > 19_800 && stayed > 19_500 && stayed < kept, "{kept} kept, {stayed} stayed");
    let new = after.keys().filter(|id| !before.contains_key(*id)).count();
    assert!((300..500).contains(&new), "{new} new");
    let visits: BTreeSet<_> = texts(&first["visits"], "visit_id").into_iter().collect();
    assert!(texts(&next["visits"], "visit_id").iter().all(|id| !visits.contains(id)));
    let persons = |tables: &BTreeMap<_, RecordBatch>| -> BTreeSet<String> {
        texts(&tables["persons"], "person_id").into_iter().collect()
    };
    let (before, after) = (persons(&first), persons(&next));
    assert!(after.difference(&before).count() > 1_000, "births and newcomers");
    assert!(before.difference(&after).count() > 300, "deaths and departures");
}

#[test]
fn the_register_covers_a_part_of_the_residents() {
    let tables = invent(settings(20_000));
    let residents = tables["denominators"].column_by_name("households").unwrap();
    let sum: u32 = residents.as_primitive::<UInt32Type>().values().iter().sum();
    assert!((20_000.0 / f64::from(sum) - 0.5).abs() < 0.1, "{sum}");
}

#[test]
fn facts_shape_where_people_live_and_how_poor_they_are() {
    let fact = |population, poverty_share| Fact { population, poverty_share };
    let facts = Facts::new(BTreeMap::from([
        ("0101".parse().unwrap(), fact(9_000.0, 0.05)),
        ("0102".parse().unwrap(), fact(1_000.0, 0.40)),
    ]));
    let visits = &invent(Settings { facts, ..settings(20_000) })["visits"];
    let mut deciles = [Vec::new(), Vec::new()];
    for (code, decile) in texts(visits, "village_code").iter().zip(small(visits, "decile")) {
        deciles[usize::from(code.starts_with("0102"))].extend(decile.map(f64::from));
    }
    assert!(deciles[0].len() > 3 * deciles[1].len());
    let mean = |deciles: &[f64]| deciles.iter().sum::<f64>() / deciles.len() as f64;
    assert!(mean(&deciles[0]) > mean(&deciles[1]) + 0.7);
}

#[test]
fn facts_about_other_regions_are_refused() {
    let facts = Facts::new(BTreeMap::from([(
        "9999".parse().unwrap(),
        Fact { population: 1.0, poverty_share: 0.1 },
    )]));
    let (tree, shapes) = country(1);
    let error = Survey::plan(&tree, &shapes, Settings { facts, ..settings(10) }).err().unwrap();
    assert!(error.to_string().contains("none of the codes"), "{error}");
}

#[test]
fn fixes_are_mostly_good_and_never_on_the_home_exactly() {
    let visits = &invent(settings(20_000))["visits"];
    let column = visits.column_by_name("gps_accuracy_m").unwrap();
    let accuracies: Vec<f64> = column.as_primitive::<Float64Type>().iter().flatten().collect();
    let share = |least: f64, most: f64| {
        let count = accuracies.iter().filter(|one| (least..most).contains(*one)).count();
        count as f64 / accuracies.len() as f64
    };
    assert!(share(3.0, 12.0) > 0.85 && share(100.0, 1e9) < 0.002 && share(20.0, 60.0) > 0.01);
    assert!(column.null_count() > 0);
}

#[test]
fn the_prelist_names_the_enumerator_who_comes() {
    let tables = invent(settings(20_000));
    let prelist = &tables["prelist"];
    let assigned: BTreeMap<_, _> = texts(prelist, "household_id")
        .into_iter()
        .zip(texts(prelist, "assigned_enumerator"))
        .collect();
    let visits = &tables["visits"];
    let officers = texts(visits, "enumerator_id");
    for (household, officer) in texts(visits, "household_id").iter().zip(&officers) {
        assert_eq!(&assigned[household], officer);
    }
    let unvisited = assigned.values().filter(|officer| officer.is_empty()).count();
    assert!((200..1_500).contains(&unvisited), "{unvisited}");
}

#[test]
fn another_seed_is_another_survey() {
    let [first, second] = [1, 2].map(|seed| invent(Settings { seed, ..settings(2_000) }));
    assert_ne!(first["visits"], second["visits"]);
    assert_eq!(invent(Settings { seed: 1, ..settings(2_000) }), first);
}

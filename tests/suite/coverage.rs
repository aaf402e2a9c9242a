//! A poor survey does not look like a rich place: below the least coverage an area has neither rank nor verdict.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use arrow::array::AsArray;
use arrow::datatypes::UInt64Type;
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use sebaran::analyse::Rank;
use sebaran::commands::build::RegisterArgs;
use sebaran::count::{Cell, Cube, CubeKey, PrelistCell};
use sebaran::domain::code::RegionCode;
use sebaran::domain::geography::Geography;
use sebaran::domain::indicator::{
    CubeColumn, Denominator, Denominators, Indicators, PovertyThreshold,
};
use sebaran::domain::region::{Level, RegionId, RegionTree};
use sebaran::domain::visit::VisitField;
use sebaran::protect::{
    Counted, LayerRequest, LeafTable, NoiseKey, NoiseMode, Place, Policy, Protect, RegisterSecret,
    Status,
};
use serde_json::Value;

use crate::country::{Country, Means};
use crate::program::Server;
use crate::table::read_parquet;

/// Of the regency of which little was surveyed: households visited, all poor; on the prelist; resident.
const POOR: (usize, usize, usize) = (34, 3_902, 9_754);
/// Of each of the others; a quarter of the visited are poor.
const OTHERS: (usize, usize, usize) = (800, 1_000, 3_000);

struct Files {
    visits: PathBuf,
    prelist: PathBuf,
    residents: PathBuf,
    /// The regency of which little was surveyed.
    low: RegionCode,
}

fn files(country: &Country) -> Files {
    let tree = &country.tree;
    let villages: Vec<(RegionCode, RegionCode)> = tree
        .level(Level::Regency)
        .map(|(id, regency)| {
            let mut villages = tree.level(Level::Village);
            let village = villages.find(|(village, _)| tree.is_within(*village, id)).unwrap().1;
            (regency.code, village.code)
        })
        .collect();
    let header = "visit_id,household_id,village_code,enumerator_id,started_at,outcome,decile\n";
    let mut visits = header.to_owned();
    let mut prelist = "id_prelist,household_id,village_code\n".to_owned();
    let mut residents = "region_code,year,population,households,source\n".to_owned();
    for (at, (regency, village)) in villages.iter().enumerate() {
        let (visited, listed, living) = if at == 0 { POOR } else { OTHERS };
        writeln!(residents, "{regency},2021,{},{living},census", 4 * living).unwrap();
        for number in 0..listed {
            let id = format!("{at}-{number}");
            writeln!(prelist, "p{id},h{id},{village}").unwrap();
            if number < visited {
                let decile = if at == 0 || number % 4 == 0 { 2 } else { 8 };
                let (officer, turn) = (number / 160, number % 160);
                let (day, hour) = (1 + turn / 8, 8 + turn % 8);
                writeln!(
                    visits,
                    "v{id},h{id},{village},e{at}-{officer},2021-03-{day:02}T{hour:02}:00:00,1,{decile}"
                )
                .unwrap();
            }
        }
    }
    Files {
        visits: country.write("visits.csv", visits),
        prelist: country.write("prelist.csv", prelist),
        residents: country.write("residents.csv", residents),
        low: villages[0].0,
    }
}

fn ask(server: &Server, path: &str) -> Value {
    let (status, _, body) = server.get(path);
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

fn theme<'a>(profile: &'a Value, name: &str) -> &'a Value {
    profile["themes"].as_array().unwrap().iter().find(|it| it["theme"] == name).unwrap()
}

fn near(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-9)
}

#[test]
fn thirty_four_poor_of_ten_thousand_households_are_not_enough_and_not_better_than_the_country() {
    let country = Country::new();
    let files = files(&country);
    let registers = RegisterArgs { prelist: vec![files.prelist.clone()], ..Default::default() };
    let visits = [files.visits.clone()];
    country.build_with_residents("r1", &visits, registers, files.residents.clone()).unwrap();
    country.publish("r1");
    for (arguments, is_exact) in [(&["serve", "--restricted"][..], true), (&["serve"][..], false)] {
        let server = Server::start(&country.register(), arguments);
        let profile = ask(&server, &format!("/regions/{}", files.low));
        let poverty = theme(&profile, "poverty");
        assert_eq!(poverty["status"], "not_enough_surveyed", "{poverty}");
        assert_eq!((&poverty["rank"], &poverty["share_estimate"]), (&Value::Null, &Value::Null));
        assert!(poverty["count"].as_i64().unwrap() > 0 && poverty["share"].as_f64().is_some());
        assert_eq!(poverty["coverage_of"], "prelist");
        if is_exact {
            let (visited, listed, living) = POOR;
            assert!(near(&poverty["coverage"], visited as f64 / listed as f64), "{poverty}");
            assert!(near(&poverty["share"], visited as f64 / living as f64));
            assert!(near(&poverty["share_low"], visited as f64 / living as f64));
            assert!(near(&poverty["share_high"], listed as f64 / living as f64), "{poverty}");
        }
        let other = country.tree.level(Level::Regency).nth(1).unwrap().1.code;
        let profile_of_other = ask(&server, &format!("/regions/{other}"));
        let rank = &theme(&profile_of_other, "poverty")["rank"];
        assert!(rank["place"].as_u64().is_some(), "{rank}");
        let low = files.low.to_string();
        for by in ["share", "count", "density_km2"] {
            let ranking = ask(&server, &format!("/ranking/regency?by={by}"));
            for end in ["worst", "best"] {
                let rows = ranking[end].as_array().unwrap();
                assert!(rows.len() == 5 && rows.iter().all(|row| row["code"] != low), "{ranking}");
            }
        }
        let layer = ask(&server, "/layers/poverty/regency.geojson?geometry=none");
        let features = layer["features"].as_array().unwrap();
        let of = |code: &str| {
            let found = features.iter().find(|feature| feature["id"] == code).unwrap();
            &found["properties"]
        };
        assert_eq!(of(&low)["status"], "not_enough_surveyed");
        // A quarter of the visited, and of the 200 that were not.
        let estimate = of(&other.to_string())["share_estimate"].as_f64().unwrap();
        let tolerance = if is_exact { 1e-9 } else { 0.02 };
        assert!((estimate - 250.0 / 3_000.0).abs() < tolerance, "{estimate}");
        let completion = ask(&server, "/layers/completion/regency.geojson?geometry=none");
        let statuses = completion["features"].as_array().unwrap();
        assert!(statuses.iter().all(|it| it["properties"]["status"] == "value"), "{completion}");
        let page = format!("/?geography=regency&area={low}&lang=en");
        let page = server.get(&page).2;
        let coverage = if is_exact { "0.9% of the prelist)" } else { "" };
        assert!(page.contains(&format!("not enough surveyed ({coverage}")), "{page}");
        assert!(!page.contains("Better than"), "{page}");
        let report = server.get(&format!("/regions/{low}/report?lang=id")).2;
        assert!(report.contains("belum cukup terdata"), "{report}");
        assert!(!report.contains("lebih baik daripada"), "{report}");
        let drawn = server.get("/maps/poverty/regency.svg").2;
        assert!(drawn.contains("url(#sebaran-not_enough_surveyed)"));
    }
}

#[test]
fn without_a_prelist_nothing_is_ranked_and_the_share_of_the_surveyed_is_shown() {
    let country = Country::new();
    let files = files(&country);
    let visits = [files.visits.clone()];
    let registers = RegisterArgs::default();
    country.build_with_residents("r1", &visits, registers, files.residents.clone()).unwrap();
    let server = Server::start(&country.register(), &["serve", "--restricted"]);
    let profile = ask(&server, &format!("/regions/{}", files.low));
    let poverty = theme(&profile, "poverty");
    assert_eq!((&poverty["rank"], &poverty["status"]), (&Value::Null, &Value::from("value")));
    assert_eq!(poverty["shown_share"], "surveyed");
    assert!(near(&poverty["share_surveyed"], 1.0), "{poverty}");
    assert_eq!(poverty["coverage_of"], "residents");
    assert!(near(&poverty["coverage"], POOR.0 as f64 / POOR.2 as f64), "{poverty}");
    assert_eq!(theme(&profile, "completion")["status"], "no_data");
    let ranking = ask(&server, "/ranking/regency?by=share");
    assert_eq!(
        (&ranking["worst"], &ranking["best"]),
        (&Value::from(vec![0; 0]), &Value::from(vec![0; 0]))
    );
    let page = server.get(&format!("/?geography=regency&area={}&lang=en", files.low)).2;
    assert!(page.contains("of the surveyed households in"), "{page}");
    assert!(page.contains("so areas are not ranked") && !page.contains("Better than"), "{page}");
}

#[test]
fn more_households_than_residents_are_a_finding_of_their_regency() {
    let country = Country::new();
    let files = files(&country);
    let text = std::fs::read_to_string(&files.residents).unwrap();
    let low = format!("{},2021,{},{},", files.low, 4 * POOR.2, POOR.2);
    assert!(text.contains(&low));
    let fewer = format!("{},2021,80,20,", files.low);
    let residents = country.write("fewer.csv", text.replace(&low, &fewer));
    let visits = [files.visits.clone()];
    let registers = RegisterArgs::default;
    let build = |id: &str, residents| {
        country.build_with_residents(id, &visits, registers(), residents).unwrap()
    };
    let found = |release: &sebaran::store::Release| {
        release.manifest().build().findings.get("households_over_residents").copied()
    };
    assert_eq!(found(&build("r1", files.residents.clone())), None);
    assert_eq!(found(&build("r2", residents)), Some(1));
}

/// The exact coverage of the first village, by outcome of each household's visits.
#[test]
fn what_was_resolved_without_a_household_is_no_part_of_the_coverage() {
    let country = Country::new();
    let code = country.village().code;
    // Outcomes of a household's visits, the first visit first.
    let households: [&[u8]; 10] =
        [&[1], &[2, 1], &[3, 1], &[3], &[4], &[6], &[1, 4], &[5], &[2], &[]];
    let mut visits =
        "visit_id,household_id,village_code,enumerator_id,started_at,outcome,decile\n".to_owned();
    let mut prelist = "id_prelist,household_id,village_code\n".to_owned();
    for (number, outcomes) in households.iter().enumerate() {
        writeln!(prelist, "p{number},h{number},{code}").unwrap();
        for (at, outcome) in outcomes.iter().enumerate() {
            let (day, hour) = (number + 1, 8 + at);
            writeln!(
                visits,
                "v{number}-{at},h{number},{code},e1,2021-03-{day:02}T{hour:02}:00:00,{outcome},2"
            )
            .unwrap();
        }
    }
    // One listed twice, and one that names no household.
    writeln!(prelist, "again,h9,{code}\nnameless,,{code}").unwrap();
    let registers =
        RegisterArgs { prelist: vec![country.write("prelist.csv", prelist)], ..Default::default() };
    let visits = [country.write("visits.csv", visits)];
    let release = country.build_with("r1", &visits, registers, Means::default()).unwrap();
    let table = read_parquet(&release.file("coverage.parquet").unwrap());
    let count = |name: &str| {
        table
            .column_by_name(name)
            .unwrap()
            .as_primitive::<UInt64Type>()
            .values()
            .iter()
            .sum::<u64>()
    };
    let counts = ["listed", "counted", "resolved", "tried", "not_tried", "without_household"];
    assert_eq!(counts.map(count), [12, 3, 4, 2, 2, 1]);
    let server = Server::start(&country.register(), &["serve", "--restricted"]);
    let completion = ask(&server, &format!("/regions/{code}"));
    let completion = theme(&completion, "completion");
    assert_eq!((&completion["count"], &completion["share_of"]["value"]), (&3.into(), &6.into()));
    assert!(near(&completion["coverage"], 0.5), "{completion}");
}

/// An invented nation in which the visiting order is random within villages, and coverage goes from 1 to 100 % by
/// regency; the poor on each village's prelist beside it.
struct Surveyed {
    cube: Cube,
    poor: Vec<(RegionId, i64)>,
    residents: Denominators,
}

fn surveyed(tree: &RegionTree, seed: u64) -> Surveyed {
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let (mut cube, mut poor, mut residents) = (Cube::default(), Vec::new(), Denominators::new());
    let regencies: BTreeMap<RegionId, (f64, f64)> = tree
        .level(Level::Regency)
        .map(|(id, _)| (id, (dice.random_range(0.01..1.0), dice.random_range(0.15..0.45))))
        .collect();
    for (village, region) in tree.level(Level::Village) {
        let (coverage, rate) = regencies[&tree.ancestor(village, Level::Regency).unwrap()];
        let (mut cell, mut listed) = (Cell::default(), PrelistCell::default());
        let households: i32 = dice.random_range(60..300);
        let (mut left, mut all_poor) = ((f64::from(households) * coverage).round() as i64, 0);
        for number in 0..households {
            let is_poor = dice.random_bool(rate);
            let is_counted = dice.random_bool(left as f64 / f64::from(households - number));
            left -= i64::from(is_counted);
            all_poor += i64::from(is_poor);
            listed.counts[usize::from(!is_counted)] += 1;
            if is_counted {
                let decile = if is_poor { CubeColumn::Decile2 } else { CubeColumn::Decile7To10 };
                for column in [decile, CubeColumn::VisitCompleted, CubeColumn::NotPositioned] {
                    cell.counts[column.index()] += 1;
                }
            }
        }
        cell.digests.fill(dice.random());
        listed.digest = dice.random();
        cube.add_cell(CubeKey { region: Some(village), hexagon: None }, &cell);
        cube.add_prelist(Some(village), &listed);
        poor.push((village, all_poor));
        let living = Some(5 * u64::from(households.unsigned_abs()) / 2);
        let source = "census".to_owned();
        let living = Denominator { year: 2021, population: None, households: living, source };
        residents.insert(region.code, living);
    }
    Surveyed { cube, poor, residents }
}

/// Of how many areas, how many estimates hold the truth, and how many bounds.
#[derive(Debug, Default)]
struct Held {
    estimates: u32,
    estimates_held: u32,
    bounds: u32,
    bounds_held: u32,
}

fn hold(
    leaves: &LeafTable,
    (nation, tree): (&Surveyed, &RegionTree),
    level: Level,
    held: &mut Held,
) {
    let indicators = Indicators::embedded();
    let theme = indicators.theme("poverty").unwrap();
    let geography = Geography::Region(level);
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let layer = leaves.layer(&request, tree, &indicators, &nation.residents);
    for feature in layer.features() {
        let Place::Region(id) = feature.place else { unreachable!("they are regions") };
        let of_area = nation.poor.iter().filter(|(village, _)| tree.is_within(*village, id));
        let living = feature.share_of.as_ref().unwrap().value as f64;
        let truth = of_area.map(|(_, poor)| poor).sum::<i64>() as f64 / living;
        let (shares, coverage) = (feature.other_shares, feature.coverage.unwrap());
        let is_low = coverage.share < 0.5;
        let is_judged = matches!(feature.status, Status::Value | Status::Below10);
        let is_empty = feature.status == Status::NotVisited && feature.households == 0;
        assert!(is_empty || is_judged != is_low, "{feature:?}");
        assert_eq!(shares.estimate.is_some(), is_judged, "{feature:?}");
        assert!(!is_low || Rank::of(id, &layer).is_none());
        let own = feature.share_moe95.unwrap();
        let listed = coverage.moe95.unwrap() * coverage.units / living;
        let (low, high) = (shares.low.unwrap(), shares.high.unwrap());
        held.bounds += 1;
        held.bounds_held +=
            u32::from(low - own - 1e-9 <= truth && truth <= high + own.hypot(listed) + 1e-9);
        if let (Some(estimate), Some(moe95)) = (shares.estimate, shares.estimate_moe95) {
            held.estimates += 1;
            held.estimates_held += u32::from((estimate - truth).abs() <= moe95);
        }
    }
}

#[test]
fn estimates_hold_the_truth_as_often_as_they_say_and_bounds_nearly_always() {
    let country = Country::new();
    let tree = &country.tree;
    for level in [Level::Village, Level::District] {
        let (mut exact, mut public) = (Held::default(), Held::default());
        for seed in 0..if level == Level::Village { 8 } else { 50 } {
            let nation = surveyed(tree, seed);
            let (cube, threshold) = (&nation.cube, PovertyThreshold::default());
            let fields = VisitField::Decile.bit();
            let leaves = LeafTable::exact(cube, fields, threshold, tree);
            hold(&leaves, (&nation, tree), level, &mut exact);
            let secret = RegisterSecret::new([seed as u8; 32]);
            let release = "r1".parse().unwrap();
            let key = NoiseKey::new(&secret, NoiseMode::Keyed, &release, tree.system());
            let counted = Counted { cube, fields, threshold, regions: tree };
            let leaves = LeafTable::public(counted, &Protect::new(Policy::default(), key));
            hold(&leaves, (&nation, tree), level, &mut public);
        }
        assert_eq!(exact.bounds_held, exact.bounds, "{level}");
        assert!(f64::from(public.bounds_held) >= 0.97 * f64::from(public.bounds), "{public:?}");
        // Margins of public figures of a village are rather too wide than too narrow.
        for (held, most) in [(exact, 0.97), (public, 0.99)] {
            let share = f64::from(held.estimates_held) / f64::from(held.estimates);
            eprintln!("{level}: {share} of {held:?}");
            assert!(held.estimates > 400 && (0.93..=most).contains(&share), "{level} {held:?}");
        }
    }
}

//! A poor survey does not look like a rich place: below the least coverage an area has neither rank nor verdict.

use std::fmt::Write as _;
use std::path::PathBuf;

use arrow::array::AsArray;
use arrow::datatypes::UInt64Type;
use sebaran::commands::build::RegisterArgs;
use sebaran::domain::code::RegionCode;
use sebaran::domain::region::Level;
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

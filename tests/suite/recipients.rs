//! Recipients joined to the visits: each programme's households are those that sets and a loop find.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sebaran::commands::build::RegisterArgs;
use sebaran::domain::indicator::{Denominators, Indicators};
use sebaran::domain::programme::Programme;
use sebaran::protect::{Feature, LayerRequest, LeafTable};
use sebaran::store::tables::TableFormat;
use sebaran::store::{Release, public};

use crate::country::{Country, Means, Plan};
use crate::refused;
use crate::table::{Texts, read_csv, read_parquet, texts, write_csv};

/// By region and programme: households, eligible_receives, eligible_only, receives_only,
/// receives_unknown.
type Table = BTreeMap<(String, String), [u64; 5]>;

fn written(release: &Release) -> Table {
    let table = texts(&read_parquet(&release.file("programmes.parquet").unwrap()));
    let [region, programme] = ["region_code", "programme"].map(|name| table.column(name));
    let counts =
        ["households", "eligible_receives", "eligible_only", "receives_only", "receives_unknown"];
    let counts = counts.map(|name| table.column(name));
    let row = |row: &Vec<String>| {
        let key = (row[region].clone(), row[programme].clone());
        (key, counts.map(|column| row[column].parse().unwrap()))
    };
    table.rows.iter().map(row).collect()
}

/// The households that each programme reaches; those of persons by the persons table.
fn reached(recipients: &Texts, persons: &Texts) -> BTreeMap<String, BTreeSet<String>> {
    let [id, household] = ["person_id", "household_id"].map(|name| persons.column(name));
    let homes: BTreeMap<&str, &str> =
        persons.rows.iter().map(|row| (row[id].as_str(), row[household].as_str())).collect();
    let [programme, household, person, status] =
        ["programme", "household_id", "person_id", "status"].map(|name| recipients.column(name));
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in &recipients.rows {
        let home = match row[household].as_str() {
            "" => homes.get(row[person].as_str()).copied(),
            household => Some(household),
        };
        let households = reached.entry(row[programme].clone()).or_default();
        if ["PAID", "LISTED"].contains(&row[status].as_str()) {
            households.extend(home.map(str::to_owned));
        }
    }
    reached
}

fn plain(release: &Release, reached: &BTreeMap<String, BTreeSet<String>>) -> Table {
    let mut table = Table::new();
    for name in release.files_in("placed") {
        let placed = texts(&read_parquet(&release.file(name).unwrap()));
        let [id, standing, region, decile] =
            ["household_id", "standing", "region_code", "decile"].map(|name| placed.column(name));
        for row in placed.rows.iter().filter(|row| row[standing] == "1") {
            for (programme, households) in reached {
                let sums = table.entry((row[region].clone(), programme.clone())).or_default();
                let threshold = BTreeMap::from([("PKH", 4), ("SEMBAKO", 5), ("PBI_JK", 5)]);
                let threshold = threshold.get(programme.as_str());
                let decile = row[decile].parse::<u8>().ok();
                let is_eligible = decile.zip(threshold).map(|(decile, most)| decile <= *most);
                sums[0] += 1;
                match (is_eligible, households.contains(&row[id])) {
                    (Some(true), true) => sums[1] += 1,
                    (Some(true), false) => sums[2] += 1,
                    (Some(false), true) => sums[3] += 1,
                    (None, true) => sums[4] += 1,
                    (_, false) => {}
                }
            }
        }
    }
    table
}

#[test]
fn programmes_reach_whom_a_plain_join_finds_whatever_the_threads() {
    let country = Country::new();
    let plan = Plan { households: 4_000, faults: None, format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let file = |name: &str| folder.join(name);
    let mut recipients = read_csv(&file("recipients.csv"));
    let [household, person] = ["household_id", "person_id"].map(|name| recipients.column(name));
    let unknown: Vec<_> = recipients.rows.iter().take(400).cloned().collect();
    for (number, mut row) in unknown.into_iter().enumerate() {
        let column = if row[household].is_empty() { person } else { household };
        row[column] = format!("nobody-{}", number % 50);
        recipients.rows.push(row);
    }
    recipients.rows.extend(recipients.rows.clone().into_iter().step_by(17));
    write_csv(&file("recipients.csv"), &recipients);
    let registers = || RegisterArgs {
        persons: vec![file("persons.csv")],
        recipients: vec![file("recipients.csv")],
        ..RegisterArgs::default()
    };
    let build = |name: &str, threads| {
        let means = Means { threads: Some(threads), ..Means::default() };
        country.build_with(name, &[file("visits-000.csv")], registers(), means).unwrap()
    };
    let release = build("r1", 1);
    let reached = reached(&recipients, &read_csv(&file("persons.csv")));
    assert_eq!(reached.keys().collect::<Vec<_>>(), ["PBI_JK", "PIP", "PKH", "SEMBAKO"]);
    assert_eq!(written(&release), plain(&release, &reached));
    let accounts = release.manifest().build().recipients.as_ref().unwrap().accounts;
    assert_eq!(accounts.rows, recipients.rows.len() as u64);
    assert_eq!(accounts.close(), Ok(()));
    assert!(accounts.of_unknown_households > 0 && accounts.of_unknown_persons > 0);
    assert!(accounts.repeated >= recipients.rows.len() as u64 / 18);
    let findings = &release.manifest().build().findings;
    assert!(
        findings["unknown_recipient_household"] > 0 && findings["unknown_recipient_person"] > 0
    );
    assert_eq!(build("r3", 3).manifest().files(), release.manifest().files());
}

/// A layer of programmes by village: each one's classes by code, those of PKH first.
fn layer(country: &Country, leaves: &LeafTable) -> BTreeMap<String, Feature> {
    let indicators = Indicators::embedded();
    let theme = indicators.theme("programmes").unwrap();
    let geography = "village".parse().unwrap();
    let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
    let layer = leaves.layer(&request, &country.tree, &indicators, &Denominators::new());
    layer.features().iter().map(|it| (it.code.to_string(), it.clone())).collect()
}

#[test]
fn the_layer_of_programmes_tells_what_the_table_does_and_the_public_one_is_near_to_it() {
    let country = Country::new();
    let plan = Plan { households: 8_000, faults: None, format: TableFormat::Csv };
    let folder = country.registers("survey", plan);
    let file = |name: &str| vec![folder.join(name)];
    let recipients = file("recipients.csv");
    let registers =
        RegisterArgs { persons: file("persons.csv"), recipients, ..RegisterArgs::default() };
    let visits = file("visits-000.csv");
    let release = country.build_with("r1", &visits, registers, Means::default()).unwrap();
    let table = written(&release);
    let exact = layer(&country, &country.leaves(&release));
    let public = public::open(&country.register(), None).unwrap();
    let told = layer(&country, &public.leaves(&country.tree).unwrap());
    let (mut near, mut all) = (0, 0);
    for (code, village) in &exact {
        for (number, programme) in ["PKH", "SEMBAKO", "PBI_JK"].into_iter().enumerate() {
            let sums = table.get(&(code.clone(), programme.to_owned()));
            let expected = sums.map_or([0; 3], |sums| [sums[1], sums[2], sums[3]]);
            let own = number * 3..number * 3 + 3;
            let classes = expected.map(|count| i64::try_from(count).ok());
            assert_eq!(village.counted_breakdown()[own], classes, "{programme} in {code}");
        }
        let told = &told[code];
        let moe95 = told.counted_moe95().unwrap();
        assert!(moe95 > 0.0);
        let apart = told.counted().unwrap() - village.counted().unwrap();
        all += 1;
        near += u32::from(apart.abs() as f64 <= moe95);
    }
    assert!(all > 100 && near * 100 >= all * 90, "{near} of {all}");
    let terms = &public.facts().programmes;
    assert_eq!(terms.len(), 3);
    assert_eq!((terms[0].programme, terms[0].threshold), (Programme::Pkh, 4));
    assert!(terms.iter().all(|terms| terms.period.is_some()));
}

#[test]
fn the_latest_period_says_whether_a_programme_reaches_a_household() {
    let country = Country::new();
    let visits = country.write("visits.csv", refused::visits(&country));
    let rows = "programme,household_id,period,status\nPKH,rt1,2021-Q1,PAID\nPKH,rt1,2021-07,STOPPED\n\
                PKH,rt2,2020,STOPPED\nPKH,rt2,2021,FAILED\nPKH,rt2,2021-12,LISTED\n";
    let recipients: Vec<PathBuf> = vec![country.write("recipients.csv", rows)];
    let registers = RegisterArgs { recipients, ..RegisterArgs::default() };
    let release = country.build_with("r1", &[visits], registers, Means::default()).unwrap();
    let sums: Vec<[u64; 5]> = written(&release).into_values().collect();
    assert_eq!(sums, [[6, 1, 5, 0, 0]]);
}

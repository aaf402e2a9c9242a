//! What could not be read is unknown: figures say of how many households they are known, and where those are
//! too few there is no data, never a 0.

use std::path::PathBuf;

use sebaran::commands::build::RegisterArgs;

use crate::country::{Country, Means};
use crate::program::{Server, run, run_json};

const HEADER: &str = "visit_id,household_id,village_code,enumerator_id,started_at,outcome,decile,\
                      members,children,children_under_5,elderly,elderly_70_plus,disabled";
const HOUSEHOLDS: usize = 60;

/// A household's decile, children, elderly and disabled persons, as texts.
type Told = [&'static str; 4];

const KNOWN: Told = ["2", "2", "1", "1"];

/// Visits of households in one village.
fn visits(country: &Country, name: &str, told: impl Fn(usize) -> Told) -> PathBuf {
    let code = country.village().code;
    let row = |number: usize| {
        let [decile, children, elderly, disabled] = told(number);
        let (day, hour) = (number / 6 % 27 + 1, 8 + number % 6);
        format!(
            "k{number},rt{number},{code},p{},2021-03-{day:02}T{hour:02}:00:00,1,{decile},4,{children},,{elderly},,{disabled}\n",
            number % 3
        )
    };
    let rows: String = (0..HOUSEHOLDS).map(row).collect();
    country.write(&format!("{name}.csv"), format!("{HEADER}\n{rows}"))
}

/// The exact figures of a theme in the province of the village.
#[derive(Debug, PartialEq)]
struct Figures {
    count: String,
    status: String,
    known: [String; 2],
}

fn exact(country: &Country, release: &str, layer: &str) -> Figures {
    let file = country.path("layer.csv");
    let path = file.to_str().unwrap();
    let words = ["export", layer, "--format", "csv", "--exact", "--release", release, "-o", path];
    run_json(&country.register(), &words);
    let mut reader = csv::Reader::from_path(&file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let row = rows.iter().find(|row| row[column("households")] != *"0").unwrap();
    let text = |name: &str| row[column(name)].to_owned();
    Figures {
        count: text("count"),
        status: text("status"),
        known: ["known_households", "known_of"].map(text),
    }
}

fn figures(count: &str, status: &str, known: usize, of: usize) -> Figures {
    let known = [known, of].map(|households| households.to_string());
    Figures { count: count.to_owned(), status: status.to_owned(), known }
}

fn build(country: &Country, release: &str, visits: PathBuf) {
    country.build(release, &[visits], Means::default()).unwrap();
}

#[test]
fn an_empty_column_is_no_data_and_half_a_column_says_so() {
    let country = Country::new();
    let known = visits(&country, "known", |_| KNOWN);
    build(&country, "known", known);
    let all = figures("60", "value", 60, 60);
    assert_eq!(exact(&country, "known", "elderly-province"), all);
    let empty = visits(&country, "empty", |_| ["2", "2", "", ""]);
    build(&country, "empty", empty);
    for theme in ["elderly", "disability"] {
        let told = exact(&country, "empty", &format!("{theme}-province"));
        assert_eq!(told, figures("", "no_data", 0, 60), "{theme}");
    }
    assert_eq!(exact(&country, "empty", "children-village"), figures("120", "value", 60, 60));
    let half = visits(
        &country,
        "half",
        |number| if number % 3 == 0 { ["2", "2", "", "1"] } else { KNOWN },
    );
    build(&country, "half", half);
    assert_eq!(exact(&country, "half", "elderly-village"), figures("40", "value", 40, 60));
    let third =
        visits(
            &country,
            "third",
            |number| if number % 3 == 0 { KNOWN } else { ["2", "2", "", "1"] },
        );
    build(&country, "third", third);
    assert_eq!(exact(&country, "third", "elderly-district"), figures("", "no_data", 20, 60));
}

#[test]
fn without_deciles_nothing_is_told_of_the_poor() {
    let country = Country::new();
    let unread =
        visits(&country, "unread", |number| if number == 0 { KNOWN } else { ["", "2", "1", "1"] });
    build(&country, "unread", unread);
    assert_eq!(exact(&country, "unread", "poverty-province"), figures("", "no_data", 1, 60));
    // Of the one poor household it is known, of the others nobody knows whether they are poor.
    assert_eq!(exact(&country, "unread", "elderly-province"), figures("", "no_data", 1, 1));
    let few =
        visits(&country, "few", |number| if number % 4 == 0 { ["", "2", "1", "1"] } else { KNOWN });
    build(&country, "few", few);
    assert_eq!(exact(&country, "few", "poverty-province"), figures("45", "value", 45, 60));
    assert_eq!(exact(&country, "few", "elderly-province"), figures("45", "value", 45, 45));
}

/// A file of one elderly person and one child in each household, with these texts of birth dates.
fn persons(country: &Country, name: &str, born: impl Fn(usize) -> [&'static str; 2]) -> PathBuf {
    let row = |number: usize| {
        let [old, young] = born(number);
        format!("a{number},rt{number},1,{old},00\nb{number},rt{number},2,{young},01\n")
    };
    let rows: String = (0..HOUSEHOLDS).map(row).collect();
    let header = "person_id,household_id,sex,birth_date,disability_code";
    country.write(name, format!("{header}\n{rows}"))
}

fn build_with(country: &Country, release: &str, visits: PathBuf, persons: PathBuf) {
    let registers = RegisterArgs { persons: vec![persons], ..RegisterArgs::default() };
    country.build_with(release, &[visits], registers, Means::default()).unwrap();
}

const READABLE: [&str; 2] = ["1948-02-03", "2012-05-06"];

#[test]
fn persons_without_ages_leave_what_visits_say_and_are_no_data_without() {
    let country = Country::new();
    let told = visits(&country, "told", |_| ["2", "2", "1", "5"]);
    let silent = visits(&country, "silent", |_| ["2", "", "", ""]);
    let files = [("empty", ["", ""]), ("one", ["", READABLE[1]])];
    for (name, born) in files {
        let file = persons(&country, &format!("{name}.csv"), |_| born);
        let release = format!("{name}-told");
        build_with(&country, &release, told.clone(), file.clone());
        let elderly = exact(&country, &release, "elderly-province");
        assert_eq!(elderly, figures("60", "value", 60, 60), "{name}");
        let children = exact(&country, &release, "children-province");
        assert_eq!(children, figures("120", "value", 60, 60), "{name}");
        // Disabilities can be read, and count.
        let disability = exact(&country, &release, "disability-province");
        assert_eq!(disability, figures("60", "value", 60, 60), "{name}");
        let release = format!("{name}-silent");
        build_with(&country, &release, silent.clone(), file);
        let elderly = exact(&country, &release, "elderly-province");
        assert_eq!(elderly, figures("", "no_data", 0, 60), "{name}");
    }
    let some = persons(&country, "some.csv", |number| match number % 4 {
        0 => ["", READABLE[1]],
        _ => READABLE,
    });
    build_with(&country, "some", silent, some);
    assert_eq!(exact(&country, "some", "elderly-province"), figures("45", "value", 45, 60));
}

#[test]
fn public_figures_hexagons_and_profiles_tell_what_is_unknown() {
    let country = Country::new();
    let plan = crate::country::Plan {
        households: 20_000,
        faults: None,
        format: sebaran::store::tables::TableFormat::Csv,
    };
    let survey = country.survey("survey", plan);
    let mut table = crate::table::read_csv(&survey);
    let (elderly, children) = (table.column("elderly"), table.column("children"));
    for (number, row) in table.rows.iter_mut().enumerate() {
        row[elderly].clear();
        if number % 5 == 0 {
            row[children].clear();
        }
    }
    crate::table::write_csv(&survey, &table);
    build(&country, "r1", survey);
    country.publish("r1");
    let server = Server::start(&country.register(), &["serve"]);
    let profile = |code: &str| -> serde_json::Value {
        serde_json::from_str(&server.get(&format!("/regions/{code}")).2).unwrap()
    };
    let nation = profile("nation");
    let theme = |name: &str| -> &serde_json::Value {
        nation["themes"].as_array().unwrap().iter().find(|it| it["theme"] == name).unwrap()
    };
    let share = |name: &str| {
        let of = |field: &str| theme(name)[field].as_f64().unwrap();
        of("known_households") / of("known_of")
    };
    assert!((0.95..=1.0).contains(&share("disability")), "{}", theme("disability"));
    assert!((0.75..0.85).contains(&share("children")), "{}", theme("children"));
    assert!((0.0..0.05).contains(&share("elderly")), "{}", theme("elderly"));
    let elderly = theme("elderly");
    assert_eq!((&elderly["status"], elderly["count"].as_i64()), (&"no_data".into(), None));
    assert_eq!(theme("children")["status"], "value");
    for geography in ["province", "regency", "hex6", "hex8"] {
        let (_, _, layer) =
            server.get(&format!("/layers/elderly/{geography}.geojson?geometry=none"));
        let layer: serde_json::Value = serde_json::from_str(&layer).unwrap();
        let features = layer["features"].as_array().unwrap();
        assert!(features.len() > 2, "{geography}");
        for feature in features {
            let told = &feature["properties"];
            assert_ne!(told["status"], "value", "{geography}: {told}");
            assert_ne!(told["status"], "below_10", "{geography}: {told}");
            assert!(told["count"].is_null() && told["age_70_plus"].is_null(), "{told}");
        }
    }
    let (_, _, page) = server.get("/?theme=children&lang=en");
    assert!(page.contains("Known of ") && page.contains(" poor households."), "{page}");
    let said = run(&country.register(), &["audit", "r1"]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
}

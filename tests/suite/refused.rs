//! Visits as people send them: what can be read is read the same, and what can't is refused by an error
//! that names the file, the row and the remedy, with nothing left behind.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use sebaran::store::release;

use crate::country::{Country, Means, VERSION, listed};
use crate::program::{Said, run};

const HEADER: &str =
    "visit_id,household_id,village_code,enumerator_id,started_at,outcome,longitude,latitude,decile";
const ROWS: usize = 6;

/// A few visits of different households in one village, as CSV.
pub fn visits(country: &Country) -> String {
    let code = country.village().code;
    let row = |number: usize| {
        let ([longitude, latitude], hour) = (position(country, number), 9 + number);
        format!(
            "k{number},rt{number},{code},José,2021-03-04T{hour:02}:12:0{number},1,{longitude},{latitude},2\n"
        )
    };
    let rows: String = (0..ROWS).map(row).collect();
    format!("{HEADER}\n{rows}")
}

/// Where a household stands: 40 m or so from the next.
fn position(country: &Country, number: usize) -> [f64; 2] {
    let at = country.village().label;
    [at.longitude() + number as f64 * 0.0004, at.latitude()]
}

/// The visits with other texts for their positions.
fn with_positions(country: &Country, rewrite: impl Fn([f64; 2]) -> String) -> String {
    (0..ROWS).fold(visits(country), |text, number| {
        let [longitude, latitude] = position(country, number);
        text.replace(&format!("{longitude},{latitude}"), &rewrite([longitude, latitude]))
    })
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn build(country: &Country, release: &str, file: &Path, further: &[&str]) -> Said {
    let file = file.to_str().unwrap();
    let words = ["build", file, "--regions", VERSION, "--release", release];
    let words = [&words[..], &["--reference-date", "2021-11-30"], further].concat();
    run(&country.register(), &words)
}

/// Degrees, minutes and seconds, to a hundredth of a second.
fn sexagesimal(degrees: f64, letters: [&str; 2]) -> String {
    let hundredths = (degrees.abs() * 360_000.0).round() as u64;
    let (whole, rest) = (hundredths / 360_000, hundredths % 360_000);
    let (minutes, seconds) = (rest / 6_000, (rest % 6_000) as f64 / 100.0);
    format!("{whole}°{minutes}'{seconds}\"{}", letters[usize::from(degrees < 0.0)])
}

#[test]
fn visits_in_any_usual_writing_make_the_same_leaves() {
    let country = Country::new();
    let plain = visits(&country);
    let dms = with_positions(&country, |[longitude, latitude]| {
        let (east, north) = (quoted(longitude, ["E", "W"]), quoted(latitude, ["LU", "LS"]));
        format!("\"{east}\",\"{north}\"")
    });
    assert_ne!(plain, dms);
    let columns = country.write("columns.toml", "encoding = \"windows-1252\"\n");
    let columns = columns.to_str().unwrap();
    let semicolons = plain.replace(',', ";").replace('.', ",");
    let cases: [(&str, Vec<u8>, &[&str]); 9] = [
        ("plain.csv", plain.clone().into(), &[]),
        ("bom.csv", format!("\u{feff}{plain}").into(), &[]),
        ("crlf.csv", plain.replace('\n', "\r\n").into(), &[]),
        ("semicolons.csv", semicolons.clone().into(), &[]),
        ("all.csv", format!("\u{feff}{}", semicolons.replace('\n', "\r\n")).into(), &[]),
        ("tabs.tsv", plain.replace(',', "\t").into(), &[]),
        ("packed.csv.gz", gzipped(&plain), &[]),
        ("dms.csv", dms.into(), &[]),
        ("latin.csv", latin_1(&plain), &["--columns", columns]),
    ];
    let mut first = None;
    for (number, (name, bytes, further)) in cases.into_iter().enumerate() {
        let file = country.write(name, bytes);
        let id = format!("r{number}");
        let said = build(&country, &id, &file, further);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
        let release = release::open(&country.register(), Some(&id.parse().unwrap())).unwrap();
        let accounts = release.manifest().build().accounts;
        assert_eq!(accounts.placed_in_hexagon, ROWS as u64, "{name}: {accounts:?}");
        let leaves = release.manifest().files()["leaves.parquet"];
        assert_eq!(*first.get_or_insert(leaves), leaves, "{name}");
    }
}

/// The text of degrees in a quoted field.
fn quoted(degrees: f64, letters: [&str; 2]) -> String {
    sexagesimal(degrees, letters).replace('"', "\"\"")
}

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// What the error must say besides the file's name.
    says: &'static [&'static str],
}

fn cases(country: &Country) -> Vec<Case> {
    let plain = visits(country);
    let code = country.village().code.to_string();
    let dotted = format!("{}.{}.{}.{}", &code[..2], &code[2..4], &code[4..6], &code[6..]);
    let case = |name, bytes: Vec<u8>, says| Case { name, bytes, says };
    let edited = |from: &str, to: &str| {
        assert!(plain.contains(from));
        plain.replace(from, to).into_bytes()
    };
    vec![
        case("short.csv", edited("k2,rt2,", "k2,"), &["row 4", "8 fields", "delimiter"]),
        case("empty-id.csv", edited("k3,", ","), &["row 5", "visit_id is empty"]),
        case(
            "time.csv",
            edited("2021-03-04T10:12:01", "4 Maret"),
            &["row 3", "4 Maret", "ISO 8601"],
        ),
        case("outcome.csv", edited(":04,1,", ":04,9,"), &["row 6", "outcome `9`", "1 completed"]),
        case(
            "column.csv",
            edited("outcome", "hasil"),
            &["no column `outcome`", "hasil", "--columns"],
        ),
        case("twice.csv", edited("decile", "outcome"), &["`outcome` twice", "remove one"]),
        case("dotted.csv", edited(&code, &dotted), &["row 2", "dotted form", "recode"]),
        case("latin.csv", latin_1(&plain), &["row 2", "not UTF-8", "encoding"]),
        case("empty.csv", Vec::new(), &["is empty", "header"]),
        case("empty.csv.gz", gzipped(""), &["is empty", "header"]),
        case("blank.csv", b"\n\n".to_vec(), &["is empty", "header"]),
        case("torn.csv.gz", torn(&plain), &["row", "whole"]),
        case("plain.csv.gz", plain.clone().into(), &["gzip"]),
        case("not.parquet", plain.clone().into(), &["Parquet", "export it again"]),
        case("visits.xlsx", plain.clone().into(), &["convert it"]),
    ]
}

/// A packed file of which the second half is missing.
fn torn(plain: &str) -> Vec<u8> {
    let row = plain.lines().nth(1).unwrap();
    let many = (0..5_000).map(|number| row.replace("k0,rt0", &format!("k{number},rt{number}")));
    let text = format!("{HEADER}\n{}\n", many.collect::<Vec<_>>().join("\n"));
    let mut packed = gzipped(&text);
    packed.truncate(packed.len() / 2);
    packed
}

#[test]
fn what_cannot_be_read_is_refused_and_leaves_nothing_behind() {
    let country = Country::new();
    let good = country.write("good.csv", visits(&country));
    country.build("good", &[good], Means::default()).unwrap();
    let before = listed(&country.register());
    let mut failures = Vec::new();
    for Case { name, bytes, says } in cases(&country) {
        let file = country.write(name, bytes);
        let said = build(&country, "bad", &file, &[]);
        let lacks: Vec<_> =
            says.iter().chain([&name]).filter(|words| !said.err.contains(**words)).collect();
        if said.err.contains("External error") || said.err.contains("cannot run the plan") {
            failures.push(format!("{name}: talks of the engine: {}", said.err));
        }
        if said.code != Some(1) || !lacks.is_empty() || !said.out.is_empty() {
            failures.push(format!("{name}: lacks {lacks:?}: {said:?}"));
        }
        if listed(&country.register()) != before {
            failures.push(format!("{name}: leaves something behind"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let current = release::current(&country.register()).unwrap();
    assert_eq!(current.unwrap().as_str(), "good");
}

#[test]
fn codes_of_another_system_are_refused() {
    let country = Country::new();
    let code = country.village().code.to_string();
    let file = country.write("other.csv", visits(&country).replace(&code, "3171011001"));
    let said = build(&country, "bad", &file, &[]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    for words in
        ["6 of 6 visits", "the first in row 2 of", "system invented", "--assign coordinates"]
    {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert!(release::list(&country.register()).unwrap().is_empty());
    let said = build(&country, "by-position", &file, &["--assign", "coordinates"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn many_positions_in_other_villages_are_refused_and_a_few_are_found() {
    let country = Country::new();
    let (code, at) = (country.village().code, country.other_village().label);
    let row = |number: usize| {
        let (longitude, latitude) = (at.longitude(), at.latitude());
        format!("k{number},rt{number},{code},e,2021-03-04,1,{longitude},{latitude},2\n")
    };
    let rows = |count: usize| format!("{HEADER}\n{}", (0..count).map(row).collect::<String>());
    let few = country.write("few.csv", rows(3));
    let said = build(&country, "few", &few, &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.contains("other_region"), "{}", said.out);
    let many = country.write("many.csv", rows(30));
    let said = build(&country, "many", &many, &[]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    for words in ["30 of 30 completed visits", "the first in row 2 of", "--assign coordinates"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
}

#[test]
fn codes_with_zeros_behind_a_point_are_read_and_those_that_lost_digits_are_refused() {
    let country = Country::new();
    let code = country.village().code.to_string();
    let text = with_positions(&country, |_| ",".to_owned());
    let file = country.write("float.csv", text.replace(&code, &format!("{code}.0")));
    let said = build(&country, "zeros", &file, &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!said.out.contains("doubtful_value"), "{}", said.out);
    for written in ["1.0101E+09", "'0101010001", "\"=\"\"0101010001\"\"\"", "1.010.100.001"] {
        let file = country.write("lost.csv", text.replace(&code, written));
        let said = build(&country, "bad", &file, &[]);
        assert_eq!(said.code, Some(1), "{}", said.out);
        for words in ["lost.csv`, row 2: village_code `", "as text"] {
            assert!(said.err.contains(words), "{words}: {}", said.err);
        }
    }
}

#[test]
fn a_survey_without_visits_makes_no_release() {
    let country = Country::new();
    let file = country.write("header.csv", format!("{HEADER}\n"));
    let said = build(&country, "bad", &file, &[]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains("no row below their headers"), "{}", said.err);
    assert!(release::list(&country.register()).unwrap().is_empty());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let country = Country::new();
    let said = build(&country, "bad", &country.path("nowhere.csv"), &[]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("nowhere.csv"), "{}", said.err);
}

#[test]
fn a_household_without_a_village_contradicts_the_declaration_that_each_has_one() {
    let country = Country::new();
    let settings =
        country.write("declared.toml", "[protect]\nevery_household_has_village = true\n");
    let declared = |release: &str, visits: &str| {
        let file = country.write(&format!("{release}.csv"), visits);
        let config = ["--config", settings.to_str().unwrap()];
        let file = file.to_str().unwrap();
        let words = ["build", file, "--regions", VERSION, "--release", release];
        let words =
            [&config[..], &words, &["--reference-date", "2021-11-30", "--publish"]].concat();
        run(&country.register(), &words)
    };
    let all = visits(&country);
    let said = declared("whole", &all);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let remainder = |release: &str| {
        let path = country.path(&format!("{release}.geojson"));
        let words =
            ["export", "poverty-village", "--release", release, "--format", "geojson", "--output"];
        let said = run(&country.register(), &[&words[..], &[path.to_str().unwrap()]].concat());
        assert_eq!(said.code, Some(0), "{}", said.err);
        let text = std::fs::read_to_string(path).unwrap();
        let layer: serde_json::Value = serde_json::from_str(&text).unwrap();
        layer["sebaran"]["remainder"].clone()
    };
    let nothing = serde_json::json!({"households": 0, "count": 0, "moe95": 0.0});
    assert_eq!(remainder("whole"), nothing);
    // The fourth row is known to its district alone, and has no position.
    let code = country.village().code.to_string();
    let [longitude, latitude] = position(&country, 2);
    let less = all.replace(
        &format!("rt2,{code},José,2021-03-04T11:12:02,1,{longitude},{latitude}"),
        &format!("rt2,{},José,2021-03-04T11:12:02,1,,", &code[..7]),
    );
    assert_ne!(less, all);
    let said = declared("less", &less);
    assert_eq!(said.code, Some(1));
    for words in
        ["1 counted households and 1 visits have none", "row 4 of", "every_household_has_village"]
    {
        assert!(said.err.contains(words), "{}", said.err);
    }
    let said = build(&country, "undeclared", &country.path("less.csv"), &["--publish"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_ne!(remainder("undeclared"), nothing);
}

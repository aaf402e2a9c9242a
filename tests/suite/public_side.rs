//! What anybody may see of a release comes from its public side alone, and is one number by every way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sebaran::domain::geography::Geography;
use sebaran::domain::indicator::Indicators;
use sebaran::store::tables::TableFormat;
use sebaran::store::{Release, public, release, secret};
use serde_json::Value;

use crate::country::{Country, Means, Plan, REFERENCE_DATE, VERSION, listed};
use crate::program::{Server, run};
use crate::table::{read_parquet, texts, write_csv};

const PLAN: Plan = Plan { households: 3_000, faults: Some(0.1), format: TableFormat::Parquet };

/// Every address that a public server has figures at, and some that narrow them.
fn addresses() -> Vec<String> {
    let some = ["/", "/layers", "/ready", "/layers/poverty/street.csv", "/regions/nation"];
    let mut paths: Vec<String> = some.map(str::to_owned).into();
    paths.push("/layers/institutions.geojson".to_owned());
    paths.push("/ranking/regency?theme=programmes".to_owned());
    for theme in Indicators::embedded().themes.iter().map(|theme| &theme.name) {
        for geography in Geography::ALL {
            for format in ["geojson", "csv"] {
                paths.push(format!("/layers/{theme}/{geography}.{format}"));
            }
        }
    }
    for ask in ["within=01", "bbox=100,-10,110,0", "limit=3", "limit=0", "within=99"] {
        paths.push(format!("/layers/poverty/hex7.csv?{ask}"));
        paths.push(format!("/layers/poverty/village.geojson?geometry=none&{ask}"));
    }
    paths
}

/// What a public server says: by address, the status, the tag and the body.
fn said(register: &Path, release: &str) -> BTreeMap<String, (u16, String, String)> {
    let server = Server::start(register, &["serve", "--release", release]);
    let ask = |path: String| {
        let (status, head, body) = server.get(&path);
        let tag =
            head.lines().find(|line| line.starts_with("etag:")).unwrap_or_default().to_owned();
        assert!(head.contains("x-sebaran-protection: public"), "{path}: {head}");
        (path, (status, tag, body))
    };
    addresses().into_iter().map(ask).collect()
}

/// Removes everything of a release but its public side.
fn keep_public_alone(register: &Path, release: &str) {
    let folder = register.join("releases").join(release);
    for path in listed(&folder) {
        if path.is_file() && !path.starts_with(folder.join("public")) {
            fs::remove_file(path).unwrap();
        }
    }
}

/// Builds a release of these visits, with these settings.
fn build(country: &Country, release: &str, visits: &Path, settings: &str) -> Release {
    let file = country.write("settings.toml", settings);
    let words = ["--config", file.to_str().unwrap(), "build", visits.to_str().unwrap()];
    let words = [&words[..], &["--regions", VERSION, "--release", release]].concat();
    let words =
        [&words[..], &["--reference-date", REFERENCE_DATE, "--quiet", "--publish"]].concat();
    let answered = ["--spend", "another kind of noise", "--person", "Xavo"];
    let words = [&words[..], if settings.is_empty() { &[] } else { &answered }].concat();
    let built = run(&country.register(), &words);
    assert_eq!(built.code, Some(0), "{}", built.err);
    release::open(&country.register(), Some(&release.parse().unwrap())).unwrap()
}

/// The files of the public side, by name.
fn public_files(country: &Country, release: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = country.register().join("releases").join(release).join("public");
    let read = |path: PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    // What all releases together tell is not the same after a further one.
    let is_own = |path: &PathBuf| path.is_file() && !path.ends_with("published.json");
    listed(&folder).into_iter().filter(is_own).map(read).collect()
}

#[test]
fn every_public_byte_comes_from_the_public_side_alone() {
    let country = Country::new();
    let register = country.register();
    build(&country, "r1", &country.survey("survey", PLAN), "");
    let before = said(&register, "r1");
    keep_public_alone(&register, "r1");
    fs::remove_file(register.join("secret")).unwrap();
    let left = listed(&register.join("releases/r1"));
    assert_eq!(left.iter().filter(|path| path.is_file()).count(), 7, "{left:?}");
    for (address, answer) in said(&register, "r1") {
        assert_eq!(answer, before[&address], "{address}");
    }
}

/// Whether what a tag is made of tells releases apart.
fn tells(
    releases: &[&Release; 2],
    made_of: fn(&Path, &Release) -> String,
    register: &Path,
) -> bool {
    made_of(register, releases[0]) != made_of(register, releases[1])
}

#[test]
fn a_tag_tells_nothing_that_is_not_public() {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    let first = build(&country, "r1", &visits, "");
    // Another device, which no figure shows and the placed visits do.
    let mut texts = texts(&read_parquet(&visits));
    let device = texts.column("device_id");
    texts.rows[7][device] = "another".to_owned();
    let other = country.path("other.csv");
    write_csv(&other, &texts);
    let second = build(&country, "r2", &other, "");
    let (releases, register) = ([&first, &second], country.register());
    let public = |register: &Path, release: &Release| {
        public::open(register, Some(release.id())).unwrap().content().to_string()
    };
    assert!(!tells(&releases, public, &register));
    // A tag over the whole release is found out.
    assert!(tells(&releases, |_, release| release.manifest().content().to_string(), &register));
    assert_eq!(public_files(&country, "r1"), public_files(&country, "r2"));
}

/// The counts of an answer by geography and code: the rest of a hexagon 7 has its code among hexagons 8.
/// `None` where there are no data.
fn counts(geography: &str, body: &str) -> BTreeMap<String, Option<i64>> {
    if body.starts_with('{') {
        let layer: Value = serde_json::from_str(body).unwrap();
        let of = |it: &Value| {
            let code = it["properties"]["code"].as_str().unwrap();
            (format!("{geography} {code}"), it["properties"]["count"].as_i64())
        };
        return layer["features"].as_array().unwrap().iter().map(of).collect();
    }
    let mut rows = csv::Reader::from_reader(body.as_bytes());
    let count = rows.headers().unwrap().iter().position(|name| name == "count").unwrap();
    let row =
        |row: csv::StringRecord| (format!("{geography} {}", &row[0]), row[count].parse().ok());
    rows.records().map(|it| row(it.unwrap())).collect()
}

/// How many places have more than one count among these answers.
fn differing(answers: &[BTreeMap<String, Option<i64>>]) -> usize {
    let mut all: BTreeMap<&str, BTreeSet<Option<i64>>> = BTreeMap::new();
    for (code, count) in answers.iter().flatten() {
        all.entry(code).or_default().insert(*count);
    }
    all.values().filter(|counts| counts.len() > 1).count()
}

#[test]
fn a_place_has_one_number_by_every_way() {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    for release in ["r1", "r2"] {
        build(&country, release, &visits, "");
    }
    let mut answers = Vec::new();
    for release in ["r1", "r2", "r1"] {
        let server = Server::start(&country.register(), &["serve", "--release", release]);
        for geography in ["province", "regency", "village", "hex5", "hex7", "hex8"] {
            for ask in ["", "?geometry=none", "?limit=90", "?bbox=90,-12,142,8", "?within=01"] {
                if geography == "province" && ask.contains("within") {
                    continue;
                }
                // Within a region a hexagon has what lies in the region, which is another set.
                if geography.starts_with("hex") && ask.contains("within") {
                    continue;
                }
                let (status, _, body) =
                    server.get(&format!("/layers/poverty/{geography}.geojson{ask}"));
                assert_eq!(status, 200, "{geography} {ask}: {body}");
                answers.push(counts(geography, &body));
            }
            let csv = server.get(&format!("/layers/poverty/{geography}.csv")).2;
            answers.push(counts(geography, &csv));
        }
    }
    assert!(answers.iter().map(BTreeMap::len).sum::<usize>() > 1_000);
    assert_eq!(differing(&answers), 0);
    // Fresh noise by request, or by release, is found out.
    let epoch = "[protect]\nnoise = \"epoch\"\n";
    let fresh = ["e1", "e2"].map(|release| {
        build(&country, release, &visits, epoch);
        let export =
            ["export", "poverty-village", "--release", release, "--format", "csv", "-o", "-"];
        counts("village", &run(&country.register(), &export).out)
    });
    assert!(differing(&fresh) > 20, "{}", differing(&fresh));
}

#[test]
fn sums_close_in_public_too() {
    let country = Country::new();
    build(&country, "r1", &country.survey("survey", PLAN), "");
    let server = Server::start(&country.register(), &["serve"]);
    let ask = |geography: &str| -> Value {
        let (_, _, body) =
            server.get(&format!("/layers/poverty/{geography}.geojson?geometry=none"));
        serde_json::from_str(&body).unwrap()
    };
    let mut counted = BTreeSet::new();
    let mut count = |layer: &Value, field: &str| -> i64 {
        let features = layer["features"].as_array().unwrap();
        counted.insert(layer["sebaran"]["totals"]["counted"].as_i64().unwrap());
        features.iter().map(|it| it["properties"][field].as_i64().unwrap()).sum()
    };
    assert!(server.get("/plain").2.contains("Do not subtract two releases"));
    let (hex8, hex7) = (ask("hex8"), ask("hex7"));
    for field in ["households", "count", "decile_1", "decile_7_10"] {
        assert_eq!(count(&hex8, field), count(&hex7, field), "{field}");
        assert_eq!(count(&ask("hex5"), field), count(&hex7, field), "{field}");
    }
    for geography in ["province", "village", "hex7", "hex8"] {
        let layer = ask(geography);
        let totals = &layer["sebaran"]["totals"];
        let parts = ["elsewhere", "unplaced", "without_hexagon", "left_out"];
        let others: i64 = parts.iter().map(|part| totals[part].as_i64().unwrap()).sum();
        assert_eq!(totals["shown"].as_i64().unwrap() + others, totals["counted"].as_i64().unwrap());
        assert_eq!(count(&layer, "households"), totals["shown"].as_i64().unwrap(), "{geography}");
    }
    assert_eq!(counted.len(), 1);
    let features = hex8["features"].as_array().unwrap();
    let rests = features.iter().filter(|it| it["properties"]["rest"] == true).count();
    assert_eq!(rests, hex7["features"].as_array().unwrap().len(), "each hexagon 7 has a rest");
    let disability = server.get("/layers/disability/hex8.geojson?limit=1").2;
    let disability: Value = serde_json::from_str(&disability).unwrap();
    let first = &disability["features"][0]["properties"];
    assert_eq!((&first["count"], &first["status"]), (&Value::Null, &Value::from("no_data")));
}

#[test]
fn the_secret_is_never_told_and_never_replaced() {
    let country = Country::new();
    let register = country.register();
    let visits = country.survey("survey", PLAN);
    let release = build(&country, "r1", &visits, "");
    let secret = fs::read(register.join("secret")).unwrap();
    let fingerprint = release.manifest().build().protected.unwrap().secret;
    assert_eq!(fingerprint, secret::open(&register).unwrap().fingerprint());
    let hexadecimal: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    for path in listed(&register.join("releases")).iter().filter(|path| path.is_file()) {
        let bytes = fs::read(path).unwrap();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!holds(&secret) && !holds(hexadecimal.as_bytes()), "{}", path.display());
    }
    fs::remove_file(register.join("secret")).unwrap();
    let refused = country.build("r2", &[visits], Means::default()).unwrap_err().to_string();
    assert!(refused.contains("put the secret back"), "{refused}");
    assert!(!register.join("secret").exists());
}

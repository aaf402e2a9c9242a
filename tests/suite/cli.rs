//! The whole way on the command line: boundaries in, survey, build, look, verify, export, serve, demo.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use geojson::{FeatureCollection, GeoJson, JsonObject, JsonValue};
use sebaran::domain::region::Level;

use crate::country::{Country, VERSION, listed};
use crate::program::{Server, run, run_json, sebaran};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The country's villages as a boundary file has them.
fn write_boundaries(country: &Country) -> PathBuf {
    let name = |level: Level, id| {
        let region = country.tree.get(country.tree.ancestor(id, level).unwrap());
        (level.name().to_owned(), JsonValue::from(region.name.clone()))
    };
    let features = country.tree.level(Level::Village).map(|(id, region)| {
        let mut properties: JsonObject =
            Level::ALL.map(|level| name(level, id)).into_iter().collect();
        properties.insert("village_code".into(), region.code.to_string().into());
        properties.insert("kind".into(), region.kind.name().into());
        properties.insert("utc_offset_min".into(), region.utc_offset_min.into());
        geojson::Feature {
            bbox: None,
            geometry: Some(geojson::Geometry::from(&country.shapes.full[id.index()])),
            id: None,
            properties: Some(properties),
            foreign_members: None,
        }
    });
    let collection =
        FeatureCollection { features: features.collect(), bbox: None, foreign_members: None };
    country.write("villages.geojson", GeoJson::from(collection).to_string())
}

fn collection(body: &str) -> FeatureCollection {
    FeatureCollection::try_from(body.parse::<GeoJson>().unwrap()).unwrap()
}

fn sum(collection: &FeatureCollection, property: &str) -> i64 {
    let value = |feature: &geojson::Feature| feature.property(property).unwrap().as_i64().unwrap();
    collection.features.iter().map(value).sum()
}

#[test]
fn imported_boundaries_are_those_that_went_in() {
    let country = Country::new();
    let boundaries = write_boundaries(&country);
    let register = country.path("other");
    let words =
        ["regions", "import", text(&boundaries), "--system", "invented", "--version", "own"];
    let imported = run_json(&register, &words);
    let (tree, shapes) = sebaran::store::regions::load(&register, &"own".parse().unwrap()).unwrap();
    assert_eq!(tree.len(), country.tree.len(), "{imported}");
    let regions = |tree: &sebaran::domain::region::RegionTree| -> Vec<_> {
        tree.iter().map(|(_, it)| (it.code, it.name.clone(), it.kind, it.utc_offset_min)).collect()
    };
    assert_eq!(regions(&tree), regions(&country.tree));
    for (id, region) in tree.iter() {
        let (found, expected) = (region.area_km2, country.tree.get(id).area_km2);
        assert!((found / expected - 1.0).abs() < 1e-6, "{}: {found}, {expected}", region.code);
    }
    assert_eq!(shapes.general.len(), tree.len());
    let listed = run_json(&register, &["regions", "list"]);
    assert_eq!(listed["regions"][0]["version"], "own");
    let checked = run_json(&register, &["regions", "check", "own"]);
    assert_eq!(checked["checked"]["levels"], imported["imported"]["levels"]);
    let again = run(&register, &words);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("--replace"), "{}", again.err);
}

#[test]
fn visits_become_layers() {
    let country = Country::new();
    let register = country.register();
    let survey = country.path("survey");
    let generated = run_json(
        &register,
        &["generate", "--regions", VERSION, "--households", "2000", "--out", text(&survey)],
    );
    let visits = survey.join("visits-000.parquet");
    let denominators = survey.join("denominators.parquet");
    let words =
        ["build", text(&visits), "--denominators", text(&denominators), "--regions", VERSION];
    let words = [&words[..], &["--release", "r1", "--reference-date", "2021-11-30"]].concat();
    let words = [&words[..], &["--publish"]].concat();
    let built = run_json(&register, &words);
    assert_eq!(built["accounts"]["rows"], generated["tables"]["visits"]["rows"]);
    let counted = built["accounts"]["counted"].as_i64().unwrap();
    assert!(counted > 1500, "{built}");

    let releases = run_json(&register, &["releases"]);
    assert_eq!(releases["releases"][0]["is_current"], true);
    let verified = run_json(&register, &["verify"]);
    assert_eq!(verified["is_sound"], true);
    assert_eq!(verified["files"]["denominators.parquet"], "ok");

    let file = country.path("layer.geojson");
    let export =
        ["export", "poverty-district", "--format", "geojson", "--exact", "-o", text(&file)];
    let exported = run_json(&register, &export);
    let layer = collection(&std::fs::read_to_string(&file).unwrap());
    assert_eq!(exported["features"], layer.features.len());
    assert_eq!(sum(&layer, "households"), counted);

    let server = Server::start(&register, &["serve", "--restricted"]);
    let (status, head, body) = server.get("/layers/poverty/regency.geojson");
    assert_eq!(status, 200);
    assert!(head.contains("application/geo+json"), "{head}");
    let served = collection(&body);
    assert_eq!((served.features.len(), sum(&served, "households")), (6, counted));
    let share = |feature: &geojson::Feature| feature.property("share").unwrap().as_f64();
    assert!(served.features.iter().all(|it| share(it).is_some_and(|it| (0.0..=1.0).contains(&it))));
    let (_, _, hexagons) = server.get("/layers/elderly/hex6.geojson?limit=3");
    assert_eq!(collection(&hexagons).features.len(), 3);
    let (status, _, problem) = server.get("/layers/poverty/street.geojson");
    assert!(status == 404 && problem.contains("hex4 to hex8"), "{status} {problem}");
    for path in ["/", "/plain", "/layers", "/health"] {
        assert_eq!(server.get(path).0, 200, "{path}");
    }
}

#[test]
fn a_damaged_release_is_not_sound() {
    let country = Country::new();
    let register = country.register();
    let visits = country.write("v.csv", crate::refused::visits(&country));
    country.build("r1", &[visits], crate::country::Means::default()).unwrap();
    assert_eq!(run(&register, &["verify", "r1"]).code, Some(0));
    let leaves = register.join("releases/r1/leaves.parquet");
    let mut bytes = std::fs::read(&leaves).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&leaves, bytes).unwrap();
    let said = run(&register, &["verify", "r1"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("changed") && said.out.contains("leaves.parquet"), "{}", said.out);
    assert!(said.err.contains("build it again under another id"), "{}", said.err);
}

#[test]
fn exit_codes_tell_done_from_failed_from_misused() {
    let folder = tempfile::tempdir().unwrap();
    let register = folder.path().join("register");
    assert_eq!(run(&register, &["--version"]).code, Some(0));
    assert_eq!(run(&register, &["releases"]).code, Some(0));
    for words in [&["verify"][..], &["use", "none"], &["serve", "--restricted"]] {
        let said = run(&register, words);
        assert_eq!(said.code, Some(1), "{words:?}");
        assert!(said.err.contains("error: "), "{words:?}: {}", said.err);
    }
    let wrong = [&["bild"][..], &["build"], &["export", "poverty-street"], &["use", "A B"]];
    for words in wrong {
        assert_eq!(run(&register, words).code, Some(2), "{words:?}");
    }
}

#[test]
fn exact_figures_stay_on_the_machine() {
    let country = Country::new();
    let register = country.register();
    let visits = country.write("v.csv", crate::refused::visits(&country));
    country.build("r1", &[visits], crate::country::Means::default()).unwrap();
    country.publish("r1");
    let said = run(&register, &["serve", "--restricted", "--listen", "0.0.0.0:0"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.contains("127.0.0.1"), "{}", said.err);
    let export = ["export", "poverty-village", "--format", "csv", "-o", "-"];
    let exact = run(&register, &[&export[..], &["--exact"]].concat());
    assert_eq!(exact.code, Some(0), "{}", exact.err);
    assert!(exact.err.contains("exact and restricted"), "{}", exact.err);
    assert_eq!(csv::Reader::from_reader(exact.out.as_bytes()).records().count(), 240);
    assert!(exact.out.lines().skip(1).all(|line| line.ends_with(",restricted")));
    let public = run(&register, &export);
    assert_eq!((public.code, public.err.as_str()), (Some(0), ""));
    assert!(public.out.lines().skip(1).all(|line| line.ends_with(",public")));
}

#[test]
fn a_restricted_build_has_nothing_for_the_public() {
    let country = Country::new();
    let register = country.register();
    std::fs::remove_file(register.join("secret")).unwrap();
    let visits = country.write("v.csv", crate::refused::visits(&country));
    let words = ["build", text(&visits), "--regions", VERSION, "--release", "r1", "--restricted"];
    let words = [&words[..], &["--reference-date", "2021-11-30", "--quiet"]].concat();
    assert_eq!(run(&register, &words).code, Some(0));
    assert!(!register.join("secret").exists() && !register.join("releases/r1/public").exists());
    let export = ["export", "poverty-village", "--format", "csv", "-o", "-"];
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &export] {
        let said = run(&register, words);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{words:?}");
        assert!(said.err.contains("no public figures"), "{words:?}: {}", said.err);
    }
    let exact = run(&register, &[&export[..], &["--exact"]].concat());
    assert_eq!(exact.code, Some(0), "{}", exact.err);
}

#[test]
fn a_second_demo_serves_at_once_what_the_first_made() {
    let folder = tempfile::tempdir().unwrap();
    let register = folder.path().join("register");
    let words = ["demo", "--households", "3000"];
    let first = Server::start(&register, &words);
    let (status, _, body) = first.get("/layers/poverty/province.geojson");
    assert_eq!((status, collection(&body).features.len()), (200, 5));
    drop(first);
    let files = listed(&register);
    let begun = Instant::now();
    let second = Server::start(&register, &words);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(second.get("/layers/poverty/province.geojson").2, body);
    assert_eq!(listed(&register), files);
    let taken = sebaran(&register).arg("--json").arg("releases").output().unwrap();
    let releases: serde_json::Value = serde_json::from_slice(&taken.stdout).unwrap();
    assert_eq!(releases["releases"][0]["release"], "demo-3000");
}

//! The OGC API as GDAL's own client reads it.

use std::process::Command;

use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::program::Server;

const PLAN: Plan = Plan { households: 1_500, faults: None, format: TableFormat::Parquet };

/// Runs one of GDAL's programs; `None`, with a word, where it is not installed.
fn gdal(program: &str, words: &[&str]) -> Option<String> {
    let Ok(done) = Command::new(program).args(words).output() else {
        println!("skipped: `{program}` is not here; Debian's package is gdal-bin");
        return None;
    };
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{program} {words:?}: {said}");
    assert!(!said.to_lowercase().contains("error"), "{program} {words:?}: {said}");
    Some(String::from_utf8(done.stdout).unwrap())
}

fn matched(server: &Server, collection: &str) -> u64 {
    let url = format!("/ogc/collections/{collection}/items?limit=1&geometry=none");
    let (status, _, body) = server.get(&url);
    assert_eq!(status, 200, "{body}");
    let page: serde_json::Value = serde_json::from_str(&body).unwrap();
    page["numberMatched"].as_u64().unwrap()
}

fn served() -> (Country, Server) {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    country.build_with_tiles("r1", &[visits], Means::default()).unwrap();
    let server = Server::start(&country.register(), &["serve"]);
    (country, server)
}

#[test]
fn gdal_lists_every_collection_with_its_count_and_copies_one_whole() {
    let (country, server) = served();
    let source = format!("OAPIF:http://{}/ogc", server.address());
    let Some(told) = gdal("ogrinfo", &["-al", "-so", &source]) else { return };
    let (_, _, body) = server.get("/ogc/collections");
    let all: serde_json::Value = serde_json::from_str(&body).unwrap();
    for collection in all["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        let part = told.split("Layer name: ").find(|part| part.lines().next() == Some(id));
        let part = part.unwrap_or_else(|| panic!("no {id} in {told}"));
        let count = format!("Feature Count: {}\n", matched(&server, id));
        assert!(part.contains(&count), "{id}: {part}");
    }
    // More than a page of the client's.
    let copy = country.path("copy.gpkg");
    let copy = copy.to_str().unwrap();
    gdal("ogr2ogr", &["-f", "GPKG", copy, &source, "poverty-village", "-oo", "PAGE_SIZE=50"]);
    let told = gdal("ogrinfo", &["-so", copy, "poverty-village"]).unwrap();
    let count = matched(&server, "poverty-village");
    assert_eq!(count, 240);
    assert!(told.contains(&format!("Feature Count: {count}\n")), "{told}");
}

#[test]
fn a_tile_of_a_collection_is_the_tile_of_its_geography() {
    let (_country, server) = served();
    let base = "/ogc/collections/elderly-regency/tiles/WebMercatorQuad";
    let (status, _, body) = server.get(base);
    assert_eq!(status, 200, "{body}");
    let set: serde_json::Value = serde_json::from_str(&body).unwrap();
    let limits = set["tileMatrixSetLimits"].as_array().unwrap().last().unwrap();
    let zoom = limits["tileMatrix"].as_str().unwrap();
    let (row, column) = (&limits["minTileRow"], &limits["maxTileCol"]);
    let (status, head, ours) = server.get_bytes(&format!("{base}/{zoom}/{row}/{column}"));
    assert_eq!(status, 200);
    assert!(head.contains("application/vnd.mapbox-vector-tile"), "{head}");
    let plain = server.get_bytes(&format!("/tiles/regency/{zoom}/{column}/{row}.mvt")).2;
    assert_eq!(ours, plain);
}

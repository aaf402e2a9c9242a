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
fn gdal_reads_a_file_over_http_part_by_part() {
    let (_country, server) = served();
    let count = matched(&server, "poverty-village");
    for ending in ["fgb", "gpkg"] {
        let source =
            format!("/vsicurl/http://{}/layers/poverty/village.{ending}", server.address());
        let Some(told) = gdal("ogrinfo", &["-so", &source, "poverty-village"]) else { return };
        assert!(told.contains(&format!("Feature Count: {count}\n")), "{told}");
    }
    let (_, _, metrics) = server.get("/metrics");
    let parts = "requests_total{route=\"/layers/{theme}/{file}\",status=\"206\"}";
    assert!(metrics.contains(parts), "{metrics}");
}

#[test]
fn an_archive_of_tiles_is_had_in_parts() {
    let (_country, server) = served();
    let url = "/tiles/village.pmtiles";
    let whole = server.get_bytes(url).2;
    let bytes = whole.len();
    let ask = |range: &str| server.get_with(url, &[("Range", range), ("Accept-Encoding", "gzip")]);
    for (range, part) in [
        ("bytes=0-126".to_owned(), 0..127),
        ("Bytes=-9".to_owned(), bytes - 9..bytes),
        (format!("bytes={}-{}", bytes - 5, bytes + 5), bytes - 5..bytes),
        // More than there is, as a client asks that does not know the size.
        (format!("bytes=0-{}", bytes + 9999), 0..bytes),
    ] {
        let (status, head, body) = ask(&range);
        let told = format!("content-range: bytes {}-{}/{bytes}\r\n", part.start, part.end - 1);
        assert!(status == 206 && head.contains(&told), "{range}: {head}");
        assert!(body == whole[part] && !head.contains("\ncontent-encoding"), "{range}: {head}");
    }
    let (status, head, body) = ask("bytes=10-19,0-6");
    assert!(status == 206 && head.contains("multipart/byteranges; boundary="), "{head}");
    let parts = [&whole[10..20], &whole[..7]];
    assert!(parts.iter().all(|part| memchr::memmem::find(&body, part).is_some()));
    let (status, head, _) = ask(&format!("bytes={bytes}-"));
    assert!(
        status == 416 && head.contains(&format!("content-range: bytes */{bytes}\r\n")),
        "{head}"
    );
    for range in ["items=0-5", "bytes=9-3"] {
        let (status, _, body) = ask(range);
        assert!(status == 200 && body == whole, "{range}");
    }
    let (_, head, _) = server.get_bytes(url);
    let date = head.lines().find_map(|line| line.strip_prefix("last-modified: ")).unwrap();
    let day = date.split(' ').map(capital).collect::<Vec<_>>().join(" ").replace("Gmt", "GMT");
    for (version, expected) in [(day.as_str(), 206), ("Sat, 01 Jan 2000 00:00:00 GMT", 200)] {
        let (status, head, _) =
            server.get_with(url, &[("Range", "bytes=0-1"), ("If-Range", version)]);
        assert_eq!(status, expected, "{version}: {head}");
    }
}

/// A word of a date as it stands in a header: headers are read in lower case.
fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
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

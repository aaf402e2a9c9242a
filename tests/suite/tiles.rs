//! Tiles as others read them: GDAL decodes them, they hold the layers' figures, and neighbours meet.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gdal::vector::{Geometry, LayerAccess};
use gdal::{Dataset, DatasetOptions};
use sebaran::domain::position::Bounds;
use sebaran::domain::region::Level;
use sebaran::domain::tile::Tile;
use sebaran::domain::zoom::ZoomSettings;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan};
use crate::program::Server;

const PLAN: Plan = Plan { households: 1_500, faults: None, format: TableFormat::Parquet };

/// A feature of a tile: its code, its poor households, and its shape in units of the tile.
struct Drawn {
    code: String,
    poor: Option<i64>,
    shape: Geometry,
}

/// The poor households of a feature; `None` where it has none, which GDAL reads as 0.
fn poor(feature: &gdal::vector::Feature<'_>) -> Option<i64> {
    let field = |name: &str| feature.field_index(name).ok();
    let status = field("poverty_status").and_then(|it| feature.field_as_string(it).unwrap());
    let count = field("poverty_count").and_then(|it| feature.field_as_integer64(it).unwrap());
    count.filter(|_| status.as_deref() != Some("no_data"))
}

/// Decodes a layer of a tile with GDAL; nothing where the tile has no such layer.
fn decode(folder: &Path, bytes: &[u8], layer: &str) -> Vec<Drawn> {
    let path = folder.join("tile.mvt");
    fs::write(&path, bytes).unwrap();
    if bytes.is_empty() {
        return Vec::new();
    }
    let options = DatasetOptions { allowed_drivers: Some(&["MVT"]), ..DatasetOptions::default() };
    let dataset = Dataset::open_ex(&path, options).unwrap();
    let Ok(mut layer) = dataset.layer_by_name(layer) else { return Vec::new() };
    let read = |feature: gdal::vector::Feature<'_>| {
        let field = |name: &str| feature.field_index(name).ok();
        Drawn {
            code: feature.field_as_string(field("code").unwrap()).unwrap().unwrap(),
            poor: poor(&feature),
            shape: feature.geometry().unwrap().clone(),
        }
    };
    layer.features().map(read).collect()
}

fn served() -> (Country, Server) {
    let country = Country::new();
    let visits = country.survey("survey", PLAN);
    country.build_with_tiles("r1", &[visits], Means::default()).unwrap();
    let server = Server::start(&country.register(), &["serve"]);
    (country, server)
}

fn tiles(country: &Country, zoom: u8) -> impl Iterator<Item = Tile> {
    Tile::over(zoom, country.tree.bounds())
}

fn path(geography: &str, tile: Tile) -> String {
    format!("/tiles/{geography}/{}/{}/{}.mvt", tile.zoom(), tile.column(), tile.row())
}

/// The poor households of each place of a layer, by code.
fn counts(server: &Server, geography: &str) -> BTreeMap<String, Option<i64>> {
    let url = format!("/layers/poverty/{geography}.geojson?geometry=none");
    let (status, _, body) = server.get(&url);
    assert_eq!(status, 200, "{body}");
    let layer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let features = layer["features"].as_array().unwrap().iter();
    let properties = features.map(|feature| &feature["properties"]);
    properties.map(|it| (it["code"].as_str().unwrap().to_owned(), it["count"].as_i64())).collect()
}

#[test]
fn every_region_stands_in_the_tiles_with_the_figures_of_its_layer() {
    let (country, server) = served();
    let folder = tempfile::tempdir().unwrap();
    for level in [Level::Province, Level::District, Level::Village] {
        let zoom = ZoomSettings::embedded().of(level).most;
        let mut found = BTreeMap::new();
        let mut labelled = Vec::new();
        for tile in tiles(&country, zoom) {
            let (status, head, bytes) = server.get_bytes(&path(level.name(), tile));
            assert_eq!(status, 200);
            assert!(head.contains("application/vnd.mapbox-vector-tile"), "{head}");
            let drawn = decode(folder.path(), &bytes, level.name());
            found.extend(drawn.into_iter().map(|it| (it.code, it.poor)));
            labelled.extend(decode(folder.path(), &bytes, "label").into_iter().map(|it| it.code));
        }
        assert_eq!(found, counts(&server, level.name()), "{level}");
        labelled.sort();
        assert!(labelled.iter().eq(found.keys()), "each region is labelled once");
    }
}

/// The area of the holes of a shape: what lies between regions and belongs to none.
fn holes(shape: &Geometry) -> f64 {
    let parts = 0..shape.geometry_count();
    if shape.geometry_name() == "POLYGON" {
        let ring = |ring: usize| {
            let mut points = Vec::new();
            shape.get_geometry(ring).get_points(&mut points);
            let cross = |pair: &[(f64, f64, f64)]| pair[0].0 * pair[1].1 - pair[1].0 * pair[0].1;
            (points.windows(2).map(cross).sum::<f64>() / 2.0).abs()
        };
        return parts.skip(1).map(ring).sum();
    }
    parts.map(|part| holes(&shape.get_geometry(part))).sum()
}

#[test]
fn neighbours_meet_without_gaps_and_without_sharing_ground() {
    let (country, server) = served();
    let folder = tempfile::tempdir().unwrap();
    let zooms = ZoomSettings::embedded().of(Level::Village);
    let mut regions = 0;
    for zoom in [zooms.least + 1, zooms.most] {
        let (mut areas, mut united, mut between) = (0.0, 0.0, 0.0);
        for tile in tiles(&country, zoom) {
            let (_, _, bytes) = server.get_bytes(&path("village", tile));
            let drawn = decode(folder.path(), &bytes, "village");
            regions += drawn.len();
            // GEOS unites valid shapes alone; a small shape may touch itself.
            let valid: Vec<Geometry> =
                drawn.iter().map(|it| it.shape.buffer(0.0, 1).unwrap()).collect();
            areas += valid.iter().map(Geometry::area).sum::<f64>();
            let whole = valid.into_iter().reduce(|one, other| one.union(&other).unwrap());
            united += whole.as_ref().map_or(0.0, Geometry::area);
            between += whole.as_ref().map_or(0.0, holes);
        }
        let (shared, between) = ((areas - united) / united, between / united);
        assert!(shared < 1e-4 && between < 1e-4, "zoom {zoom}: {shared} {between}");
    }
    assert!(regions > 400, "{regions}");
}

#[test]
fn hexagons_follow_the_zoom_and_hold_the_figures_of_their_layer() {
    let (country, server) = served();
    let folder = tempfile::tempdir().unwrap();
    for (zoom, geography) in [(5, "hex4"), (8, "hex6"), (10, "hex8")] {
        let mut found = BTreeMap::new();
        for tile in tiles(&country, zoom) {
            let (status, _, bytes) = server.get_bytes(&path("hexagon", tile));
            assert_eq!(status, 200);
            let drawn = decode(folder.path(), &bytes, "hexagon");
            assert!(drawn.len() <= 4_000, "{}", drawn.len());
            found.extend(drawn.into_iter().map(|it| (it.code, it.poor)));
        }
        assert_eq!(found, counts(&server, geography), "{geography}");
    }
    let (status, _, problem) = server.get("/tiles/hexagon/11/1000/1000.mvt");
    assert!(status == 404 && problem.contains("from zoom 2 to 10"), "{problem}");
}

#[test]
fn an_archive_is_described_and_can_be_taken_home() {
    let (country, server) = served();
    let (status, _, body) = server.get("/tiles/regency.json");
    assert_eq!(status, 200);
    let told: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["tilejson"], "3.0.0");
    let url = told["tiles"][0].as_str().unwrap();
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with("/tiles/regency/{z}/{x}/{y}.mvt")
    );
    let layers: Vec<&str> = told["vector_layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert_eq!(layers, ["regency", "label"]);
    assert_eq!(told["vector_layers"][0]["fields"]["elderly_share"], "Number");
    let bounds: Bounds = serde_json::from_value(told["bounds"].clone()).unwrap();
    assert_eq!(bounds, country.tree.bounds());
    let (status, _, bytes) = server.get_bytes("/tiles/regency.pmtiles");
    let kept = country.register().join("releases/r1/public/tiles/regency.pmtiles");
    assert_eq!((status, bytes), (200, fs::read(kept).unwrap()));
    assert!(
        server.get("/tiles/street.json").0 == 404 && server.get("/tiles/hexagon.pmtiles").0 == 404
    );
}

#[test]
fn a_tile_that_is_known_is_not_sent_again_and_one_that_is_none_is_refused() {
    let (_country, server) = served();
    let (_, head, _) = server.get_bytes("/tiles/province/0/0/0.mvt");
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let (status, _, body) = server.get_with("/tiles/province/0/0/0.mvt", &[("If-None-Match", tag)]);
    assert_eq!((status, body.len()), (304, 0));
    for wrong in
        ["/tiles/province/1/2/0.mvt", "/tiles/province/0/0/0.png", "/tiles/province/9/0/a.mvt"]
    {
        let (status, _, problem) = server.get(wrong);
        assert!(status == 404 && problem.contains("no such tile"), "{wrong}: {problem}");
    }
    let (_, head, packed) =
        server.get_with("/tiles/province/0/0/0.mvt", &[("Accept-Encoding", "gzip")]);
    assert!(head.contains("content-encoding: gzip") && packed.starts_with(&[0x1f, 0x8b]));
}

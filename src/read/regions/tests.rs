use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use gdal::DriverManager;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use gdal::vector::{
    Feature, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};
use geo::{Area, BoundingRect};
use tempfile::TempDir;

use super::*;

const FIELDS: [&str; 4] = ["province_code", "province", "regency_code", "regency"];
pub(super) const SQUARE: &str = "POLYGON ((100 0, 101 0, 101 1, 100 1, 100 0))";
pub(super) const NEXT: &str = "POLYGON ((101 0, 102 0, 102 1, 101 1, 101 0))";

/// A layer to be written: each row has the values of the fields and an outline as WKT.
pub(super) struct Fixture<'a> {
    pub(super) fields: &'a [&'a str],
    pub(super) epsg: Option<u32>,
    pub(super) rows: &'a [(&'a [&'a str], &'a str)],
}

pub(super) const PLAIN: Fixture<'_> = Fixture {
    fields: &FIELDS,
    epsg: Some(4326),
    rows: &[(&["01", "Upper", "0102", "West"], SQUARE), (&["01", "Upper", "0103", "East"], NEXT)],
};

/// Writes layers through GDAL; outlines are given in degrees and brought to the layer's system.
pub(super) fn write(driver: &str, path: &Path, layers: &[(&str, &Fixture<'_>)]) {
    log::keep();
    let driver = DriverManager::get_driver_by_name(driver).unwrap();
    let mut dataset = driver.create_vector_only(path).unwrap();
    for (name, fixture) in layers {
        let srs = fixture.epsg.map(|epsg| {
            let mut srs = SpatialRef::from_epsg(epsg).unwrap();
            srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            srs
        });
        let ty = match driver.short_name().as_str() {
            "OpenFileGDB" => OGRwkbGeometryType::wkbMultiPolygon,
            _ => OGRwkbGeometryType::wkbUnknown,
        };
        let options = LayerOptions { name, srs: srs.as_ref(), ty, ..LayerOptions::default() };
        let layer = dataset.create_layer(options).unwrap();
        let fields: Vec<_> =
            fixture.fields.iter().map(|name| (*name, OGRFieldType::OFTString)).collect();
        layer.create_defn_fields(&fields).unwrap();
        let way = srs.map(|srs| CoordTransform::new(&source::wgs84().unwrap(), &srs).unwrap());
        for (values, wkt) in fixture.rows {
            let mut feature = Feature::new(layer.defn()).unwrap();
            for (index, value) in values.iter().enumerate() {
                feature.set_field_string(index, value).unwrap();
            }
            if !wkt.is_empty() {
                let mut geometry = Geometry::from_wkt(wkt).unwrap();
                way.iter().for_each(|way| geometry.transform_inplace(way).unwrap());
                feature.set_geometry(geometry).unwrap();
            }
            feature.create(&layer).unwrap();
        }
    }
    dataset.close().unwrap();
}

pub(super) fn read_file(path: &Path) -> Result<SourceRegions, RegionsError> {
    read_as(path, None, None)
}

pub(super) fn read_as(
    path: &Path,
    layer: Option<&str>,
    mapping: Option<&str>,
) -> Result<SourceRegions, RegionsError> {
    let mapping = mapping.map(|text| toml::from_str(text).unwrap());
    let mapping = mapping.as_ref();
    let encoding = None;
    read(&RegionsRequest { path, layer, mapping, encoding, system: CodeSystem::Bps }, &|_| {})
}

pub(super) fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(super) fn geopackage(folder: &TempDir, fixture: &Fixture<'_>) -> PathBuf {
    let path = folder.path().join("a.gpkg");
    write("GPKG", &path, &[("units", fixture)]);
    path
}

/// Reads the two squares and checks all that there is to them.
pub(super) fn assert_plain(read: Result<SourceRegions, RegionsError>) {
    let read = read.unwrap();
    assert_eq!((read.level, read.repaired.len()), (Level::Regency, 0));
    let codes: Vec<_> = read.regions.iter().map(|region| region.code.to_string()).collect();
    assert_eq!(codes, ["0102", "0103"]);
    assert_eq!(read.regions[1].names, ["Upper", "East"]);
    for (region, west) in read.regions.iter().zip([100.0, 101.0]) {
        let bounds = region.shape.bounding_rect().unwrap();
        let found = [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y];
        for (found, expected) in found.into_iter().zip([west, 0.0, west + 1.0, 1.0]) {
            assert!((found - expected).abs() < 1e-7, "{found} is not {expected}");
        }
    }
}

#[test]
fn reads_every_format() {
    let folder = place();
    for (driver, name) in [("GeoJSON", "a.geojson"), ("GPKG", "a.gpkg"), ("FlatGeobuf", "a.fgb")] {
        let path = folder.path().join(name);
        write(driver, &path, &[("units", &PLAIN)]);
        assert_plain(read_file(&path));
    }
}

#[test]
fn reads_a_gzipped_file_and_leaves_nothing_beside_it() {
    let folder = place();
    let plain = folder.path().join("a.geojson");
    write("GeoJSON", &plain, &[("units", &PLAIN)]);
    let path = folder.path().join("b.geojson.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&fs::read(&plain).unwrap()).unwrap();
    fs::write(&path, gzip.finish().unwrap()).unwrap();
    assert_plain(read_file(&path));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

pub(super) const SHAPEFILE_MAPPING: &str = r#"
    province = { code = "P_CODE", name = "P_NAME" }
    regency = { code = "R_CODE", name = "R_NAME" }
"#;

/// A Shapefile's field names have at most ten letters.
pub(super) fn shapefile_fixture(epsg: Option<u32>) -> Fixture<'static> {
    Fixture { fields: &["P_CODE", "P_NAME", "R_CODE", "R_NAME"], epsg, ..PLAIN }
}

#[test]
fn reads_a_shapefile_with_a_mapping_in_metres() {
    for epsg in [3857, 32647] {
        let folder = place();
        let path = folder.path().join("a.shp");
        write("ESRI Shapefile", &path, &[("a", &shapefile_fixture(Some(epsg)))]);
        assert_plain(read_as(&path, None, Some(SHAPEFILE_MAPPING)));
        assert_eq!(files(&path).len(), 4, "shp, shx, dbf and prj");
    }
}

#[test]
fn takes_the_reference_system_from_the_mapping() {
    let folder = place();
    let path = folder.path().join("a.shp");
    write("ESRI Shapefile", &path, &[("a", &shapefile_fixture(None))]);
    assert_says(
        read_as(&path, None, Some(SHAPEFILE_MAPPING)),
        &[
            "a.shp`",
            "layer `a`",
            "does not say its coordinate reference system",
            "crs = \"EPSG:4326\"",
        ],
    );
    let mapping = format!("crs = \"EPSG:4326\"\n{SHAPEFILE_MAPPING}");
    assert_plain(read_as(&path, None, Some(&mapping)));
    let mapping = format!("crs = \"EPSG:1\"\n{SHAPEFILE_MAPPING}");
    assert_says(read_as(&path, None, Some(&mapping)), &["not known (`EPSG:1`", "--mapping"]);
}

#[test]
fn refuses_a_reference_system_that_is_only_called_undefined() {
    let folder = place();
    let path = geopackage(&folder, &Fixture { epsg: None, ..PLAIN });
    assert_says(read_file(&path), &["a.gpkg`", "layer `units`", "Undefined", "--mapping"]);
}

#[test]
fn refuses_a_layer_without_features() {
    let folder = place();
    let path = geopackage(&folder, &Fixture { rows: &[], ..PLAIN });
    assert_says(read_file(&path), &["a.gpkg`", "layer `units`", "has no feature", "export"]);
}

#[test]
fn reads_from_a_zip_archive() {
    let folder = place();
    let path = folder.path().join("a.zip");
    let inside = |name: &str| PathBuf::from(format!("/vsizip/{}/{name}", path.display()));
    write("GeoJSON", &inside("readme-and-data/a.geojson"), &[("units", &PLAIN)]);
    assert_plain(read_file(&path));
    write("GeoJSON", &inside("b.geojson"), &[("units", &PLAIN)]);
    assert_says(read_file(&path), &["several layers", "--layer: b, a"]);
    assert_plain(read_as(&path, Some("b"), None));
}

#[test]
fn reads_a_zipped_shapefile() {
    let folder = place();
    // GDAL packs a Shapefile itself where the name ends so.
    let path = folder.path().join("a.shp.zip");
    write("ESRI Shapefile", &path, &[("a", &shapefile_fixture(Some(3857)))]);
    assert_plain(read_as(&path, None, Some(SHAPEFILE_MAPPING)));
}

#[test]
fn reads_kinds_offsets_and_prefixed_codes_by_the_mapping() {
    let folder = place();
    let fixture = Fixture {
        fields: &["CODE", "NAME", "TYPE"],
        rows: &[(&["ID01", "Upper", "Lake"], SQUARE), (&["ID02", " Lower ", "Land"], NEXT)],
        ..PLAIN
    };
    let mapping = r#"
        code_prefix = "ID"
        province = { code = "CODE", name = "NAME" }
        kind = { field = "TYPE", values = { "Lake" = "lake_or_forest" } }
        utc_offset = { provinces = { "02" = 480 } }
    "#;
    let read = read_as(&geopackage(&folder, &fixture), None, Some(mapping)).unwrap();
    let kinds: Vec<_> = read.regions.iter().map(|region| region.kind.name()).collect();
    assert_eq!(kinds, ["lake_or_forest", "region"]);
    let offsets: Vec<_> = read.regions.iter().map(|region| region.utc_offset_min).collect();
    assert_eq!(offsets, [None, Some(480)]);
    assert_eq!(read.regions[1].names, ["Lower"]);
}

#[test]
fn repairs_a_bow_tie_and_says_so() {
    let folder = place();
    let bow_tie = "POLYGON ((100 0, 101 1, 101 0, 100 1, 100 0))";
    let fixture = Fixture {
        rows: &[
            (&["01", "Upper", "0102", "West"], bow_tie),
            (&["01", "Upper", "0103", "East"], NEXT),
        ],
        ..PLAIN
    };
    let read = read_file(&geopackage(&folder, &fixture)).unwrap();
    assert_eq!(read.repaired.len(), 1);
    assert_eq!(read.repaired[0].code.to_string(), "0102");
    assert!(read.repaired[0].reason.contains("Self-intersection"), "{:?}", read.repaired);
    assert_eq!(read.regions[0].shape.0.len(), 2);
    assert!((read.regions[0].shape.unsigned_area() - 0.5).abs() < 1e-12);
}

pub(super) fn assert_says(read: Result<SourceRegions, RegionsError>, parts: &[&str]) {
    let message = read.expect_err("this is refused").to_string();
    for part in parts {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

/// Reads a layer of one feature besides a good one, and looks at the refusal.
fn assert_refused(values: &[&str], wkt: &str, parts: &[&str]) {
    let folder = place();
    let rows: [(&[&str], &str); 2] = [(&["01", "Upper", "0102", "West"], SQUARE), (values, wkt)];
    let fixture = Fixture { rows: &rows, ..PLAIN };
    let mut expected = vec!["a.gpkg`", "layer `units`", "feature 2"];
    expected.extend(parts);
    assert_says(read_file(&geopackage(&folder, &fixture)), &expected);
}

#[test]
fn refuses_what_is_no_vector_file() {
    let folder = place();
    let path = folder.path().join("a.geojson");
    assert_says(read_file(&path), &["a.geojson`", "no such file", "check the path"]);
    fs::write(&path, "not a map").unwrap();
    assert_says(read_file(&path), &["a.geojson`", "not recognized", "give GeoJSON"]);
    let zip = folder.path().join("a.zip");
    fs::write(&zip, "not an archive").unwrap();
    assert_says(read_file(&zip), &["a.zip`", "not a zip archive"]);
}

#[test]
fn refuses_a_layer_that_is_not_there_or_not_named() {
    let folder = place();
    let path = folder.path().join("a.gpkg");
    write("GPKG", &path, &[("units", &PLAIN), ("others", &PLAIN)]);
    assert_says(read_file(&path), &["a.gpkg`", "several layers", "--layer: units, others"]);
    assert_says(read_as(&path, Some("unit"), None), &["no layer `unit`", "--layer: units, others"]);
    assert_plain(read_as(&path, Some("units"), None));
}

#[test]
fn refuses_missing_fields_and_lists_those_there_are() {
    let folder = place();
    let path = geopackage(&folder, &PLAIN);
    let mapping = "province = { code = \"PCODE\", name = \"province\" }";
    assert_says(
        read_as(&path, None, Some(mapping)),
        &[
            "layer `units`",
            "no field `PCODE` for the province's code",
            "--mapping",
            "there are: province_code, province, regency_code, regency",
        ],
    );
    let mapping = "regency = { code = \"regency_code\", name = \"regency\" }";
    assert_says(read_as(&path, None, Some(mapping)), &["province's name", "under [province]"]);
    let other = place();
    let fixture = Fixture { fields: &["A", "B", "C", "D"], ..PLAIN };
    assert_says(
        read_file(&geopackage(&other, &fixture)),
        &["village_code", "there are: A, B, C, D"],
    );
}

#[test]
fn refuses_bad_codes() {
    let row = |code| ["01", "Upper", code, "East"];
    assert_refused(&row(""), NEXT, &["`regency_code` holds no code"]);
    assert_refused(&row("01x3"), NEXT, &["`01x3` in field `regency_code`", "code_prefix"]);
    assert_refused(&row("103"), NEXT, &["`103` has 3 digits", "bps has 4", "leading zeros"]);
    assert_refused(&row("01.03"), NEXT, &["dotted", "use --system kemendagri"]);
    assert_refused(&row("0203"), NEXT, &["its province code is `01`", "begins with `02`"]);
    assert_refused(&row("0102"), NEXT, &["code 0102", "stands at feature 1 already", "dissolve"]);
}

#[test]
fn names_the_other_system_where_the_width_is_its() {
    let folder = place();
    let fixture = Fixture {
        fields: &["province", "regency", "district_code", "district"],
        rows: &[(&["Upper", "West", "010203", "Hill"], SQUARE)],
        ..PLAIN
    };
    assert_says(
        read_file(&geopackage(&folder, &fixture)),
        &["district code `010203` has 6 digits", "bps has 7", "use --system kemendagri"],
    );
}

#[test]
fn refuses_an_empty_name() {
    assert_refused(&["01", "Upper", "0103", " "], NEXT, &["code 0103", "`regency` is empty"]);
}

#[test]
fn refuses_missing_empty_and_other_geometries() {
    let row = ["01", "Upper", "0103", "East"];
    assert_refused(&row, "", &["code 0103", "has no geometry", "remove it"]);
    assert_refused(&row, "POLYGON EMPTY", &["geometry is empty", "remove it"]);
    assert_refused(&row, "POINT (100 0)", &["is a point, not a polygon", "--layer"]);
    assert_refused(&row, "POLYGON ((100 0, 181 0, 101 1, 100 0))", &["±180", "crs"]);
}

#[test]
fn refuses_a_file_that_breaks_off() {
    let folder = place();
    let path = folder.path().join("a.geojson");
    write("GeoJSON", &path, &[("units", &PLAIN)]);
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() - 60]).unwrap();
    assert_says(read_file(&path), &["a.geojson`"]);
}

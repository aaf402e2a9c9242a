//! Archives, encodings, geometries and codes as other programs write them.

use std::fs;
use std::path::{Path, PathBuf};

use geo::Area;

use super::tests::{
    Fixture, PLAIN, SHAPEFILE_MAPPING, assert_plain, assert_says, geopackage, place, read_as,
    read_file, shapefile_fixture, write,
};
use super::*;

/// Writes a zip archive whose entries are not compressed.
fn zip(path: &Path, entries: &[(String, Vec<u8>)]) {
    let (mut file, mut index): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = bytes.len() as u32;
        let mut head = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        head.extend([crc.sum(), size, size].map(u32::to_le_bytes).concat());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0; 2]);
        let start = file.len() as u32;
        file.extend(b"PK\x03\x04".iter().chain(&head).chain(name.as_bytes()).chain(bytes));
        index.extend(b"PK\x01\x02\x14\0".iter().chain(&head).chain(&[0; 10]));
        index.extend(start.to_le_bytes().iter().chain(name.as_bytes()));
    }
    let (count, length) = (entries.len() as u16, index.len() as u32);
    let start = file.len() as u32;
    file.extend(index);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count, count].map(u16::to_le_bytes).concat());
    file.extend([length, start].map(u32::to_le_bytes).concat());
    file.extend([0; 2]);
    fs::write(path, file).unwrap();
}

/// The files of a folder as entries under a prefix, in the order of their names.
fn entries(folder: &Path, prefix: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|it| (format!("{prefix}{}", name(it)), fs::read(it).unwrap())).collect()
}

#[test]
fn reads_an_archive_of_the_finder() {
    let (folder, outside) = (place(), place());
    let mut all = Vec::new();
    write("ESRI Shapefile", &folder.path().join("a.shp"), &[("a", &shapefile_fixture(Some(4326)))]);
    all.extend(entries(folder.path(), "maps/"));
    all.extend(all.clone().into_iter().map(|(name, _)| {
        (name.replace("maps/", "__MACOSX/maps/._"), b"\0\x05\x16\x07Mac OS X".to_vec())
    }));
    let path = outside.path().join("a.zip");
    zip(&path, &all);
    for layer in [None, Some("a"), Some("a.shp"), Some("maps/a.shp")] {
        assert_plain(read_as(&path, layer, Some(SHAPEFILE_MAPPING)));
    }
}

#[test]
fn reads_a_zipped_geodatabase() {
    let (folder, outside) = (place(), place());
    let geodatabase = folder.path().join("b.gdb");
    write("OpenFileGDB", &geodatabase, &[("units", &PLAIN)]);
    for (name, prefix) in [("a.zip", "data/b.gdb/"), ("b.gdb.zip", "b.gdb/"), ("c.gdb.zip", "")] {
        let path = outside.path().join(name);
        zip(&path, &entries(&geodatabase, prefix));
        assert_plain(read_file(&path));
        assert_plain(read_as(&path, Some("units"), None));
    }
    let path = outside.path().join("d.zip");
    zip(&path, &entries(&geodatabase, ""));
    assert_says(read_file(&path), &["without their folder", "NAME.gdb.zip"]);
}

#[test]
fn passes_over_json_that_is_no_map_and_warns() {
    let (folder, outside) = (place(), place());
    write("GeoJSON", &folder.path().join("units.geojson"), &[("units", &PLAIN)]);
    let mut all = entries(folder.path(), "");
    all.push(("metadata.json".to_owned(), b"{\"title\": \"Units\"}".to_vec()));
    let path = outside.path().join("a.zip");
    zip(&path, &all);
    let read = read_file(&path);
    let warnings = &read.as_ref().unwrap().warnings;
    assert!(warnings[0].contains("`metadata.json` in the archive is not read"), "{warnings:?}");
    assert_plain(read);
    assert_plain(read_as(&path, Some("units"), None));
    all.push(("more.geojson".to_owned(), b"{\"type\": \"Feature".to_vec()));
    zip(&path, &all);
    assert_says(read_file(&path), &["`more.geojson` in the archive is not read"]);
}

#[test]
fn reads_a_layer_of_one_file_among_several_of_an_archive() {
    let (folder, outside) = (place(), place());
    let two = [("west", &PLAIN), ("east", &PLAIN)];
    write("GPKG", &folder.path().join("a.gpkg"), &two);
    write("GeoJSON", &folder.path().join("b.geojson"), &[("units", &PLAIN)]);
    let path = outside.path().join("a.zip");
    zip(&path, &entries(folder.path(), ""));
    assert_says(read_file(&path), &["several layers", "--layer: west, east, b"]);
    for layer in ["east", "a.gpkg/west", "b", "b.geojson"] {
        assert_plain(read_as(&path, Some(layer), None));
    }
}

#[test]
fn linearises_curves_in_metres_and_takes_polygons_out_of_collections() {
    let folder = place();
    let round = "MULTISURFACE (CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (100 0, 100.5 0.5, 101 0), (101 0, 100 0))))";
    let mixed = "GEOMETRYCOLLECTION (POLYGON ((101 0, 102 0, 102 1, 101 1, 101 0)), POINT (101.5 0.5), \
                 LINESTRING (101 0, 102 1))";
    let rows: [(&[&str], &str); 2] =
        [(&["01", "Upper", "0102", "West"], round), (&["01", "Upper", "0103", "East"], mixed)];
    let fixture = Fixture { rows: &rows, epsg: Some(32647), ..PLAIN };
    let read = read_file(&geopackage(&folder, &fixture)).unwrap();
    let half = std::f64::consts::PI / 8.0;
    assert!((read.regions[0].shape.unsigned_area() / half - 1.0).abs() < 0.01);
    assert!(read.regions[0].shape.0[0].exterior().0.len() > 40);
    assert!((read.regions[1].shape.unsigned_area() - 1.0).abs() < 1e-4);
    let [left_out] = &read.left_out[..] else { panic!("{:?}", read.left_out) };
    assert_eq!((left_out.code.to_string(), left_out.feature), ("0103".to_owned(), 2));
    assert_eq!(left_out.parts, "1 linestring, 1 point");
    let rows: [(&[&str], &str); 1] =
        [(&["01", "Upper", "0102", "West"], "GEOMETRYCOLLECTION (POINT (100 0))")];
    let refused = read_file(&geopackage(&place(), &Fixture { rows: &rows, ..PLAIN }));
    assert_says(refused, &["feature 1", "geometrycollection of 1 point, not a polygon"]);
}

/// A Shapefile in which the text `West` is these bytes, with this `.cpg` or none.
fn shapefile(folder: &Path, west: &[u8; 4], cpg: Option<&str>) -> PathBuf {
    let path = folder.join("a.shp");
    write("ESRI Shapefile", &path, &[("a", &shapefile_fixture(Some(4326)))]);
    let table = path.with_extension("dbf");
    let mut bytes = fs::read(&table).unwrap();
    let places: Vec<usize> =
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"West")).collect();
    assert_eq!(places.len(), 1);
    bytes[places[0]..places[0] + 4].copy_from_slice(west);
    // The byte that says the encoding.
    bytes[29] = 0;
    fs::write(&table, bytes).unwrap();
    let _ = fs::remove_file(path.with_extension("cpg"));
    if let Some(cpg) = cpg {
        fs::write(path.with_extension("cpg"), cpg).unwrap();
    }
    path
}

fn name_in(path: &Path, encoding: Option<&str>) -> Result<(String, Vec<String>), RegionsError> {
    let mapping = toml::from_str(SHAPEFILE_MAPPING).unwrap();
    let (mapping, system) = (Some(&mapping), CodeSystem::Bps);
    let read = read(&RegionsRequest { path, layer: None, mapping, encoding, system }, &|_| {})?;
    Ok((read.regions[0].names[1].clone(), read.warnings))
}

#[test]
fn reads_the_text_of_shapefiles_in_their_encoding_or_says_what_it_took() {
    for (west, cpg, encoding, expected, warns) in [
        (b"We\xf1t", None, None, "Weñt", true),
        (b"W\xc3\xb1t", None, None, "Wñt", false),
        (b"W\xc3\xb1t", Some("1252"), None, "Wñt", true),
        (b"We\xf1t", Some("1252"), None, "Weñt", false),
        (b"We\xf1t", None, Some("windows-1252"), "Weñt", false),
        (b"We\xf1t", Some("UTF-8"), Some("ISO-8859-1"), "Weñt", false),
        (b"We\xa4t", None, Some("CP850"), "Weñt", false),
        (b"We\xa4t", Some("850"), None, "Weñt", false),
    ] {
        let folder = place();
        let (name, warnings) = name_in(&shapefile(folder.path(), west, cpg), encoding).unwrap();
        assert_eq!((name.as_str(), warnings.len()), (expected, usize::from(warns)), "{warnings:?}");
    }
}

#[test]
fn refuses_text_that_its_encoding_has_not() {
    let refused = |west, cpg, encoding| {
        let folder = place();
        name_in(&shapefile(folder.path(), west, cpg), encoding).unwrap_err().to_string()
    };
    let text = refused(b"We\xf1t", Some("UTF-8"), None);
    assert!(text.contains("feature 0 (code 0102)") && text.contains("`R_NAME`"), "{text}");
    assert!(text.contains("not valid in UTF-8") && text.contains("--encoding windows"), "{text}");
    let text = refused(b"West", None, Some("utf-99"));
    assert!(text.contains("encoding `utf-99` is not known"), "{text}");
    let folder = place();
    let path = geopackage(&folder, &PLAIN);
    let text = name_in(&path, Some("UTF-8")).unwrap_err().to_string();
    assert!(text.contains("GPKG says its own"), "{text}");
}

#[test]
fn reads_codes_that_were_stored_as_real_numbers() {
    let folder = place();
    let read = |west: &str, east: &str| {
        let feature = |code: &str, name: &str, from: u32| {
            let (west, east) = (from, from + 1);
            format!(
                "{{\"type\": \"Feature\", \"properties\": {{\"regency_code\": {code}, \"regency\": \"{name}\", \
                 \"province\": \"Upper\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": \
                 [[[{west}, 0], [{east}, 0], [{east}, 1], [{west}, 1], [{west}, 0]]]}}}}"
            )
        };
        let (west, east) = (feature(west, "West", 100), feature(east, "East", 101));
        let text = format!("{{\"type\": \"FeatureCollection\", \"features\": [{west}, {east}]}}");
        let path = folder.path().join("a.geojson");
        fs::write(&path, text).unwrap();
        let read = read_file(&path)?;
        Ok(read.regions.iter().map(|region| region.code.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(read("5102.0", "5.103e3").unwrap(), ["5102", "5103"]);
    assert_eq!(read("\"5102.0\"", "\"5103.000\"").unwrap(), ["5102", "5103"]);
    let refused = |read: Result<Vec<String>, RegionsError>| read.unwrap_err().to_string();
    let text = refused(read("5102.0", "5103.5"));
    assert!(text.contains("`5103.5`") && text.contains("export the field as text"), "{text}");
    let text = refused(read("\"5102\"", "\"5.103E+03\""));
    assert!(text.contains("`5.103E+03` in field `regency_code` is a number"), "{text}");
    let text = refused(read("5102.0", "103.0"));
    assert!(text.contains("`103` has 3 digits") && text.contains("leading zeros"), "{text}");
}

#[test]
fn topojson_is_in_wgs_84() {
    let folder = place();
    let path = folder.path().join("a.topojson");
    let unit = |arc: usize, code: &str, name: &str| {
        format!(
            "{{\"type\": \"Polygon\", \"arcs\": [[{arc}]], \"properties\": {{\"province_code\": \"01\", \
             \"province\": \"Upper\", \"regency_code\": \"{code}\", \"regency\": \"{name}\"}}}}"
        )
    };
    let arc = |west: u32| {
        let east = west + 1;
        format!("[[{west}, 0], [{east}, 0], [{east}, 1], [{west}, 1], [{west}, 0]]")
    };
    let text = format!(
        "{{\"type\": \"Topology\", \"objects\": {{\"units\": {{\"type\": \"GeometryCollection\", \"geometries\": \
         [{}, {}]}}}}, \"arcs\": [{}, {}]}}",
        unit(0, "0102", "West"),
        unit(1, "0103", "East"),
        arc(100),
        arc(101)
    );
    fs::write(&path, text).unwrap();
    assert_plain(read_file(&path));
}

#[test]
fn composes_the_letters_of_names() {
    let folder = place();
    let rows: [(&[&str], &str); 1] = [(
        &["01", "Upper", "0102", "Pen\u{303}a"],
        "POLYGON ((100 0, 101 0, 101 1, 100 1, 100 0))",
    )];
    let read = read_file(&geopackage(&folder, &Fixture { rows: &rows, ..PLAIN })).unwrap();
    assert_eq!(read.regions[0].names[1], "Pe\u{f1}a");
}

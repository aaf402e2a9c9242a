use std::fs::{self, File};

use geo::{MultiPolygon, Rect, coord};

use super::*;
use crate::domain::code::CodeSystem;
use crate::domain::position::{Bounds, Position};
use crate::domain::region::{LeftOut, Region, RegionKind, RegionTree, Repair, Shapes};

fn square(west: f64) -> MultiPolygon {
    let rect = Rect::new(coord! { x: west, y: 0.0 }, coord! { x: west + 1.0, y: 1.0 });
    MultiPolygon::new(vec![rect.to_polygon()])
}

fn region(code: &str, west: f64) -> Region {
    let code = code.parse().unwrap();
    let system = CodeSystem::Invented;
    Region {
        code,
        name: format!("Name of {code}"),
        level: system.level(code.width()).unwrap(),
        kind: if west > 5.0 { RegionKind::LakeOrForest } else { RegionKind::Region },
        area_km2: 12.5,
        bounds: Bounds::from([west, 0.0, west + 1.0, 1.0]),
        label: Position::new(west + 0.5, 0.5).unwrap(),
        utc_offset_min: 480,
    }
}

fn version() -> Slug {
    "test-1".parse().unwrap()
}

fn regions() -> (RegionTree, Shapes) {
    let regions = vec![region("01", 0.0), region("0101", 0.0), region("0102", 9.0)];
    let tree = RegionTree::new(CodeSystem::Invented, version(), regions).unwrap();
    let full = vec![square(0.0), square(0.0), square(9.0)];
    let general = vec![square(0.1), square(0.1), MultiPolygon::new(Vec::new())];
    (tree, Shapes { full, general })
}

fn report() -> ImportReport {
    let code = |text: &str| text.parse().unwrap();
    ImportReport {
        licence: None,
        source: SourceStamp {
            name: "units.gpkg".to_owned(),
            layer: "units".to_owned(),
            blake3: Digest::of_bytes(b"units"),
        },
        repaired: vec![Repair { code: code("0101"), feature: 3, reason: "a knot".to_owned() }],
        left_out: vec![LeftOut { code: code("0102"), feature: 4, parts: "1 point".to_owned() }],
        warnings: vec!["it is not certain".to_owned()],
        overlaps: vec![OverlapFound { a: code("0101"), b: code("0102"), area_km2: 0.1 }],
        gaps: vec![GapFound {
            area_km2: 2.5,
            longitude: 4.0,
            latitude: 0.5,
            neighbours: vec![code("0101")],
        }],
    }
}

fn saved(register: &Path) -> Manifest {
    let (tree, shapes) = regions();
    save(register, &tree, &shapes, &report(), IfThere::Refuse).unwrap()
}

#[test]
fn loads_what_was_saved() {
    let register = tempfile::tempdir().unwrap();
    let manifest = saved(register.path());
    let (tree, shapes) = regions();
    assert_eq!(load(register.path(), &version()).unwrap(), (tree.clone(), shapes.clone()));
    assert_eq!(load_tree(register.path(), &version()).unwrap(), tree);
    assert_eq!(load_general(register.path(), &version()).unwrap(), (tree, shapes.general));
    assert_eq!(load_manifest(register.path(), &version()).unwrap(), manifest);
    assert_eq!(manifest.report, report());
    assert_eq!(manifest.levels[1].lake_or_forest, 1);
    assert_eq!(versions(register.path()).unwrap(), [version()]);
}

#[test]
fn writes_the_same_bytes_twice() {
    let registers = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let bytes = registers.each_ref().map(|register| {
        saved(register.path());
        let folder = folder(register.path(), &version());
        [MANIFEST, TABLE].map(|file| fs::read(folder.join(file)).unwrap())
    });
    assert_eq!(bytes[0], bytes[1]);
}

#[test]
fn refuses_a_version_that_is_there_unless_it_is_to_be_replaced() {
    let register = tempfile::tempdir().unwrap();
    saved(register.path());
    let (tree, mut shapes) = regions();
    shapes.full[0] = square(3.0);
    let refused = save(register.path(), &tree, &shapes, &report(), IfThere::Refuse).unwrap_err();
    assert!(refused.to_string().contains("`test-1` are there already"), "{refused}");
    assert!(refused.to_string().contains("--replace"), "{refused}");
    save(register.path(), &tree, &shapes, &report(), IfThere::Replace).unwrap();
    assert_eq!(load(register.path(), &version()).unwrap().1, shapes);
    assert_eq!(fs::read_dir(home(register.path())).unwrap().count(), 1, "nothing is left aside");
}

#[test]
fn says_which_versions_there_are() {
    let register = tempfile::tempdir().unwrap();
    let asked = "bps-1999".parse().unwrap();
    let none = load(register.path(), &asked).unwrap_err().to_string();
    assert!(none.contains("there are: none; import them with"), "{none}");
    saved(register.path());
    let some = load(register.path(), &asked).unwrap_err().to_string();
    assert!(some.contains("there are: test-1;"), "{some}");
}

#[test]
fn refuses_damaged_files() {
    let register = tempfile::tempdir().unwrap();
    saved(register.path());
    let table = folder(register.path(), &version()).join(TABLE);
    let whole = fs::read(&table).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    let cases =
        [(&whole[..9], "it has 9 bytes"), (&changed[..], "content is not what was written")];
    for (bytes, part) in cases {
        fs::write(&table, bytes).unwrap();
        let error = load_tree(register.path(), &version()).unwrap_err().to_string();
        assert!(error.contains("regions.parquet` of regions `test-1` is damaged"), "{error}");
        assert!(error.contains(part), "{error}");
    }
    for bytes in [&b"{\"format\": 1}"[..], b"{"] {
        fs::write(folder(register.path(), &version()).join(MANIFEST), bytes).unwrap();
        let error = load_tree(register.path(), &version()).unwrap_err().to_string();
        assert!(error.contains("regions.json` of regions `test-1` is damaged"), "{error}");
    }
}

#[test]
fn refuses_another_format() {
    let register = tempfile::tempdir().unwrap();
    saved(register.path());
    let path = folder(register.path(), &version()).join(MANIFEST);
    fs::write(&path, "{\"format\": 3}").unwrap();
    let error = load_tree(register.path(), &version()).unwrap_err().to_string();
    assert_eq!(
        error,
        "regions `test-1` have the format 3, and this program reads 2; import them again with \
         --replace"
    );
}

#[test]
fn tells_other_programs_where_the_geometry_is() {
    let register = tempfile::tempdir().unwrap();
    saved(register.path());
    let file = File::open(folder(register.path(), &version()).join(TABLE)).unwrap();
    let reader = parquet::file::reader::SerializedFileReader::new(file).unwrap();
    let metadata = parquet::file::reader::FileReader::metadata(&reader).file_metadata().clone();
    let pairs = metadata.key_value_metadata().unwrap();
    let geo = pairs.iter().find(|pair| pair.key == "geo").unwrap().value.clone().unwrap();
    let geo: serde_json::Value = serde_json::from_str(&geo).unwrap();
    assert_eq!(geo["version"], "1.1.0");
    assert_eq!(geo["primary_column"], "geometry");
    assert_eq!(geo["columns"]["general"]["encoding"], "WKB");
    assert_eq!(geo["columns"]["geometry"]["bbox"], serde_json::json!([0.0, 0.0, 10.0, 1.0]));
}

#[test]
fn makes_the_invented_country_where_it_is_asked_for() {
    let register = tempfile::tempdir().unwrap();
    let demo: Slug = "demo".parse().unwrap();
    ensure(register.path(), &version()).unwrap();
    assert!(versions(register.path()).unwrap().is_empty(), "only the demo is made");
    ensure(register.path(), &demo).unwrap();
    let first = load_manifest(register.path(), &demo).unwrap();
    ensure(register.path(), &demo).unwrap();
    assert_eq!(load_manifest(register.path(), &demo).unwrap(), first);
    assert_eq!(first.system, CodeSystem::Invented);
    assert_eq!(load_tree(register.path(), &demo).unwrap().deepest().name(), "village");
}

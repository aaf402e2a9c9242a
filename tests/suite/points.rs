//! With real boundaries at hand (they are no part of the repository): every known point lands where GEOS
//! says.

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use sebaran::commands::Common;
use sebaran::commands::regions::{ImportArgs, RegionsCommand, run};
use sebaran::domain::code::CodeSystem;
use sebaran::domain::position::Position;
use sebaran::domain::region::{Level, RegionTree, Slug};
use sebaran::locate::RegionIndex;
use sebaran::store::index;

#[derive(Debug, serde::Deserialize)]
struct KnownPoint {
    longitude: f64,
    latitude: f64,
    /// The codes of every village that touches it, `|` between them.
    village_code_s30m: String,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")
}

fn import(register: &Path, source: PathBuf, version: &Slug) -> (RegionTree, RegionIndex) {
    let common =
        Common { register: register.into(), config: None, quiet: true, json: false, threads: None };
    let args = ImportArgs {
        licence: None,
        source,
        mapping: None,
        system: CodeSystem::Bps,
        version: version.clone(),
        layer: None,
        encoding: None,
        replace: false,
    };
    run(&common, &RegionsCommand::Import(args)).unwrap();
    index::open(register, version).unwrap()
}

#[test]
fn every_known_point_lands_in_the_least_code_that_touches_it() {
    let source = data().join("regions/idn_desa_s30m.geojson.gz");
    let points = data().join("points/known_points.csv.gz");
    if !source.exists() || !points.exists() {
        println!("skipped: `{}` is not here", data().display());
        return;
    }
    let register = tempfile::tempdir().unwrap();
    let (tree, index) = import(register.path(), source, &"bps-2020".parse().unwrap());
    let counts = Level::ALL.map(|level| tree.level(level).len());
    assert_eq!(counts, [34, 522, 7_068, 81_904]);

    let villages: Vec<String> =
        tree.level(Level::Village).map(|(_, region)| region.code.to_string()).collect();
    let points = csv::Reader::from_reader(GzDecoder::new(File::open(points).unwrap()))
        .into_deserialize()
        .collect::<Result<Vec<KnownPoint>, _>>()
        .unwrap();
    let position = |point: &KnownPoint| Position::new(point.longitude, point.latitude);
    let positions: Vec<_> = points.iter().map(position).collect();
    let mut together = Vec::new();
    index.view().find_many(&positions, &mut together);
    let mut wrong = Vec::new();
    for ((point, position), found) in points.iter().zip(positions).zip(together) {
        assert_eq!(index.view().find(position.unwrap()), found);
        let found = found.map(|ordinal| villages[ordinal as usize].as_str());
        let expected = point.village_code_s30m.split('|').filter(|code| !code.is_empty()).min();
        if found != expected {
            wrong.push(format!("{point:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} points: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    let touching = points.iter().filter(|point| point.village_code_s30m.contains('|')).count();
    assert_eq!(points.len(), 11_600);
    assert!(touching > 500, "only {touching} points touch several villages");
}

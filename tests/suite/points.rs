//! With real boundaries at hand (they are no part of the repository): every known point lands where GEOS
//! says.

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use sebaran::check::CheckSettings;
use sebaran::commands::Common;
use sebaran::commands::regions::{ImportArgs, RegionsCommand, run};
use sebaran::domain::code::CodeSystem;
use sebaran::domain::indicator::PovertyThreshold;
use sebaran::domain::position::Position;
use sebaran::domain::region::{Level, Slug};
use sebaran::domain::visit::AssignBy;
use sebaran::engine::Ground;
use sebaran::store::index;

#[derive(Debug, serde::Deserialize)]
struct KnownPoint {
    id: u32,
    longitude: f64,
    latitude: f64,
    kind: String,
    /// The codes of every village that touches it, `|` between them.
    village_code_s30m: String,
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")
}

fn import(register: &Path, source: PathBuf, version: &Slug) -> Ground {
    let common =
        Common { register: register.into(), config: None, quiet: true, json: false, threads: None };
    let args = ImportArgs {
        source,
        mapping: None,
        system: CodeSystem::Bps,
        version: version.clone(),
        layer: None,
        replace: false,
    };
    run(&common, &RegionsCommand::Import(args)).unwrap();
    let (tree, index) = index::open(register, version).unwrap();
    let (check, threshold) = (CheckSettings::default(), PovertyThreshold::default());
    Ground { tree, index, assign: AssignBy::Declared, check, threshold }
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
    let ground = import(register.path(), source, &"bps-2020".parse().unwrap());
    let counts = Level::ALL.map(|level| ground.tree.level(level).len());
    assert_eq!(counts, [34, 522, 7_068, 81_904]);

    let locator = ground.locator();
    let mut reader = csv::Reader::from_reader(GzDecoder::new(File::open(points).unwrap()));
    let (mut tried, mut touching, mut wrong) = (0, 0, Vec::new());
    for point in reader.deserialize::<KnownPoint>() {
        let point = point.unwrap();
        let position = Position::new(point.longitude, point.latitude).unwrap();
        let found = locator.region_at(position).map(|id| ground.tree.get(id).code.to_string());
        let expected = point.village_code_s30m.split('|').filter(|code| !code.is_empty()).min();
        if found.as_deref() != expected {
            wrong.push(format!("{point:?}: {found:?}"));
        }
        tried += 1;
        touching += u32::from(point.village_code_s30m.contains('|'));
    }
    assert!(wrong.is_empty(), "{} points: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    assert_eq!(tried, 11_600);
    assert!(touching > 1_000, "only {touching} points touch several villages");
}

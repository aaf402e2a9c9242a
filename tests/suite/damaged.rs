//! Files of a release that changed after it was published: a server answers from none of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sebaran::domain::region::Level;
use sebaran::store::tables::TableFormat;
use sebaran::store::{StoreError, public, regions};

use crate::country::{Country, Plan, REFERENCE_DATE, VERSION, listed};
use crate::program::{Server, run};

const PLAN: Plan = Plan { households: 2_000, faults: None, format: TableFormat::Parquet };

/// A country with a release of every public file: leaves, denominators, institutions, tiles.
fn built() -> Country {
    let country = Country::new();
    let folder = country.registers("survey", PLAN);
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (visits, denominators, institutions) =
        (file("visits-000.parquet"), file("denominators.parquet"), file("institutions.parquet"));
    let words = ["build", &visits, "--regions", VERSION, "--release", "r1", "--quiet", "--publish"];
    let more = ["--denominators", &denominators, "--institutions", &institutions];
    let words = [&words[..], &more, &["--reference-date", REFERENCE_DATE]].concat();
    let built = run(&country.register(), &words);
    assert_eq!(built.code, Some(0), "{}", built.err);
    country
}

/// Opens everything that a public server opens of a release.
fn open(register: &Path) -> Result<(), StoreError> {
    let release = public::open(register, Some(&"r1".parse().unwrap()))?;
    let version = &release.facts().regions.version;
    regions::load_manifest(register, version)?;
    let (tree, _) = regions::load_general(register, version)?;
    regions::load(register, version)?;
    release.leaves(&tree)?;
    release.denominators()?;
    release.institutions()?;
    Level::ALL.into_iter().try_for_each(|level| release.tiles(level).map(drop))
}

/// The files that a public server opens.
fn files(register: &Path) -> Vec<PathBuf> {
    let regions = register.join("regions").join(VERSION);
    let mut files = listed(&register.join("releases/r1/public"));
    files.extend(["regions.json", "regions.parquet"].map(|name| regions.join(name)));
    // It says by its being there that the release was published; nothing is read from it.
    files.retain(|path| path.is_file() && !path.ends_with("published.json"));
    files
}

#[test]
fn a_changed_byte_anywhere_is_refused_by_an_error_that_names_the_remedy() {
    let country = built();
    let register = country.register();
    open(&register).unwrap();
    let files = files(&register);
    assert_eq!(files.len(), 10, "{files:?}");
    let mut random = StdRng::seed_from_u64(14);
    for path in files {
        let whole = fs::read(&path).unwrap();
        let ends = [0, whole.len() / 2, whole.len() - 1];
        let random = (0..20).map(|_| random.random_range(0..whole.len())).collect::<Vec<_>>();
        for (number, at) in ends.into_iter().chain(random).enumerate() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (number % 8);
            fs::write(&path, changed).unwrap();
            let refused = open(&register);
            let said = refused.expect_err(&format!("{} at {at}", path.display())).to_string();
            let remedies = ["sebaran verify r1", "restore it", "import", "use the version"];
            assert!(remedies.iter().any(|remedy| said.contains(remedy)), "{at}: {said}");
        }
        for length in [0, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(open(&register).is_err(), "{length} bytes of {}", path.display());
        }
        fs::write(&path, whole).unwrap();
    }
    open(&register).unwrap();
}

/// Changes a byte in the middle of a file.
fn change(path: &Path) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 16;
    fs::write(path, changed).unwrap();
    whole
}

/// Waits until an address is answered with a status.
fn wait_for(server: &Server, path: &str, status: u16) {
    let start = Instant::now();
    while server.get_bytes(path).0 != status {
        assert!(start.elapsed() < Duration::from_secs(20), "{path} is not answered with {status}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_server_says_503_while_its_only_release_is_damaged_and_answers_once_it_is_mended() {
    let country = built();
    let register = country.register();
    let leaves = register.join("releases/r1/public/leaves.parquet");
    let whole = change(&leaves);
    let server = Server::start(&register, &["serve"]);
    for path in ["/layers/poverty/village.csv", "/ready", "/tiles/regency.pmtiles", "/plain"] {
        let (status, head, body) = server.get(path);
        assert_eq!(status, 503, "{path}: {body}");
        assert!(body.contains("damaged") && !head.contains("\netag:"), "{path}: {head}{body}");
    }
    assert_eq!((server.get("/health").0, server.get("/metrics").0), (200, 200));
    let named = server.get("/layers/poverty/village.csv?release=r1");
    assert_eq!(named.0, 503, "{}", named.2);
    fs::write(&leaves, whole).unwrap();
    wait_for(&server, "/layers/poverty/village.csv", 200);
}

#[test]
fn a_file_that_changes_under_a_server_never_gives_another_answer() {
    let country = built();
    let register = country.register();
    let server = Server::start(&register, &["serve"]);
    let addresses = [
        "/layers/poverty/village.csv",
        "/layers/institutions.geojson",
        "/regions/nation",
        "/tiles/regency.pmtiles",
        "/tiles/village/7/103/64.mvt",
        "/layers/poverty/regency.geojson",
    ];
    let answers = || addresses.map(|path| server.get_bytes(path));
    let before = answers();
    assert!(before.iter().all(|(status, ..)| *status == 200 || *status == 404));
    let archive = register.join("releases/r1/public/tiles/regency.pmtiles");
    for path in files(&register) {
        let whole = change(&path);
        std::thread::sleep(Duration::from_millis(1_200));
        for (at, (address, (status, _, body))) in addresses.iter().zip(answers()).enumerate() {
            // The body of an archive ends early where its bytes are others.
            let is_right = status == before[at].0 && body == before[at].2;
            let is_refused = status >= 500 || path == archive && body.len() < before[at].2.len();
            assert!(is_right || is_refused, "{address} with {} changed", path.display());
        }
        fs::write(&path, whole).unwrap();
    }
    std::thread::sleep(Duration::from_millis(1_200));
    for ((address, before), after) in addresses.iter().zip(before).zip(answers()) {
        assert_eq!((before.0, before.2), (after.0, after.2), "{address}");
    }
}

#[test]
fn a_restricted_server_answers_from_no_changed_file_either() {
    let country = built();
    let register = country.register();
    for name in ["leaves.parquet", "denominators.parquet", "manifest.json"] {
        let path = register.join("releases/r1").join(name);
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        // A digit of the manifest, or a byte of a table.
        let digit = whole.iter().rposition(u8::is_ascii_digit).unwrap();
        changed[digit] ^= 1;
        fs::write(&path, changed).unwrap();
        let server = Server::start(&register, &["serve", "--restricted"]);
        let (status, _, body) = server.get("/layers/poverty/village.csv");
        assert_eq!(status, 503, "{name}: {body}");
        drop(server);
        fs::write(&path, whole).unwrap();
    }
    let server = Server::start(&register, &["serve", "--restricted"]);
    assert_eq!(server.get("/layers/poverty/village.csv").0, 200);
}

//! A server in operation: releases come and go under it, and no answer is wrong meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sebaran::store::tables::TableFormat;
use serde_json::Value;

use crate::country::{Country, Means, Plan};
use crate::program::{Server, run, sebaran};

const ADDRESSES: [&str; 6] = [
    "/layers/poverty/village.csv",
    "/layers/elderly/regency.geojson",
    "/layers/poverty/hex6.geojson?geometry=none",
    "/regions/nation",
    "/ranking/district",
    "/tiles/hexagon/2/3/2.mvt",
];

/// A country with a release for each of these numbers of households; the last is current.
fn country(households: &[u64]) -> Country {
    let country = Country::new();
    for (number, households) in (1..).zip(households) {
        let plan = Plan { households: *households, faults: None, format: TableFormat::Parquet };
        let visits = country.survey(&format!("survey{number}"), plan);
        country.build_with_tiles(&format!("r{number}"), &[visits], Means::default()).unwrap();
    }
    country
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default()
}

/// Waits until a server answers from a release.
fn wait_for(server: &Server, release: &str) {
    let start = Instant::now();
    while !server.get("/ready").2.contains(&format!("\"{release}\"")) {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not answer from {release}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The body of each address from each release.
fn expected(server: &Server, releases: &[&str]) -> BTreeMap<(String, String), Vec<u8>> {
    let mut bodies = BTreeMap::new();
    for release in releases {
        for address in ADDRESSES {
            let and = if address.contains('?') { '&' } else { '?' };
            let (status, _, body) = server.get_bytes(&format!("{address}{and}release={release}"));
            assert_eq!(status, 200, "{address}");
            bodies.insert(((*release).to_owned(), address.to_owned()), body);
        }
    }
    bodies
}

#[test]
fn a_release_is_switched_under_load_and_no_answer_fails_or_mixes_two() {
    let country = country(&[1_500, 1_200]);
    let register = country.register();
    let server = Server::start(&register, &["serve"]);
    let bodies = expected(&server, &["r1", "r2"]);
    for address in ADDRESSES {
        let of = |release: &str| &bodies[&(release.to_owned(), address.to_owned())];
        assert_ne!(of("r1"), of("r2"), "{address}");
    }
    let (is_over, seen) = (AtomicBool::new(false), Mutex::new(BTreeMap::<String, usize>::new()));
    let ask = || {
        for address in ADDRESSES.iter().cycle() {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            let (status, head, body) = server.get_bytes(address);
            let release = header(&head, "x-sebaran-release").to_owned();
            assert_eq!(status, 200, "{address}");
            assert!(
                body == bodies[&(release.clone(), (*address).to_owned())],
                "{address} {release}"
            );
            *seen.lock().unwrap().entry(release).or_default() += 1;
        }
    };
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..3).map(|_| scope.spawn(ask)).collect();
        for release in ["r1", "r2", "r1", "r2"] {
            assert_eq!(run(&register, &["use", release]).code, Some(0));
            wait_for(&server, release);
        }
        is_over.store(true, Ordering::Relaxed);
        for thread in asking {
            thread.join().unwrap();
        }
    });
    let seen = seen.into_inner().unwrap();
    assert!(seen.len() == 2 && seen.values().all(|count| *count > 20), "{seen:?}");
}

#[test]
fn a_damaged_or_removed_release_leaves_the_server_where_it_was() {
    let country = country(&[600, 500]);
    let register = country.register();
    let current = register.join("current");
    let server = Server::start(&register, &["serve"]);
    let leaves = register.join("releases/r1/public/leaves.parquet");
    let whole = fs::read(&leaves).unwrap();
    fs::write(&leaves, &whole[..whole.len() / 2]).unwrap();
    for named in ["r1\n", "r9\n", "no name\n"] {
        fs::write(&current, named).unwrap();
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(server.get("/ready").2.contains("\"r2\""), "{named}");
        assert_eq!(server.get("/layers/poverty/regency.csv").0, 200, "{named}");
    }
    let (status, _, problem) = server.get("/layers/poverty/regency.csv?release=r1");
    assert!(status == 503 && problem.contains("can't be opened"), "{problem}");
    let (status, _, problem) = server.get("/layers/poverty/regency.csv?release=r9");
    assert!(status == 404 && problem.contains("there are: r1, r2."), "{problem}");
    // A new build takes its place.
    let plan = Plan { households: 400, faults: None, format: TableFormat::Parquet };
    let visits = country.survey("survey3", plan);
    country.build_with_tiles("r3", &[visits], Means::default()).unwrap();
    wait_for(&server, "r3");
}

#[test]
fn what_names_its_release_is_kept_for_long_and_everybody_may_read_it() {
    let country = country(&[600]);
    let server = Server::start(&country.register(), &["serve"]);
    for address in ADDRESSES.into_iter().chain(["/tiles/regency.pmtiles"]) {
        let and = if address.contains('?') { '&' } else { '?' };
        let (_, head, _) = server.get_with(address, &[("Origin", "http://maps.example")]);
        let (_, pinned, _) = server.get_bytes(&format!("{address}{and}release=r1"));
        assert_eq!(header(&head, "cache-control"), "public, no-cache", "{address}");
        let kept = header(&pinned, "cache-control");
        assert_eq!(kept, "public, max-age=604800, immutable", "{address}");
        assert_eq!(header(&head, "etag"), header(&pinned, "etag"), "{address}");
        assert_eq!(header(&head, "access-control-allow-origin"), "*", "{address}");
        assert!(header(&head, "access-control-expose-headers").contains("etag"), "{address}");
        let known = [("If-None-Match", header(&head, "etag"))];
        assert_eq!(server.get_with(address, &known).0, 304, "{address}");
    }
    // What may change while the release does not is asked for again.
    for address in ["/layers?release=r1", "/layers/poverty/street.csv?release=r1"] {
        let (_, head, _) = server.get(address);
        assert_eq!(header(&head, "cache-control"), "public, no-cache", "{address}");
    }
    let range = [("Range", "bytes=0-6")];
    let (status, _, magic) = server.get_with("/tiles/regency.pmtiles", &range);
    assert_eq!((status, magic.as_slice()), (206, &b"PMTiles"[..]));
}

#[test]
fn a_server_that_was_given_a_release_stays_with_it() {
    let country = country(&[500, 400]);
    let server = Server::start(&country.register(), &["serve", "--release", "r1"]);
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(server.get("/ready").2.contains("\"r1\""));
    let (_, head, _) = server.get("/layers/poverty/regency.csv?release=r2");
    assert_eq!(header(&head, "x-sebaran-release"), "r2");
}

#[test]
fn exact_figures_are_neither_kept_nor_read_by_other_sites() {
    let country = country(&[500]);
    let server = Server::start(&country.register(), &["serve", "--restricted"]);
    let asked = [("Origin", "http://maps.example")];
    let (status, head, _) = server.get_with("/layers/poverty/regency.csv?release=r1", &asked);
    assert_eq!((status, header(&head, "cache-control")), (200, "private, no-store"));
    assert!(!head.contains("access-control"), "{head}");
    assert_eq!(header(&head, "cross-origin-resource-policy"), "same-origin");
}

#[test]
fn the_log_can_be_one_object_a_line_with_the_number_of_the_request() {
    let country = country(&[400]);
    let mut command = sebaran(&country.register());
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("SEBARAN_SERVE_LOG", "json");
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut line = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let address = loop {
        let said = line();
        if let Some((_, address)) = said["message"].as_str().unwrap().split_once("http://") {
            break address.to_owned();
        }
    };
    use std::io::Write as _;
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    let asked = "GET /regions/01?release=r1 HTTP/1.1\r\nHost: h\r\nX-Request-Id: asked-7\r\n\r\n";
    stream.write_all(asked.as_bytes()).unwrap();
    let answered = line();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((&answered["id"], &answered["status"]), (&"asked-7".into(), &200.into()));
    assert_eq!(
        (&answered["route"], &answered["release"]),
        (&"/regions/{code}".into(), &"r1".into())
    );
    assert!(answered["timestamp"].is_string() && !answered.to_string().contains("regions/01"));
}

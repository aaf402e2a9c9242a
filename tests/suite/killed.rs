//! A build that is killed leaves the current release as it is, and is no obstacle to the next.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sebaran::domain::region::Slug;
use sebaran::store::manifest::BuildRecord;
use sebaran::store::{Draft, StoreError, release};

/// Names the register to the process that is killed.
const REGISTER: &str = "SEBARAN_TEST_REGISTER";

const RECORD: &str = r#"{
    "protection": "restricted",
    "regions": { "version": "demo", "system": "invented", "content": "HASH" },
    "reference_date": "2021-11-30",
    "inputs": [],
    "settings": { "poverty_threshold": 4, "assign": "declared", "check": {} },
    "accounts": {
        "rows": 0, "counted": 0, "superseded": 0, "not_completed": 0, "repeated_rows": 0,
        "placed_in_hexagon": 0, "placed_in_region_only": 0, "unplaced": 0
    },
    "fields": [], "ignored_columns": [], "findings": {}
}"#;

fn record() -> BuildRecord {
    serde_json::from_str(&RECORD.replace("HASH", &"0".repeat(64))).unwrap()
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

/// Not a test by itself: the process that is killed, where the other test starts it.
#[test]
fn begins_a_draft_and_waits_to_be_killed() {
    let Some(register) = std::env::var_os(REGISTER) else { return };
    let draft = Draft::begin(Path::new(&register), &slug("r2")).unwrap();
    fs::write(draft.path().join("leaf.parquet"), "half").unwrap();
    std::thread::sleep(Duration::from_secs(120));
}

fn start_build(register: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["killed::begins_a_draft_and_waits_to_be_killed", "--exact", "--nocapture"])
        .env(REGISTER, register)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn wait_for(path: &Path) {
    for _ in 0..3000 {
        if path.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{} was not written in time", path.display());
}

#[test]
fn a_killed_build_leaves_the_current_release() {
    let folder = tempfile::tempdir().unwrap();
    let register = folder.path();
    Draft::begin(register, &slug("r1")).unwrap().publish(record()).unwrap();

    let mut build = start_build(register);
    let half = register.join("releases/.draft-r2/leaf.parquet");
    wait_for(&half);
    assert!(matches!(Draft::begin(register, &slug("r3")), Err(StoreError::Busy { .. })));
    build.kill().unwrap();
    build.wait().unwrap();

    assert!(half.exists(), "it was killed at work");
    assert_eq!(release::open(register, None).unwrap().id(), &slug("r1"));
    assert_eq!(release::list(register).unwrap().len(), 1);
    let next = Draft::begin(register, &slug("r3")).unwrap();
    assert!(!half.exists());
    next.publish(record()).unwrap();
    assert_eq!(release::open(register, None).unwrap().id(), &slug("r3"));
}

//! A build holds no more than its pool: with a quarter of its input it spills, and makes the same.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use sebaran::store::Release;
use sebaran::store::manifest::BuildRecord;
use sebaran::store::tables::TableFormat;

use crate::country::{Country, Means, Plan, listed};
use crate::table::read_parquet;

const MIB: usize = 1024 * 1024;
const POOL_MIB: u32 = 8;

/// The most bytes of sorts' files that were seen in a register's draft, until told to stop.
fn watch(register: &Path, is_done: &AtomicBool) -> u64 {
    let mut most = 0;
    while !is_done.load(Ordering::Relaxed) {
        most = most.max(spilled_bytes(register));
        thread::sleep(Duration::from_millis(5));
    }
    most
}

fn spilled_bytes(register: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(register.join("releases")) else { return 0 };
    let mut bytes = 0;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(".draft-") {
            bytes += bytes_below(&entry.path());
        }
    }
    bytes
}

/// The bytes of the engine's temporary files below a folder, of which any may vanish meanwhile.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let mut bytes = 0;
    for entry in entries.flatten() {
        let path = entry.path();
        let is_engines = path
            .components()
            .any(|part| part.as_os_str().to_string_lossy().starts_with("datafusion-"));
        match entry.metadata() {
            Ok(found) if found.is_dir() => bytes += bytes_below(&path),
            Ok(found) if is_engines => bytes += found.len(),
            _ => {}
        }
    }
    bytes
}

#[test]
fn a_build_in_a_quarter_of_its_input_spills_and_makes_the_same_bytes() {
    let country = Country::new();
    let plan = Plan { households: 160_000, faults: None, format: TableFormat::Parquet };
    let visits = country.survey("survey", plan);
    let input = read_parquet(&visits).get_array_memory_size();
    assert!(input >= 4 * POOL_MIB as usize * MIB, "the input holds {} MiB", input / MIB);
    let visits = [visits];
    let plenty = Means { threads: Some(2), memory_mib: Some(1024) };
    let plenty = country.build("plenty", &visits, plenty).unwrap();

    let (is_done, register) = (AtomicBool::new(false), country.register());
    let (little, spilled) = thread::scope(|scope| {
        let watched = scope.spawn(|| watch(&register, &is_done));
        let little = Means { threads: Some(2), memory_mib: Some(POOL_MIB) };
        let little = country.build("little", &visits, little);
        is_done.store(true, Ordering::Relaxed);
        (little, watched.join().unwrap())
    });
    let little = little.unwrap();

    assert!(spilled as usize > POOL_MIB as usize * MIB, "only {spilled} bytes were spilled");
    assert_eq!(little.manifest().files(), plenty.manifest().files());
    let record = |release: &Release| {
        // The second one succeeds the first.
        BuildRecord { succeeds: None, ..release.manifest().build().clone() }
    };
    assert_eq!(record(&little), record(&plenty));
    let left = listed(&register).into_iter().filter(|path| {
        path.components().any(|part| part.as_os_str().to_string_lossy().contains("draft"))
    });
    assert_eq!(left.count(), 0);
}

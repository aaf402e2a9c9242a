use std::fs;
use std::path::Path;

use super::*;
use crate::store::Draft;
use crate::store::manifest::tests::record;

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn publish(register: &Path, id: &str) -> Result<Release, StoreError> {
    let draft = Draft::begin(register, &slug(id))?;
    fs::create_dir(draft.path().join("placed")).unwrap();
    fs::write(draft.path().join("placed/01.parquet"), "placed").unwrap();
    fs::write(draft.path().join("leaf.parquet"), format!("leaf of {id}")).unwrap();
    draft.publish(record())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn publishes_what_was_written_and_makes_it_current() {
    let register = tempfile::tempdir().unwrap();
    let published = publish(register.path(), "r1").unwrap();
    assert_eq!(open(register.path(), None).unwrap(), published);
    let files: Vec<_> = published.manifest().files().keys().collect();
    assert_eq!(files, ["leaf.parquet", "placed/01.parquet"]);
    assert_eq!(fs::read(published.file("leaf.parquet").unwrap()).unwrap(), b"leaf of r1");
    assert_eq!(published.files_in("placed").collect::<Vec<_>>(), ["placed/01.parquet"]);
    assert_eq!(published.bytes(), 16);
    let missing = published.file("../current").unwrap_err();
    assert_eq!(missing.to_string(), "release `r1` has no file `../current`");
}

#[test]
fn a_dropped_draft_leaves_the_current_release_and_nothing_else() {
    let register = tempfile::tempdir().unwrap();
    publish(register.path(), "r1").unwrap();
    let draft = Draft::begin(register.path(), &slug("r2")).unwrap();
    fs::write(draft.path().join("leaf.parquet"), "half").unwrap();
    assert_eq!(open(register.path(), None).unwrap().id(), &slug("r1"));
    drop(draft);
    let left = names(&register.path().join("releases"));
    assert_eq!(left, [".building", ".switching", "r1"]);
}

#[test]
fn the_next_build_removes_what_a_killed_one_left() {
    let register = tempfile::tempdir().unwrap();
    let killed = register.path().join("releases/.draft-r1");
    fs::create_dir_all(killed.join("placed")).unwrap();
    fs::write(killed.join("placed/01.parquet"), "half").unwrap();
    assert!(list(register.path()).unwrap().is_empty());
    assert!(matches!(open(register.path(), None), Err(StoreError::NoCurrent { .. })));
    let draft = Draft::begin(register.path(), &slug("r2")).unwrap();
    assert!(!killed.exists());
    assert_eq!(names(draft.path()), [""; 0]);
}

#[test]
fn a_second_build_at_the_same_time_is_refused() {
    let register = tempfile::tempdir().unwrap();
    let first = Draft::begin(register.path(), &slug("r1")).unwrap();
    fs::write(first.path().join("leaf.parquet"), "leaf").unwrap();
    let second = Draft::begin(register.path(), &slug("r2"));
    assert!(matches!(second, Err(StoreError::Busy { .. })));
    first.publish(record()).unwrap();
    publish(register.path(), "r2").unwrap();
}

#[test]
fn an_id_is_used_once() {
    let register = tempfile::tempdir().unwrap();
    publish(register.path(), "r1").unwrap();
    let again = publish(register.path(), "r1").unwrap_err();
    assert!(matches!(again, StoreError::Exists { .. }));
    assert!(again.to_string().contains("sebaran use r1"), "{again}");
}

#[test]
fn a_reader_sees_the_old_release_or_the_new_one() {
    let register = tempfile::tempdir().unwrap();
    publish(register.path(), "r0").unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 1..=8 {
                publish(register.path(), &format!("r{number}")).unwrap();
            }
        });
        let mut last = slug("r0");
        while !writer.is_finished() {
            let seen = open(register.path(), None).unwrap();
            assert!(*seen.id() >= last);
            last = seen.id().clone();
        }
    });
    assert_eq!(open(register.path(), None).unwrap().id(), &slug("r8"));
}

#[test]
fn the_same_content_makes_the_same_manifest() {
    let [first, second] = [(); 2].map(|()| {
        let register = tempfile::tempdir().unwrap();
        let release = publish(register.path(), "r1").unwrap();
        (fs::read(release.folder.join(MANIFEST)).unwrap(), release.manifest().content())
    });
    assert_eq!(first, second);
}

#[test]
fn verify_finds_a_flipped_byte_a_lost_file_and_a_strange_one() {
    let register = tempfile::tempdir().unwrap();
    let release = publish(register.path(), "r1").unwrap();
    let states = || verify(register.path(), &slug("r1")).unwrap();
    assert!(states().values().all(|state| *state == FileState::Ok));

    fs::write(release.file("leaf.parquet").unwrap(), "leaf of r2").unwrap();
    fs::remove_file(release.file("placed/01.parquet").unwrap()).unwrap();
    fs::write(release.folder.join("notes.txt"), "mine").unwrap();
    let expected = [
        ("leaf.parquet", FileState::Changed),
        (MANIFEST, FileState::Ok),
        ("notes.txt", FileState::Extra),
        ("placed/01.parquet", FileState::Missing),
    ];
    assert_eq!(states(), expected.map(|(name, state)| (name.to_owned(), state)).into());
    assert!(matches!(open(register.path(), None), Err(StoreError::Damaged { .. })));
}

#[test]
fn verify_finds_a_changed_manifest() {
    let register = tempfile::tempdir().unwrap();
    let release = publish(register.path(), "r1").unwrap();
    let path = release.folder.join(MANIFEST);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"counted\": 12", "\"counted\": 13")).unwrap();
    let states = verify(register.path(), &slug("r1")).unwrap();
    assert_eq!(states[MANIFEST], FileState::Changed);
}

#[test]
fn a_newer_manifest_is_not_called_broken() {
    let register = tempfile::tempdir().unwrap();
    let release = publish(register.path(), "r1").unwrap();
    fs::write(release.folder.join(MANIFEST), r#"{"format": 99, "shape": []}"#).unwrap();
    let error = open(register.path(), None).unwrap_err();
    assert!(matches!(error, StoreError::Format { found: 99, .. }), "{error}");
}

#[test]
fn an_older_release_is_made_current_again() {
    let register = tempfile::tempdir().unwrap();
    publish(register.path(), "r1").unwrap();
    publish(register.path(), "r2").unwrap();
    assert_eq!(use_release(register.path(), &slug("r1")).unwrap(), Some(slug("r2")));
    assert_eq!(current(register.path()).unwrap(), Some(slug("r1")));
    let unknown = use_release(register.path(), &slug("r3"));
    assert!(matches!(unknown, Err(StoreError::NoRelease { .. })));
    assert_eq!(current(register.path()).unwrap(), Some(slug("r1")));
}

#[test]
fn a_link_is_no_part_of_a_release() {
    let register = tempfile::tempdir().unwrap();
    let draft = Draft::begin(register.path(), &slug("r1")).unwrap();
    std::os::unix::fs::symlink("/", draft.path().join("root")).unwrap();
    assert!(matches!(draft.publish(record()), Err(StoreError::NotAFile { .. })));
    assert!(list(register.path()).unwrap().is_empty());
}

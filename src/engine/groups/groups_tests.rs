use std::time::Instant;

use super::device::Devices;
use super::place;
use super::record::{COMPLETED, NO_ROW, NONE, OfficerVisit, PlacedHousehold, fixed};
use super::*;
use crate::check::{CheckSettings, Finding, Rule, Severity};
use crate::engine::notes::RowKey;

/// The visits of one enumerator on one day, in so many records; all in one place.
fn visits(count: u64) -> impl Iterator<Item = OfficerVisit> {
    (0..count).map(|row| OfficerVisit {
        enumerator: 7,
        started_us: 1_614_816_000_000_000 + row.cast_signed(),
        row,
        device: 3,
        household: row as u32,
        duration_s: 1_200,
        longitude: fixed(90.05),
        latitude: fixed(1.05),
        office_dm: NONE,
        flags: COMPLETED,
        offset_min: 420,
    })
}

fn findings(notes: &Arc<Notes<GroupNote>>, row: u64) -> Vec<Finding> {
    let noted = notes.finish().unwrap();
    let key = RowKey::from_number(row);
    noted.between(key, key).into_iter().filter_map(|(_, note)| note.finding()).collect()
}

#[test]
fn one_enumerator_s_day_may_be_the_whole_input() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, freed) = (CheckSettings::default(), FreedDays::default());
    let notes = Notes::in_folder(folder.path());
    let mut days = day::Days::new(&settings, &freed, notes.noting());
    let start = Instant::now();
    visits(100_000).for_each(|visit| days.next(visit).unwrap());
    days.finish().unwrap();
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    // The last one too, behind the last cut.
    let found = findings(&notes, 99_999);
    for (rule, severity) in [
        (Rule::ImplausibleProductivity, Severity::Doubt),
        (Rule::DeskCapture, Severity::Hold),
        (Rule::OverlappingVisits, Severity::Doubt),
    ] {
        assert!(found.iter().any(|one| (one.rule, one.severity) == (rule, severity)), "{rule}");
    }
}

#[test]
fn one_place_may_be_that_of_the_whole_input() {
    let folder = tempfile::tempdir().unwrap();
    let sorter = Sorter::in_folder(folder.path(), 10_000);
    let mut sorting = sorter.sorting();
    let count = (1 << 18) + 1;
    for row in 0..count {
        let place = [1_050_000, 90_050_000];
        sorting.put(PlacedHousehold { tile: 5, place, household: row, row }).unwrap();
    }
    sorting.put(PlacedHousehold { tile: 6, place: [9, 9], household: 1, row: NO_ROW }).unwrap();
    sorting.finish().unwrap();
    let notes = Notes::in_folder(folder.path());
    let settings = CheckSettings::default();
    for merge in sorter.sorted().parts(2).unwrap() {
        place::find(merge, &settings, notes.noting()).unwrap();
    }
    let found = findings(&notes, count - 1);
    assert!(found.iter().any(|one| one.rule == Rule::SharedPosition && one.value >= 5.0));
    assert!(found.iter().any(|one| one.rule == Rule::CrowdedPosition && one.value >= 25.0));
}

#[test]
fn a_day_that_a_supervisor_freed_is_held_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let settings = CheckSettings::default();
    let freed = FreedDays::from([(7, "2021-03-04".parse().unwrap())]);
    let notes = Notes::in_folder(folder.path());
    let mut days = day::Days::new(&settings, &freed, notes.noting());
    visits(10).for_each(|visit| days.next(visit).unwrap());
    days.finish().unwrap();
    let found = findings(&notes, 3);
    let desk = found.iter().find(|one| one.rule == Rule::DeskCapture).unwrap();
    assert_eq!(desk.severity, Severity::Note);
    assert_eq!(desk.decision, Some(crate::check::Decision::Freed));
}

#[test]
fn a_device_is_several_s_when_a_second_enumerator_uses_it() {
    let devices = Devices::default();
    devices.see(0, 1);
    devices.see(0, 2);
    devices.see(9, 1);
    devices.see(9, 1);
    assert!(!devices.are_several(0) && !devices.are_several(9));
    devices.see(9, 2);
    assert!(devices.are_several(9));
}

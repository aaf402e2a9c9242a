//! The pass of rules about several visits: between the choice of what counts and the placing.
//!
//! It reads a few columns once and sorts small records of visits twice: by enumerator and time,
//! and by place. Devices that several enumerators used are sorted once more, which are few. What is found
//! is noted by row, so that placing sees it.

mod day;
mod device;
mod note;
mod place;
mod record;
mod scan;
mod tile;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

pub use note::{Among, GroupNote};

use self::device::Devices;
use self::record::{DeviceVisit, OfficerVisit, PlacedHousehold};
use super::error::EngineError;
use super::latest::Choice;
use super::notes::{NotedRows, Notes};
use super::plan::Build;
use super::sorter::{Record, Sorted, Sorter};
use crate::domain::date::Date;

/// Days of enumerators that a supervisor freed, by the key of the enumerator.
pub type FreedDays = std::collections::HashSet<(u64, Date)>;

/// Records that a thread holds before it sorts and writes them.
const RUN: usize = 1 << 19;
const LEAST_RUN: usize = 1 << 12;

/// Where the records of the pass are sorted.
struct Sorters {
    officers: Arc<Sorter<OfficerVisit>>,
    places: Arc<Sorter<PlacedHousehold>>,
    devices: Arc<Sorter<DeviceVisit>>,
}

/// Runs the rules about several visits. `notes` may hold what was found before; `progress` is told the
/// number of rows read so far.
///
/// # Errors
/// [`EngineError`], the first of any thread.
pub fn find(
    build: &Build<'_>,
    choice: &Choice,
    notes: &Arc<Notes<GroupNote>>,
    progress: impl Fn(u64),
) -> Result<NotedRows<GroupNote>, EngineError> {
    let threads = build.threads.get();
    // Three kinds of records, and the merges that read them.
    let run = build.memory_bytes / threads / 8 / size_of::<OfficerVisit>();
    let (folder, run) = (build.spill_folder, run.clamp(LEAST_RUN, RUN));
    let sorters = Sorters {
        officers: Sorter::in_folder(folder, run),
        places: Sorter::in_folder(folder, run),
        devices: Sorter::in_folder(folder, run),
    };
    let devices = Devices::default();
    let rows = AtomicU64::new(0);
    let portions = build.files.portions(threads);
    let scanned = portions.iter().map(|portions| {
        let scan = scan::Scan { build, choice, devices: &devices, rows: &rows };
        let sorters = &sorters;
        move || scan.run(portions, sorters)
    });
    in_threads(scanned, || progress(rows.load(Ordering::Relaxed)))?;
    let check = &build.ground.check;
    let merge_devices = Arc::clone(&sorters.devices);
    each_part(&sorters.officers.sorted(), threads, |mut merge| {
        let mut shared = merge_devices.sorting();
        let mut days = day::Days::new(check, &build.ground.beside.freed, notes.noting());
        while let Some(visit) = merge.next().map_err(EngineError::Spill)? {
            if visit.is_completed() && !visit.is_repeated() && devices.are_several(visit.device) {
                shared.put(DeviceVisit::of(&visit)).map_err(EngineError::Spill)?;
            }
            days.next(visit)?;
        }
        days.finish()?;
        shared.finish().map_err(EngineError::Spill)
    })?;
    each_part(&sorters.devices.sorted(), threads, |merge| {
        device::find(merge, check, notes.noting())
    })?;
    each_part(&sorters.places.sorted(), threads, |merge| {
        place::find(merge, check, notes.noting())
    })?;
    notes.finish()
}

/// Hands the parts of sorted records to a thread each.
fn each_part<R: Record>(
    sorted: &Sorted<R>,
    threads: usize,
    take: impl Fn(super::sorter::Merge<R>) -> Result<(), EngineError> + Sync,
) -> Result<(), EngineError> {
    let parts = sorted.parts(threads).map_err(EngineError::Spill)?;
    let take = &take;
    in_threads(parts.into_iter().map(|merge| move || take(merge)), || {})
}

/// Runs each piece of work in a thread of its own, and `tell` now and then.
fn in_threads<W>(work: impl Iterator<Item = W>, tell: impl Fn()) -> Result<(), EngineError>
where
    W: FnOnce() -> Result<(), EngineError> + Send,
{
    thread::scope(|scope| {
        let running: Vec<_> = work.map(|work| scope.spawn(work)).collect();
        while !running.iter().all(thread::ScopedJoinHandle::is_finished) {
            tell();
            thread::sleep(Duration::from_millis(20));
        }
        let mut done = Ok(());
        for handle in running {
            match handle.join() {
                Ok(result) => done = done.and(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

#[cfg(test)]
mod groups_tests;

//! Devices that more than one enumerator used.

use std::sync::atomic::{AtomicU64, Ordering};

use super::super::error::EngineError;
use super::super::notes::{Noting, RowKey};
use super::super::sorter::Merge;
use super::note::GroupNote;
use super::record::DeviceVisit;
use crate::check::CheckSettings;
use crate::check::shared_device::SharedDevice;

/// Devices that are told apart; two in one slot are taken for shared, which costs a second look.
const SLOTS: usize = 1 << 21;
const SEVERAL: u64 = 1;

/// Which devices several enumerators used, without a list of all devices.
pub struct Devices(Box<[AtomicU64]>);

impl Default for Devices {
    fn default() -> Self {
        Self((0..SLOTS).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Devices {
    /// Sees an enumerator use a device; 0 is none.
    pub fn see(&self, device: u64, enumerator: u64) {
        if device == 0 {
            return;
        }
        // Above 1, and as good as different for every pair.
        let pair = (device ^ enumerator.rotate_left(17)) | 2;
        let slot = self.slot(device);
        let found = slot.load(Ordering::Relaxed);
        if found == pair || found == SEVERAL {
            return;
        }
        let set = slot.compare_exchange(0, pair, Ordering::Relaxed, Ordering::Relaxed);
        if set.is_err_and(|found| found != pair) {
            slot.store(SEVERAL, Ordering::Relaxed);
        }
    }

    /// Whether several enumerators may have used it.
    pub fn are_several(&self, device: u64) -> bool {
        device != 0 && self.slot(device).load(Ordering::Relaxed) == SEVERAL
    }

    const fn slot(&self, device: u64) -> &AtomicU64 {
        &self.0[device as usize % SLOTS]
    }
}

/// Looks at the visits of each device.
///
/// # Errors
/// Where records can't be read, or notes not be kept.
pub fn find(
    mut visits: Merge<DeviceVisit>,
    settings: &CheckSettings,
    mut noting: Noting<GroupNote>,
) -> Result<(), EngineError> {
    let (mut device, mut shared) = (None, SharedDevice::default());
    let mut found = Vec::new();
    while let Some(visit) = visits.next().map_err(EngineError::Spill)? {
        if device != Some(visit.device) {
            (device, shared) = (Some(visit.device), SharedDevice::default());
        }
        shared.next(&visit.visit(), visit.row, settings, &mut |row, finding| {
            found.push((row, finding));
        });
        for (row, finding) in found.drain(..) {
            noting.note(RowKey::from_number(row), GroupNote::of(&finding))?;
        }
    }
    Ok(())
}

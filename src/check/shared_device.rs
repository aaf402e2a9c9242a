//! # What it finds
//! One device with which two enumerators visited different places at the same time.
//!
//! # Why it matters
//! One of them was not there, or one person works under two names.
//!
//! # What to do
//! Ask both enumerators who had the device.

use super::group::GroupVisit;
use super::{CheckSettings, Finding, Rule, RuleText};

pub const TEXT: RuleText = RuleText {
    name: "shared_device",
    unit: "min",
    en: "Another enumerator used the same device elsewhere during {} of the visit.",
    id: "Pencacah lain memakai alat yang sama di tempat lain selama {} dari kunjungan ini.",
    advice_en: "Ask both enumerators who had the device.",
    advice_id: "Tanyakan kepada kedua pencacah siapa yang memegang alat.",
    held: None,
};

/// Visits at the same time that are compared: a device is used by a few.
const MOST_AT_ONCE: usize = 16;

/// Finds visits of one device, which come in the order of their starts.
#[derive(Debug, Default)]
pub struct SharedDevice<T> {
    open: Vec<(GroupVisit, T)>,
}

impl<T: Copy> SharedDevice<T> {
    /// Allow a device in two places. Takes the next visit, with whatever tells it from others, and tells
    /// of pairs. The value is the minutes for which they overlap.
    pub fn next(
        &mut self,
        visit: &GroupVisit,
        name: T,
        settings: &CheckSettings,
        found: &mut dyn FnMut(T, Finding),
    ) {
        let least_us = (settings.shared_device_overlap_min * 6e7) as i64;
        self.open.retain(|(open, _)| ended(open) - visit.started_us > least_us);
        let mut is_shared = None;
        for (open, other) in &self.open {
            let overlap_us = ended(open).min(ended(visit)) - visit.started_us;
            let places = open.position.zip(visit.position);
            let is_apart = places
                .is_some_and(|(one, other)| one.distance_m(other) > settings.shared_device_apart_m);
            if open.enumerator != visit.enumerator && overlap_us > least_us && is_apart {
                let finding = Finding::note(Rule::SharedDevice, overlap_us as f64 / 6e7);
                found(*other, finding);
                is_shared = is_shared.max(Some(overlap_us));
            }
        }
        if let Some(overlap_us) = is_shared {
            found(name, Finding::note(Rule::SharedDevice, overlap_us as f64 / 6e7));
        }
        if self.open.len() == MOST_AT_ONCE {
            self.open.remove(0);
        }
        self.open.push((*visit, name));
    }
}

fn ended(visit: &GroupVisit) -> i64 {
    visit.ended_us.unwrap_or(visit.started_us)
}

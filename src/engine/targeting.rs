//! Counting whom programmes reach, region by region.

use crate::domain::programme::{Targeting, TargetingTable};
use crate::domain::region::RegionId;

/// The sums of a partition. Its households come region by region.
pub struct TargetingTally {
    /// The highest decile that each programme is for.
    thresholds: Vec<Option<u8>>,
    /// Of the region at hand, by programme.
    at_hand: Vec<Targeting>,
    sums: TargetingTable,
}

impl TargetingTally {
    pub fn new(thresholds: Vec<Option<u8>>) -> Self {
        let at_hand = vec![Targeting::default(); thresholds.len()];
        Self { thresholds, at_hand, sums: TargetingTable::new() }
    }

    /// Adds a household of the region at hand; `receives` are the programmes that reach it, as bits.
    pub fn add(&mut self, decile: Option<u8>, receives: u32) {
        for (programme, (sums, threshold)) in
            self.at_hand.iter_mut().zip(&self.thresholds).enumerate()
        {
            sums.add(decile, *threshold, receives >> programme & 1 == 1);
        }
    }

    /// Ends the region at hand.
    pub fn close_region(&mut self, region: Option<RegionId>) {
        for (programme, sums) in self.at_hand.iter_mut().enumerate() {
            let sums = std::mem::take(sums);
            if sums.households > 0 {
                self.sums.entry((region, programme)).or_default().merge(&sums);
            }
        }
    }

    pub fn finish(self) -> TargetingTable {
        self.sums
    }
}

//! Counting whom programmes reach, region by region.

use crate::count::{Cube, ReachCell, Unit};
use crate::domain::programme::{Programme, Reach, Targeting, TargetingTable};
use crate::domain::region::RegionId;
use crate::domain::table::Table;

/// A programme and the highest decile that it is for; `None` where that is not known.
pub type ForWhom = Option<(Programme, u8)>;

/// The sums of a partition. Its households come region by region.
pub struct TargetingTally {
    programmes: Vec<ForWhom>,
    /// Of the region at hand, by programme.
    at_hand: Vec<Targeting>,
    sums: TargetingTable,
}

impl TargetingTally {
    pub fn new(programmes: Vec<ForWhom>) -> Self {
        let at_hand = vec![Targeting::default(); programmes.len()];
        Self { programmes, at_hand, sums: TargetingTable::new() }
    }

    /// Adds a household of the region at hand; `receives` are the programmes that reach it, as bits.
    pub fn add(&mut self, household: Unit, decile: Option<u8>, receives: u32) {
        for (number, (sums, for_whom)) in self.at_hand.iter_mut().zip(&self.programmes).enumerate()
        {
            let threshold = for_whom.map(|(_, threshold)| threshold);
            let reach = Reach::of(decile, threshold, receives >> number & 1 == 1);
            sums.add(reach);
            if let (Some((programme, _)), Some(class)) = (for_whom, reach.and_then(Reach::class)) {
                let table = Table::of_programme(*programme);
                let digest = household.digest_of_one(table, table.columns()[class]);
                sums.digest = sums.digest.wrapping_add(digest);
            }
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

/// Adds to a cube whom the programmes reach of which it is known for whom they are.
pub fn add_reach(cube: &mut Cube, table: &TargetingTable, programmes: &[ForWhom]) {
    for (programme, _) in programmes.iter().flatten() {
        cube.know(*programme);
    }
    for ((region, number), sums) in table {
        if let Some((programme, _)) = programmes[*number] {
            cube.add_reach(programme, *region, &ReachCell::from(sums));
        }
    }
}

//! What every row is judged by: regions, their index, the settings of the rules.

use std::collections::BTreeSet;

use super::groups::FreedDays;
use crate::check::decided::Decided;
use crate::check::moved_since::Before;
use crate::check::office_position::Offices;
use crate::check::{CheckSettings, PlacementRules, Rules};
use crate::domain::indicator::PovertyThreshold;
use crate::domain::person::PersonBounds;
use crate::domain::programme::ProgrammeSettings;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::visit::AssignBy;
use crate::locate::{Locator, RegionIndex};
use crate::read::visits::Locale;

/// Regions and settings of a build, shared by all threads.
pub struct Ground {
    pub tree: RegionTree,
    pub index: RegionIndex,
    pub assign: AssignBy,
    pub check: CheckSettings,
    /// Whose findings keep a position from being used.
    pub placement: PlacementRules,
    pub threshold: PovertyThreshold,
    /// How many persons of a household are published at most; `None` where nothing is.
    pub bounds: Option<PersonBounds>,
    pub programmes: ProgrammeSettings,
    pub beside: Beside,
}

/// What rules look at besides visits, where it is given.
#[derive(Default)]
pub struct Beside {
    /// Where households were in the release before.
    pub before: Option<Box<dyn Before>>,
    /// Regions of any level whose fieldwork was declared closed.
    pub closed: BTreeSet<RegionId>,
    pub offices: Offices,
    /// What was decided about findings of visits and about villages.
    pub decided: Option<Decided>,
    /// Days that a supervisor freed.
    pub freed: FreedDays,
}

impl Ground {
    pub fn locator(&self) -> Locator<'_> {
        Locator::new(&self.tree, &self.index, self.assign)
    }

    pub fn rules<'a>(&'a self, locator: &'a Locator<'a>) -> Rules<'a> {
        Rules {
            before: self.beside.before.as_deref(),
            decided: self.beside.decided.as_ref(),
            placement: self.placement,
            ..Rules::new(&self.check, locator)
        }
    }

    /// How visits of these regions write codes and local times.
    pub fn locale(&self) -> Locale {
        use crate::domain::region::Level;
        let provinces = self.tree.level(Level::Province).map(|(_, region)| region);
        let offsets_min: Vec<(u64, i16)> =
            provinces.map(|region| (region.code.digits(), region.utc_offset_min)).collect();
        let otherwise_min = offsets_min.first().map_or(0, |&(_, offset)| offset);
        Locale { system: self.tree.system(), offsets_min, otherwise_min }
    }
}

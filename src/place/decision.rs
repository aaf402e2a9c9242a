//! The placement table: declared region, position and doubts give the region and the hexagon.

use h3o::{CellIndex, Resolution};

use crate::check::{CheckedVisit, Rules};
use crate::domain::region::RegionId;

/// Where a visit's household counts. Only [`place`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedVisit {
    region: Option<RegionId>,
    hexagon: Option<CellIndex>,
}

impl PlacedVisit {
    /// The region, of any level; `None`: it counts in the nation alone.
    pub const fn region(self) -> Option<RegionId> {
        self.region
    }

    /// The hexagon of resolution 8 or 7 in which the household may be shown.
    pub const fn hexagon(self) -> Option<CellIndex> {
        self.hexagon
    }
}

/// Places a visit's household.
///
/// | position | declared | region | hexagon |
/// | --- | --- | --- | --- |
/// | usable | a village | the declared one | yes |
/// | usable | a higher region, and it lies there | the village of the position | yes |
/// | usable | a higher region, and it lies elsewhere | the declared one | none |
/// | usable | nothing known, and it lies in a village | that | yes |
/// | not usable | a village or a higher region | the declared one | none |
/// | otherwise | nothing known | none | none |
///
/// A position that contradicts its declared village is doubted by a rule, and so not usable.
pub fn place(visit: &CheckedVisit<'_>, rules: &Rules<'_>) -> PlacedVisit {
    let located = visit.located();
    let tree = rules.locator.tree();
    let hexagon = located.hexagon().filter(|_| visit.is_usable());
    let Some(hexagon) = hexagon else {
        return PlacedVisit { region: located.declared(), hexagon: None };
    };
    let hexagon = Some(shown(hexagon, visit, rules));
    match (located.declared(), located.region()) {
        (Some(declared), _) if located.declared_distance_m().is_some() => {
            PlacedVisit { region: Some(declared), hexagon }
        }
        (Some(declared), Some(region)) if tree.is_within(region, declared) => {
            PlacedVisit { region: Some(region), hexagon }
        }
        (None, Some(region)) => PlacedVisit { region: Some(region), hexagon },
        (declared, _) => PlacedVisit { region: declared, hexagon: None },
    }
}

/// The hexagon itself, or the larger one around it where the position is not accurate enough.
fn shown(hexagon: CellIndex, visit: &CheckedVisit<'_>, rules: &Rules<'_>) -> CellIndex {
    let accuracy_m = visit.located().visit().accuracy_m().unwrap_or(0.0);
    if accuracy_m > rules.settings.inaccurate_hex7_m {
        hexagon.parent(Resolution::Seven).expect("resolution 7 is above 8")
    } else {
        hexagon
    }
}

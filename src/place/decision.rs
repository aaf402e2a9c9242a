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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{CheckSettings, check};
    use crate::domain::fixture::{completed, villages, visits};
    use crate::domain::visit::{AssignBy, VisitBatch, VisitField};
    use crate::locate::{Hexagons, Locator, build};

    /// Where a household is placed: the region's code and the hexagon's resolution, `-` for none. Two
    /// villages stand side by side from longitude 90 and 90.1, in two provinces.
    fn placed(code: &str, longitude: &str, accuracy: &str, assign: AssignBy) -> String {
        let (tree, shapes) = villages(&["0101001001", "0201001001"]);
        let index = build(&shapes).unwrap();
        let locator = Locator::new(&tree, &index, assign);
        // The short positions of this table are to be read by people.
        let settings = CheckSettings {
            rounded_doubt_decimals: 0.0,
            rounded_note_decimals: 1.0,
            ..CheckSettings::default()
        };
        let rules = Rules::new(&settings, &locator);
        let latitude = if longitude.is_empty() { "" } else { "1.05" };
        let given = [[code], [longitude], [latitude], [accuracy]];
        let mut fields = completed(&["v"], &["h"]);
        fields.extend([
            (VisitField::VillageCode, &given[0][..]),
            (VisitField::Longitude, &given[1][..]),
            (VisitField::Latitude, &given[2][..]),
            (VisitField::GpsAccuracyM, &given[3][..]),
        ]);
        let batch = visits(&fields);
        let batch = VisitBatch::new(&batch);
        let located = locator.locate(&batch, &mut Hexagons::new());
        let placed = place(&check(located.visit(0), &rules), &rules);
        let region = placed.region().map(|id| tree.get(id).code.to_string());
        let hexagon = placed.hexagon().map(|cell| u8::from(cell.resolution()).to_string());
        format!("{} {}", region.as_deref().unwrap_or("-"), hexagon.as_deref().unwrap_or("-"))
    }

    #[test]
    fn follows_the_placement_table() {
        for (code, longitude, expected) in [
            // In its village, within 500 m of it, and beyond.
            ("0101001001", "90.05", "0101001001 8"),
            ("0101001001", "90.104", "0101001001 8"),
            ("0101001001", "90.105", "0101001001 -"),
            // A higher region: in it, in another, in none.
            ("01", "90.05", "0101001001 8"),
            ("01", "90.15", "01 -"),
            ("01", "89.999", "01 -"),
            // A prefix is all that is known of the code.
            ("0101001009", "90.05", "0101001001 8"),
            // Nothing known.
            ("99", "90.15", "0201001001 8"),
            ("99", "89.999", "- -"),
            ("", "", "- -"),
            // No position.
            ("0101001001", "", "0101001001 -"),
        ] {
            assert_eq!(
                placed(code, longitude, "", AssignBy::Declared),
                expected,
                "{code} {longitude}"
            );
        }
    }

    #[test]
    fn a_less_accurate_position_is_shown_in_a_larger_hexagon_or_in_none() {
        for (accuracy, expected) in [("50", "8"), ("51", "7"), ("100", "7"), ("101", "-")] {
            let placed = placed("0101001001", "90.05", accuracy, AssignBy::Declared);
            assert_eq!(placed, format!("0101001001 {expected}"), "{accuracy} m");
        }
    }

    #[test]
    fn by_coordinates_the_declared_code_says_nothing() {
        let by_coordinates = |longitude| placed("0101001001", longitude, "", AssignBy::Coordinates);
        assert_eq!(by_coordinates("90.15"), "0201001001 8");
        assert_eq!(by_coordinates("89.999"), "- -");
    }
}

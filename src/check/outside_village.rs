//! # What it finds
//! Positions outside the declared village, by more than the device's accuracy explains.
//!
//! # Why it matters
//! Near the border it is how boundaries are drawn; further off the form was filled in elsewhere, or
//! the village code is wrong.
//!
//! # What to do
//! Ask the enumerator; correct the code or visit again.

use super::{Finding, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "outside_village",
    unit: "m",
    en: "The position lies {} outside the declared village.",
    id: "Posisi ini {} di luar desa/kelurahan yang dicatat.",
    advice_en: "Ask the enumerator; correct the code or visit again.",
    advice_id: "Tanyakan kepada pencacah; perbaiki kode atau kunjungi lagi.",
    held: None,
};

/// Allow a position outside the declared village. The value is the distance less the accuracy.
pub fn outside_village(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let distance_m = visit.declared_distance_m()? - visit.visit().accuracy_m().unwrap_or(0.0);
    if distance_m > rules.settings.outside_village_doubt_m {
        return Some(Finding::doubt(Rule::OutsideVillage, distance_m));
    }
    let is_noted = distance_m >= rules.settings.outside_village_note_m;
    is_noted.then(|| Finding::note(Rule::OutsideVillage, distance_m))
}

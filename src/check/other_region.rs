//! # What it finds
//! Positions outside the declared village that lie in another district, regency or province.
//!
//! # Why it matters
//! The form was filled in somewhere else, or the code is of another place. Where a third of a day is so,
//! the day waits for the supervisor.
//!
//! # What to do
//! Ask the enumerator where the day was spent; correct the codes or visit again.

use super::group::{GroupVisit, share};
use super::{CheckSettings, Finding, HeldText, Rule, RuleText, Rules};
use crate::domain::region::Level;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "other_region",
    unit: "m",
    en: "The position lies in another district, regency or province, {} from the declared village.",
    id: "Posisi ini di kecamatan, kabupaten/kota atau provinsi lain, {} dari desa/kelurahan yang dicatat.",
    advice_en: "Ask the enumerator where the day was spent; correct the codes or visit again.",
    advice_id: "Tanyakan kepada pencacah di mana ia bekerja; perbaiki kode atau kunjungi lagi.",
    held: Some(HeldText {
        unit: "%",
        en: "Of the enumerator's visits of this day {} lie in other regions.",
        id: "Dari kunjungan pencacah pada hari ini {} berada di wilayah lain.",
    }),
};

/// Allow a position in another district. The value is the distance less the accuracy; the finding names
/// the region of the position.
pub fn other_region(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let distance_m = visit.declared_distance_m()? - visit.visit().accuracy_m().unwrap_or(0.0);
    if distance_m <= rules.settings.outside_village_doubt_m {
        return None;
    }
    let (declared, region) = (visit.declared()?, visit.region()?);
    let tree = rules.locator.tree();
    let district = |id| tree.ancestor(id, Level::District).or_else(|| tree.parent(id));
    let is_other = district(declared) != district(region);
    let finding = Finding::doubt(Rule::OtherRegion, distance_m);
    is_other.then_some(Finding { region: Some(region), ..finding })
}

/// Allow a day in other regions: every completed visit of it is held. The value is the percentage of
/// the day's visits.
pub fn other_region_of_day(day: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let elsewhere = day.iter().filter(|visit| visit.is_elsewhere).count();
    let is_held = elsewhere > 0 && share(elsewhere, day.len()) >= settings.other_region_hold_share;
    let percent = 100.0 * share(elsewhere, day.len());
    let held = |at| (at, Finding::hold(Rule::OtherRegion, percent));
    if is_held { (0..day.len()).map(held).collect() } else { Vec::new() }
}

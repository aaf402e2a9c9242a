//! # What it finds
//! Positions far from every region.
//!
//! # Why it matters
//! No household of the survey lives there.
//!
//! # What to do
//! Compare with the form; visit again where nothing explains it.

use super::{Finding, Rule, RuleText, Rules};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "outside_country",
    unit: "m",
    en: "The position lies more than {} outside every region.",
    id: "Posisi ini lebih dari {} di luar semua wilayah.",
    advice_en: "Compare with the form; visit again where nothing explains it.",
    advice_id: "Bandingkan dengan formulir; kunjungi lagi bila tidak ada penjelasan.",
    held: None,
};

/// Allow a position outside every region. The value is the distance that it is beyond.
pub fn outside_country(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let position = visit.position().filter(|_| visit.region().is_none())?;
    let limit_m = rules.settings.outside_country_m;
    let is_near = rules.locator.nearest_m(position, limit_m).is_some();
    (!is_near).then(|| Finding::doubt(Rule::OutsideCountry, limit_m))
}

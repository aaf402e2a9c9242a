//! # What it finds
//! Positions that the device says were set by hand or by another program.
//!
//! # Why it matters
//! The device was not where it says.
//!
//! # What to do
//! Ask the enumerator; forbid such programs on the devices; visit again.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::visit::Outcome;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "mock_position",
    unit: "",
    en: "The device says that its position was set by hand ({}).",
    id: "Alat menyatakan bahwa posisinya dibuat-buat ({}).",
    advice_en: "Ask the enumerator; forbid such programs on the devices; visit again.",
    advice_id: "Tanyakan kepada pencacah; larang aplikasi lokasi palsu; kunjungi lagi.",
    held: None,
};

/// Allow a mock position. The value is 1.
pub fn mock_position(visit: &LocatedVisit<'_>, _rules: &Rules<'_>) -> Option<Finding> {
    let visit = visit.visit();
    let is_mock = visit.is_mock() && visit.outcome() == Outcome::Completed;
    is_mock.then(|| Finding::doubt(Rule::MockPosition, 1.0))
}

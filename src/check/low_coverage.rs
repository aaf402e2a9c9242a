//! # What it finds
//! Villages that were declared closed though many households of their prelist were not visited.
//!
//! # Why it matters
//! What the map shows of the village is what a part of it says.
//!
//! # What to do
//! Send the enumerators back, or explain why the households are not there; then free the village.

use std::collections::BTreeMap;

use super::{CheckSettings, Finding, Rule, RuleText, Rules};
use crate::domain::region::RegionId;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "low_coverage",
    unit: "%",
    en: "Of the village's prelist {} were visited, and its fieldwork is closed.",
    id: "Dari prelist desa/kelurahan ini {} telah dikunjungi, padahal pendataannya sudah ditutup.",
    advice_en: "Send the enumerators back, or explain why the households are not there; then free the village.",
    advice_id: "Kirim kembali pencacah, atau jelaskan mengapa rumah tangganya tidak ada; lalu bebaskan desanya.",
    held: None,
};

/// How much of a village's prelist was visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    pub visited: u64,
    pub prelist: u64,
    /// Whether the fieldwork was declared closed.
    pub is_closed: bool,
}

/// The coverage of villages.
pub type Coverages = BTreeMap<RegionId, Coverage>;

/// Allow a closed village with few visits. The value is the percentage of its prelist.
pub fn low_coverage(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let finding = of(*rules.coverages?.get(&visit.declared()?)?, rules.settings)?;
    Some(finding.of_group())
}

/// What is found in a village.
pub fn of(coverage: Coverage, settings: &CheckSettings) -> Option<Finding> {
    if !coverage.is_closed || coverage.prelist == 0 {
        return None;
    }
    let share = coverage.visited as f64 / coverage.prelist as f64;
    if share < settings.coverage_hold_share {
        return Some(Finding::hold(Rule::LowCoverage, 100.0 * share));
    }
    let is_low = share < settings.coverage_note_share;
    is_low.then(|| Finding::note(Rule::LowCoverage, 100.0 * share))
}

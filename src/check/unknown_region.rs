//! # What it finds
//! A declared code that the regions in use don't know, or know only a beginning of.
//!
//! # Why it matters
//! The household counts in the region of the longest known beginning, or where its position lies.
//!
//! # What to do
//! Correct the code, or build on the regions to which it belongs.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::code::MAX_WIDTH;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "unknown_region",
    unit: "digits",
    en: "Of the declared region code only the first {} are known.",
    id: "Dari kode wilayah yang dicatat hanya {} pertama yang dikenal.",
    advice_en: "Correct the code, or build on the regions to which it belongs.",
    advice_id: "Perbaiki kodenya, atau gunakan wilayah yang sesuai.",
    held: None,
};

/// Allow a declared code that is not one of a known village. The value is the number of digits that
/// are known.
pub fn unknown_region(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let declared = visit.visit().declared()?;
    if !rules.locator.reads_declared() {
        return None;
    }
    let tree = rules.locator.tree();
    let known = visit.declared().map_or(0, |region| tree.get(region).code.width());
    let is_known = known == declared.width().min(MAX_WIDTH);
    (!is_known).then(|| Finding::note(Rule::UnknownRegion, f64::from(known)))
}

//! # What it finds
//! Positions that the device itself calls inaccurate.
//!
//! # Why it matters
//! The household may stand in the next hexagon: it is shown in a larger one, or in none.
//!
//! # What to do
//! Wait for a better fix, under the open sky.

use super::{CheckSettings, Finding, Rule, RuleText, Rules};
use crate::domain::visit::Outcome;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "inaccurate_fix",
    unit: "m",
    en: "The device gave its accuracy as {}.",
    id: "Akurasi yang dicatat alat adalah {}.",
    advice_en: "Wait for a better fix, under the open sky.",
    advice_id: "Tunggu sinyal yang lebih baik, di tempat terbuka.",
    held: None,
};

/// Allow an inaccurate position. The value is the accuracy.
pub fn inaccurate_fix(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    visit.position().filter(|_| visit.visit().outcome() == Outcome::Completed)?;
    let accuracy_m = visit.visit().accuracy_m()?;
    let CheckSettings { inaccurate_note_m, inaccurate_doubt_m, .. } = *rules.settings;
    if accuracy_m > inaccurate_doubt_m {
        return Some(Finding::doubt(Rule::InaccurateFix, accuracy_m));
    }
    (accuracy_m > inaccurate_note_m).then(|| Finding::note(Rule::InaccurateFix, accuracy_m))
}

//! # What it finds
//! Days on which an enumerator completed more visits than a day has time for.
//!
//! # Why it matters
//! Some of them were not made.
//!
//! # What to do
//! Call some of the households; visit again those that saw nobody.

use super::group::GroupVisit;
use super::{CheckSettings, Finding, Rule, RuleText};

pub const TEXT: RuleText = RuleText {
    name: "implausible_productivity",
    unit: "visits",
    en: "The enumerator completed {} on this day.",
    id: "Pencacah menyelesaikan {} pada hari ini.",
    advice_en: "Call some of the households of the day; visit again those that saw nobody.",
    advice_id: "Hubungi beberapa rumah tangga hari itu; kunjungi lagi yang tidak didatangi.",
    held: None,
};

/// Allow a day of any number of visits. The value is the number of completed ones.
pub fn implausible_productivity(
    day: &[GroupVisit],
    settings: &CheckSettings,
) -> Vec<(usize, Finding)> {
    let completed = day.len() as f64;
    let find = match completed {
        many if many > settings.productivity_doubt_visits => Finding::doubt,
        many if many > settings.productivity_note_visits => Finding::note,
        _ => return Vec::new(),
    };
    let finding = find(Rule::ImplausibleProductivity, completed);
    (0..day.len()).map(|at| (at, finding)).collect()
}

//! # What it finds
//! Visits of one enumerator that overlap, or that start minutes apart.
//!
//! # Why it matters
//! Nobody is in two households at once. Which of the two was not made can't be told, so both are doubted.
//!
//! # What to do
//! Ask the enumerator; call both households.

use super::group::GroupVisit;
use super::{CheckSettings, Finding, Rule, RuleText};

pub const TEXT: RuleText = RuleText {
    name: "overlapping_visits",
    unit: "min",
    en: "The visit overlaps another of the same enumerator, or starts together with it ({}).",
    id: "Kunjungan ini bertumpang tindih atau mulai bersamaan dengan kunjungan lain pencacah yang sama ({}).",
    advice_en: "Ask the enumerator; call both households.",
    advice_id: "Tanyakan kepada pencacah; hubungi kedua rumah tangga.",
    held: None,
};

/// Allow visits to overlap. The value is the minutes of the overlap, or else those between the starts.
pub fn overlapping_visits(day: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let mut found = Vec::new();
    let mut last: Option<usize> = None;
    for (at, visit) in day.iter().enumerate() {
        // The visit that ends last of those before, and the one that started last.
        let started_last = at.checked_sub(1).filter(|before| Some(*before) != last);
        for before in last.into_iter().chain(started_last) {
            if let Some(finding) = compare(&day[before], visit, settings) {
                found.extend([(before, finding), (at, finding)]);
            }
        }
        if last.is_none_or(|last| ended(&day[last]) <= ended(visit)) {
            last = Some(at);
        }
    }
    found
}

fn ended(visit: &GroupVisit) -> i64 {
    visit.ended_us.unwrap_or(visit.started_us)
}

/// Compares a visit with an earlier one.
fn compare(before: &GroupVisit, visit: &GroupVisit, settings: &CheckSettings) -> Option<Finding> {
    if before.is_hourless || visit.is_hourless {
        return None;
    }
    let minutes = |us: i64| us as f64 / 6e7;
    let end = ended(visit).max(visit.started_us).min(ended(before));
    let overlap_min = minutes(end - visit.started_us);
    if overlap_min > settings.overlap_doubt_min {
        return Some(Finding::doubt(Rule::OverlappingVisits, overlap_min));
    }
    // Nobody at home takes a minute.
    if !before.is_completed || !visit.is_completed {
        return None;
    }
    let apart_min = minutes(visit.started_us - before.started_us);
    if apart_min < settings.starts_doubt_min {
        return Some(Finding::doubt(Rule::OverlappingVisits, apart_min));
    }
    let is_near = apart_min < settings.starts_note_min;
    is_near.then(|| Finding::note(Rule::OverlappingVisits, apart_min))
}

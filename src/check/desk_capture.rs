//! # What it finds
//! Days of an enumerator of which most visits lie in one small circle.
//!
//! # Why it matters
//! The day's forms were filled in at one desk: no position says where a household lives.
//!
//! # What to do
//! Ask where the forms were filled in; free the day if it was a block of flats, visit again if not.

use super::circle::most_in_circle;
use super::group::{GroupVisit, positioned, share};
use super::{CheckSettings, Finding, Rule, RuleText};

pub const TEXT: RuleText = RuleText {
    name: "desk_capture",
    unit: "%",
    en: "Of the enumerator's visits of this day {} lie in one small circle.",
    id: "Dari kunjungan pencacah pada hari ini {} berada dalam satu lingkaran kecil.",
    advice_en: "Ask where the forms were filled in; free the day if it was a block of flats, visit again if not.",
    advice_id: "Tanyakan di mana formulir diisi; bebaskan harinya bila rumah susun, kunjungi lagi bila bukan.",
    held: None,
};

/// Allow a day in one place. The value is the percentage of the day's visits in the circle: the small
/// one that holds the day, or the larger one that gets a note.
pub fn desk_capture(day: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let Some((_, origin)) = positioned(day).next() else { return Vec::new() };
    let points: Vec<_> = positioned(day).map(|(_, place)| origin.metres_to(place)).collect();
    let in_circle = |radius_m, share_of_day, visits| {
        let most = most_in_circle(&points, radius_m);
        let is_enough = most as f64 >= visits && share(most, day.len()) >= share_of_day;
        is_enough.then(|| 100.0 * share(most, day.len()))
    };
    let [note, hold] = [
        (settings.desk_note_radius_m, settings.desk_note_share, settings.desk_note_visits),
        (settings.desk_hold_radius_m, settings.desk_hold_share, settings.desk_hold_visits),
    ];
    let held = in_circle(hold.0, hold.1, hold.2).map(|part| Finding::hold(Rule::DeskCapture, part));
    let noted =
        || in_circle(note.0, note.1, note.2).map(|part| Finding::note(Rule::DeskCapture, part));
    let Some(finding) = held.or_else(noted) else { return Vec::new() };
    (0..day.len()).map(|at| (at, finding)).collect()
}

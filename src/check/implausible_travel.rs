//! # What it finds
//! Ways between consecutive visits of an enumerator that nobody travels so fast.
//!
//! # Why it matters
//! One of the two positions is not where the visit was, or the visit was not made.
//!
//! # What to do
//! Ask the enumerator how the way was made; visit again.

use super::group::{GroupVisit, positioned};
use super::{CheckSettings, Finding, Rule, RuleText};
use crate::domain::position::Position;

pub const TEXT: RuleText = RuleText {
    name: "implausible_travel",
    unit: "km/h",
    en: "The way to or from this visit would have been made at {}.",
    id: "Perjalanan ke atau dari kunjungan ini memerlukan kecepatan {}.",
    advice_en: "Ask the enumerator how the way was made; visit again.",
    advice_id: "Tanyakan kepada pencacah bagaimana ia menempuhnya; kunjungi lagi.",
    held: None,
};

/// Forms are closed on the doorstep: a way takes half a minute at least.
const LEAST_S: f64 = 30.0;
/// Devices that write whole minutes tell a way too short by up to one.
const MINUTE_US: i64 = 60_000_000;
/// Visits that overlap by more say nothing about the way between them.
const OVERLAP_S: f64 = 120.0;

/// Allow any speed. The value is the speed.
///
/// Where a leg is too fast, the visit that strays is found: the one without which the way is plausible,
/// or the one that is doubted for its place already, or else the later one.
pub fn implausible_travel(day: &[GroupVisit], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let mut found = Vec::new();
    let places: Vec<(usize, Position)> = positioned(day).collect();
    let speed = |from: usize, to: usize| {
        let ((from, start), (to, end)) = (places[from], places[to]);
        speed_kmh((&day[from], start), (&day[to], end), settings)
    };
    let is_fast = |speed: Option<f64>| speed.is_some_and(|kmh| kmh > settings.travel_note_kmh);
    // The last visit that is believed to be where it says.
    let mut believed = 0;
    for at in 1..places.len() {
        let Some(kmh) = speed(believed, at).filter(|kmh| is_fast(Some(*kmh))) else {
            believed = at;
            continue;
        };
        let before = believed.checked_sub(1);
        let strays_before = match (day[places[believed].0].is_doubted, day[places[at].0].is_doubted)
        {
            (true, false) => true,
            (false, true) => false,
            // The first of the day has no leg before it that could speak for it.
            _ => {
                before.is_some_and(|before| is_fast(speed(before, believed)))
                    && !before.is_some_and(|before| is_fast(speed(before, at)))
            }
        };
        let strays = if strays_before { believed } else { at };
        found.push((places[strays].0, finding(kmh, settings)));
        let next = at + 1;
        let comes_back = next < places.len() && !is_fast(speed(believed, next));
        let stays = next < places.len() && !is_fast(speed(at, next));
        // A visit that strays alone is left out of the way; a jump that lasts is gone along with.
        if strays_before || !comes_back || stays {
            believed = at;
        }
    }
    found
}

fn finding(kmh: f64, settings: &CheckSettings) -> Finding {
    let is_doubted = kmh > settings.travel_doubt_kmh;
    let find = if is_doubted { Finding::doubt } else { Finding::note };
    find(Rule::ImplausibleTravel, kmh)
}

/// The speed of the way between two visits; `None` where it is too short to tell.
fn speed_kmh(
    (from, start): (&GroupVisit, Position),
    (to, end): (&GroupVisit, Position),
    settings: &CheckSettings,
) -> Option<f64> {
    let far_m = start.distance_m(end);
    let left_us = from.ended_us.unwrap_or(from.started_us).max(from.started_us);
    let is_whole = [left_us, to.started_us].iter().all(|us| us % MINUTE_US == 0);
    let way_us = to.started_us - left_us + if is_whole { MINUTE_US } else { 0 };
    let way_s = way_us as f64 / 1e6;
    let has_hours = !from.is_hourless && !to.is_hourless;
    let is_told = has_hours && far_m > settings.travel_least_m && way_s >= -OVERLAP_S;
    is_told.then(|| far_m / way_s.max(LEAST_S) * 3.6)
}

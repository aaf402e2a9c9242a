//! # What it finds
//! Several households in exactly the same position.
//!
//! # Why it matters
//! Fixes of one spot differ by metres: one position was copied to others. Flats and long houses share it
//! honestly, so a few are only noted.
//!
//! # What to do
//! Ask whether it is one building; visit the others again.

use super::group::Housed;
use super::{CheckSettings, Finding, Rule, RuleText};
use crate::domain::position::Position;

pub const TEXT: RuleText = RuleText {
    name: "shared_position",
    unit: "households",
    en: "In exactly this position there are {}.",
    id: "Tepat pada posisi ini terdapat {}.",
    advice_en: "Ask whether it is one building; visit the other households again.",
    advice_id: "Tanyakan apakah itu satu bangunan; kunjungi lagi rumah tangga lainnya.",
    held: None,
};

/// Positions are the same where they are to a millionth of a degree (11 cm).
const PER_DEGREE: f64 = 1e6;

/// A position in millionths of a degree.
pub fn millionths(position: Position) -> (i32, i32) {
    let whole = |degrees: f64| (degrees * PER_DEGREE).round() as i32;
    (whole(position.longitude()), whole(position.latitude()))
}

/// Positions with four decimals or fewer are millionths in hundreds (11 m).
const COARSE: i32 = 100;
/// A coarse position is copied where it holds more than so many times what the fullest beside it holds.
const STANDS_OUT: usize = 2;

/// Allow several households in one position. The value is their number.
///
/// Where a device writes four decimals, neighbours share a position that nobody copied: many are doubted
/// only where there are many more than in each of the positions beside it.
pub fn shared_position(housed: &[Housed], settings: &CheckSettings) -> Vec<(usize, Finding)> {
    let mut found = Vec::new();
    let mut start = 0;
    let is_same =
        |one: &Housed, other: &Housed| millionths(one.position) == millionths(other.position);
    for same in housed.chunk_by(is_same) {
        let count = same.len() as f64;
        if count >= settings.shared_note_households {
            let is_doubted = count >= settings.shared_doubt_households && stands_out(same, housed);
            let find = if is_doubted { Finding::doubt } else { Finding::note };
            let finding = find(Rule::SharedPosition, count);
            found.extend((start..start + same.len()).map(|at| (at, finding)));
        }
        start += same.len();
    }
    found
}

/// Whether the households of a position are more than its decimals explain.
fn stands_out(same: &[Housed], housed: &[Housed]) -> bool {
    let (east, north) = millionths(same[0].position);
    if east % COARSE != 0 || north % COARSE != 0 {
        return true;
    }
    let reach = COARSE * 3 / 2;
    let from = housed.partition_point(|one| millionths(one.position).1 < north - reach);
    let band = housed[from..].iter().map(|one| millionths(one.position));
    let band = band.take_while(|place| place.1 < north + reach);
    // The squares of its size about it, its own in the middle.
    let mut squares = [0; 9];
    for (x, y) in band.filter(|place| (-reach..reach).contains(&(place.0 - east))) {
        let [column, row] = [x - east, y - north].map(|off| ((off + reach) / COARSE) as usize);
        squares[3 * row + column] += 1;
    }
    squares[4] = 0;
    same.len() > STANDS_OUT * squares.into_iter().max().unwrap_or(0)
}

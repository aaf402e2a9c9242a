//! # What it finds
//! Positions of which both axes have few decimals.
//!
//! # Why it matters
//! Three decimals are 111 m: somebody typed the position in, or a spreadsheet cut it off.
//!
//! # What to do
//! Send the position as the device has it; visit again where that is lost.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::visit::Outcome;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "rounded_position",
    unit: "decimals",
    en: "The position is written with {} only.",
    id: "Posisi ini hanya ditulis dengan {}.",
    advice_en: "Send the position as the device has it; visit again where that is lost.",
    advice_id: "Kirim posisi seperti di alat; kunjungi lagi bila sudah hilang.",
    held: None,
};

/// Allow few decimals. The value is the number of decimals of the axis that has more of them, in its
/// shortest decimal form. Degrees, minutes and seconds have other steps and are not looked at.
pub fn rounded_position(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let position = visit.position().filter(|_| visit.visit().outcome() == Outcome::Completed)?;
    visit.visit().position_text().is_none().then_some(())?;
    let most = rules.settings.rounded_note_decimals as i32;
    let of_longitude = decimals(position.longitude(), most)?;
    let few = f64::from(of_longitude.max(decimals(position.latitude(), most)?));
    let is_doubted = few <= rules.settings.rounded_doubt_decimals;
    let find = if is_doubted { Finding::doubt } else { Finding::note };
    Some(find(Rule::RoundedPosition, few))
}

/// The decimals of a number's shortest form, where they are at most so many. A number that came through
/// 32 bits has the form that it had there.
fn decimals(number: f64, most: i32) -> Option<i32> {
    let narrow = number as f32;
    let came_through_32 = f64::from(narrow) == number;
    (0..=most).find(|&decimals| {
        let tens = 10_f64.powi(decimals);
        // Both are whole below 2^53, so their quotient is the number nearest to the decimal.
        let decimal = (number * tens).round() / tens;
        decimal == number || (came_through_32 && decimal as f32 == narrow)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_decimals_of_the_shortest_form() {
        for (number, expected) in [
            (106.0, Some(0)),
            (-6.2, Some(1)),
            (106.123, Some(3)),
            (106.1234, Some(4)),
            (106.12345, None),
            (0.1 + 0.2, None),
            (f64::from(106.12_f32), Some(2)),
            (f64::from(106.123_45_f32), None),
        ] {
            assert_eq!(decimals(number, 4), expected, "{number}");
        }
    }

    #[test]
    fn agrees_with_the_printed_form() {
        for step in 0_i32..2_000_000 {
            let number = f64::from(step) / 1e5 - 11.0;
            let printed = number.to_string();
            let expected = printed.split_once('.').map_or(0, |(_, part)| part.len());
            let found = decimals(number, 4).map(|few| few as usize);
            assert_eq!(found, Some(expected).filter(|&few| few <= 4), "{number}");
        }
    }
}

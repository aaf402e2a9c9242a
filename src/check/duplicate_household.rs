//! # What it finds
//! Households with more than one completed visit.
//!
//! # Why it matters
//! The last one counts; the others stay visible, and their positions are not used.
//!
//! # What to do
//! See whether two households have got one id; give one of them its own.

use super::{Finding, Rule, RuleText};

pub const TEXT: RuleText = RuleText {
    name: "duplicate_household",
    unit: "days",
    en: "The household was completed once more, {} later; that visit counts.",
    id: "Rumah tangga ini diselesaikan sekali lagi, {} kemudian; kunjungan itu yang dihitung.",
    advice_en: "See whether two households have got one id; give one of them its own.",
    advice_id: "Periksa apakah dua rumah tangga memakai satu nomor; beri salah satunya nomor sendiri.",
    held: None,
};

/// Goes through the visits of one household, from the latest to the first.
#[derive(Debug, Default)]
pub struct DuplicateHousehold {
    /// When the visit that counts started.
    counts_us: Option<i64>,
}

impl DuplicateHousehold {
    /// Allow a household to be completed again. Takes the next completed visit by its start. The value
    /// is the days to the start of the visit that counts.
    pub fn next(&mut self, started_us: i64) -> Option<Finding> {
        let Some(counts_us) = self.counts_us else {
            self.counts_us = Some(started_us);
            return None;
        };
        let days = (counts_us - started_us) as f64 / 8.64e10;
        Some(Finding::doubt(Rule::DuplicateHousehold, days))
    }
}

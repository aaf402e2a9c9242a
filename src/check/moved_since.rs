//! # What it finds
//! Households far from where the release before has them.
//!
//! # Why it matters
//! It moved, or one of the two positions is another household's.
//!
//! # What to do
//! Ask the enumerator whether the household moved.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::key::key_of;
use crate::domain::position::Position;
use crate::domain::visit::{Outcome, VisitField};
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "moved_since",
    unit: "m",
    en: "The household lies {} from its position in the release before.",
    id: "Rumah tangga ini berjarak {} dari posisinya pada rilis sebelumnya.",
    advice_en: "Ask the enumerator whether the household moved.",
    advice_id: "Tanyakan kepada pencacah apakah rumah tangga ini pindah.",
    held: None,
};

/// Where households were before, by the key of their id.
pub trait Before: Send + Sync {
    /// The position that was used for the household, if it was known.
    fn position(&self, household: u64) -> Option<Position>;
}

/// Allow a household to have moved. The value is the distance.
pub fn moved_since(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let before = rules.before?;
    let position = visit.position().filter(|_| visit.visit().outcome() == Outcome::Completed)?;
    let household = key_of(visit.visit().text(VisitField::HouseholdId)?);
    let moved_m = before.position(household)?.distance_m(position);
    (moved_m > rules.settings.moved_m).then(|| Finding::note(Rule::MovedSince, moved_m))
}

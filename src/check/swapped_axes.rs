//! # What it finds
//! A latitude that is a longitude of the country, with a longitude that is a latitude of it.
//!
//! # Why it matters
//! The position lies far outside, but it is only written the wrong way round.
//!
//! # What to do
//! Accept the position with its axes swapped, when it lies in the declared village.

use super::{Finding, Proposal, Rule, RuleText, Rules};
use crate::domain::position::Position;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "swapped_axes",
    unit: "degrees",
    en: "Longitude and latitude seem to be swapped: the latitude is {}.",
    id: "Bujur dan lintang tampaknya tertukar: lintangnya {}.",
    advice_en: "Accept the position with its axes swapped.",
    advice_id: "Terima posisi dengan bujur dan lintang ditukar.",
    held: None,
};

/// Allow swapped axes. The value is the latitude as written. The bounds are those of the regions in
/// use.
pub fn swapped_axes(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let (longitude, latitude) = visit.visit().longitude().zip(visit.visit().latitude())?;
    let bounds = rules.locator.bounds();
    let in_country = |longitude, latitude| {
        Position::new(longitude, latitude).filter(|position| bounds.holds(*position))
    };
    let position = in_country(latitude, longitude)?;
    if in_country(longitude, latitude).is_some() {
        return None;
    }
    let after_m = visit.declared().and_then(|code| rules.locator.distance_to_m(position, code));
    let proposal = Proposal { position, before_m: visit.declared_distance_m(), after_m };
    Some(Finding::doubt(Rule::SwappedAxes, latitude).proposing(proposal))
}

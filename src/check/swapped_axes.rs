//! # What it finds
//! A latitude that is a longitude of the country, with a longitude that is a latitude of it.
//!
//! # Why it matters
//! The position lies far outside, but it is only written the wrong way round.
//!
//! # What to do
//! Accept the position with its axes swapped, when it lies in the declared village.

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::position::Position;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "swapped_axes",
    unit: "degrees",
    en: "Longitude and latitude seem to be swapped: the latitude is {}.",
    id: "Bujur dan lintang tampaknya tertukar: lintangnya {}.",
};

/// Allow swapped axes. The value is the latitude as written. The bounds are those of the regions in
/// use.
pub fn swapped_axes(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let (longitude, latitude) = visit.visit().longitude().zip(visit.visit().latitude())?;
    let bounds = rules.locator.bounds();
    let is_in_country = |longitude, latitude| {
        Position::new(longitude, latitude).is_some_and(|position| bounds.holds(position))
    };
    let is_swapped = !is_in_country(longitude, latitude) && is_in_country(latitude, longitude);
    is_swapped.then(|| Finding::doubt(Rule::SwappedAxes, latitude))
}

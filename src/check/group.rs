//! What rules about several visits see of each: a small plain struct, in slices sorted by their group.

use super::{CheckSettings, Finding};
use super::{
    crowded_position, desk_capture, fabricated_pattern, implausible_productivity,
    implausible_travel, missing_position, office_position, other_region, overlapping_visits,
    shared_position,
};
use crate::domain::position::Position;

/// A visit, as rules about groups see it. Ids are keys, equal where the ids are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupVisit {
    pub household: u64,
    pub enumerator: u64,
    /// Microseconds since 1970 in UTC.
    pub started_us: i64,
    pub ended_us: Option<i64>,
    /// The local day of its start, as a number.
    pub day: i64,
    /// The position, unless it is one that stands for none or is written wrongly: what devices write
    /// without a fix says nothing about a group.
    pub position: Option<Position>,
    pub is_completed: bool,
    pub is_missing: bool,
    /// Doubted as in another region.
    pub is_elsewhere: bool,
    /// Doubted for where it is, whatever the reason.
    pub is_doubted: bool,
    /// Metres to the nearest office, where one is near.
    pub office_m: Option<f64>,
    /// It starts at midnight to the second: its day is known, and no hour of it.
    pub is_hourless: bool,
}

/// A rule about a slice of visits: the indices of visits with a finding. A visit may have several; the
/// gravest counts.
pub type GroupRule = fn(&[GroupVisit], &CheckSettings) -> Vec<(usize, Finding)>;

/// The rules about the completed visits of an enumerator's day, in the order of their starts.
pub const DAY_RULES: [GroupRule; 6] = [
    missing_position::missing_position_of_day,
    other_region::other_region_of_day,
    desk_capture::desk_capture,
    fabricated_pattern::fabricated_pattern,
    implausible_productivity::implausible_productivity,
    office_position::office_position_of_day,
];

/// The rules about all visits of an enumerator's day, whatever came of them, in the order of their starts.
pub const WAY_RULES: [GroupRule; 2] =
    [implausible_travel::implausible_travel, overlapping_visits::overlapping_visits];

/// A household in a place, as rules about places see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Housed {
    pub household: u64,
    pub position: Position,
}

/// A rule about households in places, which come sorted by position and household, each once in a place:
/// the indices of those with a finding.
pub type PlaceRule = fn(&[Housed], &CheckSettings) -> Vec<(usize, Finding)>;

/// The rules about places.
pub const PLACE_RULES: [PlaceRule; 2] =
    [shared_position::shared_position, crowded_position::crowded_position];

/// A count as a share of another, 0 of nothing.
pub fn share(count: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { count as f64 / of as f64 }
}

/// The visits with a position, with their indices.
pub fn positioned(visits: &[GroupVisit]) -> impl Iterator<Item = (usize, Position)> {
    visits.iter().enumerate().filter_map(|(at, visit)| Some((at, visit.position?)))
}

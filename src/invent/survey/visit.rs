//! One visit of a household, as the officer's device sent it.

use super::fix::Fix;
use crate::domain::visit::Outcome;

#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Among the households of its group.
    pub household: u32,
    /// 1 for the first visit of the wave.
    pub attempt: u8,
    /// Among the enumerators of its group.
    pub officer: u32,
    /// The enumerator whose device it was.
    pub device: u32,
    /// The officer's working day, days since 1970, local.
    pub day: i32,
    /// Seconds since 1970 in UTC.
    pub started_s: i64,
    pub duration_s: i64,
    pub received_s: i64,
    pub outcome: Outcome,
    pub fix: Option<Fix>,
    pub is_mock: bool,
    /// Longitude and latitude as they stand in a text table, where a number can't say it.
    pub text: Option<Box<[String; 2]>>,
}

impl Visit {
    pub const fn ended_s(&self) -> i64 {
        self.started_s + self.duration_s
    }

    pub fn is_completed(&self) -> bool {
        self.outcome == Outcome::Completed
    }
}

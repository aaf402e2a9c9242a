//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};

/// A day, written `2021-11-30`: the day at which a release takes its ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(NaiveDate);

impl Date {
    /// The local day of a time, which is given in microseconds since 1970 in UTC.
    pub fn local(time_us: i64, offset_min: i16) -> Option<Self> {
        let local_us = time_us.checked_add(i64::from(offset_min) * 60_000_000)?;
        Some(Self(DateTime::from_timestamp_micros(local_us)?.date_naive()))
    }

    pub const fn calendar(self) -> NaiveDate {
        self.0
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a date; write it as year, month and day, for example 2021-11-30")]
pub struct DateError(String);

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self);
        // chrono also reads `2021-1-5` and `+2021-01-05`; one day is written in one way.
        date.filter(|date| date.to_string() == text)
            .ok_or_else(|| DateError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_local_midnight() {
        let day = |minutes: i64| Date::local(minutes * 60_000_000, 420).unwrap().to_string();
        assert_eq!((day(1_019), day(1_020)), ("1970-01-01".to_owned(), "1970-01-02".to_owned()));
        assert_eq!(Date::local(i64::MAX, 420), None);
    }

    #[test]
    fn reads_a_day_in_one_form_only() {
        assert_eq!("2024-02-29".parse::<Date>().unwrap().to_string(), "2024-02-29");
        for text in ["2023-02-29", "2024-2-9", "29-02-2024", "2024-02-29T00:00", ""] {
            assert_eq!(text.parse::<Date>(), Err(DateError(text.to_owned())));
        }
    }
}

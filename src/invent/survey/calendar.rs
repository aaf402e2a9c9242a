//! Days of the fieldwork and ages, as days since 1970.

use chrono::{Datelike, NaiveDate};

pub const DAYS_IN_YEAR: f64 = 365.25;
pub const SECONDS_IN_DAY: i64 = 86_400;
/// The year of wave 0; each further wave is a year later.
pub const FIRST_YEAR: i32 = 2021;

/// The year of a wave.
pub const fn year_of(wave: u16) -> i32 {
    FIRST_YEAR + wave as i32
}

/// The first day of a wave's fieldwork, 1 March.
pub fn fieldwork_starts(wave: u16) -> i32 {
    day_number(NaiveDate::from_ymd_opt(year_of(wave), 3, 1).expect("every year has a 1 March"))
}

/// The reference date of a wave where none is given, 30 June.
pub fn reference_date(wave: u16) -> NaiveDate {
    NaiveDate::from_ymd_opt(year_of(wave), 6, 30).expect("every year has a 30 June")
}

pub fn day_number(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// Completed years, near enough to decide who gives birth or dies; figures use [`Cutoffs`].
pub const fn age_years(born: i32, day: i32) -> i32 {
    ((day - born) as f64 / DAYS_IN_YEAR) as i32
}

/// Whether a day is one on which officers work: not a Sunday.
pub const fn is_working_day(day: i32) -> bool {
    // 1 January 1970 was a Thursday, the fourth day after a Sunday.
    (day + 4).rem_euclid(7) != 0
}

/// The latest days of birth of those who have reached an age at the reference date.
#[derive(Debug, Clone, Copy)]
pub struct Cutoffs {
    pub five: i32,
    pub eighteen: i32,
    pub sixty: i32,
    pub seventy: i32,
}

impl Cutoffs {
    pub fn at(reference: NaiveDate) -> Self {
        let before = |years: i32| {
            let year = reference.year() - years;
            let date = reference.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28));
            day_number(date.expect("every year has a 28 February"))
        };
        Self { five: before(5), eighteen: before(18), sixty: before(60), seventy: before(70) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_sundays_and_birthdays() {
        let day = |text: &str| day_number(text.parse().unwrap());
        assert!(!is_working_day(day("2021-03-07")));
        assert!(is_working_day(fieldwork_starts(0)));
        let cutoffs = Cutoffs::at("2024-02-29".parse().unwrap());
        assert_eq!(cutoffs.five, day("2019-02-28"));
        assert_eq!(cutoffs.sixty, day("1964-02-29"));
    }
}

//! # What it finds
//! Visits before or after the fieldwork, and visits that were received before they ended.
//!
//! # Why it matters
//! The device's clock is wrong, so nothing about times can be trusted, nor which visit is the latest.
//!
//! # What to do
//! Set the device's clock from the network; correct the time from the form.

use chrono::NaiveDateTime;

use super::{Finding, Rule, RuleText, Rules};
use crate::domain::date::Date;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "wrong_clock",
    unit: "min",
    en: "The device's clock is wrong by {} or more.",
    id: "Jam alat salah {} atau lebih.",
    advice_en: "Set the device's clock from the network; correct the time from the form.",
    advice_id: "Setel jam alat dari jaringan; perbaiki waktunya dari formulir.",
    held: None,
};

/// Allow a wrong clock. The value is the minutes by which the visit lies before the fieldwork, after it,
/// or after its receipt.
pub fn wrong_clock(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let settings = rules.settings;
    let started_us = visit.visit().started_us();
    let local_us = started_us + rules.offset_min(visit) * 60_000_000;
    let minutes = |us: i64| us as f64 / 6e7;
    let early = minutes(midnight_us(settings.fieldwork_from) - local_us);
    let late = minutes(local_us - midnight_us(settings.fieldwork_until)) - 1_440.0;
    let received_us = visit.visit().time_us(crate::domain::visit::VisitField::ReceivedAt);
    let ended_us = visit.visit().ended_us().unwrap_or(started_us).max(started_us);
    // A receipt that is a date alone may be of any time of that day.
    let within_us = |us| if rules.is_midnight(us, visit) { DAY_US } else { 0 };
    let ahead = received_us.map_or(f64::MIN, |us| minutes(ended_us - us - within_us(us)));
    let is_wrong =
        early > 0.0 || late > settings.clock_future_min || ahead > settings.clock_received_min;
    is_wrong.then(|| Finding::doubt(Rule::WrongClock, early.max(late).max(ahead)))
}

const DAY_US: i64 = 86_400_000_000;

fn midnight_us(day: Date) -> i64 {
    NaiveDateTime::from(day.calendar()).and_utc().timestamp_micros()
}

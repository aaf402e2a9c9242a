//! The days of each enumerator, one after the other.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};

use super::super::error::EngineError;
use super::super::notes::{Noting, RowKey};
use super::FreedDays;
use super::note::GroupNote;
use super::record::OfficerVisit;
use crate::check::group::{DAY_RULES, GroupVisit, WAY_RULES};
use crate::check::office_position::office_position;
use crate::check::{CheckSettings, Decision, Finding, Severity};
use crate::domain::date::Date;

/// Visits that are looked at together. A longer day is cut, and so is an enumerator with more of them at
/// offices: nobody works so, and one enumerator may be the whole input.
const MOST_TOGETHER: usize = 4096;
/// Visits before a cut that are looked at again with those behind it.
const AGAIN: usize = 256;

/// Takes the visits of enumerators in the order of their starts.
pub struct Days<'a> {
    settings: &'a CheckSettings,
    freed: &'a FreedDays,
    noting: Noting<GroupNote>,
    /// The enumerator and the day at hand, and its visits.
    at: Option<(u64, i64)>,
    day: Together,
    /// The enumerator's visits about offices.
    at_offices: Together,
}

/// Visits that are looked at together.
#[derive(Default)]
struct Together {
    visits: Vec<GroupVisit>,
    records: Vec<OfficerVisit>,
    /// Rows that stand in the input once more, by what is equal in them.
    again: BTreeMap<OfficerVisit, Vec<u64>>,
}

impl<'a> Days<'a> {
    pub fn new(
        settings: &'a CheckSettings,
        freed: &'a FreedDays,
        noting: Noting<GroupNote>,
    ) -> Self {
        let (day, at_offices) = Default::default();
        Self { settings, freed, noting, at: None, day, at_offices }
    }

    /// Takes the next visit.
    ///
    /// # Errors
    /// Where notes can't be kept.
    pub fn next(&mut self, visit: OfficerVisit) -> Result<(), EngineError> {
        let at = Some((visit.enumerator, visit.day()));
        if at != self.at {
            self.end_day(0)?;
        } else if self.day.visits.len() == MOST_TOGETHER {
            self.end_day(AGAIN)?;
        }
        if at.map(|at| at.0) != self.at.map(|at| at.0) {
            self.end_enumerator(0)?;
        } else if self.at_offices.visits.len() == MOST_TOGETHER {
            self.end_enumerator(AGAIN)?;
        }
        self.at = at;
        let group_visit = visit.visit();
        if group_visit.is_completed
            && group_visit
                .office_m
                .is_some_and(|far_m| far_m <= 2.0 * self.settings.office_radius_m)
        {
            self.at_offices.push(visit);
        }
        self.day.push(visit);
        Ok(())
    }

    /// Ends the last day of the last enumerator.
    ///
    /// # Errors
    /// Where notes can't be kept.
    pub fn finish(mut self) -> Result<(), EngineError> {
        self.end_day(0)?;
        self.end_enumerator(0)
    }

    /// Looks at the visits together, and keeps the last of them.
    fn end_day(&mut self, keep: usize) -> Result<(), EngineError> {
        let Some((enumerator, day)) = self.at.filter(|_| !self.day.visits.is_empty()) else {
            return Ok(());
        };
        let all = &self.day.visits;
        let mut found = Vec::new();
        for rule in WAY_RULES {
            found.extend(rule(all, self.settings));
        }
        let completed: Vec<usize> = (0..all.len()).filter(|at| all[*at].is_completed).collect();
        let visits: Vec<GroupVisit> = completed.iter().map(|at| all[*at]).collect();
        for rule in DAY_RULES {
            let of_completed = rule(&visits, self.settings).into_iter();
            found.extend(of_completed.map(|(at, finding)| (completed[at], finding)));
        }
        if found.iter().any(|(_, finding)| finding.severity == Severity::Hold)
            && date(day).is_some_and(|day| self.freed.contains(&(enumerator, day)))
        {
            free(&mut found);
        }
        self.day.note(&mut self.noting, found)?;
        self.day.keep_last(keep);
        Ok(())
    }

    fn end_enumerator(&mut self, keep: usize) -> Result<(), EngineError> {
        let found = office_position(&self.at_offices.visits, self.settings);
        self.at_offices.note(&mut self.noting, found)?;
        self.at_offices.keep_last(keep);
        Ok(())
    }
}

impl Together {
    fn push(&mut self, visit: OfficerVisit) {
        if visit.is_repeated() {
            self.again.entry(visit.content()).or_default().push(visit.row);
        } else {
            self.visits.push(visit.visit());
            self.records.push(visit);
        }
    }

    /// Notes what was found in the visits about each of their rows.
    fn note(
        &self,
        noting: &mut Noting<GroupNote>,
        found: Vec<(usize, Finding)>,
    ) -> Result<(), EngineError> {
        for (at, finding) in found {
            let record = &self.records[at];
            let again = self.again.get(&record.content()).into_iter().flatten();
            for row in again.chain([&record.row]) {
                noting.note(RowKey::from_number(*row), GroupNote::of(&finding))?;
            }
        }
        Ok(())
    }

    fn keep_last(&mut self, keep: usize) {
        let cut = self.visits.len().saturating_sub(keep);
        self.visits.drain(..cut);
        self.records.drain(..cut);
        let first_us = self.records.first().map_or(i64::MAX, |first| first.started_us);
        self.again.retain(|content, _| content.started_us >= first_us);
    }
}

fn date(day: i64) -> Option<Date> {
    let date: NaiveDate = DateTime::from_timestamp(day.checked_mul(86_400)?, 0)?.date_naive();
    Some(date.into())
}

/// A supervisor has looked at the day: what held it is shown and holds no more.
fn free(found: &mut [(usize, Finding)]) {
    for (_, finding) in found {
        if finding.severity == Severity::Hold {
            finding.severity = Severity::Note;
            finding.decision = Some(Decision::Freed);
        }
    }
}

//! The days of each enumerator, one after the other.

use chrono::{DateTime, NaiveDate};

use super::super::error::EngineError;
use super::super::notes::{Noting, RowKey};
use super::FreedDays;
use super::note::GroupNote;
use super::record::OfficerVisit;
use crate::check::group::{DAY_RULES, GroupVisit, WAY_RULES};
use crate::check::office_position::{ALONE, office_position};
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
    visits: Vec<GroupVisit>,
    rows: Vec<u64>,
    /// The enumerator's visits about offices.
    at_offices: (Vec<GroupVisit>, Vec<u64>),
}

impl<'a> Days<'a> {
    pub fn new(
        settings: &'a CheckSettings,
        freed: &'a FreedDays,
        noting: Noting<GroupNote>,
    ) -> Self {
        let (visits, rows, at_offices) = Default::default();
        Self { settings, freed, noting, at: None, visits, rows, at_offices }
    }

    /// Takes the next visit.
    ///
    /// # Errors
    /// Where notes can't be kept.
    pub fn next(&mut self, visit: OfficerVisit) -> Result<(), EngineError> {
        // Nobody's visits are no group.
        if visit.enumerator == 0 {
            return Ok(());
        }
        let at = Some((visit.enumerator, visit.day()));
        if at != self.at {
            self.end_day(0)?;
        } else if self.visits.len() == MOST_TOGETHER {
            self.end_day(AGAIN)?;
        }
        if at.map(|at| at.0) != self.at.map(|at| at.0) {
            self.end_enumerator(0)?;
        } else if self.at_offices.0.len() == MOST_TOGETHER {
            self.end_enumerator(AGAIN)?;
        }
        self.at = at;
        let group_visit = visit.visit();
        if group_visit.is_completed
            && group_visit
                .office_m
                .is_some_and(|far_m| far_m <= ALONE * self.settings.office_radius_m)
        {
            self.at_offices.0.push(group_visit);
            self.at_offices.1.push(visit.row);
        }
        self.visits.push(group_visit);
        self.rows.push(visit.row);
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
        let Some((enumerator, day)) = self.at.filter(|_| !self.visits.is_empty()) else {
            return Ok(());
        };
        let mut found = Vec::new();
        for rule in WAY_RULES {
            found.extend(rule(&self.visits, self.settings));
        }
        let is_completed = |at: &usize| self.visits[*at].is_completed;
        let completed: Vec<usize> = (0..self.visits.len()).filter(is_completed).collect();
        let visits: Vec<GroupVisit> = completed.iter().map(|at| self.visits[*at]).collect();
        for rule in DAY_RULES {
            let of_completed = rule(&visits, self.settings).into_iter();
            found.extend(of_completed.map(|(at, finding)| (completed[at], finding)));
        }
        if found.iter().any(|(_, finding)| finding.severity == Severity::Hold)
            && date(day).is_some_and(|day| self.freed.contains(&(enumerator, day)))
        {
            free(&mut found);
        }
        note(&mut self.noting, &self.rows, found)?;
        keep_last(&mut self.visits, keep);
        keep_last(&mut self.rows, keep);
        Ok(())
    }

    fn end_enumerator(&mut self, keep: usize) -> Result<(), EngineError> {
        let (visits, rows) = &mut self.at_offices;
        let found = office_position(visits, self.settings);
        note(&mut self.noting, rows, found)?;
        keep_last(visits, keep);
        keep_last(rows, keep);
        Ok(())
    }
}

fn keep_last<T>(all: &mut Vec<T>, keep: usize) {
    all.drain(..all.len().saturating_sub(keep));
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

fn note(
    noting: &mut Noting<GroupNote>,
    rows: &[u64],
    found: Vec<(usize, Finding)>,
) -> Result<(), EngineError> {
    for (at, finding) in found {
        noting.note(RowKey::from_number(rows[at]), GroupNote::of(&finding))?;
    }
    Ok(())
}

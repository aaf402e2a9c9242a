//! Reading what rules about several visits need, as records to sort.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;

use super::super::error::EngineError;
use super::super::latest::{Choice, places_of};
use super::super::notes::RowKey;
use super::super::plan::Build;
use super::super::sorter::Sorting;
use super::Sorters;
use super::device::Devices;
use super::record::{
    COMPLETED, DOUBTED, ELSEWHERE, MISSING, NO_ROW, NONE, OfficerVisit, PlacedHousehold, REPEATED,
    fixed,
};
use super::tile::tiles;
use crate::check::shared_position::millionths;
use crate::check::{Finding, Rule, Rules, Severity, check_position};
use crate::domain::key::key_of;
use crate::domain::position::Position;
use crate::domain::visit::{Outcome, VisitBatch, VisitField};
use crate::locate::LocatedVisit;
use crate::place::Standing;
use crate::read::visits::Portion;

/// The columns that are read.
const FIELDS: [VisitField; 10] = [
    VisitField::HouseholdId,
    VisitField::EnumeratorId,
    VisitField::DeviceId,
    VisitField::StartedAt,
    VisitField::EndedAt,
    VisitField::DurationS,
    VisitField::Outcome,
    VisitField::Longitude,
    VisitField::Latitude,
    VisitField::GpsAccuracyM,
];

/// One thread's reading.
pub struct Scan<'a> {
    pub build: &'a Build<'a>,
    pub choice: &'a Choice,
    pub devices: &'a Devices,
    /// The rows read so far.
    pub rows: &'a AtomicU64,
}

/// Where a thread's records go.
struct Out {
    officers: Sorting<OfficerVisit>,
    places: Sorting<PlacedHousehold>,
}

impl Scan<'_> {
    /// Reads portions of the files.
    ///
    /// # Errors
    /// [`EngineError`] where they can't be read, or the records not be kept.
    pub fn run(&self, portions: &[Portion], sorters: &Sorters) -> Result<(), EngineError> {
        let wanted = FIELDS.iter().fold(0, |bits, field| bits | field.bit());
        let locale = self.build.ground.locale();
        let mut out =
            Out { officers: sorters.officers.sorting(), places: sorters.places.sorting() };
        let mut failed = None;
        for portion in portions {
            self.build.files.read(portion, &locale, wanted, &mut |batch| {
                self.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
                match self.put_batch(&batch, &mut out) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        failed = Some(error);
                        ControlFlow::Break(())
                    }
                }
            })?;
            if let Some(error) = failed.take() {
                return Err(EngineError::Spill(error));
            }
        }
        let finished = out.officers.finish().and_then(|()| out.places.finish());
        finished.map_err(EngineError::Spill)
    }

    fn put_batch(&self, batch: &RecordBatch, out: &mut Out) -> io::Result<()> {
        let ground = &self.build.ground;
        let locator = ground.locator();
        let rules = Rules::new(&ground.check, &locator);
        let visits = VisitBatch::new(batch);
        let located = locator.locate_in_regions(&visits);
        let place_of = places_of(batch);
        for row in 0..visits.len() {
            let is_repeated = self.choice.standings.get(place_of(row)) == Some(Standing::Repeated);
            let repeated = if is_repeated { REPEATED } else { 0 };
            self.put((&located.visit(row), repeated), &rules, RowKey::new(place_of(row)), out)?;
        }
        Ok(())
    }

    fn put(
        &self,
        (located, repeated): (&LocatedVisit<'_>, u16),
        rules: &Rules<'_>,
        row: RowKey,
        out: &mut Out,
    ) -> io::Result<()> {
        let visit = located.visit();
        let key = |field| visit.text(field).map_or(0, key_of);
        let finding = check_position(located, rules);
        let position = located.position().filter(|_| says_where(finding));
        let (enumerator, device) = (key(VisitField::EnumeratorId), key(VisitField::DeviceId));
        let household = key(VisitField::HouseholdId);
        let is_completed = visit.outcome() == Outcome::Completed;
        if is_completed && repeated == 0 {
            self.devices.see(device, enumerator);
        }
        let started_us = visit.started_us();
        let seconds =
            |us: i64| us.div_euclid(1_000_000).clamp(-i64::from(i32::MAX), i64::from(i32::MAX));
        let office_m = position.and_then(|place| self.build.ground.beside.offices.nearest_m(place));
        out.officers.put(OfficerVisit {
            enumerator,
            started_us,
            row: row.number(),
            device,
            household: household as u32,
            duration_s: visit
                .ended_us()
                .map_or(NONE, |ended_us| seconds(ended_us - started_us) as i32),
            longitude: position.map_or(NONE, |place| fixed(place.longitude())),
            latitude: position.map_or(NONE, |place| fixed(place.latitude())),
            office_dm: office_m.map_or(NONE, |far_m| (far_m * 10.0).round() as i32),
            flags: flags(finding) | repeated | if is_completed { COMPLETED } else { 0 },
            offset_min: rules.offset_min(located) as i16,
        })?;
        match position.filter(|_| is_completed) {
            Some(position) => put_place(position, household, row, rules, out),
            None => Ok(()),
        }
    }
}

/// Whether a position tells where a device was, rightly or wrongly.
fn says_where(finding: Option<Finding>) -> bool {
    let is_none = [Rule::NullIsland, Rule::SwappedAxes, Rule::WrongSign];
    !finding.is_some_and(|finding| is_none.contains(&finding.rule))
}

fn flags(finding: Option<Finding>) -> u16 {
    let Some(finding) = finding.filter(|finding| finding.severity >= Severity::Doubt) else {
        return 0;
    };
    DOUBTED
        | match finding.rule {
            Rule::MissingPosition => MISSING,
            Rule::OtherRegion => ELSEWHERE,
            _ => 0,
        }
}

fn put_place(
    position: Position,
    household: u64,
    row: RowKey,
    rules: &Rules<'_>,
    out: &mut Out,
) -> io::Result<()> {
    let (east, north) = millionths(position);
    let place = [north, east];
    for (number, tile) in tiles(place, rules.settings.crowded_radius_m).into_iter().enumerate() {
        let row = if number == 0 { row.number() } else { NO_ROW };
        out.places.put(PlacedHousehold { tile, place, household, row })?;
    }
    Ok(())
}

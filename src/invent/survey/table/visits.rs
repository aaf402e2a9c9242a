//! The visits table, one column after another in the order of the fields.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, StringBuilder, TimestampMicrosecondArray, UInt8Array,
    UInt32Array,
};

use super::super::id::IdWriter;
use super::super::plan::Group;
use super::super::population::Population;
use super::super::registers::{self, Assessed};
use super::super::visit::Visit;
use super::super::{Positions, Survey};
use crate::domain::visit::VisitField;

/// The columns of the visits of a group.
pub fn columns(
    survey: &Survey<'_>,
    group: &Group,
    population: &Population,
    assessed: &[Assessed],
    visits: &[Visit],
) -> Vec<ArrayRef> {
    let rows = Rows { survey, group, population, assessed, visits };
    VisitField::ALL.iter().map(|&field| rows.column(field)).collect()
}

struct Rows<'a> {
    survey: &'a Survey<'a>,
    group: &'a Group,
    population: &'a Population,
    assessed: &'a [Assessed],
    visits: &'a [Visit],
}

impl Rows<'_> {
    fn column(&self, field: VisitField) -> ArrayRef {
        use VisitField as F;
        match field {
            F::VisitId
            | F::HouseholdId
            | F::VillageCode
            | F::EnumeratorId
            | F::SupervisorId
            | F::DeviceId
            | F::IdPrelist => self.ids(field),
            F::UnitKind => self.unit_kinds(),
            F::StartedAt => self.times(|visit| visit.started_s),
            F::EndedAt => self.times(Visit::ended_s),
            F::ReceivedAt => self.times(|visit| visit.received_s),
            F::Longitude | F::Latitude => self.degrees(field),
            F::GpsAccuracyM => self.numbers(|visit| visit.fix.map(|fix| fix.accuracy_m)),
            F::IsMock => Arc::new(BooleanArray::from_iter(
                self.visits.iter().map(|visit| visit.fix.map(|_| visit.is_mock)),
            )),
            F::DurationS => Arc::new(UInt32Array::from_iter_values(
                self.visits.iter().map(|visit| visit.duration_s as u32),
            )),
            F::Outcome => Arc::new(UInt8Array::from_iter_values(
                self.visits.iter().map(|visit| visit.outcome as u8),
            )),
            F::Percentile => self.numbers(|visit| {
                visit.is_completed().then(|| self.assessed(visit).percentile).flatten()
            }),
            _ => Arc::new(UInt8Array::from_iter(
                self.visits.iter().map(|visit| self.small(field, visit)),
            )),
        }
    }

    fn assessed(&self, visit: &Visit) -> &Assessed {
        &self.assessed[visit.household as usize]
    }

    fn ids(&self, field: VisitField) -> ArrayRef {
        let (mut ids, office) = (IdWriter::default(), self.group.office);
        let mut column = StringBuilder::with_capacity(self.visits.len(), self.visits.len() * 22);
        for visit in self.visits {
            let household = &self.population.households[visit.household as usize];
            let officer = self.group.first_officer + visit.officer;
            column.append_value(match field {
                VisitField::VisitId => {
                    ids.visit(household.id, self.survey.settings.wave, visit.attempt)
                }
                VisitField::HouseholdId => ids.household(household.id),
                VisitField::VillageCode => {
                    let village = self.group.villages[household.village as usize].region;
                    ids.code(self.survey.tree.get(village).code)
                }
                VisitField::EnumeratorId => ids.enumerator(office, officer),
                VisitField::SupervisorId => ids.supervisor(office, officer),
                VisitField::DeviceId => ids.device(office, self.group.first_officer + visit.device),
                _ => ids.prelist(household.id),
            });
        }
        Arc::new(column.finish())
    }

    fn unit_kinds(&self) -> ArrayRef {
        let mut column = StringBuilder::with_capacity(self.visits.len(), self.visits.len() * 3);
        for visit in self.visits {
            column.append_value(if self.assessed(visit).is_family { "KEL" } else { "RT" });
        }
        Arc::new(column.finish())
    }

    fn times(&self, second: impl Fn(&Visit) -> i64) -> ArrayRef {
        let micros = self.visits.iter().map(|visit| second(visit) * 1_000_000);
        Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC"))
    }

    fn numbers(&self, number: impl Fn(&Visit) -> Option<f64>) -> ArrayRef {
        Arc::new(Float64Array::from_iter(self.visits.iter().map(number)))
    }

    fn degrees(&self, field: VisitField) -> ArrayRef {
        let axis = usize::from(field == VisitField::Latitude);
        let number = |visit: &Visit| visit.fix.map(|fix| [fix.longitude, fix.latitude][axis]);
        if self.survey.settings.positions == Positions::Numbers {
            return self.numbers(number);
        }
        let mut column = StringBuilder::with_capacity(self.visits.len(), self.visits.len() * 12);
        for visit in self.visits {
            match (&visit.text, number(visit)) {
                (Some(text), _) => column.append_value(&text[axis]),
                (None, Some(number)) => column.append_value(number.to_string()),
                (None, None) => column.append_null(),
            }
        }
        Arc::new(column.finish())
    }

    fn small(&self, field: VisitField, visit: &Visit) -> Option<u8> {
        use VisitField as F;
        let assessed = self.assessed(visit);
        if field == F::MusdesStatus {
            return Some(registers::musdes_status(visit.outcome, assessed));
        }
        if !visit.is_completed() {
            return None;
        }
        let counts = &assessed.counts;
        match field {
            F::Decile => assessed.decile(),
            F::Members => Some(counts.members),
            F::Children => Some(counts.children),
            F::ChildrenUnder5 => Some(counts.children_under_5),
            F::Elderly => Some(counts.elderly),
            F::Elderly70Plus => Some(counts.elderly_70_plus),
            F::DisabledPhysical => Some(counts.disabled[0]),
            F::DisabledIntellectual => Some(counts.disabled[1]),
            F::DisabledMental => Some(counts.disabled[2]),
            F::DisabledSensory => Some(counts.disabled[3]),
            F::DisabledMultiple => Some(counts.disabled[4]),
            F::Disabled => Some(counts.all_disabled()),
            _ => None,
        }
    }
}

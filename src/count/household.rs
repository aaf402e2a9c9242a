//! What one household adds to the cube.

use arrow::array::{Array, UInt8Array};

use crate::domain::indicator::{Counts, CubeColumn, PovertyThreshold};
use crate::domain::visit::{VisitBatch, VisitField};

/// The columns of a batch of visits that are counted.
pub struct HouseholdColumns<'a> {
    decile: &'a UInt8Array,
    percentile: &'a arrow::array::Float64Array,
    members: &'a UInt8Array,
    children: &'a UInt8Array,
    children_under_5: &'a UInt8Array,
    elderly: &'a UInt8Array,
    elderly_70_plus: &'a UInt8Array,
    disabled: &'a UInt8Array,
    classes: [(&'a UInt8Array, CubeColumn); 5],
}

impl<'a> HouseholdColumns<'a> {
    pub fn new(visits: &VisitBatch<'a>) -> Self {
        let class = |field, column| (visits.small(field), column);
        Self {
            decile: visits.small(VisitField::Decile),
            percentile: visits.real(VisitField::Percentile),
            members: visits.small(VisitField::Members),
            children: visits.small(VisitField::Children),
            children_under_5: visits.small(VisitField::ChildrenUnder5),
            elderly: visits.small(VisitField::Elderly),
            elderly_70_plus: visits.small(VisitField::Elderly70Plus),
            disabled: visits.small(VisitField::Disabled),
            classes: [
                class(VisitField::DisabledPhysical, CubeColumn::Physical),
                class(VisitField::DisabledIntellectual, CubeColumn::Intellectual),
                class(VisitField::DisabledMental, CubeColumn::Mental),
                class(VisitField::DisabledSensory, CubeColumn::Sensory),
                class(VisitField::DisabledMultiple, CubeColumn::Multiple),
            ],
        }
    }

    /// The welfare decile: as given, or from the percentile, `ceil(percentile / 10)`.
    fn decile(&self, row: usize) -> Option<u8> {
        if self.decile.is_valid(row) {
            return Some(self.decile.value(row));
        }
        let percentile = self.percentile.is_valid(row).then(|| self.percentile.value(row))?;
        Some(((percentile / 10.0).ceil() as u8).max(1))
    }

    /// What the household of a row adds: itself by its decile and, where it is poor, its persons.
    pub fn counts(&self, row: usize, threshold: PovertyThreshold) -> Counts {
        let mut counts = [0; CubeColumn::COUNT];
        let decile = self.decile(row);
        let own = decile.map_or(CubeColumn::Unranked, CubeColumn::of_decile);
        counts[own.index()] = 1;
        if decile.is_some_and(|decile| threshold.includes(decile)) {
            self.add_ages(row, &mut counts);
            self.add_disabilities(row, &mut counts);
        }
        counts
    }

    fn add_ages(&self, row: usize, counts: &mut Counts) {
        let mut add = |column: CubeColumn, persons: i64| counts[column.index()] += persons;
        let (children, elderly) = (get(self.children, row), get(self.elderly, row));
        match (children, get(self.children_under_5, row)) {
            (Some(all), Some(young)) if young <= all => {
                add(CubeColumn::Age0To4, young);
                add(CubeColumn::Age5To17, all - young);
            }
            (Some(all), _) => add(CubeColumn::Age0To17, all),
            (None, young) => add(CubeColumn::Age0To4, young.unwrap_or(0)),
        }
        match (elderly, get(self.elderly_70_plus, row)) {
            (Some(all), Some(old)) if old <= all => {
                add(CubeColumn::Age60To69, all - old);
                add(CubeColumn::Age70Plus, old);
            }
            (Some(all), _) => add(CubeColumn::Age60Plus, all),
            (None, old) => add(CubeColumn::Age70Plus, old.unwrap_or(0)),
        }
        if let (Some(members), Some(children), Some(elderly)) =
            (get(self.members, row), children, elderly)
        {
            add(CubeColumn::Age18To59, (members - children - elderly).max(0));
        }
    }

    fn add_disabilities(&self, row: usize, counts: &mut Counts) {
        let mut told = 0;
        for (column, class) in self.classes {
            let persons = get(column, row).unwrap_or(0);
            counts[class.index()] += persons;
            told += persons;
        }
        let all = get(self.disabled, row).unwrap_or(0);
        counts[CubeColumn::Unspecified.index()] += (all - told).max(0);
    }
}

fn get(column: &UInt8Array, row: usize) -> Option<i64> {
    column.is_valid(row).then(|| i64::from(column.value(row)))
}

//! The tables of a survey, as columnar batches.

mod persons;
mod schema;
mod visits;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;

use super::plan::Group;
use super::population::Population;
use super::{Persons, Positions, Survey};
use super::{denominators, fault, institution, registers, schedule};

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableKind {
    Visits,
    Persons,
    Prelist,
    Institutions,
    Resources,
    Recipients,
    Denominators,
    /// The truth about the injected faults.
    Faults,
}

impl TableKind {
    pub const ALL: [Self; 8] = [
        Self::Visits,
        Self::Persons,
        Self::Prelist,
        Self::Institutions,
        Self::Resources,
        Self::Recipients,
        Self::Denominators,
        Self::Faults,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Persons => "persons",
            Self::Prelist => "prelist",
            Self::Institutions => "institutions",
            Self::Resources => "resources",
            Self::Recipients => "recipients",
            Self::Denominators => "denominators",
            Self::Faults => "faults",
        }
    }

    /// The columns of the table.
    pub fn schema(self, positions: Positions) -> SchemaRef {
        schema::of(self, positions)
    }

    /// Columns in which hardly any value comes twice, so that a dictionary of them is in vain.
    pub const fn distinct_columns(self) -> &'static [&'static str] {
        match self {
            Self::Visits => &[
                "visit_id",
                "household_id",
                "id_prelist",
                "started_at",
                "ended_at",
                "received_at",
                "longitude",
                "latitude",
            ],
            Self::Persons => &["person_id", "household_id"],
            Self::Prelist => &["id_prelist", "household_id"],
            Self::Recipients => &["household_id", "person_id"],
            Self::Institutions | Self::Resources | Self::Denominators => &[],
            Self::Faults => &["visit_id", "magnitude"],
        }
    }

    fn batch(self, positions: Positions, columns: Vec<ArrayRef>) -> RecordBatch {
        RecordBatch::try_new(self.schema(positions), columns)
            .expect("the columns are built in the order and types of the schema")
    }
}

/// The tables of one group.
pub struct Tables {
    /// Minutes ahead of UTC where the group lies: how its times are written as text.
    pub utc_offset_min: i16,
    batches: Vec<(TableKind, RecordBatch)>,
}

impl Tables {
    /// The tables that were asked for, in the order of [`TableKind::ALL`].
    pub fn into_batches(self) -> Vec<(TableKind, RecordBatch)> {
        self.batches
    }
}

/// The tables that a survey with these settings has.
pub fn kinds(settings: &super::Settings) -> Vec<TableKind> {
    let wanted = |kind: &TableKind| match kind {
        TableKind::Persons => settings.persons == Persons::Listed,
        TableKind::Faults => settings.faults.is_some(),
        _ => true,
    };
    TableKind::ALL.into_iter().filter(wanted).collect()
}

/// Invents a group and writes its tables.
pub fn tables(survey: &Survey<'_>, group: &Group) -> Tables {
    let settings = &survey.settings;
    let population = Population::invent(survey, group);
    let institutions = institution::of(survey, group, &population);
    let mut visits = schedule::visits(survey, group, &population);
    let truths = settings.faults.map_or_else(Vec::new, |share| {
        fault::inject(survey, group, &population, &institutions, share, &mut visits)
    });
    let assessed = registers::assess(survey, group, &population, &institutions);
    let batches = kinds(settings)
        .into_iter()
        .map(|kind| {
            let columns = match kind {
                TableKind::Visits => {
                    visits::columns(survey, group, &population, &assessed, &visits)
                }
                TableKind::Persons => persons::columns((survey, group), &population, &institutions),
                TableKind::Prelist => registers::prelist(survey, group, &population),
                TableKind::Institutions => institution::columns(survey, group, &institutions),
                TableKind::Resources => registers::resources(survey, group, &assessed),
                TableKind::Recipients => registers::recipients(survey, &population, &assessed),
                TableKind::Denominators => {
                    denominators::columns(survey, group, &population, &assessed)
                }
                TableKind::Faults => fault::columns(survey, &population, &visits, &truths),
            };
            (kind, kind.batch(settings.positions, columns))
        })
        .collect();
    let utc_offset_min = survey.tree.get(group.parent).utc_offset_min;
    Tables { utc_offset_min, batches }
}

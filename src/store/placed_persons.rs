//! The columns of placed visits that tell of the household's persons.

use std::sync::Arc;

use arrow::array::{ArrayRef, UInt16Array};
use arrow::datatypes::{DataType, Field};

use crate::domain::person::{AgeClass, Disability, PersonCounts};
use crate::place::PlacedBatch;

type Count = fn(&PersonCounts) -> Option<u16>;

/// Each column's name, and what it counts.
const COLUMNS: [(&str, Count); 14] = [
    ("persons", |persons| Some(persons.members())),
    ("persons_0_4", |persons| Some(persons.of_age(AgeClass::Under5))),
    ("persons_5_17", |persons| Some(persons.of_age(AgeClass::From5To17))),
    ("persons_18_59", |persons| Some(persons.of_age(AgeClass::From18To59))),
    ("persons_60_69", |persons| Some(persons.of_age(AgeClass::From60To69))),
    ("persons_70_plus", |persons| Some(persons.of_age(AgeClass::From70))),
    ("persons_age_unknown", |persons| Some(persons.of_unknown_age())),
    ("persons_physical", |persons| persons.of_disability(Disability::Physical)),
    ("persons_intellectual", |persons| persons.of_disability(Disability::Intellectual)),
    ("persons_mental", |persons| persons.of_disability(Disability::Mental)),
    ("persons_sensory", |persons| persons.of_disability(Disability::Sensory)),
    ("persons_multiple", |persons| persons.of_disability(Disability::Multiple)),
    ("persons_unspecified", |persons| persons.of_disability(Disability::Unspecified)),
    ("persons_disability_unknown", PersonCounts::of_unknown_disability),
];

/// The columns' fields.
pub fn fields() -> impl Iterator<Item = Field> {
    COLUMNS.into_iter().map(|(name, _)| Field::new(name, DataType::UInt16, true))
}

/// The columns of a batch; null where the household does not count by the visit, or has no persons.
pub fn columns(placed: &PlacedBatch<'_>) -> Vec<ArrayRef> {
    let rows = placed.visits().len();
    let persons: Vec<Option<PersonCounts>> = (0..rows).map(|row| placed.persons(row)).collect();
    let column = |(_, count): &(&str, Count)| -> ArrayRef {
        let values = persons.iter().map(|persons| persons.as_ref().and_then(count));
        Arc::new(values.collect::<UInt16Array>())
    };
    COLUMNS.iter().map(column).collect()
}

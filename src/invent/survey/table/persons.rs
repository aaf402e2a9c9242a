//! The persons table.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, StringBuilder, UInt8Array};

use super::super::Survey;
use super::super::calendar::Cutoffs;
use super::super::fieldwork::Progress;
use super::super::id::IdWriter;
use super::super::institution::{Institution, lives_in};
use super::super::person::Person;
use super::super::plan::Group;
use super::super::population::Population;

/// A member who lives here, and one who is counted for the first time.
const LIVES_HERE: u8 = 1;
const NEW_MEMBER: u8 = 5;

/// The columns of the persons of a group; those of households that left are not among them.
pub fn columns(
    (survey, group): (&Survey<'_>, &Group),
    population: &Population,
    institutions: &[Institution],
) -> Vec<ArrayRef> {
    let progress = Progress::of(survey, group);
    let persons = || {
        population.households.iter().filter(|it| !it.is_gone && progress.reaches(it)).flat_map(
            |household| population.members(household).iter().map(move |person| (household, person)),
        )
    };
    let count = persons().count();
    let mut ids = IdWriter::default();
    let mut person_ids = StringBuilder::with_capacity(count, count * 21);
    let mut household_ids = StringBuilder::with_capacity(count, count * 18);
    let mut codes = StringBuilder::with_capacity(count, count * 2);
    let mut institution_ids = StringBuilder::with_capacity(count, 0);
    let cutoffs = Cutoffs::at(survey.settings.reference_date);
    for (household, person) in persons() {
        person_ids.append_value(ids.person(household.id, person.number));
        household_ids.append_value(ids.household(household.id));
        codes.append_value(CODES[usize::from(person.disability)]);
        let institution = lives_in(survey, household, person, &cutoffs, institutions);
        institution_ids.append_option(institution.map(|one| one.id.as_str()));
    }
    let presence = |person: &Person| if person.is_new { NEW_MEMBER } else { LIVES_HERE };
    vec![
        Arc::new(person_ids.finish()),
        Arc::new(household_ids.finish()),
        Arc::new(UInt8Array::from_iter_values(persons().map(|(_, person)| person.sex as u8))),
        Arc::new(Date32Array::from_iter_values(persons().map(|(_, person)| person.born))),
        Arc::new(codes.finish()),
        Arc::new(UInt8Array::from_iter_values(persons().map(|(_, person)| presence(person)))),
        Arc::new(institution_ids.finish()),
    ]
}

const CODES: [&str; 13] =
    ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];

//! Parsing rows of persons at the door.

use std::hash::{DefaultHasher, Hasher};

use super::{AGE_YEARS, ANSWERS, BIRTH_DATE, DISABILITY_CODE, PersonBatch, PersonRow, text};
use crate::domain::person::{AgeBounds, AgeClass, Definition, Disability, Person};
use crate::read::table::{Cell, TableBatch, TableError, dates, texts, wholes};

const PERSON_ID: usize = 0;
const HOUSEHOLD_ID: usize = 1;
const SEX: usize = 2;
const PRESENCE: usize = 6;
const INSTITUTION_ID: usize = 7;

/// Presence of those who count: lives here, new member.
const PRESENT: [i64; 2] = [1, 5];

/// Reads the rows of a table.
///
/// # Errors
/// [`TableError`] of the first row without the ids that it needs.
pub fn batch(
    table: &TableBatch<'_>,
    definition: Option<Definition>,
    ages: &AgeBounds,
) -> Result<PersonBatch, TableError> {
    let required =
        |column| texts(table, column).map(|texts| texts.expect("the column is required"));
    let mut batch = PersonBatch {
        person_ids: required(PERSON_ID)?,
        household_ids: required(HOUSEHOLD_ID)?,
        institution_ids: texts(table, INSTITUTION_ID)?,
        rows: Vec::with_capacity(table.len()),
    };
    let sexes = wholes(table, SEX)?;
    let births = dates(table, BIRTH_DATE)?;
    let years = wholes(table, AGE_YEARS)?;
    let presences = wholes(table, PRESENCE)?;
    let disabilities = disabilities(table, definition)?;
    for row in 0..table.len() {
        if text(&batch.person_ids, row).is_none() {
            return Err(table.refuse(PERSON_ID, row, "an id of its own"));
        }
        let is_in_institution =
            batch.institution_ids.as_ref().is_some_and(|ids| text(ids, row).is_some());
        if text(&batch.household_ids, row).is_none() && !is_in_institution {
            return Err(table.refuse(
                HOUSEHOLD_ID,
                row,
                "the id of its household, or an institution_id",
            ));
        }
        let sex = sexes[row].and_then(|sex| (1..=2).contains(&sex).then_some(sex));
        let born = births[row].and_then(|day| ages.class(day));
        let told_age = years[row].and_then(AgeClass::of_years);
        let age = born.value().or_else(|| told_age.value()).unwrap_or(AgeClass::Unknown);
        let presence = presences[row].and_then(|code| (0..=9).contains(&code).then_some(code));
        let (disability, is_odd) = disabilities.class(row);
        let is_doubtful = is_odd
            || age == AgeClass::Unknown
            || sex.value().is_none()
            || born.is_unreadable()
            || told_age.is_unreadable()
            || presence.is_unreadable();
        let person = Person { age, disability, is_doubtful };
        let is_present = presence.value().is_none_or(|code| PRESENT.contains(&code));
        let mut hasher = DefaultHasher::new();
        let day = births[row].and_then(|day| Some(i64::from(day)));
        for value in [sexes[row], day, years[row], presences[row]] {
            hasher.write_i64(number(value));
        }
        disabilities.write(row, &mut hasher);
        batch.rows.push(PersonRow { person, is_present, content: hasher.finish() });
    }
    Ok(batch)
}

/// A value among numbers that none has.
const fn number(cell: Cell<i64>) -> i64 {
    match cell {
        Cell::Empty => i64::MIN,
        Cell::Unreadable => i64::MAX,
        Cell::Value(value) => value,
    }
}

/// What rows say of disabilities.
enum Disabilities {
    NotTold,
    Codes(Vec<Cell<i64>>),
    Answers(Vec<Vec<Cell<i64>>>),
}

fn disabilities(
    table: &TableBatch<'_>,
    definition: Option<Definition>,
) -> Result<Disabilities, TableError> {
    Ok(match definition {
        None => Disabilities::NotTold,
        Some(Definition::Dtks) => Disabilities::Codes(wholes(table, DISABILITY_CODE)?),
        Some(Definition::Wg) => {
            let answers = ANSWERS.map(|answer| wholes(table, answer));
            Disabilities::Answers(answers.collect::<Result<_, _>>()?)
        }
    })
}

impl Disabilities {
    /// The class, and whether a value can't be: the other ones still tell of a disability.
    fn class(&self, row: usize) -> (Option<Disability>, bool) {
        match self {
            Self::NotTold => (None, false),
            Self::Codes(codes) => {
                let class =
                    codes[row].and_then(|code| Disability::of_code(u8::try_from(code).ok()?));
                (class.value().flatten(), class.is_unreadable())
            }
            Self::Answers(answers) => {
                let answer = |question: usize| {
                    let number =
                        answers[question][row].and_then(|answer| u8::try_from(answer).ok());
                    number.and_then(|answer| (1..=4).contains(&answer).then_some(answer))
                };
                let answers: [Cell<u8>; 9] = std::array::from_fn(answer);
                let is_doubtful = answers.iter().any(Cell::is_unreadable);
                (Disability::of_answers(answers.map(Cell::value)), is_doubtful)
            }
        }
    }

    fn write(&self, row: usize, hasher: &mut DefaultHasher) {
        match self {
            Self::NotTold => {}
            Self::Codes(codes) => hasher.write_i64(number(codes[row])),
            Self::Answers(answers) => {
                answers.iter().for_each(|answers| hasher.write_i64(number(answers[row])));
            }
        }
    }
}

//! Parsing rows of persons at the door.

use std::hash::{DefaultHasher, Hasher};

use super::{AGE_YEARS, ANSWERS, BIRTH_DATE, DISABILITY_CODE, PersonBatch, PersonRow, text};
use crate::domain::person::{AgeBounds, AgeClass, Definition, Disability, Person};
use crate::read::table::{Cell, TableBatch, TableError, dates, ids, wholes};

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
    let required = |column| ids(table, column).map(|texts| texts.expect("the column is required"));
    let mut batch = PersonBatch {
        person_ids: required(PERSON_ID)?,
        household_ids: required(HOUSEHOLD_ID)?,
        institution_ids: ids(table, INSTITUTION_ID)?,
        rows: Vec::with_capacity(table.len()),
    };
    let values = Values::read(table, definition, ages)?;
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
        batch.rows.push(values.row(row));
    }
    Ok(batch)
}

/// What rows say besides whose they are: values as they are written, and what they come to.
struct Values {
    written: [Vec<Cell<i64>>; 4],
    sexes: Vec<Cell<i64>>,
    born: Vec<Cell<AgeClass>>,
    aged: Vec<Cell<AgeClass>>,
    presences: Vec<Cell<i64>>,
    disabilities: Disabilities,
}

impl Values {
    fn read(
        table: &TableBatch<'_>,
        definition: Option<Definition>,
        ages: &AgeBounds,
    ) -> Result<Self, TableError> {
        let births = dates(table, BIRTH_DATE)?;
        let [sexes, years, presences] = [SEX, AGE_YEARS, PRESENCE].map(|it| wholes(table, it));
        let (sexes, years, presences) = (sexes?, years?, presences?);
        let days = births.iter().map(|day| day.and_then(|day| Some(i64::from(day)))).collect();
        let in_range = |cells: &[Cell<i64>], range: std::ops::RangeInclusive<i64>| {
            let cell = |cell: &Cell<i64>| cell.and_then(|it| range.contains(&it).then_some(it));
            cells.iter().map(cell).collect::<Vec<_>>()
        };
        let values = Self {
            sexes: in_range(&sexes, 1..=2),
            born: births.iter().map(|day| day.and_then(|day| ages.class(day))).collect(),
            aged: years.iter().map(|years| years.and_then(AgeClass::of_years)).collect(),
            presences: in_range(&presences, 0..=9),
            disabilities: Disabilities::read(table, definition)?,
            written: [sexes, days, years, presences],
        };
        let [sexes, days, years, presences] = &values.written;
        table.note_out_of_range(SEX, sexes, &values.sexes);
        table.note_out_of_range(BIRTH_DATE, days, &values.born);
        table.note_out_of_range(AGE_YEARS, years, &values.aged);
        table.note_out_of_range(PRESENCE, presences, &values.presences);
        Ok(values)
    }

    fn row(&self, row: usize) -> PersonRow {
        let (born, aged, presence) = (self.born[row], self.aged[row], self.presences[row]);
        let age = born.value().or_else(|| aged.value()).unwrap_or(AgeClass::Unknown);
        let told = self.disabilities.of(row, age);
        let is_doubtful = told.is_doubtful
            || age == AgeClass::Unknown
            || self.sexes[row].value().is_none()
            || born.is_unreadable()
            || aged.is_unreadable()
            || presence.is_unreadable();
        let person = Person {
            age,
            disability: told.class,
            is_disability_unknown: told.is_unknown,
            is_doubtful,
        };
        let is_present = presence.value().is_none_or(|code| PRESENT.contains(&code));
        let mut hasher = DefaultHasher::new();
        for values in &self.written {
            hasher.write_i64(number(values[row]));
        }
        self.disabilities.write(row, &mut hasher);
        PersonRow { person, is_present, content: hasher.finish() }
    }
}

/// A value among numbers that none has.
const fn number(cell: Cell<i64>) -> i64 {
    match cell {
        Cell::Empty => i64::MIN,
        Cell::Unreadable => i64::MAX,
        Cell::Value(value) => value,
    }
}

/// What rows say of disabilities: as it is written, and what it comes to.
enum Disabilities {
    NotTold,
    Codes { written: Vec<Cell<i64>>, classes: Vec<Cell<Option<Disability>>> },
    Answers { written: Vec<Vec<Cell<i64>>>, answers: Vec<Vec<Cell<u8>>> },
}

/// What a row says of a person's disability.
struct ToldDisability {
    class: Option<Disability>,
    is_unknown: bool,
    is_doubtful: bool,
}

impl Disabilities {
    fn read(table: &TableBatch<'_>, definition: Option<Definition>) -> Result<Self, TableError> {
        Ok(match definition {
            None => Self::NotTold,
            Some(Definition::Dtks) => {
                let written = wholes(table, DISABILITY_CODE)?;
                let class = |code: &Cell<i64>| {
                    code.and_then(|code| Disability::of_code(u8::try_from(code).ok()?))
                };
                let classes: Vec<_> = written.iter().map(class).collect();
                table.note_out_of_range(DISABILITY_CODE, &written, &classes);
                Self::Codes { classes, written }
            }
            Some(Definition::Wg) => {
                let written = ANSWERS.map(|answer| wholes(table, answer));
                let written: Vec<Vec<Cell<i64>>> = written.collect::<Result<_, _>>()?;
                let answer = |cell: &Cell<i64>| {
                    let number = cell.and_then(|answer| u8::try_from(answer).ok());
                    number.and_then(|answer| (1..=4).contains(&answer).then_some(answer))
                };
                let answers = written.iter().map(|cells| cells.iter().map(answer).collect());
                let answers: Vec<Vec<Cell<u8>>> = answers.collect();
                for ((column, as_read), made) in ANSWERS.zip(&written).zip(&answers) {
                    table.note_out_of_range(column, as_read, made);
                }
                Self::Answers { answers, written }
            }
        })
    }

    /// A code that is missing or none of the codes tells nothing. Of answers any tells of a disability;
    /// that there is none is known where a question is answered and each answer can be read. Who is
    /// under 5 is not asked the questions of the Washington Group.
    fn of(&self, row: usize, age: AgeClass) -> ToldDisability {
        match self {
            Self::NotTold => ToldDisability { class: None, is_unknown: true, is_doubtful: false },
            Self::Codes { classes, .. } => ToldDisability {
                class: classes[row].value().flatten(),
                is_unknown: classes[row].value().is_none(),
                is_doubtful: classes[row].is_unreadable(),
            },
            Self::Answers { answers, .. } => {
                let answers: [Cell<u8>; 9] = std::array::from_fn(|question| answers[question][row]);
                let is_doubtful = answers.iter().any(Cell::is_unreadable);
                let is_answered = answers.iter().any(|answer| answer.value().is_some());
                let class = Disability::of_answers(answers.map(Cell::value));
                let is_known = !is_doubtful && (is_answered || age == AgeClass::Under5);
                ToldDisability { class, is_unknown: class.is_none() && !is_known, is_doubtful }
            }
        }
    }

    fn write(&self, row: usize, hasher: &mut DefaultHasher) {
        match self {
            Self::NotTold => {}
            Self::Codes { written, .. } => hasher.write_i64(number(written[row])),
            Self::Answers { written, .. } => {
                written.iter().for_each(|answers| hasher.write_i64(number(answers[row])));
            }
        }
    }
}

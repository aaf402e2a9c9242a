//! Persons: their ages at the reference date, their classes of disability, and what the persons of one
//! household come to.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::date::Date;
pub use super::disability::{Definition, Disability};

/// How many persons of one household count at most in what is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonBounds {
    /// By age, all classes together.
    pub persons: u8,
    /// Of one class of age.
    pub of_age: u8,
    /// By disability, all classes together.
    pub disabled: u8,
}

impl PersonBounds {
    /// The larger of each.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self {
            persons: self.persons.max(other.persons),
            of_age: self.of_age.max(other.of_age),
            disabled: self.disabled.max(other.disabled),
        }
    }
}

/// A person's age in completed years at the reference date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum AgeClass {
    Under5 = 0,
    From5To17 = 1,
    From18To59 = 2,
    From60To69 = 3,
    From70 = 4,
    /// Neither a birth date nor an age that can be.
    Unknown = 5,
}

/// Nobody is older, in years.
const OLDEST: i32 = 120;

impl AgeClass {
    pub const ALL: [Self; 6] = [
        Self::Under5,
        Self::From5To17,
        Self::From18To59,
        Self::From60To69,
        Self::From70,
        Self::Unknown,
    ];

    /// The class of an age in completed years; `None` of one that can't be.
    pub fn of_years(years: i64) -> Option<Self> {
        Some(match years {
            0..5 => Self::Under5,
            5..18 => Self::From5To17,
            18..60 => Self::From18To59,
            60..70 => Self::From60To69,
            70.. if years <= i64::from(OLDEST) => Self::From70,
            _ => return None,
        })
    }
}

/// The latest days of birth, since 1970, of those who have reached an age at the reference date.
#[derive(Debug, Clone, Copy)]
pub struct AgeBounds {
    five: i32,
    eighteen: i32,
    sixty: i32,
    seventy: i32,
    too_old: i32,
    too_young: i32,
}

impl AgeBounds {
    pub fn at(reference: Date) -> Self {
        let years_before = |years: i32| {
            let day = reference.calendar();
            let year = day.year() - years;
            let before = day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28));
            // Chrono's calendar ends 262,000 years from now.
            before.map_or(i32::MIN, day_number)
        };
        Self {
            five: years_before(5),
            eighteen: years_before(18),
            sixty: years_before(60),
            seventy: years_before(70),
            too_old: years_before(OLDEST + 1),
            too_young: years_before(-1),
        }
    }

    /// The class of a day of birth; `None` of one that can't be. Who was born within a year after the
    /// reference date, and before the visit, counts with the youngest.
    pub const fn class(&self, born: i32) -> Option<AgeClass> {
        Some(match born {
            _ if born > self.too_young || born <= self.too_old => return None,
            _ if born > self.five => AgeClass::Under5,
            _ if born > self.eighteen => AgeClass::From5To17,
            _ if born > self.sixty => AgeClass::From18To59,
            _ if born > self.seventy => AgeClass::From60To69,
            _ => AgeClass::From70,
        })
    }
}

/// Days since 1970.
pub fn day_number(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// What is counted of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    pub age: AgeClass,
    pub disability: Option<Disability>,
    /// Whether the row does not say whether the person is disabled; then [`Self::disability`] is `None`.
    pub is_disability_unknown: bool,
    /// Whether a value of the row can't be, and is therefore not used.
    pub is_doubtful: bool,
}

const UNKNOWN_DISABILITY: u8 = 6;
const NO_DISABILITY: u8 = 7;

impl Person {
    /// The person in 7 bits.
    pub fn pack(self) -> u8 {
        let disability = match self.disability {
            Some(class) => class as u8,
            None if self.is_disability_unknown => UNKNOWN_DISABILITY,
            None => NO_DISABILITY,
        };
        self.age as u8 | disability << 3 | u8::from(self.is_doubtful) << 6
    }

    /// The person that [`Self::pack`] packed.
    ///
    /// # Panics
    /// Where it packed none: a bug.
    pub fn unpack(bits: u8) -> Self {
        let disability = bits >> 3 & 7;
        Self {
            age: AgeClass::ALL[usize::from(bits & 7)],
            disability: Disability::ALL.get(usize::from(disability)).copied(),
            is_disability_unknown: disability == UNKNOWN_DISABILITY,
            is_doubtful: bits >> 6 & 1 == 1,
        }
    }
}

/// How many persons a household or an institution has: by [`AgeClass`], by [`Disability`], of whom it is
/// not known whether they are disabled, and with doubtful values; and whether disabilities are told by
/// another definition than visits have.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, bytemuck::Pod, bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct PersonCounts([u16; PersonCounts::LEN]);

/// More persons are no household's and no institution's: the id is a placeholder.
pub const MOST_PERSONS: usize = 60_000;

/// Stands where a count would, and is more than [`MOST_PERSONS`].
const NOT_TOLD: u16 = u16::MAX;

impl PersonCounts {
    const LEN: usize = 15;
    const DISABILITIES: usize = AgeClass::ALL.len();
    const UNKNOWN_DISABILITY: usize = Self::DISABILITIES + Disability::ALL.len();
    const OTHER_DEFINITION: usize = Self::UNKNOWN_DISABILITY + 1;
    const DOUBTFUL: usize = Self::LEN - 1;

    /// Adds a person; there are at most [`MOST_PERSONS`].
    pub fn add(&mut self, person: Person) {
        self.0[person.age as usize] += 1;
        if let Some(class) = person.disability {
            self.0[Self::DISABILITIES + class as usize] += 1;
        }
        self.0[Self::UNKNOWN_DISABILITY] += u16::from(person.is_disability_unknown);
        self.0[Self::DOUBTFUL] += u16::from(person.is_doubtful);
    }

    pub const fn of_age(&self, class: AgeClass) -> u16 {
        self.0[class as usize]
    }

    /// `None` where it is not told who is disabled.
    pub const fn of_disability(&self, class: Disability) -> Option<u16> {
        match self.0[Self::DISABILITIES + class as usize] {
            NOT_TOLD => None,
            count => Some(count),
        }
    }

    /// That it was not told who is disabled.
    pub fn forget_disabilities(&mut self) {
        self.0[Self::DISABILITIES..=Self::UNKNOWN_DISABILITY].fill(NOT_TOLD);
    }

    /// That disabilities are told by answers, which are not added up with what visits say.
    pub const fn set_other_definition(&mut self) {
        self.0[Self::OTHER_DEFINITION] = 1;
    }

    /// Whether disabilities are told by another definition than the visits'.
    pub const fn has_other_definition(&self) -> bool {
        self.0[Self::OTHER_DEFINITION] == 1
    }

    /// Persons of whom it is not known whether they are disabled; `None` where that is not told of
    /// anybody.
    pub const fn of_unknown_disability(&self) -> Option<u16> {
        match self.0[Self::UNKNOWN_DISABILITY] {
            NOT_TOLD => None,
            count => Some(count),
        }
    }

    /// Persons whose age is unknown.
    pub const fn of_unknown_age(&self) -> u16 {
        self.of_age(AgeClass::Unknown)
    }

    /// Persons with a value that can't be.
    pub const fn doubtful(&self) -> u16 {
        self.0[Self::DOUBTFUL]
    }

    pub fn members(&self) -> u16 {
        self.0[..Self::DISABILITIES].iter().sum()
    }

    /// Those whose age is known.
    pub const fn children(&self) -> u16 {
        self.of_age(AgeClass::Under5) + self.of_age(AgeClass::From5To17)
    }

    /// Those whose age is known.
    pub const fn elderly(&self) -> u16 {
        self.of_age(AgeClass::From60To69) + self.of_age(AgeClass::From70)
    }

    /// Those who are known to be disabled; `None` where it is not told who is.
    pub fn disabled(&self) -> Option<u16> {
        Disability::ALL.iter().map(|class| self.of_disability(*class)).sum()
    }

    /// `None` where the age of one of them is unknown.
    pub fn children_if_known(&self) -> Option<u16> {
        (self.of_unknown_age() == 0).then(|| self.children())
    }

    /// `None` where the age of one of them is unknown.
    pub fn elderly_if_known(&self) -> Option<u16> {
        (self.of_unknown_age() == 0).then(|| self.elderly())
    }

    /// `None` where it is not known of one of them whether she is disabled.
    pub fn disabled_if_known(&self) -> Option<u16> {
        self.disabled().filter(|_| self.of_unknown_disability() == Some(0))
    }

    /// The bytes in which it is kept.
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }

    /// The counts that [`Self::as_bytes`] gave, wherever they lie.
    ///
    /// # Panics
    /// Where there are more or fewer bytes: a bug.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        bytemuck::pod_read_unaligned(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(born: &str, reference: &str) -> Option<AgeClass> {
        AgeBounds::at(reference.parse().unwrap()).class(day_number(born.parse().unwrap()))
    }

    #[test]
    fn ages_are_completed_years_at_the_reference_date() {
        for (born, expected) in [
            ("2016-12-01", Some(AgeClass::Under5)),
            ("2016-11-30", Some(AgeClass::From5To17)),
            ("2003-12-01", Some(AgeClass::From5To17)),
            ("2003-11-30", Some(AgeClass::From18To59)),
            ("1961-12-01", Some(AgeClass::From18To59)),
            ("1961-11-30", Some(AgeClass::From60To69)),
            ("1951-11-30", Some(AgeClass::From70)),
            ("1900-12-01", Some(AgeClass::From70)),
            ("1900-11-30", None),
            ("2021-12-31", Some(AgeClass::Under5)),
            ("2022-12-01", None),
        ] {
            assert_eq!(class(born, "2021-11-30"), expected, "{born}");
        }
        assert_eq!(class("2019-02-28", "2024-02-29"), Some(AgeClass::From5To17));
        assert_eq!(class("2019-03-01", "2024-02-29"), Some(AgeClass::Under5));
    }

    #[test]
    fn years_fall_into_the_same_classes() {
        for (years, expected) in [
            (-1, None),
            (4, Some(AgeClass::Under5)),
            (17, Some(AgeClass::From5To17)),
            (59, Some(AgeClass::From18To59)),
            (69, Some(AgeClass::From60To69)),
            (120, Some(AgeClass::From70)),
            (121, None),
        ] {
            assert_eq!(AgeClass::of_years(years), expected, "{years}");
        }
    }

    #[test]
    fn counts_each_person_once() {
        let mut counts = PersonCounts::default();
        for (age, disability, is_disability_unknown, is_doubtful) in [
            (AgeClass::Under5, None, true, false),
            (AgeClass::From70, Some(Disability::Multiple), false, false),
            (AgeClass::Unknown, Some(Disability::Unspecified), false, true),
        ] {
            let person = Person { age, disability, is_disability_unknown, is_doubtful };
            assert_eq!(Person::unpack(person.pack()), person);
            counts.add(person);
        }
        assert_eq!((counts.members(), counts.children(), counts.elderly()), (3, 1, 1));
        assert_eq!((counts.disabled(), counts.doubtful()), (Some(2), 1));
        assert_eq!((counts.of_unknown_age(), counts.of_unknown_disability()), (1, Some(1)));
        counts.forget_disabilities();
        assert_eq!((counts.disabled(), counts.members()), (None, 3));
        assert_eq!((counts.of_unknown_disability(), counts.doubtful()), (None, 1));
    }
}

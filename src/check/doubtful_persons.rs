//! # What it finds
//! Persons of the household with values that can't be: a birth date of 2091, no age at all, a disability
//! code of 17.
//!
//! # Why it matters
//! The value is not used; a person without an age is in no class of ages, and where the visit does not say
//! how many children and elderly persons there are, the household's figures are unknown.
//!
//! # What to do
//! Correct the values in the persons table.

use super::{Finding, Rule, RuleText};
use crate::domain::person::PersonCounts;

pub const TEXT: RuleText = RuleText {
    name: "doubtful_persons",
    unit: "persons",
    en: "Of this household {} have a value that cannot be, or no age.",
    id: "Dari rumah tangga ini {} memiliki nilai yang tidak mungkin, atau tanpa umur.",
    advice_en: "Correct the persons' ages and codes in the table.",
    advice_id: "Perbaiki umur dan kode orang tersebut dalam tabel.",
    held: None,
};

/// Allow persons with values out of their range. The value is the number of persons.
pub fn doubtful_persons(persons: &PersonCounts) -> Option<Finding> {
    let doubtful = persons.doubtful();
    (doubtful > 0).then(|| Finding::note(Rule::DoubtfulPersons, f64::from(doubtful)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::{AgeClass, Person};

    #[test]
    fn persons_with_doubtful_values_are_told_of() {
        let mut persons = PersonCounts::default();
        let person = Person {
            age: AgeClass::Under5,
            disability: None,
            is_disability_unknown: false,
            is_doubtful: false,
        };
        persons.add(person);
        assert_eq!(doubtful_persons(&persons), None);
        persons.add(Person { age: AgeClass::Unknown, is_doubtful: true, ..person });
        assert_eq!(doubtful_persons(&persons).unwrap().value, 1.0);
    }
}

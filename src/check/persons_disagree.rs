//! # What it finds
//! Counts of the visit (members, children, elderly, disabled) that the household's persons contradict.
//!
//! # Why it matters
//! The persons count, one by one; the visit's own counts are kept beside them.
//!
//! # What to do
//! See which is right: a person may be missing from the table, or the visit was filled in wrongly.

use super::{Finding, Rule, RuleText};
use crate::domain::person::{AgeClass, Definition, Disability, PersonCounts};
use crate::domain::visit::{Visit, VisitField};

pub const TEXT: RuleText = RuleText {
    name: "persons_disagree",
    unit: "counts",
    en: "The visit has {} that the persons of the household contradict.",
    id: "Kunjungan memiliki {} yang tidak sesuai dengan orang dalam rumah tangga.",
    advice_en: "Ask the enumerator which is right; the persons table is what counts.",
    advice_id: "Tanyakan kepada pencacah mana yang benar; yang dihitung adalah tabel orang.",
    held: None,
};

/// Allow counts of the visit that can't be those of the persons: persons of unknown age may be of any. The
/// value is the number of counts. Of disabilities only the register's own definition is compared: that is
/// the visits'.
pub fn persons_disagree(
    visit: Visit<'_>,
    persons: &PersonCounts,
    definition: Option<Definition>,
) -> Option<Finding> {
    let ages = [
        (VisitField::Members, persons.members()),
        (VisitField::Children, persons.children()),
        (VisitField::ChildrenUnder5, persons.of_age(AgeClass::Under5)),
        (VisitField::Elderly, persons.elderly()),
        (VisitField::Elderly70Plus, persons.of_age(AgeClass::From70)),
    ];
    let classes = [
        (VisitField::DisabledPhysical, persons.of_disability(Disability::Physical)),
        (VisitField::DisabledIntellectual, persons.of_disability(Disability::Intellectual)),
        (VisitField::DisabledMental, persons.of_disability(Disability::Mental)),
        (VisitField::DisabledSensory, persons.of_disability(Disability::Sensory)),
        (VisitField::DisabledMultiple, persons.of_disability(Disability::Multiple)),
        (VisitField::Disabled, persons.disabled()),
    ];
    let is_comparable = definition == Some(Definition::Dtks);
    let classes = classes.into_iter().filter_map(|(field, count)| Some((field, count?)));
    let of_unknown_disability = persons.of_unknown_disability().unwrap_or(0);
    let ages = ages.into_iter().map(|(field, count)| match field {
        VisitField::Members => (field, count, 0),
        _ => (field, count, persons.of_unknown_age()),
    });
    let classes = classes.map(|(field, count)| (field, count, of_unknown_disability));
    let told = ages.chain(classes.filter(|_| is_comparable));
    let differs = |(field, least, unknown): &(VisitField, u16, u16)| {
        let possible = *least..=least + unknown;
        visit.count(*field).is_some_and(|own| !possible.contains(&u16::from(own)))
    };
    let differing = told.filter(differs).count();
    (differing > 0).then(|| Finding::note(Rule::PersonsDisagree, differing as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{completed, visits};
    use crate::domain::person::Person;
    use crate::domain::visit::VisitBatch;

    /// The number of counts that differ, where the household's one person is an elderly, deaf one.
    fn differing(fields: &[(VisitField, &str)], definition: Definition) -> Option<f64> {
        differing_with(fields, definition, 0)
    }

    /// The same where there are so many more, of whom nothing is known.
    fn differing_with(
        fields: &[(VisitField, &str)],
        definition: Definition,
        others: usize,
    ) -> Option<f64> {
        let texts: Vec<[&str; 1]> = fields.iter().map(|(_, text)| [*text]).collect();
        let mut all = completed(&["v"], &["h"]);
        all.extend(fields.iter().zip(&texts).map(|((field, _), text)| (*field, &text[..])));
        let batch = visits(&all);
        let mut persons = PersonCounts::default();
        let (age, disability) = (AgeClass::From60To69, Some(Disability::Sensory));
        let known = Person { age, disability, is_disability_unknown: false, is_doubtful: false };
        persons.add(known);
        let unknown = Person { age: AgeClass::Unknown, disability: None, ..known };
        (0..others).for_each(|_| persons.add(Person { is_disability_unknown: true, ..unknown }));
        let batch = VisitBatch::new(&batch);
        persons_disagree(batch.visit(0), &persons, Some(definition)).map(|finding| finding.value)
    }

    #[test]
    fn counts_that_differ_are_counted_and_what_is_not_told_is_not_compared() {
        let elderly = (VisitField::Elderly, "1");
        assert_eq!(differing(&[elderly], Definition::Dtks), None);
        assert_eq!(differing(&[(VisitField::Members, "2"), elderly], Definition::Dtks), Some(1.0));
        assert_eq!(differing(&[(VisitField::Children, "1")], Definition::Dtks), Some(1.0));
    }

    #[test]
    fn persons_of_whom_nothing_is_known_may_be_what_the_visit_says() {
        let of = |field, text| differing_with(&[(field, text)], Definition::Dtks, 2);
        assert_eq!(of(VisitField::Elderly, "3"), None);
        assert_eq!(of(VisitField::Elderly, "4"), Some(1.0));
        assert_eq!(of(VisitField::Elderly, "0"), Some(1.0));
        assert_eq!(of(VisitField::Children, "2"), None);
        assert_eq!(of(VisitField::Members, "2"), Some(1.0));
        assert_eq!(of(VisitField::DisabledMental, "2"), None);
        assert_eq!(of(VisitField::DisabledMental, "3"), Some(1.0));
    }

    #[test]
    fn disabilities_by_another_definition_are_not_compared() {
        let disabled = (VisitField::Disabled, "2");
        assert_eq!(differing(&[disabled], Definition::Dtks), Some(1.0));
        assert_eq!(differing(&[disabled], Definition::Wg), None);
    }
}

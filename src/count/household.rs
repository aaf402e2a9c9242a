//! What one household adds to the cube.

use arrow::array::{Array, UInt8Array};

use crate::domain::indicator::{Counts, CubeColumn, PovertyThreshold};
use crate::domain::person::{AgeClass, Disability, PersonCounts};
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
    pub fn decile(&self, row: usize) -> Option<u8> {
        if self.decile.is_valid(row) {
            return Some(self.decile.value(row));
        }
        let percentile = self.percentile.is_valid(row).then(|| self.percentile.value(row))?;
        Some(((percentile / 10.0).ceil() as u8).max(1))
    }

    /// What the household of a row adds: itself by its decile and, where it is poor, its persons.
    ///
    /// Where its persons are told of one by one, they count and not what the visit says of them. Persons
    /// whose age is unknown take nothing away from that: where the visit says how many children or elderly
    /// persons there are, that counts, and not the persons of known ages.
    ///
    /// A figure is unknown where neither says it. Of ages: where the visit does not say `children` or
    /// `elderly`, and there are no persons, or one whose age is unknown. Of disabilities: where the visit
    /// says neither `disabled` nor all five classes, and there are no persons, or one of whom it is not known
    /// whether she is disabled. What is known of such a household counts nevertheless (those under 5, one
    /// class of disability, persons of known ages): it is never less than told.
    pub fn counts(
        &self,
        row: usize,
        persons: Option<&PersonCounts>,
        threshold: PovertyThreshold,
    ) -> HouseholdCounts {
        let mut counts = [0; CubeColumn::COUNT];
        let decile = self.decile(row);
        let own = decile.map_or(CubeColumn::Unranked, CubeColumn::of_decile);
        counts[own.index()] = 1;
        let mut unknown = Unknown::default();
        if decile.is_some_and(|decile| threshold.includes(decile)) {
            let (children, elderly) = self.add_ages(row, persons, &mut counts);
            unknown = [children, elderly, self.add_disabilities(row, persons, &mut counts)];
        }
        HouseholdCounts { counts, unknown }
    }

    /// Adds persons by age; whether children and whether elderly persons are unknown.
    fn add_ages(
        &self,
        row: usize,
        persons: Option<&PersonCounts>,
        counts: &mut Counts,
    ) -> (bool, bool) {
        let of_unknown_age = persons.map_or(0, PersonCounts::of_unknown_age);
        let [children, elderly, members] =
            [self.children, self.elderly, self.members].map(|column| get(column, row));
        // The persons, where they count and not what the visit says.
        let unless = |is_told: bool| persons.filter(|_| of_unknown_age == 0 || !is_told);
        match unless(children.is_some()) {
            Some(persons) => add_by_age(persons, &CHILDREN, counts),
            None => self.add_children(row, children, counts),
        }
        match unless(elderly.is_some()) {
            Some(persons) => add_by_age(persons, &ELDERLY, counts),
            None => self.add_elderly(row, elderly, counts),
        }
        let others = members.zip(children).zip(elderly);
        match (unless(others.is_some()), others) {
            (Some(persons), _) => add_by_age(persons, &OTHERS, counts),
            (None, Some(((members, children), elderly))) => {
                counts[CubeColumn::Age18To59.index()] += (members - children - elderly).max(0);
            }
            (None, None) => {}
        }
        let is_unknown = |told: Option<i64>| {
            told.is_none() && persons.is_none_or(|persons| persons.of_unknown_age() > 0)
        };
        (is_unknown(children), is_unknown(elderly))
    }

    fn add_children(&self, row: usize, children: Option<i64>, counts: &mut Counts) {
        let mut add = |column: CubeColumn, persons: i64| counts[column.index()] += persons;
        match (children, get(self.children_under_5, row)) {
            (Some(all), Some(young)) if young <= all => {
                add(CubeColumn::Age0To4, young);
                add(CubeColumn::Age5To17, all - young);
            }
            (Some(all), _) => add(CubeColumn::Age0To17, all),
            (None, young) => add(CubeColumn::Age0To4, young.unwrap_or(0)),
        }
    }

    fn add_elderly(&self, row: usize, elderly: Option<i64>, counts: &mut Counts) {
        let mut add = |column: CubeColumn, persons: i64| counts[column.index()] += persons;
        match (elderly, get(self.elderly_70_plus, row)) {
            (Some(all), Some(old)) if old <= all => {
                add(CubeColumn::Age60To69, all - old);
                add(CubeColumn::Age70Plus, old);
            }
            (Some(all), _) => add(CubeColumn::Age60Plus, all),
            (None, old) => add(CubeColumn::Age70Plus, old.unwrap_or(0)),
        }
    }

    /// Adds persons by disability; whether they are unknown.
    fn add_disabilities(
        &self,
        row: usize,
        persons: Option<&PersonCounts>,
        counts: &mut Counts,
    ) -> bool {
        let all = get(self.disabled, row);
        let is_told = all.is_some() || self.classes.iter().all(|(column, _)| column.is_valid(row));
        // Persons may be told of without their disabilities.
        let persons = persons.and_then(|persons| Some((persons, persons.of_unknown_disability()?)));
        if let Some((persons, of_unknown)) = persons
            && (of_unknown == 0 || !is_told || persons.has_other_definition())
        {
            add_by_disability(persons, counts);
            return of_unknown > 0;
        }
        let mut told = 0;
        for (column, class) in self.classes {
            let persons = get(column, row).unwrap_or(0);
            counts[class.index()] += persons;
            told += persons;
        }
        counts[CubeColumn::Unspecified.index()] += (all.unwrap_or(0) - told).max(0);
        !is_told
    }
}

/// What one household adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HouseholdCounts {
    pub counts: Counts,
    pub unknown: Unknown,
}

/// Which of a household's figures are unknown, in the order of [`CubeColumn::UNKNOWN`].
pub type Unknown = [bool; CubeColumn::UNKNOWN.len()];

type Ages = [(CubeColumn, AgeClass)];

const CHILDREN: [(CubeColumn, AgeClass); 2] =
    [(CubeColumn::Age0To4, AgeClass::Under5), (CubeColumn::Age5To17, AgeClass::From5To17)];
const OTHERS: [(CubeColumn, AgeClass); 1] = [(CubeColumn::Age18To59, AgeClass::From18To59)];
const ELDERLY: [(CubeColumn, AgeClass); 2] =
    [(CubeColumn::Age60To69, AgeClass::From60To69), (CubeColumn::Age70Plus, AgeClass::From70)];

/// Adds persons of these ages, each in one class.
fn add_by_age(persons: &PersonCounts, ages: &Ages, counts: &mut Counts) {
    for (column, class) in ages {
        counts[column.index()] += i64::from(persons.of_age(*class));
    }
}

/// Adds disabled persons, each in one class.
fn add_by_disability(persons: &PersonCounts, counts: &mut Counts) {
    let disabilities = [
        (CubeColumn::Physical, Disability::Physical),
        (CubeColumn::Intellectual, Disability::Intellectual),
        (CubeColumn::Mental, Disability::Mental),
        (CubeColumn::Sensory, Disability::Sensory),
        (CubeColumn::Multiple, Disability::Multiple),
        (CubeColumn::Unspecified, Disability::Unspecified),
    ];
    for (column, class) in disabilities {
        counts[column.index()] += persons.of_disability(class).map_or(0, i64::from);
    }
}

fn get(column: &UInt8Array, row: usize) -> Option<i64> {
    column.is_valid(row).then(|| i64::from(column.value(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::{completed, visits};
    use crate::domain::person::Person;

    /// What a household with these fields adds, as `column count`, zeros left out.
    fn counts(fields: &[(VisitField, &str)]) -> Vec<String> {
        counts_with(fields, None)
    }

    fn counts_with(fields: &[(VisitField, &str)], persons: Option<&PersonCounts>) -> Vec<String> {
        let texts: Vec<[&str; 1]> = fields.iter().map(|(_, text)| [*text]).collect();
        let mut all = completed(&["v"], &["h"]);
        all.extend(fields.iter().zip(&texts).map(|((field, _), text)| (*field, &text[..])));
        let batch = visits(&all);
        let columns = HouseholdColumns::new(&VisitBatch::new(&batch));
        let HouseholdCounts { counts, unknown } =
            columns.counts(0, persons, PovertyThreshold::default());
        let told = CubeColumn::ALL.iter().zip(counts).filter(|(_, count)| *count != 0);
        let told = told.map(|(column, count)| format!("{column} {count}"));
        let unknown = CubeColumn::UNKNOWN.iter().zip(unknown).filter(|(_, is_unknown)| *is_unknown);
        told.chain(unknown.map(|(column, _)| column.to_string())).collect()
    }

    /// A household of persons of these ages and disabilities.
    fn household(persons: &[(AgeClass, Option<Disability>)]) -> PersonCounts {
        let mut counts = PersonCounts::default();
        for &(age, disability) in persons {
            counts.add(Person {
                age,
                disability,
                is_disability_unknown: false,
                is_doubtful: false,
            });
        }
        counts
    }

    #[test]
    fn a_poor_household_brings_its_persons_each_in_one_class() {
        let counts = counts(&[
            (VisitField::Decile, "4"),
            (VisitField::Members, "7"),
            (VisitField::Children, "3"),
            (VisitField::ChildrenUnder5, "1"),
            (VisitField::Elderly, "2"),
            (VisitField::Elderly70Plus, "2"),
            (VisitField::DisabledSensory, "1"),
            (VisitField::Disabled, "2"),
        ]);
        let expected = [
            "decile_4 1",
            "age_0_4 1",
            "age_5_17 2",
            "age_18_59 2",
            "age_70_plus 2",
            "sensory 1",
            "unspecified 1",
        ];
        assert_eq!(counts, expected);
    }

    const VISIT: [(VisitField, &str); 6] = [
        (VisitField::Decile, "4"),
        (VisitField::Members, "7"),
        (VisitField::Children, "3"),
        (VisitField::ChildrenUnder5, "2"),
        (VisitField::Elderly, "1"),
        (VisitField::Disabled, "2"),
    ];

    #[test]
    fn persons_count_and_not_what_the_visit_says_of_them() {
        let mut persons = household(&[
            (AgeClass::Under5, None),
            (AgeClass::From18To59, Some(Disability::Multiple)),
        ]);
        let expected = ["decile_4 1", "age_0_4 1", "age_18_59 1", "multiple 1"];
        assert_eq!(counts_with(&VISIT, Some(&persons)), expected);
        persons.forget_disabilities();
        let expected = ["decile_4 1", "age_0_4 1", "age_18_59 1", "unspecified 2"];
        assert_eq!(counts_with(&VISIT, Some(&persons)), expected);
        let rich = [(VisitField::Decile, "5")];
        assert_eq!(counts_with(&rich, Some(&persons)), ["decile_5_6 1"]);
    }

    #[test]
    fn persons_of_unknown_age_leave_what_the_visit_says() {
        let persons = household(&[(AgeClass::From70, None), (AgeClass::Unknown, None)]);
        let expected = ["decile_4 1", "age_0_4 2", "age_5_17 1", "age_18_59 3", "age_60_plus 1"];
        assert_eq!(counts_with(&VISIT, Some(&persons)), expected);
        // Of the elderly the visit says nothing: the persons of known ages count, and it is unknown.
        let expected = ["decile_4 1", "age_0_17 3", "age_70_plus 1", "elderly_unknown"];
        let visit = [VISIT[0], VISIT[2]];
        assert_eq!(counts_with(&visit, Some(&persons)), expected);
        let expected = ["decile_4 1", "age_70_plus 1", "children_unknown", "elderly_unknown"];
        assert_eq!(counts_with(&VISIT[..1], Some(&persons)), expected);
    }

    #[test]
    fn what_a_visit_does_not_say_is_unknown_and_not_0() {
        let all = ["decile_4 1", "children_unknown", "elderly_unknown", "disability_unknown"];
        assert_eq!(counts(&VISIT[..1]), all);
        let zeros = [VisitField::Children, VisitField::Elderly, VisitField::Disabled];
        let told: Vec<_> = zeros.into_iter().map(|field| (field, "0")).collect();
        assert_eq!(counts(&[&VISIT[..1], &told].concat()), ["decile_4 1"]);
        let young = counts(&[VISIT[0], VISIT[3], VISIT[4], VISIT[5]]);
        let expected =
            ["decile_4 1", "age_0_4 2", "age_60_plus 1", "unspecified 2", "children_unknown"];
        assert_eq!(young, expected);
    }

    #[test]
    fn disabilities_are_known_by_their_sum_or_by_all_classes() {
        let ages =
            [(VisitField::Decile, "1"), (VisitField::Children, "0"), (VisitField::Elderly, "0")];
        let classes = [
            VisitField::DisabledPhysical,
            VisitField::DisabledIntellectual,
            VisitField::DisabledMental,
            VisitField::DisabledSensory,
            VisitField::DisabledMultiple,
        ];
        let of = |fields: &[VisitField]| {
            let told: Vec<_> = fields.iter().map(|field| (*field, "1")).collect();
            counts(&[&ages[..], &told].concat()).split_off(1)
        };
        let all = ["physical 1", "intellectual 1", "mental 1", "sensory 1", "multiple 1"];
        assert_eq!(of(&classes), all);
        assert_eq!(of(&classes[..1]), ["physical 1", "disability_unknown"]);
        assert_eq!(of(&[classes[0], VisitField::Disabled]), ["physical 1"]);
    }

    #[test]
    fn persons_without_a_disability_code_leave_what_the_visit_says() {
        let mut persons = household(&[(AgeClass::From70, Some(Disability::Mental))]);
        let (age, disability) = (AgeClass::From18To59, None);
        persons.add(Person { age, disability, is_disability_unknown: true, is_doubtful: false });
        let ages = ["decile_4 1", "age_18_59 1", "age_70_plus 1"];
        let of = |persons: &PersonCounts| {
            counts_with(&[VISIT[0], VISIT[5]], Some(persons)).split_off(ages.len())
        };
        assert_eq!(of(&persons), ["unspecified 2"]);
        let without = counts_with(&VISIT[..1], Some(&persons)).split_off(ages.len());
        assert_eq!(without, ["mental 1", "disability_unknown"]);
        // What visits say is told by another definition than answers.
        persons.set_other_definition();
        assert_eq!(of(&persons), ["mental 1", "disability_unknown"]);
    }

    #[test]
    fn persons_of_others_are_not_counted() {
        let children = (VisitField::Children, "3");
        assert_eq!(counts(&[(VisitField::Decile, "5"), children]), ["decile_5_6 1"]);
        assert_eq!(counts(&[children]), ["unranked 1"]);
    }

    #[test]
    fn what_is_not_told_further_has_a_class_of_its_own() {
        let poor = (VisitField::Percentile, "10.5");
        let counts = counts(&[poor, (VisitField::Children, "3"), (VisitField::Elderly, "1")]);
        let expected = ["decile_2 1", "age_0_17 3", "age_60_plus 1", "disability_unknown"];
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_percentile_gives_the_decile_that_it_lies_in() {
        for (percentile, expected) in [
            ("0", "decile_1 1"),
            ("10", "decile_1 1"),
            ("10.1", "decile_2 1"),
            ("100", "decile_7_10 1"),
        ] {
            let counts = counts(&[(VisitField::Percentile, percentile)]);
            assert_eq!(counts[0], expected, "{percentile}");
        }
    }
}

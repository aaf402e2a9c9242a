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
    /// Where its persons are told of one by one, they count and not what the visit says of them.
    pub fn counts(
        &self,
        row: usize,
        persons: Option<&PersonCounts>,
        threshold: PovertyThreshold,
    ) -> Counts {
        let mut counts = [0; CubeColumn::COUNT];
        let decile = self.decile(row);
        let own = decile.map_or(CubeColumn::Unranked, CubeColumn::of_decile);
        counts[own.index()] = 1;
        if decile.is_some_and(|decile| threshold.includes(decile)) {
            match persons {
                Some(persons) => add_persons(persons, &mut counts),
                None => self.add_ages(row, &mut counts),
            }
            // Persons may be told of without their disabilities.
            if persons.is_none_or(|persons| persons.disabled().is_none()) {
                self.add_disabilities(row, &mut counts);
            }
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

/// Adds persons, each with an age in one class of ages, each disabled one in one of disabilities.
fn add_persons(persons: &PersonCounts, counts: &mut Counts) {
    let ages = [
        (CubeColumn::Age0To4, AgeClass::Under5),
        (CubeColumn::Age5To17, AgeClass::From5To17),
        (CubeColumn::Age18To59, AgeClass::From18To59),
        (CubeColumn::Age60To69, AgeClass::From60To69),
        (CubeColumn::Age70Plus, AgeClass::From70),
    ];
    for (column, class) in ages {
        counts[column.index()] += i64::from(persons.of_age(class));
    }
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

    /// What a household with these fields adds, as `column count`, zeros left out.
    fn counts(fields: &[(VisitField, &str)]) -> Vec<String> {
        counts_with(fields, None)
    }

    fn counts_with(fields: &[(VisitField, &str)], persons: Option<&PersonCounts>) -> Vec<String> {
        let texts: Vec<[&str; 1]> = fields.iter().map(|(_, text)| [*text]).collect();
        let mut all = completed(&["v"], &["h"]);
        all.extend(fields.iter().zip(&texts).map(|((field, _), text)| (*field, &text[..])));
        let batch = visits(&all);
        let counts = HouseholdColumns::new(&VisitBatch::new(&batch)).counts(
            0,
            persons,
            PovertyThreshold::default(),
        );
        let told = CubeColumn::ALL.iter().zip(counts).filter(|(_, count)| *count != 0);
        told.map(|(column, count)| format!("{column} {count}")).collect()
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

    #[test]
    fn persons_count_and_not_what_the_visit_says_of_them() {
        use crate::domain::person::Person;
        let visit = [
            (VisitField::Decile, "4"),
            (VisitField::Members, "7"),
            (VisitField::Children, "3"),
            (VisitField::Disabled, "2"),
        ];
        let mut persons = PersonCounts::default();
        for (age, disability) in [
            (AgeClass::Under5, None),
            (AgeClass::From18To59, Some(Disability::Multiple)),
            (AgeClass::Unknown, None),
        ] {
            persons.add(Person { age, disability, is_doubtful: false });
        }
        let expected = ["decile_4 1", "age_0_4 1", "age_18_59 1", "multiple 1"];
        assert_eq!(counts_with(&visit, Some(&persons)), expected);
        persons.forget_disabilities();
        let expected = ["decile_4 1", "age_0_4 1", "age_18_59 1", "unspecified 2"];
        assert_eq!(counts_with(&visit, Some(&persons)), expected);
        let rich = [(VisitField::Decile, "5")];
        assert_eq!(counts_with(&rich, Some(&persons)), ["decile_5_6 1"]);
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
        assert_eq!(counts, ["decile_2 1", "age_0_17 3", "age_60_plus 1"]);
    }

    #[test]
    fn a_percentile_gives_the_decile_that_it_lies_in() {
        for (percentile, expected) in [
            ("0", "decile_1 1"),
            ("10", "decile_1 1"),
            ("10.1", "decile_2 1"),
            ("100", "decile_7_10 1"),
        ] {
            assert_eq!(counts(&[(VisitField::Percentile, percentile)]), [expected], "{percentile}");
        }
    }
}

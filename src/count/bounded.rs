//! Bounds on what one household adds: how many of its persons count in what is published.

use crate::domain::indicator::{Counts, CubeColumn};
use crate::domain::person::PersonBounds;

/// The persons of a household beyond the bounds, by column; `None` where all are within. They are taken from the largest
/// class first, of equal ones from the first.
pub fn beyond(counts: &Counts, bounds: &PersonBounds) -> Option<Counts> {
    let sum = |columns: &[CubeColumn]| -> i64 {
        columns.iter().map(|column| counts[column.index()]).sum()
    };
    // So it is of nearly every household.
    if sum(&CubeColumn::AGES) <= i64::from(bounds.of_age.min(bounds.persons))
        && sum(&CubeColumn::DISABILITIES) <= i64::from(bounds.disabled)
    {
        return None;
    }
    let mut kept = *counts;
    for column in CubeColumn::AGES {
        let count = &mut kept[column.index()];
        *count = (*count).min(bounds.of_age.into());
    }
    keep(&mut kept, &CubeColumn::AGES, bounds.persons.into());
    keep(&mut kept, &CubeColumn::DISABILITIES, bounds.disabled.into());
    let mut beyond = *counts;
    beyond.iter_mut().zip(kept).for_each(|(count, kept)| *count -= kept);
    beyond.iter().any(|count| *count > 0).then_some(beyond)
}

/// Keeps so many units of some columns.
fn keep(counts: &mut Counts, columns: &[CubeColumn], most: i64) {
    let mut excess = columns.iter().map(|column| counts[column.index()]).sum::<i64>() - most;
    while excess > 0 {
        let mut largest = columns[0];
        for column in columns {
            if counts[column.index()] > counts[largest.index()] {
                largest = *column;
            }
        }
        counts[largest.index()] -= 1;
        excess -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: PersonBounds = PersonBounds { persons: 10, of_age: 5, disabled: 2 };

    fn of(columns: &[(CubeColumn, i64)]) -> Counts {
        let mut counts = [0; CubeColumn::COUNT];
        columns.iter().for_each(|(column, count)| counts[column.index()] = *count);
        counts
    }

    #[test]
    fn what_is_beyond_is_taken_from_the_largest_class() {
        use CubeColumn::{Age0To4, Age5To17, Age18To59, Age70Plus, Decile1, Mental, Physical};
        let within = of(&[(Decile1, 1), (Age5To17, 5), (Age18To59, 5), (Physical, 2)]);
        assert_eq!(beyond(&within, &BOUNDS), None);
        let class = of(&[(Decile1, 1), (Age5To17, 7), (Age18To59, 2)]);
        assert_eq!(beyond(&class, &BOUNDS), Some(of(&[(Age5To17, 2)])));
        let all = of(&[(Age0To4, 4), (Age5To17, 5), (Age18To59, 4), (Age70Plus, 1)]);
        let expected = of(&[(Age0To4, 1), (Age5To17, 2), (Age18To59, 1)]);
        assert_eq!(beyond(&all, &BOUNDS), Some(expected));
        let disabled = of(&[(Physical, 1), (Mental, 3)]);
        assert_eq!(beyond(&disabled, &BOUNDS), Some(of(&[(Mental, 2)])));
    }
}

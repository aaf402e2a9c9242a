//! Classes of a map: natural breaks (Fisher 1958, Jenks 1977), rounded so that they can be read aloud.
//!
//! The page draws by the same ones: `web/src/map/classes.json` holds cases that both are held to.

use crate::domain::decimal::Decimal;

/// At most so many values are compared; of more, an even choice of the sorted ones.
const MOST: usize = 600;

/// The inner breaks of classes, from below: a class holds what is at its break or above it, and below the
/// next.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Classes {
    inner: Vec<f64>,
}

impl Classes {
    /// Natural breaks in round numbers, of as many classes as so many values are worth. Values that are not
    /// finite are left out.
    pub fn natural(values: &[f64]) -> Self {
        let mut sorted: Vec<f64> =
            values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let different = 1 + sorted.windows(2).filter(|pair| pair[0] < pair[1]).count();
        let classes = fitting(values.len()).min(different);
        if sorted.is_empty() || classes < 2 {
            return Self::default();
        }
        let exact = jenks(&thinned(&sorted), classes);
        Self { inner: rounded(exact, &sorted) }
    }

    /// Breaks around what is usual: a quarter of it, itself, and four and sixteen times as much, in round
    /// numbers.
    pub fn around(usual: f64) -> Self {
        let middle = if usual > 0.0 { usual } else { 1.0 };
        let inner = [0.25, 1.0, 4.0, 16.0].map(|times| significant(middle * times, 1));
        Self { inner: inner.to_vec() }
    }

    /// These breaks, which must rise.
    pub fn fixed(inner: &[f64]) -> Self {
        debug_assert!(inner.is_sorted());
        Self { inner: inner.to_vec() }
    }

    /// The inner breaks, from below.
    pub fn inner(&self) -> &[f64] {
        &self.inner
    }

    /// How many classes there are, at least one.
    pub const fn count(&self) -> usize {
        self.inner.len() + 1
    }

    /// The class of a value, the lowest 0.
    pub fn of(&self, value: f64) -> usize {
        class_of(value, &self.inner)
    }

    /// How many values lie in each class.
    pub fn counted(&self, values: &[f64]) -> Vec<usize> {
        counted(values, &self.inner)
    }
}

/// Few areas are not worth five classes.
const fn fitting(areas: usize) -> usize {
    match areas {
        0..5 => 2,
        5..10 => 3,
        _ => 5,
    }
}

fn class_of(value: f64, inner: &[f64]) -> usize {
    inner.iter().filter(|edge| value >= **edge).count()
}

fn counted(values: &[f64], inner: &[f64]) -> Vec<usize> {
    let mut counts = vec![0; inner.len() + 1];
    for value in values {
        counts[class_of(*value, inner)] += 1;
    }
    counts
}

fn thinned(sorted: &[f64]) -> Vec<f64> {
    if sorted.len() <= MOST {
        return sorted.to_vec();
    }
    let last = (sorted.len() - 1) as f64;
    let at = |place: usize| (place as f64 * last / (MOST - 1) as f64 + 0.5).floor() as usize;
    (0..MOST).map(|place| sorted[at(place)]).collect()
}

/// The first value of each class but the lowest, where the squares within classes are least.
fn jenks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let n = sorted.len();
    let spread = Spread::of(sorted);
    let mut cost: Vec<f64> =
        (0..=n).map(|to| if to == 0 { 0.0 } else { spread.within(0, to) }).collect();
    let mut starts = Vec::new();
    for used in 2..=classes {
        let mut next = vec![f64::INFINITY; n + 1];
        let mut start = vec![0; n + 1];
        for to in used..=n {
            for (from, below) in cost.iter().enumerate().take(to).skip(used - 1) {
                let total = below + spread.within(from, to);
                // So that of two cuts that are as good the first is taken.
                if total < next[to] - 1e-15 {
                    (next[to], start[to]) = (total, from);
                }
            }
        }
        starts.push(start);
        cost = next;
    }
    let mut to = n;
    let mut inner: Vec<f64> = starts
        .iter()
        .rev()
        .map(|start| {
            to = start[to];
            sorted[to]
        })
        .collect();
    inner.reverse();
    inner
}

/// Running sums of values and of their squares.
struct Spread {
    sum: Vec<f64>,
    square: Vec<f64>,
}

impl Spread {
    fn of(sorted: &[f64]) -> Self {
        let (mut sum, mut square) = (vec![0.0], vec![0.0]);
        for (at, value) in sorted.iter().enumerate() {
            sum.push(sum[at] + value);
            square.push(square[at] + value * value);
        }
        Self { sum, square }
    }

    /// The squares of the distances to the mean.
    fn within(&self, from: usize, to: usize) -> f64 {
        let total = self.sum[to] - self.sum[from];
        self.square[to] - self.square[from] - (total * total) / (to - from) as f64
    }
}

/// The breaks in the coarsest round numbers that leave no class empty.
fn rounded(exact: Vec<f64>, sorted: &[f64]) -> Vec<f64> {
    let range = sorted[sorted.len() - 1] - sorted[0];
    let first = if range > 0.0 { range.log10().floor() as i32 } else { 0 };
    for power in (first - 4..=first).rev() {
        for digit in [5.0, 2.0, 1.0] {
            let step = digit * 10_f64.powi(power);
            let round = |edge: &f64| significant((edge / step + 0.5).floor() * step, 12);
            let inner: Vec<f64> = exact.iter().map(round).collect();
            if counted(sorted, &inner).iter().all(|count| *count > 0) {
                return inner;
            }
        }
    }
    exact
}

fn significant(number: f64, digits: u32) -> f64 {
    Decimal::exact(number).map_or(number, |exact| exact.to_digits(digits).number())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Cases {
        breaks: Vec<Case>,
        natural: Vec<Natural>,
        squares: Squares,
        around: Vec<Around>,
    }

    #[derive(Deserialize)]
    struct Case {
        values: Vec<f64>,
        inner: Vec<f64>,
        counts: Vec<usize>,
    }

    /// As mapclassify has them.
    #[derive(Deserialize)]
    struct Natural {
        values: Vec<f64>,
        classes: usize,
        inner: Vec<f64>,
    }

    /// The squares of all numbers below `to`.
    #[derive(Deserialize)]
    struct Squares {
        to: u32,
        inner: Vec<f64>,
        counts: Vec<usize>,
    }

    #[derive(Deserialize)]
    struct Around {
        usual: f64,
        inner: Vec<f64>,
    }

    fn cases() -> Cases {
        serde_json::from_str(include_str!("../../web/src/map/classes.json")).unwrap()
    }

    #[test]
    fn are_those_of_the_page() {
        for Case { values, inner, counts } in cases().breaks {
            let classes = Classes::natural(&values);
            assert_eq!(
                (classes.inner(), classes.counted(&values)),
                (&*inner, counts),
                "{values:?}"
            );
        }
        for Around { usual, inner } in cases().around {
            assert_eq!(Classes::around(usual).inner(), inner, "{usual}");
        }
    }

    #[test]
    fn natural_breaks_are_those_of_mapclassify() {
        for Natural { values, classes, inner } in cases().natural {
            assert_eq!(jenks(&values, classes), inner, "{values:?}");
        }
    }

    #[test]
    fn of_many_values_an_even_choice_is_compared() {
        let Squares { to, inner, counts } = cases().squares;
        let values: Vec<f64> = (0..to).map(|value| f64::from(value * value)).collect();
        let classes = Classes::natural(&values);
        assert_eq!((classes.inner(), classes.counted(&values)), (&*inner, counts));
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let classes = Classes::natural(&[f64::NAN, 1.0, 2.0, f64::INFINITY]);
        assert_eq!(classes, Classes::natural(&[1.0, 2.0]));
        assert_eq!((classes.of(1.0), classes.of(2.0)), (0, 1));
    }
}

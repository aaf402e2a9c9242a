//! Errors of figures, and how often noise alone leaves a figure as it is.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Exact figures that are attacked, with the variances of the noise upon them.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// How many there are of each exact figure.
    exact: BTreeMap<i64, f64>,
    variances: f64,
}

impl Targets {
    pub fn add(&mut self, exact: i64, variance: f64) {
        *self.exact.entry(exact).or_default() += 1.0;
        self.variances += variance;
    }

    pub fn merge(&mut self, more: &Self) {
        for (exact, times) in &more.exact {
            *self.exact.entry(*exact).or_default() += times;
        }
        self.variances += more.variances;
    }

    /// How many there are.
    pub fn of(&self) -> f64 {
        self.exact.values().sum()
    }

    /// How many of them the best attacker gets right, who sees each with discrete Laplace noise of their mean
    /// variance and knows how many of them are of each size (the rule of Bayes).
    pub fn most_right(&self) -> f64 {
        let Some((least, _)) = self.exact.first_key_value() else { return 0.0 };
        let most = self.exact.last_key_value().map_or(*least, |(most, _)| *most);
        let right = exactly_right(self.variances / self.of());
        let q = (1.0 - right) / (1.0 + right);
        let seen = |figure: i64| {
            let times = |(exact, times): (&i64, &f64)| {
                times * right * libm::pow(q, (figure - exact).unsigned_abs() as f64)
            };
            self.exact.iter().map(times).fold(0.0, f64::max)
        };
        // Beyond the ends the best answer stays the same, so what is seen there sums to a geometric series.
        let beyond = if q < 1.0 { q / (1.0 - q) } else { 0.0 };
        let within: f64 = (*least..=most).map(seen).sum();
        within + beyond * (seen(*least) + seen(most))
    }
}

/// The chance that discrete Laplace noise of this variance is 0.
fn exactly_right(variance: f64) -> f64 {
    // With P(N = k) = (1 - q) / (1 + q) q^|k| the variance is 2 q / (1 - q)^2; solved for q.
    if variance <= 0.0 {
        return 1.0;
    }
    let half = 1.0 + 1.0 / variance;
    let q = half - (half * half - 1.0).sqrt();
    (1.0 - q) / (1.0 + q)
}

/// What an attacker takes for the exact figure, who knows the range in which it lies.
pub fn clipped(figure: i64, range: &RangeInclusive<i64>) -> i64 {
    figure.clamp(*range.start(), *range.end())
}

/// A share of guesses that are right, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    pub right: f64,
    pub of: f64,
}

impl Share {
    pub fn add(&mut self, is_right: bool) {
        self.right += f64::from(u8::from(is_right));
        self.of += 1.0;
    }

    /// In percent; 0 of none.
    pub fn percent(self) -> f64 {
        if self.of > 0.0 { 100.0 * self.right / self.of } else { 0.0 }
    }

    /// Percentage points that chance may add to a share near this one: four standard deviations.
    pub fn slack(self) -> f64 {
        if self.of < 1.0 {
            return 100.0;
        }
        let share = self.right / self.of;
        400.0 * (share.max(0.05) * (1.0 - share).max(0.05) / self.of).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_none_as_often_as_its_variance_says() {
        for epsilon in [0.2, 0.6, 1.7] {
            let q = f64::exp(-epsilon);
            let variance = 2.0 * q / ((1.0 - q) * (1.0 - q));
            assert!((exactly_right(variance) - (1.0 - q) / (1.0 + q)).abs() < 1e-9);
        }
        assert_eq!(exactly_right(0.0), 1.0);
    }

    #[test]
    fn the_best_attacker_weighs_what_is_seen_by_how_common_it_is() {
        let targets = |exact: &[(i64, f64)], variance| {
            let exact: BTreeMap<i64, f64> = exact.iter().copied().collect();
            let variances = variance * exact.values().sum::<f64>();
            Targets { exact, variances }
        };
        let right = exactly_right(4.0);
        // Of 2 and 3 in equal parts: 3 where 3 or more is seen. P(N >= 0) = (1 + P(N = 0)) / 2.
        let even = targets(&[(2, 50.0), (3, 50.0)], 4.0).most_right();
        assert!((even - 100.0 * f64::midpoint(1.0, right)).abs() < 1e-9, "{even}");
        // What is nearly always 1 is taken for 1, whatever is seen.
        let rare = targets(&[(1, 99.0), (2, 1.0)], 4.0).most_right();
        assert!((rare - 99.0).abs() < 1e-9, "{rare}");
        assert!((targets(&[(1, 3.0), (7, 4.0)], 0.0).most_right() - 7.0).abs() < 1e-9);
        assert_eq!(Targets::default().most_right(), 0.0);
    }
}

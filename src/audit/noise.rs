//! Is the noise there, and as large as the policy says? In every table and level.

use super::Attack;
use super::case::{Case, Class};
use crate::domain::table::Table;
use crate::protect::policy::TreeLevel;

/// Figures from which on a level is judged.
const LEAST_FIGURES: usize = 60;

/// What the mean squared error may be, as a share of what the policy says: without noise it is 0, with
/// twice the noise 4, with the epsilon of a level left out far from 1.
const RANGE: std::ops::RangeInclusive<f64> = 0.5..=1.6;

/// The variance of a squared error by its own variance, of Laplace noise: its kurtosis, 6, less 1.
const VARIANCE_OF_SQUARES: f64 = 5.0;

/// Compares the errors of large figures, which no bound at 0 holds back, with their variance.
pub fn attack(case: &Case<'_>) -> Attack {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for table in &Table::ALL[1..] {
        for level in TreeLevel::ALL {
            let Some((ratio, figures)) = ratio(case, *table, level) else { continue };
            let what = format!("{} {}: squared error by variance", table.name(), level.name());
            if !is_allowed(ratio, figures) {
                faults.push(format!("{what}: {ratio:.2} over {figures} figures"));
            }
            found.push((what, ratio));
        }
    }
    let doubts = found.is_empty().then(|| {
        format!("no table and level has {LEAST_FIGURES} large figures to tell the noise by")
    });
    Attack {
        name: "noise",
        tried: "compares told figures with exact ones, by table and level",
        found,
        allowed: "0.5 to 1.6 times the variance that the policy says, and what chance does to so many \
                  figures, wherever 60 are large enough",
        faults,
        doubts: doubts.into_iter().collect(),
    }
}

/// Whether chance may make so few figures differ so far from what the policy says: the range, widened in
/// proportion to four standard deviations of their mean.
fn is_allowed(ratio: f64, figures: usize) -> bool {
    let chance = 1.0 + 4.0 * (VARIANCE_OF_SQUARES / figures as f64).sqrt();
    (RANGE.start() / chance..=RANGE.end() * chance).contains(&ratio)
}

/// The mean of squared errors by their variances, over the figures of a table in a level.
fn ratio(case: &Case<'_>, table: Table, level: TreeLevel) -> Option<(f64, usize)> {
    let (mut sum, mut figures) = (0.0, 0);
    let nodes = case.nodes(level);
    for (class, _) in case.classes(table) {
        for node in &nodes {
            if let Some(ratio) = of_figure(case, class, *node) {
                sum += ratio;
                figures += 1;
            }
        }
    }
    (figures >= LEAST_FIGURES).then(|| (sum / figures as f64, figures))
}

fn of_figure(case: &Case<'_>, class: Class, node: usize) -> Option<f64> {
    let variance = case.variance(class, &[node])?;
    let exact = case.exact(class, &[node]) as f64;
    let error = case.told(class, &[node]) as f64 - exact;
    // A small figure can't go below 0, which makes its error smaller. Deciles are fitted into their class of welfare, so
    // there a small one makes the errors of the others smaller, too.
    let is_free = |class: Class| case.exact(class, &[node]) as f64 > 4.0 * variance.sqrt();
    let are_all = class.table != Table::Deciles
        || case.classes(Table::Deciles).into_iter().all(|(other, _)| is_free(other));
    (is_free(class) && are_all).then(|| error * error / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_figures_may_differ_further_by_chance_than_many() {
        assert!(is_allowed(2.0, 64) && !is_allowed(2.0, 5_000));
        assert!(is_allowed(0.4, 200) && !is_allowed(0.4, 5_000));
        for figures in [LEAST_FIGURES, 300, 5_000] {
            assert!(
                !is_allowed(0.02, figures) && !is_allowed(4.0, figures) && is_allowed(1.0, figures)
            );
        }
    }
}

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

/// Compares the errors of large figures, which no bound at 0 holds back, with their variance.
pub fn attack(case: &Case<'_>) -> Attack {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for table in &Table::ALL[1..] {
        for level in TreeLevel::ALL {
            let Some((ratio, figures)) = ratio(case, *table, level) else { continue };
            let what = format!("{} {}: squared error by variance", table.name(), level.name());
            if !RANGE.contains(&ratio) {
                faults.push(format!("{what}: {ratio:.2} over {figures} figures"));
            }
            found.push((what, ratio));
        }
    }
    if found.is_empty() {
        faults.push(
            "no table and level has figures enough to tell whether there is noise".to_owned(),
        );
    }
    Attack {
        name: "noise",
        tried: "compares told figures with exact ones, by table and level",
        found,
        allowed: "0.5 to 1.6 times the variance that the policy says, wherever 60 figures are large enough",
        faults,
    }
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
    // A small figure can't go below 0, which makes its error smaller.
    (exact > 4.0 * variance.sqrt()).then(|| error * error / variance)
}

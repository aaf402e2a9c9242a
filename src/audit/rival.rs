//! What an attacker is given: the told figures, or, as a control, exact ones of which small counts are
//! hidden, the way it is often done.

use super::case::{Case, Class};
use super::program::Known;

/// Counts that are hidden in the control.
const HIDDEN: std::ops::RangeInclusive<i64> = 1..=4;

/// What is told of a class in a place, or of all classes together.
pub fn told(case: &Case<'_>, classes: &[Class], nodes: &[usize], class: Option<usize>) -> Known {
    let own = class.map_or(classes, |class| &classes[class..=class]);
    let told = own.iter().map(|class| case.told(*class, nodes)).sum();
    let variances = own.iter().map(|class| case.variance(*class, nodes).unwrap_or(0.0));
    Known::About(told, variances.sum::<f64>().sqrt().max(0.1))
}

/// The same where small counts are hidden, and nothing else is done.
pub fn hidden(case: &Case<'_>, classes: &[Class], nodes: &[usize], class: Option<usize>) -> Known {
    let own = class.map_or(classes, |class| &classes[class..=class]);
    let exact = own.iter().map(|class| case.exact(*class, nodes)).sum();
    if HIDDEN.contains(&exact) {
        Known::Within(*HIDDEN.start(), *HIDDEN.end())
    } else {
        Known::Exactly(exact)
    }
}

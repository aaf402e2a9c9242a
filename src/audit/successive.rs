//! Two releases of one register: what their difference tells, and whether two figures of the same content
//! are worth more than one.

use super::Attack;
use super::case::{Case, Class};
use super::figures::Share;
use crate::domain::region::RegionId;
use crate::domain::table::Table;
use crate::protect::policy::NoiseMode;

/// By how much the mean of two releases may be nearer to the truth than one, where nothing changed. Fresh
/// noise would make the error 0.7 of what it was.
const LEAST_ERROR: f64 = 0.9;

/// Places from which on a share is judged.
const LEAST_PLACES: f64 = 60.0;

/// A region, or a village's part of a hexagon 7, in both releases.
type Pair = (usize, usize);

/// Compares a release with another one of the same regions.
pub fn successive(case: &Case<'_>, other: &Case<'_>) -> Attack {
    let pairs = pairs(case, other);
    let (same, changed): (Vec<Pair>, Vec<Pair>) =
        pairs.into_iter().partition(|pair| is_unchanged(case, other, *pair));
    let mut found = vec![
        ("places that did not change".to_owned(), same.len() as f64),
        ("places that changed".to_owned(), changed.len() as f64),
    ];
    let mut faults = Vec::new();
    let is_averaged = average(case, other, &same, (&mut found, &mut faults));
    equal_draws(case, other, (&same, &changed), &mut found);
    let is_guessed = one_more(case, other, &changed, (&mut found, &mut faults));
    let doubt = (!is_averaged && !is_guessed).then(|| {
        format!("fewer than {LEAST_PLACES} figures are unchanged, or changed by one household")
    });
    Attack {
        name: "successive_releases",
        tried: "averages and subtracts two releases, place by place",
        found,
        allowed: "the mean of two figures of unchanged content at least 0.9 times as wrong as one; the \
                  direction in which one household changed a place guessed no better than epsilon allows",
        faults,
        doubts: doubt.into_iter().collect(),
    }
}

fn pairs(case: &Case<'_>, other: &Case<'_>) -> Vec<Pair> {
    let both = |id: RegionId| (case.tree().of_region(id), other.tree().of_region(id));
    let mut pairs: Vec<Pair> = case.regions.iter().map(|(id, _)| both(id)).collect();
    for nodes in case.hexagons(h3o::Resolution::Seven).into_values() {
        for node in nodes {
            let place = case.tree().place(node);
            let found = place.region.zip(place.hexagon);
            let found = found.and_then(|(region, cell)| other.tree().of_hexagon(region, cell));
            pairs.extend(found.map(|found| (node, found)));
        }
    }
    pairs
}

/// The classes of households: what a household of any kind changes.
fn classes(case: &Case<'_>) -> Vec<Class> {
    let tables = [Table::Welfare, Table::Deciles, Table::Ages];
    tables.into_iter().flat_map(|table| case.classes(table)).map(|(class, _)| class).collect()
}

fn is_unchanged(case: &Case<'_>, other: &Case<'_>, (one, two): Pair) -> bool {
    classes(case).into_iter().all(|class| case.exact(class, &[one]) == other.exact(class, &[two]))
}

type Notes<'a> = (&'a mut Vec<(String, f64)>, &'a mut Vec<String>);

/// Whether there are figures enough to judge.
fn average(case: &Case<'_>, other: &Case<'_>, same: &[Pair], (found, faults): Notes<'_>) -> bool {
    let (mut single, mut mean, mut figures) = (0.0, 0.0, 0.0);
    for (one, two) in same {
        for class in classes(case) {
            let exact = case.exact(class, &[*one]) as f64;
            let first = case.told(class, &[*one]) as f64;
            let second = other.told(class, &[*two]) as f64;
            single += (first - exact).abs();
            mean += (first.midpoint(second) - exact).abs();
            figures += 1.0;
        }
    }
    if figures < LEAST_PLACES || single == 0.0 {
        return false;
    }
    found.push(("mean error of one release where nothing changed".to_owned(), single / figures));
    found.push(("mean error of the mean of both".to_owned(), mean / figures));
    let keyed = [case, other]
        .iter()
        .all(|case| case.public.policy().is_some_and(|policy| policy.noise == NoiseMode::Keyed));
    if keyed && mean < LEAST_ERROR * single {
        faults.push(format!(
            "the mean of both is {:.2} times as wrong as one: unchanged places have fresh noise",
            mean / single
        ));
    }
    true
}

/// The known limit: equal figures tell that nothing changed. It is measured, not forbidden.
fn equal_draws(
    case: &Case<'_>,
    other: &Case<'_>,
    (same, changed): (&[Pair], &[Pair]),
    found: &mut Vec<(String, f64)>,
) {
    let is_equal = |(one, two): &&Pair| {
        classes(case)
            .into_iter()
            .all(|class| case.told(class, &[*one]) == other.told(class, &[*two]))
    };
    let [same_equal, changed_equal] =
        [same, changed].map(|pairs| pairs.iter().filter(is_equal).count() as f64);
    let share = |part: f64, all: f64| if all > 0.0 { 100.0 * part / all } else { 0.0 };
    let all = (same.len() + changed.len()) as f64;
    let equal = same_equal + changed_equal;
    found
        .push(("known limit: unchanged places, percent".to_owned(), share(same.len() as f64, all)));
    found.push((
        "known limit: unchanged among places with equal figures, percent".to_owned(),
        share(same_equal, equal),
    ));
}

/// In which direction did a household more or less change a place? The difference is the guess. Whether there are
/// places enough to judge.
fn one_more(
    case: &Case<'_>,
    other: &Case<'_>,
    changed: &[Pair],
    (found, faults): Notes<'_>,
) -> bool {
    let mut guesses = Share::default();
    for (class, _) in case.classes(Table::Welfare) {
        for (one, two) in changed {
            let exact = other.exact(class, &[*two]) - case.exact(class, &[*one]);
            let told = other.told(class, &[*two]) - case.told(class, &[*one]);
            if exact.abs() == 1 && told != 0 {
                guesses.add(exact.signum() == told.signum());
            }
        }
    }
    if guesses.of < LEAST_PLACES {
        return false;
    }
    found.push(("places that one household changed".to_owned(), guesses.of));
    found.push(("direction guessed, percent".to_owned(), guesses.percent()));
    let epsilon =
        case.public.policy().map_or(0.0, |policy| policy.total(Table::Welfare).to_float());
    let most = 100.0 * epsilon.exp() / (1.0 + epsilon.exp());
    if guesses.percent() > most + guesses.slack() {
        let right = guesses.percent();
        faults.push(format!(
            "the direction is guessed in {right:.1} %, where epsilon allows {most:.1} %"
        ));
    }
    true
}

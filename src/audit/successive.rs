//! Two releases of one register: what their difference tells, and whether two figures of the same content
//! are worth more than one.

use std::collections::BTreeMap;

use super::Attack;
use super::case::{Case, Class};
use super::figures::Share;
use crate::domain::region::{Level, RegionId};
use crate::domain::table::Table;
use crate::protect::policy::NoiseMode;
use crate::protect::region_digests::RegionDigests;

/// By how much the mean of two releases may be nearer to the truth than one, where nothing changed. Fresh
/// noise would make the error 0.7 of what it was.
const LEAST_ERROR: f64 = 0.9;

/// What is wrong where the mean of two releases is worth more than one.
const FRESH: &str = "unchanged places have fresh noise";

/// What is wrong where two releases tell which village was corrected.
const NAMED: &str = "the village of a correction is named";

/// Places from which on a share is judged.
const LEAST_PLACES: f64 = 60.0;

/// A region, or a village's part of a hexagon 7, in both releases.
type Pair = (usize, usize);

impl Attack {
    /// Takes fresh noise over unchanged content for no fault, because somebody answers for it.
    pub fn accept_fresh_noise(&mut self) {
        self.faults.retain(|fault| !fault.ends_with(FRESH));
    }

    /// Takes it for no fault that the village of a correction is named, because somebody answers for an erasure.
    pub fn accept_correction(&mut self) {
        self.faults.retain(|fault| !fault.starts_with(NAMED));
    }
}

/// Compares a release with another one of the same regions; `digests` say exactly what changed between them.
pub fn successive(
    case: &Case<'_>,
    other: &Case<'_>,
    digests: (&RegionDigests, &RegionDigests),
) -> Attack {
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
    correction(case, other, digests, (&mut found, &mut faults));
    let doubt = (!is_averaged && !is_guessed).then(|| {
        format!("fewer than {LEAST_PLACES} figures are unchanged, or changed by one household")
    });
    Attack {
        name: "successive_releases",
        tried: "averages and subtracts two releases, place by place",
        found,
        allowed: "the mean of two figures of unchanged content at least 0.9 times as wrong as one; the \
                  direction in which one household changed a place guessed no better than epsilon allows; a village \
                  that was corrected named at most 10 points more often than by guessing",
        faults,
        doubts: doubt.into_iter().collect(),
    }
}

/// Percentage points by which the village of a correction may be named more often than by guessing.
const CORRECTION_GAIN: f64 = 10.0;

/// Somebody knows that a household of a regency was corrected, and names its village: of the villages whose public
/// figures are not the same in both releases always the one in which they differ least, or always the one in which
/// they differ most.
/// Whoever guesses names any village in which somebody lives.
fn correction(
    case: &Case<'_>,
    other: &Case<'_>,
    (one, two): (&RegionDigests, &RegionDigests),
    (found, faults): Notes<'_>,
) {
    let regions = case.regions;
    let mut of_regency: BTreeMap<RegionId, Vec<RegionId>> = BTreeMap::new();
    for (village, _) in regions.level(regions.deepest()) {
        let is_lived_in = [one, two].iter().any(|it| it.get(Some(village)).households > 0);
        let regency = regions.ancestor(village, Level::Regency).filter(|_| is_lived_in);
        of_regency.entry(regency.unwrap_or(village)).or_default().push(village);
    }
    let is_changed =
        |village: &RegionId| one.get(Some(*village)).tables != two.get(Some(*village)).tables;
    let (mut named, mut guessed, mut regencies) = ([0.0; 2], 0.0, 0.0);
    for villages in of_regency.values() {
        let changed = villages.iter().filter(|village| is_changed(village)).count() as f64;
        if changed == 0.0 {
            continue;
        }
        let difference = |village: &&RegionId| difference(case, other, **village);
        let seen = || villages.iter().filter(|village| difference(village) > 0);
        // Each of the villages that changed may be the corrected one.
        let answers = [seen().min_by_key(difference), seen().max_by_key(difference)];
        for (named, answer) in named.iter_mut().zip(answers) {
            *named += if answer.is_some_and(is_changed) { 1.0 / changed } else { 0.0 };
        }
        guessed += 1.0 / villages.len() as f64;
        regencies += 1.0;
    }
    if regencies == 0.0 {
        return;
    }
    let named = named.into_iter().fold(0.0, f64::max);
    let [named, guessed] = [named, guessed].map(|it| 100.0 * it / regencies);
    found.push(("regencies in which something changed".to_owned(), regencies));
    found.push(("village of a correction named, percent".to_owned(), named));
    found.push(("village of a correction guessed, percent".to_owned(), guessed));
    if named > guessed + CORRECTION_GAIN {
        faults.push(format!("{NAMED} in {named:.1} %, and guessed in {guessed:.1} %"));
    }
}

/// By how much the public figures of a village differ, over all classes.
fn difference(case: &Case<'_>, other: &Case<'_>, village: RegionId) -> i64 {
    let [one, two] = [case, other].map(|case| [case.tree().of_region(village)]);
    let classes = Table::ALL[1..].iter().flat_map(|table| case.classes(*table));
    classes.map(|(class, _)| (case.told(class, &one) - other.told(class, &two)).abs()).sum()
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
            "the mean of both is {:.2} times as wrong as one: {FRESH}",
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

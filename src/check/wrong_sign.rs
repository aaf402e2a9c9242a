//! # What it finds
//! Positions outside the declared village that lie in it or near it with a minus sign more or less, and
//! doubled minus signs.
//!
//! # Why it matters
//! Spreadsheets drop and double minus signs; the household is then shown across the equator.
//!
//! # What to do
//! Accept the position with the proposed sign, when it lies in the declared village.

use super::{Finding, Proposal, Rule, RuleText, Rules};
use crate::domain::position::Position;
use crate::locate::LocatedVisit;

pub const TEXT: RuleText = RuleText {
    name: "wrong_sign",
    unit: "m",
    en: "With another sign the position lies {} from the declared village.",
    id: "Dengan tanda yang lain posisi ini berjarak {} dari desa/kelurahan yang dicatat.",
    advice_en: "Accept the position with the proposed sign.",
    advice_id: "Terima posisi dengan tanda yang diusulkan.",
    held: None,
};

/// The latitude is what is mostly wrong, so its sign is tried first.
const FLIPS: [(f64, f64); 3] = [(1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];

/// Allow a wrong sign. The value is the distance from the declared village with the right one; -1 where
/// that is not known.
pub fn wrong_sign(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    match visit.position() {
        Some(position) => flipped(visit, position, rules),
        None => doubled(visit, rules),
    }
}

fn flipped(visit: &LocatedVisit<'_>, position: Position, rules: &Rules<'_>) -> Option<Finding> {
    let declared = visit.declared()?;
    if visit.region().is_some_and(|region| rules.locator.tree().is_within(region, declared)) {
        return None;
    }
    let before_m = visit.declared_distance_m();
    let accuracy_m = visit.visit().accuracy_m().unwrap_or(0.0);
    // Near the equator a fix that strayed a little is near with either sign.
    if before_m.is_some_and(|far_m| far_m - accuracy_m < rules.settings.outside_village_note_m) {
        return None;
    }
    let tried = FLIPS.into_iter().filter_map(|(east, north)| {
        Position::new(position.longitude() * east, position.latitude() * north)
    });
    let (after_m, position) = nearest(tried, visit, rules)?;
    let is_better = before_m.is_none_or(|before_m| after_m < before_m);
    let is_near = is_better && after_m <= rules.settings.wrong_sign_m;
    let proposal = Proposal { position, before_m, after_m: Some(after_m) };
    is_near.then(|| Finding::doubt(Rule::WrongSign, after_m).proposing(proposal))
}

/// The first of the nearest positions, and its distance from the declared region.
fn nearest(
    positions: impl Iterator<Item = Position>,
    visit: &LocatedVisit<'_>,
    rules: &Rules<'_>,
) -> Option<(f64, Position)> {
    let declared = visit.declared()?;
    positions
        .filter_map(|position| Some((rules.locator.distance_to_m(position, declared)?, position)))
        .min_by(|one, other| one.0.total_cmp(&other.0))
}

/// A position with two minus signs before a number.
fn doubled(visit: &LocatedVisit<'_>, rules: &Rules<'_>) -> Option<Finding> {
    let (longitude, latitude) = visit.visit().position_text()?.split_once('|')?;
    if !has_doubled_minus(longitude) && !has_doubled_minus(latitude) {
        return None;
    }
    let (longitude, latitude) = (amounts(longitude), amounts(latitude));
    let pairs = longitude.iter().flat_map(|x| latitude.iter().map(move |y| (*x, *y)));
    let tried = pairs.filter_map(|(x, y)| Position::new(x, y));
    let Some((after_m, position)) = nearest(tried, visit, rules) else {
        return Some(Finding::doubt(Rule::WrongSign, -1.0));
    };
    let finding = Finding::doubt(Rule::WrongSign, after_m);
    let proposal = Proposal { position, before_m: None, after_m: Some(after_m) };
    let is_near = after_m <= rules.settings.wrong_sign_m;
    Some(if is_near { finding.proposing(proposal) } else { finding })
}

const fn is_minus(letter: char) -> bool {
    matches!(letter, '-' | '\u{2212}' | '\u{2013}' | '\u{2010}' | '\u{2011}')
}

fn has_doubled_minus(text: &str) -> bool {
    let signs = text.trim().chars().take_while(|letter| is_minus(*letter) || *letter == ' ');
    signs.filter(|letter| is_minus(*letter)).count() > 1
}

/// What a text with or without doubled signs may mean: below 0, as two signs mostly mean, or above.
fn amounts(text: &str) -> Vec<f64> {
    let text = text.trim();
    let bare = text.trim_start_matches(|letter| is_minus(letter) || letter == ' ');
    let Ok(amount) = bare.replacen(',', ".", 1).parse::<f64>() else { return Vec::new() };
    match (has_doubled_minus(text), bare.len() < text.len()) {
        (true, _) => vec![-amount, amount],
        (false, true) => vec![-amount],
        (false, false) => vec![amount],
    }
}

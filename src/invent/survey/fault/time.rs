//! Faults of one visit's times, and visits too many.

use std::f64::consts::TAU;

use super::super::calendar::SECONDS_IN_DAY;
use super::super::dice::Dice;
use super::super::terrain::Scale;
use super::super::visit::Visit;
use super::{FaultKind, Magnitude, Scene};

pub const KINDS: [FaultKind; 6] = [
    FaultKind::ImplausibleTravel,
    FaultKind::OverlappingVisits,
    FaultKind::ImplausibleDuration,
    FaultKind::WrongClock,
    FaultKind::OddHours,
    FaultKind::DuplicateHousehold,
];

/// The attempt's number of a visit by mistake.
const BY_MISTAKE: u8 = 9;

/// Spoils the times of a visit, given the officer's visit before it on the same day; `None` where
/// this kind does not fit it.
pub fn spoil(
    scene: &Scene<'_>,
    kind: FaultKind,
    dice: &mut Dice,
    before: Option<&Visit>,
    visit: &mut Visit,
) -> Option<Magnitude> {
    let delay_s = visit.received_s - visit.ended_s();
    match kind {
        FaultKind::ImplausibleTravel => return fly(dice, before?, visit),
        FaultKind::OverlappingVisits => {
            let before = before?;
            visit.started_s = before.ended_s() - dice.log_uniform(10.0, 3_600.0) as i64;
            // One that starts long before the other ends may be over when that starts.
            let both = before.started_s.max(visit.started_s)..before.ended_s().min(visit.ended_s());
            let overlap_s = both.end - both.start;
            return (overlap_s > 0).then_some(Magnitude(overlap_s as f64, "s"));
        }
        FaultKind::WrongClock => {
            let minutes = dice.log_uniform(1.0, 2_600_000.0);
            let minutes = if dice.chance(0.5) { minutes } else { -minutes };
            visit.started_s += (minutes * 60.0) as i64;
            return Some(Magnitude(minutes, "minutes"));
        }
        _ => {}
    }
    let magnitude = match kind {
        FaultKind::ImplausibleDuration => {
            let minutes = dice.log_uniform(0.3, 600.0);
            visit.duration_s = (minutes * 60.0) as i64;
            Magnitude(minutes, "minutes")
        }
        FaultKind::OddHours => {
            let second = dice.between(0.0, SECONDS_IN_DAY as f64) as i64;
            visit.started_s = i64::from(visit.day) * SECONDS_IN_DAY + second - scene.offset_s;
            Magnitude(second as f64 / 3_600.0, "hour of the day")
        }
        FaultKind::DuplicateHousehold => repeat(scene, dice, visit),
        _ => return None,
    };
    visit.received_s = visit.ended_s() + delay_s;
    Some(magnitude)
}

/// Puts a visit so far from the one before that the way between needs a speed.
fn fly(dice: &mut Dice, before: &Visit, visit: &mut Visit) -> Option<Magnitude> {
    let (from, fix) = (before.fix?, visit.fix?);
    let gap_s = (visit.started_s - before.ended_s()) as f64;
    if gap_s <= 0.0 {
        return None;
    }
    let (speed_kmh, angle) = (dice.log_uniform(20.0, 1_000.0), dice.between(0.0, TAU));
    let far_m = speed_kmh / 3.6 * gap_s;
    let scale = Scale::at(from.latitude);
    let place = scale.offset(from.coord(), far_m * angle.cos(), far_m * angle.sin());
    visit.fix = Some(fix.at(place));
    Some(Magnitude(speed_kmh, "km/h"))
}

/// Surveys the household once more, later, often by another enumerator.
fn repeat(scene: &Scene<'_>, dice: &mut Dice, visit: &mut Visit) -> Magnitude {
    let days = dice.log_uniform(0.02, 60.0);
    visit.attempt = BY_MISTAKE;
    visit.started_s += (days * SECONDS_IN_DAY as f64) as i64;
    visit.officer = dice.below(scene.group.officers as usize) as u32;
    visit.device = visit.officer;
    let scale = scene.settlements(visit).terrain().scale();
    let home = scene.household(visit).home.place;
    let place = scale.offset(home, 4.0 * dice.normal(), 4.0 * dice.normal());
    visit.fix = visit.fix.map(|fix| fix.at(place));
    visit.day = ((visit.started_s + scene.offset_s).div_euclid(SECONDS_IN_DAY)) as i32;
    Magnitude(days, "days")
}

//! Faults of an enumerator's day, or of several visits of one enumerator in a row.

use std::f64::consts::TAU;

use geo::Coord;

use super::super::calendar::SECONDS_IN_DAY;
use super::super::dice::{Dice, Purpose};
use super::super::institution::InstitutionKind;
use super::super::terrain::Scale;
use super::super::visit::Visit;
use super::{FaultKind, Magnitude, Scene, Truth};

const KINDS: [FaultKind; 7] = [
    FaultKind::SharedPosition,
    FaultKind::CrowdedPosition,
    FaultKind::OfficePosition,
    FaultKind::DeskCapture,
    FaultKind::SharedDevice,
    FaultKind::ImplausibleProductivity,
    FaultKind::FabricatedPattern,
];

/// Draws for each enumerator's day whether a fault begins there, and makes it.
pub fn inject(scene: &Scene<'_>, share: f64, visits: &mut [Visit]) -> Vec<Truth> {
    let mut truths = Vec::new();
    let mut free_from = 0;
    let days: Vec<usize> = (0..visits.len())
        .filter(|&at| at == 0 || day_of(&visits[at - 1]) != day_of(&visits[at]))
        .collect();
    for first in days {
        let (officer, day) = day_of(&visits[first]);
        let settings = &scene.survey.settings;
        let number = u64::from(scene.group.first_officer + officer);
        let key = scene.group.office.digits() << 32 | number;
        let mut dice = Dice::new(settings.seed, Purpose::FaultOfDay, key, day as u64);
        if first < free_from || !dice.chance(share) {
            continue;
        }
        let kind = KINDS[dice.below(KINDS.len())];
        let targets = targets(kind, &mut dice, visits, first);
        let honest: Vec<Visit> = targets.iter().map(|&target| visits[target].clone()).collect();
        let Some(magnitude) = spoil(scene, kind, &mut dice, visits, &targets) else { continue };
        free_from = targets.last().map_or(first, |last| last + 1);
        let changed =
            targets.iter().zip(&honest).filter(|(target, honest)| visits[**target] != **honest);
        truths.extend(changed.map(|(&visit, _)| Truth { visit, kind, magnitude }));
    }
    truths
}

const fn day_of(visit: &Visit) -> (u32, i32) {
    (visit.officer, visit.day)
}

/// The completed visits that a fault takes: those of the day, or a number of visits in a row.
fn targets(kind: FaultKind, dice: &mut Dice, visits: &[Visit], first: usize) -> Vec<usize> {
    let (officer, day) = day_of(&visits[first]);
    let count = match kind {
        FaultKind::SharedPosition => dice.log_uniform(2.0, 20.0),
        FaultKind::CrowdedPosition => dice.log_uniform(2.0, 60.0),
        FaultKind::OfficePosition => dice.log_uniform(2.0, 40.0),
        FaultKind::ImplausibleProductivity => dice.log_uniform(10.0, 60.0),
        FaultKind::FabricatedPattern => dice.log_uniform(4.0, 20.0),
        _ => f64::INFINITY,
    };
    let is_of_one_day = matches!(
        kind,
        FaultKind::DeskCapture | FaultKind::SharedDevice | FaultKind::FabricatedPattern
    );
    let all: Vec<usize> = (first..visits.len())
        .take_while(|&at| {
            visits[at].officer == officer && (!is_of_one_day || visits[at].day == day)
        })
        .filter(|&at| visits[at].is_completed() && visits[at].fix.is_some())
        .take(count.min(1_000.0) as usize)
        .collect();
    if kind == FaultKind::DeskCapture {
        let share = dice.between(0.3, 1.0);
        return all.into_iter().filter(|_| dice.chance(share)).collect();
    }
    all
}

fn spoil(
    scene: &Scene<'_>,
    kind: FaultKind,
    dice: &mut Dice,
    visits: &mut [Visit],
    targets: &[usize],
) -> Option<Magnitude> {
    let first = &visits[*targets.first()?];
    if targets.len() < 2 {
        return None;
    }
    let start = first.fix?.coord();
    let office = office_of(scene, first);
    let scale = scene.settlements(first).terrain().scale();
    let count = targets.len() as f64;
    Some(match kind {
        FaultKind::SharedPosition => {
            let fix = first.fix;
            targets.iter().for_each(|&target| visits[target].fix = fix);
            Magnitude(count, "households")
        }
        FaultKind::CrowdedPosition => {
            let radius_m = dice.log_uniform(1.0, 30.0);
            place(visits, targets, |_| within(dice, scale, start, radius_m));
            Magnitude(count, "households")
        }
        FaultKind::OfficePosition => {
            let radius_m = dice.log_uniform(5.0, 300.0);
            let office = office?;
            place(visits, targets, |_| within(dice, scale, office, radius_m));
            Magnitude(radius_m, "m")
        }
        FaultKind::DeskCapture => {
            let radius_m = dice.log_uniform(2.0, 60.0);
            place(visits, targets, |_| within(dice, scale, start, radius_m));
            Magnitude(radius_m, "m")
        }
        FaultKind::SharedDevice => {
            let officers = scene.group.officers as usize;
            if officers < 2 {
                return None;
            }
            let other = (first.officer as usize + 1 + dice.below(officers - 1)) % officers;
            targets.iter().for_each(|&target| visits[target].device = other as u32);
            Magnitude(count, "visits")
        }
        FaultKind::ImplausibleProductivity => {
            hurry(scene, visits, targets);
            Magnitude(count, "visits a day")
        }
        _ => {
            let (step_m, angle) = (dice.log_uniform(2.0, 200.0), dice.between(0.0, TAU));
            let step = (step_m * angle.cos(), step_m * angle.sin());
            place(visits, targets, |at| {
                scale.offset(start, step.0 * at as f64, step.1 * at as f64)
            });
            Magnitude(count, "visits")
        }
    })
}

fn office_of(scene: &Scene<'_>, visit: &Visit) -> Option<Coord> {
    let village = scene.household(visit).village;
    let is_office = |kind| kind == InstitutionKind::Office;
    let office =
        scene.institutions.iter().find(|one| is_office(one.kind) && one.village == village);
    office.map(|office| office.place)
}

/// Moves the fix of each target to the place of its turn.
fn place(visits: &mut [Visit], targets: &[usize], mut place_of: impl FnMut(usize) -> Coord) {
    for (turn, &target) in targets.iter().enumerate() {
        let place = place_of(turn);
        visits[target].fix = visits[target].fix.map(|fix| fix.at(place));
    }
}

fn within(dice: &mut Dice, scale: Scale, centre: Coord, radius_m: f64) -> Coord {
    let (far_m, angle) = (radius_m * dice.unit().sqrt(), dice.between(0.0, TAU));
    scale.offset(centre, far_m * angle.cos(), far_m * angle.sin())
}

/// Puts all targets into the first one's day, from 07:00 to 20:30, at even intervals.
fn hurry(scene: &Scene<'_>, visits: &mut [Visit], targets: &[usize]) {
    let day = visits[targets[0]].day;
    let opening_s = i64::from(day) * SECONDS_IN_DAY + 7 * 3_600 - scene.offset_s;
    let interval_s = 48_600 / i64::from(targets.len() as u32);
    for (turn, &target) in (0_i64..).zip(targets) {
        let visit = &mut visits[target];
        let delay_s = visit.received_s - visit.ended_s();
        visit.day = day;
        visit.started_s = opening_s + interval_s * turn;
        visit.duration_s = interval_s * 7 / 10;
        visit.received_s = visit.ended_s() + delay_s;
    }
}

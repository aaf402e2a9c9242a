//! Faults of one visit's position.

use std::f64::consts::TAU;

use geo::Coord;

use super::super::Positions;
use super::super::dice::Dice;
use super::super::fix::{Fix, round};
use super::super::terrain::Scale;
use super::super::visit::Visit;
use super::{FaultKind, Magnitude, Scene};
use crate::domain::region::RegionId;

pub const KINDS: [FaultKind; 12] = [
    FaultKind::MissingPosition,
    FaultKind::UnreadablePosition,
    FaultKind::NullIsland,
    FaultKind::SwappedAxes,
    FaultKind::WrongSign,
    FaultKind::DoubledMinus,
    FaultKind::OutsideCountry,
    FaultKind::InaccurateFix,
    FaultKind::MockPosition,
    FaultKind::OutsideVillage,
    FaultKind::OtherRegion,
    FaultKind::RoundedPosition,
];

/// Spoils the position of a visit; `None` where this kind does not fit it.
pub fn spoil(
    scene: &Scene<'_>,
    kind: FaultKind,
    dice: &mut Dice,
    visit: &mut Visit,
) -> Option<Magnitude> {
    let fix = visit.fix?;
    let is_text = scene.survey.settings.positions == Positions::Text;
    match kind {
        FaultKind::MissingPosition => {
            visit.fix = None;
            Some(Magnitude(1.0, "visit"))
        }
        FaultKind::UnreadablePosition if is_text && dice.chance(0.7) => {
            Some(write_nonsense(dice, visit, fix))
        }
        FaultKind::UnreadablePosition => {
            let beyond = dice.log_uniform(0.001, 1_000.0);
            visit.fix = Some(Fix { latitude: round(90.0 + beyond, 7), ..fix });
            Some(Magnitude(beyond, "degrees beyond 90"))
        }
        FaultKind::NullIsland => Some(send_to_zero(dice, visit, fix)),
        FaultKind::SwappedAxes => {
            visit.fix = Some(Fix { longitude: fix.latitude, latitude: fix.longitude, ..fix });
            Some(Magnitude(1.0, "visit"))
        }
        FaultKind::WrongSign => {
            visit.fix = Some(Fix { latitude: -fix.latitude, ..fix });
            let flipped = Coord { x: fix.longitude, y: -fix.latitude };
            Some(Magnitude(Scale::at(0.0).distance_m(fix.coord(), flipped), "m"))
        }
        FaultKind::DoubledMinus if is_text => {
            let texts = [fix.longitude.to_string(), format!("--{}", fix.latitude.abs())];
            visit.text = Some(Box::new(texts));
            Some(Magnitude(1.0, "visit"))
        }
        FaultKind::OutsideCountry => leave_the_country(scene, dice, visit, fix),
        FaultKind::InaccurateFix => Some(blur(scene, dice, visit, fix)),
        FaultKind::MockPosition => {
            visit.is_mock = true;
            Some(Magnitude(1.0, "visit"))
        }
        FaultKind::OutsideVillage => Some(leave_the_village(scene, dice, visit, fix)),
        FaultKind::OtherRegion => go_elsewhere(scene, dice, visit, fix),
        FaultKind::RoundedPosition => {
            let decimals = i32::from(dice.below(7) as u8);
            let (longitude, latitude) =
                (round(fix.longitude, decimals), round(fix.latitude, decimals));
            visit.fix = Some(Fix { longitude, latitude, ..fix });
            Some(Magnitude(f64::from(decimals), "decimals"))
        }
        _ => None,
    }
}

/// Letters, or minutes beyond 59.
fn write_nonsense(dice: &mut Dice, visit: &mut Visit, fix: Fix) -> Magnitude {
    let longitude = fix.longitude.to_string();
    let (latitude, magnitude) = if dice.chance(0.4) {
        let words = ["abc", "-", "lihat foto", "6,2,1"];
        (words[dice.below(words.len())].to_owned(), Magnitude(1.0, "visit"))
    } else {
        let minutes = dice.log_uniform(60.0, 99.0).floor();
        let side = if fix.latitude < 0.0 { "S" } else { "N" };
        let text = format!("{:.0}°{minutes:.0}'12\"{side}", fix.latitude.abs().floor());
        (text, Magnitude(minutes, "minutes"))
    };
    visit.text = Some(Box::new([longitude, latitude]));
    magnitude
}

/// Near 0,0, on one axis, or a number that stands for nothing.
fn send_to_zero(dice: &mut Dice, visit: &mut Visit, fix: Fix) -> Magnitude {
    let zero = Coord { x: 0.0, y: 0.0 };
    let (spoiled, magnitude) = match dice.below(4) {
        0 => (fix.at(zero), Magnitude(0.0, "m")),
        1 => {
            let (far_m, angle) = (dice.log_uniform(1.0, 10_000.0), dice.between(0.0, TAU));
            let place = Scale::at(0.0).offset(zero, far_m * angle.cos(), far_m * angle.sin());
            (fix.at(place), Magnitude(far_m, "m"))
        }
        2 if dice.chance(0.5) => (Fix { latitude: 0.0, ..fix }, Magnitude(0.0, "degrees latitude")),
        2 => (Fix { longitude: 0.0, ..fix }, Magnitude(0.0, "degrees longitude")),
        _ => {
            let number = [999.0, -1.0, 99.99][dice.below(3)];
            (Fix { longitude: number, latitude: number, ..fix }, Magnitude(number, "sentinel"))
        }
    };
    visit.fix = Some(spoiled);
    magnitude
}

fn blur(scene: &Scene<'_>, dice: &mut Dice, visit: &mut Visit, fix: Fix) -> Magnitude {
    let accuracy_m = round(dice.log_uniform(5.0, 2_000.0), 1);
    let scale = scene.settlements(visit).terrain().scale();
    // The accuracy is the radius of 68 %, 1.51 standard deviations of each axis.
    let off_m = accuracy_m / 1.51;
    let home = scene.household(visit).home.place;
    let place = scale.offset(home, off_m * dice.normal(), off_m * dice.normal());
    visit.fix = Some(Fix { accuracy_m, ..fix }.at(place));
    Magnitude(accuracy_m, "m accuracy")
}

/// Just beyond the outline or far from it.
fn leave_the_village(scene: &Scene<'_>, dice: &mut Dice, visit: &mut Visit, fix: Fix) -> Magnitude {
    let terrain = scene.settlements(visit).terrain();
    let (vertex, (east, north)) = terrain.outermost(dice.between(0.0, TAU));
    let far_m = dice.log_uniform(5.0, 20_000.0);
    let fix = fix.at(terrain.scale().offset(vertex, far_m * east, far_m * north));
    visit.fix = Some(fix);
    Magnitude(terrain.distance_m(fix.coord()), "m")
}

fn leave_the_country(
    scene: &Scene<'_>,
    dice: &mut Dice,
    visit: &mut Visit,
    fix: Fix,
) -> Option<Magnitude> {
    let side = dice.below(4);
    let from = scene.survey.coast.extremes()[side];
    let (east, north) = [(-1.0, 0.0), (0.0, -1.0), (1.0, 0.0), (0.0, 1.0)][side];
    let far_m = dice.log_uniform(100.0, 1_000_000.0);
    let place = Scale::at(from.y).offset(from, far_m * east, far_m * north);
    if place.x.abs() > 180.0 || place.y.abs() > 90.0 {
        return None;
    }
    visit.fix = Some(fix.at(place));
    Some(Magnitude(far_m, "m"))
}

/// A village of another district, near in the order of codes as often as far.
fn go_elsewhere(
    scene: &Scene<'_>,
    dice: &mut Dice,
    visit: &mut Visit,
    fix: Fix,
) -> Option<Magnitude> {
    let tree = scene.survey.tree;
    let villages = tree.level(tree.deepest());
    let own = scene.group.villages[scene.household(visit).village as usize].region;
    let first = tree.len() - villages.len();
    let step = dice.log_uniform(1.0, villages.len().max(2) as f64) as usize;
    let target =
        if dice.chance(0.5) { own.index() + step } else { own.index().saturating_sub(step) };
    if !(first..tree.len()).contains(&target) {
        return None;
    }
    let target = RegionId(target as u32);
    if tree.parent(target) == tree.parent(own) {
        return None;
    }
    let label = tree.get(target).label.coord();
    let place = Scale::at(label.y).offset(label, 40.0 * dice.normal(), 40.0 * dice.normal());
    visit.fix = Some(fix.at(place));
    let far_m = scene.settlements(visit).terrain().distance_m(place);
    Some(Magnitude(far_m, "m"))
}

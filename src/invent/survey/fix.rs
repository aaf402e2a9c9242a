//! Where a device says that it is.

use std::f64::consts::TAU;

use geo::Coord;

use super::dice::{Dice, Purpose};
use super::terrain::Scale;

/// A position as the device reports it, degrees as numbers of any size, and its own word on how far
/// off it may be.
#[derive(Clone, Copy, PartialEq)]
pub struct Fix {
    pub longitude: f64,
    pub latitude: f64,
    pub accuracy_m: f64,
}

impl Fix {
    pub const fn coord(self) -> Coord {
        Coord { x: self.longitude, y: self.latitude }
    }

    /// The same fix elsewhere, in seven decimals (about 1 cm) as devices write them.
    pub fn at(self, place: Coord) -> Self {
        Self { longitude: round(place.x, 7), latitude: round(place.y, 7), ..self }
    }
}

impl std::fmt::Debug for Fix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fix(withheld)")
    }
}

/// How devices differ.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    decimals: i32,
    /// How much better or worse than the mean device its fixes are.
    factor: f64,
}

/// Devices that write five decimals (1.1 m).
const SHARE_OF_FIVE_DECIMALS: f64 = 0.03;

impl Device {
    pub fn draw(seed: u64, officer: u64) -> Self {
        let mut dice = Dice::new(seed, Purpose::Officer, officer, 1);
        let decimals = if dice.chance(SHARE_OF_FIVE_DECIMALS) { 5 } else { 7 };
        Self { decimals, factor: dice.log_normal(1.0, 0.15) }
    }

    /// A fix of a place: mostly 3 to 12 m, with a tail under roofs and trees.
    pub fn fix(self, place: Coord, scale: Scale, dice: &mut Dice) -> Fix {
        let open_m = self.factor * dice.log_normal(5.5, 0.35);
        let accuracy_m = match dice.unit() {
            ..0.965 => open_m,
            ..0.9993 => dice.log_uniform(12.0, 60.0),
            _ => dice.log_uniform(60.0, 200.0),
        };
        // A device's accuracy is the radius of 68 %, which is 1.51 standard deviations of each axis.
        let angle = dice.between(0.0, TAU);
        let off_m = accuracy_m / 1.51 * (-2.0 * (1.0 - dice.unit()).ln()).sqrt();
        let point = scale.offset(place, off_m * angle.cos(), off_m * angle.sin());
        Fix {
            longitude: round(point.x, self.decimals),
            latitude: round(point.y, self.decimals),
            accuracy_m: round(accuracy_m.max(1.8), 1),
        }
    }
}

/// The number with so many decimals.
pub fn round(number: f64, decimals: i32) -> f64 {
    let factor = 10_f64.powi(decimals);
    (number * factor).round() / factor
}

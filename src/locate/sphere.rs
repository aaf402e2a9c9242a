//! Points of the unit sphere.

use crate::domain::position::Position;

/// Degrees between two entries of the table of sines, a power of 2 so that its multiples are exact.
const STEP: f64 = 0.25;
const ENTRIES: usize = 1441;

/// Sines and cosines of degrees, to about the last bit: the nearest multiple of a quarter degree from
/// a table, and the rest of at most an eighth by the first terms of the series.
pub struct Sines(Box<[(f64, f64); ENTRIES]>);

impl Sines {
    pub fn new() -> Self {
        let entry = |index: usize| (index as f64 * STEP - 180.0).to_radians().sin_cos();
        Self(Box::new(std::array::from_fn(entry)))
    }

    /// The point at a position: x towards 0,0, z towards the north pole.
    #[inline]
    pub fn unit(&self, position: Position) -> [f64; 3] {
        let (sin_latitude, cos_latitude) = self.sin_cos(position.latitude());
        let (sin_longitude, cos_longitude) = self.sin_cos(position.longitude());
        [cos_longitude * cos_latitude, sin_longitude * cos_latitude, sin_latitude]
    }

    /// Of degrees from -180 to 180.
    #[inline]
    fn sin_cos(&self, degrees: f64) -> (f64, f64) {
        let index = ((degrees + 180.0) / STEP + 0.5) as usize;
        let (sin, cos) = self.0[index.min(ENTRIES - 1)];
        let rest = (degrees - (index as f64 * STEP - 180.0)).to_radians();
        let square = rest * rest;
        // The next terms, of the seventh and eighth power, are below 1e-22.
        let sin_rest = rest * (1.0 - square / 6.0 * (1.0 - square / 20.0));
        let cos_rest = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0));
        (sin * cos_rest + cos * sin_rest, cos * cos_rest - sin * sin_rest)
    }
}

#[inline]
pub fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `s` times `a` and `t` times `b`.
pub fn combined(s: f64, a: [f64; 3], t: f64, b: [f64; 3]) -> [f64; 3] {
    [s * a[0] + t * b[0], s * a[1] + t * b[1], s * a[2] + t * b[2]]
}

pub fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The point in the same direction at a distance of 1.
pub fn normalized(a: [f64; 3]) -> [f64; 3] {
    let length = dot(a, a).sqrt();
    a.map(|axis| axis / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_are_right_to_about_the_last_bit() {
        let sines = Sines::new();
        for step in -180_000..=180_000 {
            let degrees = f64::from(step) / 1_000.0 + 1e-4 * f64::from(step % 7);
            let degrees = degrees.clamp(-180.0, 180.0);
            let (sin, cos) = sines.sin_cos(degrees);
            let (expected_sin, expected_cos) = degrees.to_radians().sin_cos();
            assert!((sin - expected_sin).abs() < 5e-16, "{degrees}");
            assert!((cos - expected_cos).abs() < 5e-16, "{degrees}");
        }
    }
}

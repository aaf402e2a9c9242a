//! Points of the unit sphere.

use multiversion::multiversion;

use super::lattice::{low_bits, rounded};

/// Entries of the table of sines, one for each whole degree of the circle and more.
const ENTRIES: usize = 512;

/// Points, by axis: x towards 0,0, z towards the north pole.
pub type Units<const N: usize> = [[f64; N]; 3];

/// Sines and cosines of degrees, to about the last bit: the nearest whole degree from a table, and the
/// rest by the first terms of the series.
pub struct Sines(Box<[(f64, f64); ENTRIES]>);

impl Sines {
    pub fn new() -> Self {
        // An entry's number is the low bits of its degrees: those below 0 are at the end.
        let degrees = |entry: usize| {
            if entry < ENTRIES / 2 { entry as f64 } else { entry as f64 - ENTRIES as f64 }
        };
        Self(Box::new(std::array::from_fn(|entry| degrees(entry).to_radians().sin_cos())))
    }

    /// The points at these longitudes and latitudes, in degrees.
    #[inline]
    pub fn units<const N: usize>(&self, longitudes: &[f64; N], latitudes: &[f64; N]) -> Units<N> {
        let (sin_x, cos_x) = self.sin_cos(longitudes);
        let (sin_y, cos_y) = self.sin_cos(latitudes);
        let mut units = [[0.0; N]; 3];
        for at in 0..N {
            units[0][at] = cos_x[at] * cos_y[at];
            units[1][at] = sin_x[at] * cos_y[at];
        }
        units[2] = sin_y;
        units
    }

    /// Of degrees from -180 to 180.
    #[inline]
    fn sin_cos<const N: usize>(&self, degrees: &[f64; N]) -> ([f64; N], [f64; N]) {
        let (mut sines, mut cosines) = ([0.0; N], [0.0; N]);
        for (at, degrees) in degrees.iter().enumerate() {
            let entry = low_bits(*degrees) as usize % ENTRIES;
            (sines[at], cosines[at]) = self.0[entry];
        }
        turn(&mut sines, &mut cosines, degrees);
        (sines, cosines)
    }
}

/// Turns sines and cosines of the nearest whole degrees into those of the degrees.
#[multiversion(targets("x86_64+avx2+fma"))]
fn turn<const N: usize>(sines: &mut [f64; N], cosines: &mut [f64; N], degrees: &[f64; N]) {
    for at in 0..N {
        let rest = (degrees[at] - rounded(degrees[at])) * RADIANS;
        let square = rest * rest;
        // The next terms, of the ninth and tenth power, are below 1e-24.
        let sin = rest
            * (1.0
                - square
                    * (1.0 / 6.0)
                    * (1.0 - square * (1.0 / 20.0) * (1.0 - square * (1.0 / 42.0))));
        let cos = 1.0
            - square
                * 0.5
                * (1.0
                    - square
                        * (1.0 / 12.0)
                        * (1.0 - square * (1.0 / 30.0) * (1.0 - square * (1.0 / 56.0))));
        (sines[at], cosines[at]) =
            (sines[at] * cos + cosines[at] * sin, cosines[at] * cos - sines[at] * sin);
    }
}

const RADIANS: f64 = std::f64::consts::PI / 180.0;

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
            let ([sin], [cos]) = sines.sin_cos(&[degrees]);
            let (expected_sin, expected_cos) = degrees.to_radians().sin_cos();
            assert!((sin - expected_sin).abs() < 5e-16, "{degrees}");
            assert!((cos - expected_cos).abs() < 5e-16, "{degrees}");
        }
    }
}

//! Errors that are normal, and sums of a normal and a Laplace error.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::sync::LazyLock;

/// The chance that a normal error lies below so many deviations.
pub fn below(deviations: f64) -> f64 {
    0.5 * libm::erfc(-deviations * FRAC_1_SQRT_2)
}

fn density(deviations: f64) -> f64 {
    (-0.5 * deviations * deviations).exp() / (2.0 * PI).sqrt()
}

/// By how much a normal error that lies below so many deviations lies below 0 on average, in deviations: the inverse of
/// the ratio of Mills (1926), density(t) / below(t).
pub fn hazard_below(deviations: f64) -> f64 {
    // Far below, both vanish, and the quotient nears -t - 1 / t.
    if deviations < -30.0 { -deviations } else { density(deviations) / below(deviations) }
}

/// So many scales and deviations away nothing is left of an error.
const FAR: f64 = 40.0;

/// The chance that the sum of a Laplace error of this scale and a normal one lies below `x`.
///
/// The convolution of both, in closed form; a Laplace part that is next to nothing counts as normal.
pub fn below_of_sum(x: f64, scale: f64, deviation: f64) -> f64 {
    if scale < deviation / 8.0 {
        return below(x / deviation.hypot(std::f64::consts::SQRT_2 * scale));
    }
    let tail = |x: f64| 0.5 * (-x.abs() / scale).exp();
    if deviation < scale / 1e6 {
        return if x < 0.0 { tail(x) } else { 1.0 - tail(x) };
    }
    // Beyond, less than e^-40 is left, and the exponential of `x` may be too large for a number.
    if x.abs() > FAR * (scale + deviation) {
        return if x < 0.0 { 0.0 } else { 1.0 };
    }
    let (z, ratio) = (x / deviation, deviation / scale);
    let rise = (-x / scale).exp() * below(z - ratio) - (x / scale).exp() * below(-z - ratio);
    below(z) - 0.5 * (0.5 * ratio * ratio).exp() * rise
}

/// The share of its variance that a normal error keeps around a figure that stands so many deviations
/// above 0, where the part of it is cut off that would lead below 0: what is told of nobody is off by
/// less than its noise. The variance of a normal distribution that is truncated on one side.
pub fn kept_above_nothing(deviations: f64) -> f64 {
    let hazard = density(deviations) / below(deviations);
    1.0 - hazard * (hazard + deviations)
}

/// Shifts of so many deviations and more leave one side of an error alone.
const ONE_SIDED: f64 = 4.0;

/// Steps of the table of half-widths in a deviation.
const STEPS: usize = 32;

/// Half-widths, in deviations, less the shift, by shift.
static HALVES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let shifts = (0..=ONE_SIDED as usize * STEPS).map(|step| step as f64 / STEPS as f64);
    shifts.map(|shift| exact_half(shift) - shift).collect()
});

/// Half of the interval around 0 that holds 95 % of normal errors whose mean is `shift`.
pub fn half_95(shift: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 || !deviation.is_finite() {
        return shift.abs() + deviation;
    }
    let shift = shift.abs() / deviation;
    let at = (shift * STEPS as f64).min((HALVES.len() - 1) as f64);
    let (first, part) = (at as usize, at.fract());
    let next = HALVES[(first + 1).min(HALVES.len() - 1)];
    deviation * (shift + HALVES[first] + part * (next - HALVES[first]))
}

/// By halving: the chance to lie within grows with the half-width.
fn exact_half(shift: f64) -> f64 {
    let (mut low, mut high) = (1.0, shift + 2.0);
    for _ in 0..50 {
        let half = f64::midpoint(low, high);
        if below(half - shift) - below(-half - shift) < 0.95 {
            low = half;
        } else {
            high = half;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million even shares of chance would do for less: sums over a fine grid.
    fn integral(of: impl Fn(f64) -> f64) -> f64 {
        (-40_000..40_000).map(|step| (f64::from(step) + 0.5) / 1000.0).map(of).sum::<f64>() / 1000.0
    }

    #[test]
    fn a_sum_of_a_laplace_and_a_normal_error_is_their_convolution() {
        let laplace = |x: f64, scale: f64| (-x.abs() / scale).exp() / (2.0 * scale);
        for (x, scale, deviation) in [(0.4, 1.5, 1.0), (-2.0, 0.7, 1.2), (3.0, 2.0, 0.3)] {
            let plain = integral(|at| laplace(at, scale) * below((x - at) / deviation));
            let ours = below_of_sum(x, scale, deviation);
            assert!((ours - plain).abs() < 1e-6, "{x} {scale} {deviation}: {ours} {plain}");
        }
        assert!((below_of_sum(1.0, 0.0, 1.0) - 0.841_345).abs() < 1e-6);
        assert_eq!([-62.0, 62.0].map(|x| below_of_sum(x, 0.08, 0.03)), [0.0, 1.0]);
        assert!((below_of_sum(1.0, 1.0, 0.0) - (1.0 - 0.5 * (-1.0_f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn half_an_interval_holds_95_of_100_errors_whatever_their_shift() {
        for shift in [0.0, 0.013, 0.3, -0.7, 1.234, 3.99, 7.0] {
            let half = half_95(2.0 * shift, 2.0) / 2.0;
            let held = below(half - shift) - below(-half - shift);
            assert!((held - 0.95).abs() < 2e-4, "{shift}: {half} holds {held}");
        }
        assert!((half_95(0.0, 1.0) - 1.959_964).abs() < 1e-5);
    }

    #[test]
    fn what_is_told_of_nobody_is_off_by_less_than_its_noise() {
        for deviations in [0.0, 0.5, 2.0, 6.0] {
            let error = |at: f64| if at > 0.0 { density(at - deviations) } else { 0.0 };
            let (all, mean) = (integral(error), integral(|at| at * error(at)));
            let mean = mean / all;
            let plain = integral(|at| (at - mean) * (at - mean) * error(at)) / all;
            let kept = kept_above_nothing(deviations);
            assert!((kept - plain).abs() < 1e-3, "{deviations}: {kept} {plain}");
        }
    }
}

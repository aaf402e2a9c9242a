//! Errors of figures, and how often noise alone leaves a figure as it is.

/// The chance that discrete Laplace noise of this variance is 0.
pub fn exactly_right(variance: f64) -> f64 {
    // With P(N = k) = (1 - q) / (1 + q) q^|k| the variance is 2 q / (1 - q)^2; solved for q.
    if variance <= 0.0 {
        return 1.0;
    }
    let half = 1.0 + 1.0 / variance;
    let q = half - (half * half - 1.0).sqrt();
    (1.0 - q) / (1.0 + q)
}

/// A share of guesses that are right, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    pub right: f64,
    pub of: f64,
}

impl Share {
    pub fn add(&mut self, is_right: bool) {
        self.right += f64::from(u8::from(is_right));
        self.of += 1.0;
    }

    /// In percent; 0 of none.
    pub fn percent(self) -> f64 {
        if self.of > 0.0 { 100.0 * self.right / self.of } else { 0.0 }
    }

    /// Percentage points that chance may add to a share near this one: four standard deviations.
    pub fn slack(self) -> f64 {
        if self.of < 1.0 {
            return 100.0;
        }
        let share = self.right / self.of;
        400.0 * (share.max(0.05) * (1.0 - share).max(0.05) / self.of).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_none_as_often_as_its_variance_says() {
        for epsilon in [0.2, 0.6, 1.7] {
            let q = f64::exp(-epsilon);
            let variance = 2.0 * q / ((1.0 - q) * (1.0 - q));
            assert!((exactly_right(variance) - (1.0 - q) / (1.0 + q)).abs() < 1e-9);
        }
        assert_eq!(exactly_right(0.0), 1.0);
    }
}

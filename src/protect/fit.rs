//! Fitting a family: whole numbers from 0 on that add up to their parent's, nearest to the estimates.

/// Figures are compared in steps of 2^-20: below that, floating-point noise would decide what is rounded
/// up where a key must.
const STEP_BITS: u32 = 20;
const STEP: f64 = (1_u64 << STEP_BITS) as f64;

/// The numbers of a family while it is fitted, kept to be used again.
#[derive(Default)]
pub struct Fit {
    states: Vec<State>,
    order: Vec<(u64, u64, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Least,
    Most,
}

impl Fit {
    /// Fits `fitted` to the estimates, which become the nearest real numbers from 0 to the `most` that add
    /// up to the `total`; those are then rounded by the largest remainder, equal ones by `tie`.
    ///
    /// The total must be from 0 to the sum of the most.
    pub fn fit(
        &mut self,
        estimates: &mut [f64],
        most: impl Fn(usize) -> i32,
        total: i32,
        tie: impl Fn(usize) -> u64,
        fitted: &mut [i32],
    ) {
        self.project(estimates, &most, total);
        self.round(estimates, most, total, tie, fitted);
    }

    /// The Euclidean projection onto {0 <= x <= most, sum = total}, by fixing variables: the shift that
    /// makes the free ones add up is taken, and those that it pushes out on the heavier side are fixed
    /// there (Bitran and Hax 1981; Kiwiel 2008). Each round fixes one at least.
    pub(super) fn project(
        &mut self,
        estimates: &mut [f64],
        most: &impl Fn(usize) -> i32,
        total: i32,
    ) {
        self.states.clear();
        self.states.resize(estimates.len(), State::Free);
        loop {
            let (mut sum, mut free) = (-f64::from(total), 0_u32);
            for (at, estimate) in estimates.iter().enumerate() {
                match self.states[at] {
                    State::Free => (sum, free) = (sum + estimate, free + 1),
                    State::Most => sum += f64::from(most(at)),
                    State::Least => {}
                }
            }
            let shift = if free == 0 { 0.0 } else { sum / f64::from(free) };
            let (mut under, mut over) = (0.0, 0.0);
            for (at, estimate) in estimates.iter().enumerate() {
                if self.states[at] == State::Free {
                    under += (shift - estimate).max(0.0);
                    over += (estimate - shift - f64::from(most(at))).max(0.0);
                }
            }
            let is_done = under == 0.0 && over == 0.0;
            for (at, estimate) in estimates.iter_mut().enumerate() {
                let most = f64::from(most(at));
                match self.states[at] {
                    State::Free if is_done => *estimate -= shift,
                    State::Free if under >= over && *estimate < shift => {
                        self.states[at] = State::Least;
                    }
                    State::Free if under < over && *estimate - shift > most => {
                        self.states[at] = State::Most;
                    }
                    State::Least if is_done => *estimate = 0.0,
                    State::Most if is_done => *estimate = most,
                    _ => {}
                }
            }
            if is_done {
                return;
            }
        }
    }

    fn round(
        &mut self,
        estimates: &[f64],
        most: impl Fn(usize) -> i32,
        total: i32,
        tie: impl Fn(usize) -> u64,
        fitted: &mut [i32],
    ) {
        let mut left = total;
        self.order.clear();
        for (at, (estimate, fitted)) in estimates.iter().zip(fitted.iter_mut()).enumerate() {
            let steps = (estimate * STEP).round() as i64;
            let steps = steps.clamp(0, i64::from(most(at)) << STEP_BITS);
            *fitted = (steps >> STEP_BITS) as i32;
            left -= *fitted;
            let remainder = steps.cast_unsigned() & ((1 << STEP_BITS) - 1);
            if remainder > 0 {
                self.order.push(((1 << STEP_BITS) - remainder, tie(at), at));
            }
        }
        let ups = usize::try_from(left).unwrap_or(0).min(self.order.len());
        if 0 < ups && ups < self.order.len() {
            self.order.select_nth_unstable(ups);
        }
        for (_, _, at) in &self.order[..ups] {
            fitted[*at] += 1;
            left -= 1;
        }
        settle(left, most, fitted);
    }
}

/// Gives what the steps of 2^-20 left over to the first that can take it; there is next to never any.
fn settle(mut left: i32, most: impl Fn(usize) -> i32, fitted: &mut [i32]) {
    for (at, fitted) in fitted.iter_mut().enumerate() {
        if left == 0 {
            return;
        }
        let change = left.clamp(-*fitted, most(at) - *fitted);
        *fitted += change;
        left -= change;
    }
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;

//! Epsilon: how much a figure may tell of one unit.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// The epsilon of differential privacy in millionths, so that it is added and shared out exactly: what
/// is published is at most exp(epsilon) times likelier with a unit than without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Epsilon(u32);

const MILLION: f64 = 1e6;

impl Epsilon {
    /// The least and the most that can be set.
    pub const LEAST: Self = Self(100_000);
    pub const MOST: Self = Self(10_000_000);

    /// Of millionths, as they are shared out; 0 tells nothing.
    pub(super) const fn of_millionths(millionths: u32) -> Self {
        Self(millionths)
    }

    pub const fn millionths(self) -> u32 {
        self.0
    }

    pub fn to_float(self) -> f64 {
        f64::from(self.0) / MILLION
    }

    /// So many times as much.
    #[must_use]
    pub const fn times(self, number: u32) -> Self {
        Self(self.0.saturating_mul(number))
    }

    /// A part of it, cut off to a millionth: parts never add up to more than the whole.
    pub(super) const fn part(self, weight: u32, of: u32) -> Self {
        Self((self.0 as u64 * weight as u64 / of as u64) as u32)
    }
}

#[derive(Debug, thiserror::Error, PartialEq)]
#[error(
    "an epsilon is a number from {} to {}, but this is {number}",
    Epsilon::LEAST,
    Epsilon::MOST
)]
pub struct EpsilonError {
    number: f64,
}

impl TryFrom<f64> for Epsilon {
    type Error = EpsilonError;

    fn try_from(number: f64) -> Result<Self, EpsilonError> {
        if !(Self::LEAST.to_float()..=Self::MOST.to_float()).contains(&number) {
            return Err(EpsilonError { number });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10^7")]
        let millionths = (number * MILLION).round() as u32;
        Ok(Self(millionths))
    }
}

impl From<Epsilon> for f64 {
    fn from(epsilon: Epsilon) -> Self {
        epsilon.to_float()
    }
}

impl Sum for Epsilon {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        Self(all.fold(0, |sum, epsilon| sum.saturating_add(epsilon.0)))
    }
}

impl fmt::Display for Epsilon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_float().fmt(f)
    }
}

//! Randomness that depends on what is drawn for, never on what was drawn before or on which thread.

use rand::RngCore;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Mcg128Xsl64;

/// What a stream of draws is for. Streams of different purposes are independent, so that asking for
/// faults changes nothing of the survey under them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    Allocation = 1,
    Settlements,
    Household,
    Year,
    Newcomers,
    Home,
    Fix,
    Attempts,
    Officer,
    Rank,
    Register,
    Institutions,
    Residents,
    FaultOfVisit,
    FaultOfDay,
    Fieldwork,
}

/// A seeded stream of draws.
pub struct Dice(Mcg128Xsl64);

impl Dice {
    /// The stream of one purpose for one thing, which two numbers name.
    pub fn new(seed: u64, purpose: Purpose, thing: u64, part: u64) -> Self {
        let first = mix(seed ^ mix(purpose as u64));
        let second = mix(first ^ mix(thing.wrapping_mul(3)));
        let third = mix(second.wrapping_add(part.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        Self(Mcg128Xsl64::new(u128::from(second) << 64 | u128::from(third)))
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// A whole number below `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.0.next_u64()) * end as u128) >> 64) as usize
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A draw from the standard normal distribution.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// A log-normal draw of this median; `spread` is the standard deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * (self.normal() * spread).exp()
    }

    /// A draw whose logarithm is uniform between the two, so that each order of magnitude is as
    /// likely as the next.
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.unit())
    }

    /// The index of one of the shares, which need not sum to 1, as likely as its share.
    pub fn pick(&mut self, shares: &[f64]) -> usize {
        let mut left = self.unit() * shares.iter().sum::<f64>();
        for (index, share) in shares.iter().enumerate() {
            left -= share;
            if left < 0.0 {
                return index;
            }
        }
        shares.len() - 1
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): near numbers become unrelated ones.
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_purpose_thing_and_part() {
        let first = |seed, purpose, thing, part| Dice::new(seed, purpose, thing, part).unit();
        let base = first(1, Purpose::Home, 1, 1);
        assert_eq!(base, first(1, Purpose::Home, 1, 1));
        for other in [
            first(2, Purpose::Home, 1, 1),
            first(1, Purpose::Fix, 1, 1),
            first(1, Purpose::Home, 2, 1),
            first(1, Purpose::Home, 1, 2),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn log_uniform_fills_every_order_of_magnitude() {
        let mut dice = Dice::new(7, Purpose::Home, 0, 0);
        let low = (0..9_000).filter(|_| dice.log_uniform(1.0, 1_000.0) < 10.0).count();
        assert!((2_700..3_300).contains(&low), "{low}");
    }
}

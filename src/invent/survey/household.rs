//! An invented household: who it is, how it fares, and what a year does to it.

use std::ops::Range;

use geo::Coord;

use super::dice::{Dice, Purpose, mix};
use super::person::Person;
use crate::domain::code::RegionCode;

/// Who a household is, in every wave and wherever it moves: where it was first listed, when, and
/// its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HouseholdId {
    pub village: RegionCode,
    pub wave: u16,
    pub number: u32,
}

impl HouseholdId {
    /// A number to seed draws with.
    pub fn key(self) -> u64 {
        mix(self.village.digits()).wrapping_add(u64::from(self.wave) << 40 | u64::from(self.number))
    }
}

/// A household as one wave finds it.
#[derive(Debug, Clone)]
pub struct Household {
    pub id: HouseholdId,
    /// Where it lives now: an index among the villages of its group.
    pub village: u32,
    /// The wave in which it came there.
    pub since: u16,
    /// Left in this wave: the officer finds nobody.
    pub is_gone: bool,
    /// What the household alone adds to its welfare, a standard normal draw that drifts.
    pub welfare: f64,
    /// Its members among the persons of its group.
    pub persons: Range<u32>,
    pub home: Home,
}

/// Where a household lives.
#[derive(Debug, Clone, Copy)]
pub struct Home {
    pub place: Coord,
    /// What its neighbourhood adds to its welfare.
    pub welfare: f64,
    /// Orders the homes of a village as an officer walks them.
    pub order: u64,
}

/// The national welfare rank, above 0 and up to 100; the register covers the lowest 40 to 60 %
/// mostly, so that is where most ranks are. `shift` is how much poorer than the mean the region is,
/// in log odds.
pub fn percentile(household: &Household, shift: f64, seed: u64) -> Option<f64> {
    let mut dice = Dice::new(seed, Purpose::Rank, household.id.key(), u64::from(household.since));
    if dice.chance(0.015) {
        return None;
    }
    let score = 0.8 * household.welfare + household.home.welfare - 0.6 * shift;
    // The logistic curve with the slope 1.702 is the normal distribution's within 0.01.
    let rank = 1.0 / (1.0 + (-1.702 * score).exp());
    let covered = if dice.chance(0.94) { 58.0 * rank } else { 58.0 + 40.0 * rank * rank };
    Some((covered * 10.0).ceil().clamp(1.0, 1_000.0) / 10.0)
}

/// The decile of a rank.
pub fn decile(percentile: f64) -> u8 {
    (percentile / 10.0).ceil().clamp(1.0, 10.0) as u8
}

/// The counts of a household's members at the reference date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub members: u8,
    pub children: u8,
    pub children_under_5: u8,
    pub elderly: u8,
    pub elderly_70_plus: u8,
    /// Physical, intellectual, mental, sensory, multiple.
    pub disabled: [u8; 5],
}

impl Counts {
    pub fn of(persons: impl Iterator<Item = Person>, cutoffs: &super::calendar::Cutoffs) -> Self {
        let mut counts = Self::default();
        for person in persons {
            counts.members += 1;
            counts.children += u8::from(person.born > cutoffs.eighteen);
            counts.children_under_5 += u8::from(person.born > cutoffs.five);
            counts.elderly += u8::from(person.born <= cutoffs.sixty);
            counts.elderly_70_plus += u8::from(person.born <= cutoffs.seventy);
            if let Some(class) = person.disability_class() {
                counts.disabled[class as usize] += 1;
            }
        }
        counts
    }

    pub fn all_disabled(&self) -> u8 {
        self.disabled.iter().sum()
    }
}

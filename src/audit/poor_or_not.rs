//! Is a family poor? Somebody who knows all others in the village, and the family's persons, tells from one release.
//!
//! The attacker sees every measurement with its noise before anything is made consistent, which is more than any
//! figure that is published. By Neyman and Pearson (1933) the best guess takes the more likely of both: where poor and
//! not poor are equally likely before, it is right with a chance of (1 + d) / 2, d being the total variation distance of
//! what is measured in either case. It is computed, not tried: a discrete Laplace draw that is shifted by s units has
//! s + 1 values of the likelihood ratio only, and those of independent draws add up.

use super::Attack;
use crate::domain::person::PersonBounds;
use crate::domain::table::Table;
use crate::protect::Policy;
use crate::protect::policy::TreeLevel;

/// A family whose persons the attacker knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// By class of age.
    pub ages: Vec<u8>,
    /// By class of disability.
    pub disabled: Vec<u8>,
    /// Whether it is unknown of the family, beside the persons that are counted, how many children, elderly and disabled
    /// persons it has.
    pub is_unknown: bool,
}

/// How well the attacker does on families of a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    pub persons: u8,
    /// The per cent of right guesses about a family as there are many of this size, and about the one of which most
    /// is known.
    pub usual: f64,
    pub worst: f64,
}

/// The sizes of families that are looked at.
const SIZES: [u8; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12];

/// Persons by age of a family as there are many: a couple, children, then a grandparent.
const USUAL: [usize; 12] = [2, 2, 1, 0, 1, 2, 0, 1, 3, 2, 1, 0];

/// How well the attacker tells whether families are poor, by their size.
pub fn accuracies(policy: &Policy) -> Vec<Accuracy> {
    let bounds = policy.person_bounds();
    let of = |persons: u8| {
        let worst = Family::worst(persons, &bounds);
        let usual = Family::usual(persons, &bounds);
        Accuracy {
            persons,
            usual: 100.0 * accuracy(policy, &usual),
            worst: 100.0 * accuracy(policy, &worst),
        }
    };
    SIZES.map(of).to_vec()
}

/// Holds the policy to the accuracy that it allows.
pub fn attack(policy: &Policy) -> Attack {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for Accuracy { persons, usual, worst } in accuracies(policy) {
        found.push((format!("{persons} persons, usual family: right guesses in %"), usual));
        found.push((format!("{persons} persons, worst family: right guesses in %"), worst));
        if worst > f64::from(policy.most_accuracy) {
            faults.push(format!(
                "{worst:.1} % of guesses whether a family of {persons} persons is poor are right, and the policy allows \
                 {} %",
                policy.most_accuracy
            ));
        }
    }
    Attack {
        name: "poor or not",
        tried: "knows all others of the village and the persons of a family, all programmes reach it, and guesses \
                whether it is poor by all measurements together",
        found,
        allowed: "the policy's most_accuracy, where 50 % is chance",
        faults,
        doubts: Vec::new(),
    }
}

impl Family {
    /// A family of which most is published: as many persons of one age, and as many disabled persons, as count, and none
    /// of its figures known in full.
    fn worst(persons: u8, bounds: &PersonBounds) -> Self {
        let mut left = persons.min(bounds.persons);
        let mut ages = Vec::new();
        while left > 0 {
            ages.push(left.min(bounds.of_age));
            left -= ages[ages.len() - 1];
        }
        // A household stands in five classes of age at most: the other two join classes where less is known.
        ages.truncate(5);
        Self { ages, disabled: vec![persons.min(bounds.disabled)], is_unknown: true }
    }

    fn usual(persons: u8, bounds: &PersonBounds) -> Self {
        let mut ages = vec![0_u8; 5];
        for at in USUAL.iter().take(persons.into()) {
            ages[*at] += 1;
        }
        let mut left = persons.min(bounds.persons);
        for count in &mut ages {
            *count = (*count).min(bounds.of_age).min(left);
            left -= *count;
        }
        Self { ages, disabled: Vec::new(), is_unknown: false }
    }

    /// By how many units each class of a table differs between poor and not poor.
    fn shifts(&self, table: Table) -> Vec<u8> {
        match table {
            // It leaves one class and stands in another; so with each programme, which reaches it in either case.
            Table::Welfare | Table::Deciles | Table::Pkh | Table::Sembako | Table::PbiJk => {
                vec![1, 1]
            }
            Table::Ages => self.ages.clone(),
            Table::Disabilities => self.disabled.clone(),
            Table::ChildrenUnknown | Table::ElderlyUnknown | Table::DisabilityUnknown => {
                vec![u8::from(self.is_unknown)]
            }
            Table::Counted | Table::Visits | Table::Positions | Table::Coverage => Vec::new(),
        }
    }
}

/// The steps into which a logarithm of a likelihood ratio of 1 is cut. Ratios are rounded away from 0, so the accuracy is
/// never computed too low; what that adds is below 0.2 points.
const STEPS: f64 = 8192.0;

/// The chance that the best guess about a family is right.
pub fn accuracy(policy: &Policy, family: &Family) -> f64 {
    let mut ratios = Ratios::default();
    for table in Table::ALL {
        for level in TreeLevel::ALL {
            let Some(epsilon) = policy.epsilon(table, level) else { continue };
            for shift in family.shifts(table).into_iter().filter(|shift| *shift > 0) {
                ratios.add(epsilon.to_float(), shift);
            }
        }
    }
    ratios.accuracy()
}

/// The distribution of the logarithm of the likelihood ratio where the family is not poor: chances by steps, the middle
/// one for a ratio of 1.
struct Ratios {
    chances: Vec<f64>,
    middle: usize,
}

impl Default for Ratios {
    fn default() -> Self {
        Self { chances: vec![1.0], middle: 0 }
    }
}

impl Ratios {
    /// Adds a draw with this epsilon that would be shifted by so many units.
    ///
    /// Of a draw n of the discrete Laplace law P(n) = (1 - q) / (1 + q) q^|n|, q = exp(-epsilon), the logarithm of
    /// P(n - s) / P(n) is epsilon (|n| - |n - s|), which is epsilon (2 n - s) for n from 0 to s, and the same as at the
    /// nearer end beyond.
    fn add(&mut self, epsilon: f64, shift: u8) {
        let q = (-epsilon).exp();
        let one = |n: i32| (1.0 - q) / (1.0 + q) * q.powi(n);
        let shift = i32::from(shift);
        let tail = |from: i32| q.powi(from) / (1.0 + q);
        let atoms: Vec<(isize, f64)> = (0..=shift)
            .map(|n| {
                let ratio = STEPS * epsilon * f64::from(2 * n - shift);
                let away = if ratio < 0.0 { ratio.floor() } else { ratio.ceil() };
                // Draws below 0 count as 0, and those above the shift as the shift.
                let below = if n == 0 { tail(1) } else { 0.0 };
                let chance = if n == shift { tail(shift) } else { one(n) };
                (away as isize, chance + below)
            })
            .collect();
        let reach = atoms[atoms.len() - 1].0.unsigned_abs();
        let mut chances = vec![0.0; self.chances.len() + 2 * reach];
        for (ratio, chance) in atoms {
            let start = reach.wrapping_add_signed(ratio);
            let sums = chances[start..].iter_mut().zip(&self.chances);
            sums.for_each(|(sum, own)| *sum += chance * own);
        }
        self.chances = chances;
        self.middle += reach;
    }

    /// (1 + d) / 2, d being the sum over ratios r below 1 of P(r) (1 - r).
    fn accuracy(&self) -> f64 {
        let below = self.chances[..self.middle].iter().enumerate();
        let distance: f64 = below
            .map(|(at, chance)| {
                let ratio = (at as f64 - self.middle as f64) / STEPS;
                chance * (1.0 - ratio.exp())
            })
            .sum();
        f64::midpoint(1.0, distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::policy::PolicyName;

    #[test]
    fn one_draw_is_told_as_the_formula_says() {
        // The total variation distance of a discrete Laplace draw and the same shifted by 1.
        for epsilon in [0.1, 0.5, 1.7] {
            let mut ratios = Ratios::default();
            ratios.add(epsilon, 1);
            let q = f64::exp(-epsilon);
            let distance = (1.0 - q) / (1.0 + q);
            let found = ratios.accuracy();
            assert!((found - f64::midpoint(1.0, distance)).abs() < 1e-4, "{epsilon}: {found}");
            assert!((ratios.chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn draws_together_are_told_as_often_as_in_trials() {
        let draws = [(0.35, 1_u8), (0.35, 1), (0.17, 5), (0.17, 3), (0.2, 2), (0.06, 5)];
        let mut ratios = Ratios::default();
        draws.iter().for_each(|(epsilon, shift)| ratios.add(*epsilon, *shift));
        let mut state = 7_u64;
        let mut uniform = move || {
            state = crate::count::digest::mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut right = 0;
        const TRIALS: u32 = 200_000;
        for trial in 0..TRIALS {
            let is_poor = trial % 2 == 0;
            let mut logarithm = 0.0;
            for (epsilon, shift) in draws {
                // The difference of two geometric draws.
                let mut geometric = || (uniform().ln() / -epsilon).floor();
                let noise = geometric() - geometric();
                let shift = f64::from(shift);
                let seen = noise + if is_poor { shift } else { 0.0 };
                logarithm += epsilon * (seen.abs() - (seen - shift).abs());
            }
            right += u32::from((logarithm > 0.0 || logarithm == 0.0 && trial % 4 < 2) == is_poor);
        }
        let tried = f64::from(right) / f64::from(TRIALS);
        let computed = ratios.accuracy();
        assert!((tried - computed).abs() < 0.005, "{tried} and {computed}");
    }

    #[test]
    fn each_named_policy_allows_what_the_attacker_reaches_and_little_more() {
        for name in PolicyName::ALL {
            let policy = Policy::named(name);
            let all = accuracies(&policy);
            println!("{}: {all:.1?}", name.name());
            let worst = all.iter().map(|it| it.worst).fold(0.0, f64::max);
            let most = f64::from(policy.most_accuracy);
            assert!(worst <= most && worst > most - 5.0, "{}: {worst:.2}", name.name());
            assert!(attack(&policy).faults.is_empty());
            assert!(all.iter().all(|it| it.usual <= it.worst));
        }
    }

    #[test]
    fn more_noise_on_households_alone_does_not_hide_a_large_family() {
        let of = |number: f64| number.try_into().unwrap();
        let before = Policy {
            epsilon_welfare: of(1.7),
            epsilon_deciles: of(0.8),
            epsilon_ages: of(2.5),
            epsilon_disabilities: of(1.9),
            epsilon_programmes: of(1.3),
            ..Policy::default()
        };
        let all = accuracies(&before);
        assert!(all[0].usual > 85.0 && all[6].usual > 95.0, "{all:?}");
        assert!(!attack(&before).faults.is_empty());
        let quiet = Policy { epsilon_welfare: of(0.1), epsilon_deciles: of(0.1), ..before };
        assert!(!attack(&quiet).faults.is_empty());
    }
}

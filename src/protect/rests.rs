//! What rests are believed to hold, given what is told of all rests of a level.
//!
//! Nearly all households have a hexagon that is shown, so the rest of a village is often nobody. No figure
//! is below 0, so noise can only make such a rest too large, and what it has too much its siblings lack:
//! little each, but all of them in the same direction, so that it does not average out in a large hexagon.
//!
//! How many rests hold how many is estimated from those that are told, whose noise is known: the
//! distribution under which they are most likely, found by expectation and maximisation (Laird,
//! "Nonparametric maximum likelihood estimation of a mixing distribution", 1978). What one rest is believed
//! to hold is then its mean given what is told of it (Robbins, "An empirical Bayes approach to statistics",
//! 1956).

use super::normal::below_of_sum;

/// A rest with siblings.
#[derive(Debug, Clone, Copy)]
pub struct Rest {
    pub told: i32,
    pub siblings: usize,
    /// Of its estimate.
    pub variance: f64,
    /// The part of that which is its own measurement's.
    pub own: f64,
}

/// What is believed of the rests of a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Belief {
    /// By how much each is expected to be told too large.
    pub gains: Vec<f64>,
    /// The share of their variance, as an average, that is left once it is known what is told of all.
    pub share: f64,
}

/// From fewer rests nothing is learnt.
const LEAST_RESTS: usize = 20;

/// The most steps of what a rest may hold; what is beyond counts as far from nobody.
const MOST_STEPS: usize = 60;

/// Rounds of the estimate: more of them change no margin by a hundredth.
const ROUNDS: usize = 50;

/// Of the rests of one level of the tree in one class.
pub fn believe(rests: &[Rest]) -> Belief {
    let mut belief = Belief { gains: vec![0.0; rests.len()], share: 1.0 };
    if rests.len() < LEAST_RESTS {
        return belief;
    }
    let deviation = mean(rests, |rest| rest.variance).sqrt();
    let steps = Steps::of(rests, deviation);
    let groups: Vec<Group> = sizes(rests).map(|group| Group::new(group, rests, &steps)).collect();
    let chances = most_likely(&groups, &steps);
    let mut share = 0.0;
    for group in &groups {
        let held: Vec<Held> = (0..steps.most).map(|at| group.held(&chances, at, &steps)).collect();
        for at in &group.rests {
            let rest = &rests[*at];
            let held = &held[steps.step(rest.told)];
            if steps.is_far(rest.told, deviation) {
                share += 1.0;
            } else {
                belief.gains[*at] = f64::from(rest.told) - held.mean;
                share += (held.variance / group.variance).min(1.0);
            }
        }
    }
    belief.share = share / rests.len() as f64;
    belief
}

fn mean(rests: &[Rest], of: impl Fn(&Rest) -> f64) -> f64 {
    rests.iter().map(of).sum::<f64>() / rests.len() as f64
}

/// The rests by how many siblings they have: so many share what one has too much.
fn sizes(rests: &[Rest]) -> impl Iterator<Item = Vec<usize>> {
    let of = |size: &std::ops::RangeInclusive<usize>| -> Vec<usize> {
        (0..rests.len()).filter(|at| size.contains(&rests[*at].siblings)).collect()
    };
    let sizes = [0..=1, 2..=2, 3..=4, 5..=8, 9..=usize::MAX];
    sizes.into_iter().map(move |size| of(&size)).filter(|group| !group.is_empty())
}

/// The numbers that are told apart: multiples of a width.
struct Steps {
    width: f64,
    most: usize,
}

impl Steps {
    fn of(rests: &[Rest], deviation: f64) -> Self {
        let width = (10.0 * deviation / MOST_STEPS as f64).ceil().max(1.0);
        let largest = rests.iter().map(|rest| rest.told).max().unwrap_or(0);
        let most = (f64::from(largest) / width) as usize + 2;
        Self { width, most: most.min(MOST_STEPS + 1) }
    }

    fn step(&self, told: i32) -> usize {
        ((f64::from(told) / self.width).round() as usize).min(self.most - 1)
    }

    /// Whether a number is so large that what may lie above the last step could be told as it.
    fn is_far(&self, told: i32, deviation: f64) -> bool {
        self.most > MOST_STEPS && f64::from(told) > self.value(self.most - 1) - 4.0 * deviation
    }

    fn value(&self, step: usize) -> f64 {
        step as f64 * self.width
    }
}

/// Rests with about as many siblings, which so have the same noise.
struct Group {
    /// Their places among all.
    rests: Vec<usize>,
    variance: f64,
    /// The chance to be told below the upper bound of a step, by how many steps more that is than what
    /// is held, from -`most` on.
    below: Vec<f64>,
    /// The steps that are told, and how often.
    told: Vec<(usize, f64)>,
}

/// What a rest holds, given what is told.
struct Held {
    mean: f64,
    variance: f64,
}

impl Group {
    fn new(group: Vec<usize>, rests: &[Rest], steps: &Steps) -> Self {
        let own: Vec<Rest> = group.iter().map(|at| rests[*at]).collect();
        let variance = mean(&own, |rest| rest.variance);
        let measured = mean(&own, |rest| rest.own).min(variance);
        let (scale, deviation) = ((measured / 2.0).sqrt(), (variance - measured).sqrt());
        let bounds = (0..=2 * steps.most).map(|more| steps.value(more) - steps.value(steps.most));
        let bounds = bounds.map(|step| step + 0.5 * steps.width);
        let below = bounds.map(|bound| below_of_sum(bound, scale, deviation)).collect();
        let mut counts = vec![0.0; steps.most];
        own.iter().for_each(|rest| counts[steps.step(rest.told)] += 1.0);
        let told = counts.into_iter().enumerate().filter(|(_, count)| *count > 0.0).collect();
        Self { rests: group, variance, below, told }
    }

    /// The chance that a rest that holds so many is told as so many. What noise takes below 0 is told as
    /// nobody.
    fn chance(&self, held: usize, told: usize, steps: &Steps) -> f64 {
        let upper = self.below[told + steps.most - held];
        let lower = if told == 0 { 0.0 } else { self.below[told + steps.most - held - 1] };
        let chance = if told + 1 == steps.most { 1.0 - lower } else { upper - lower };
        chance.max(f64::MIN_POSITIVE)
    }

    /// The mean and the variance of what a rest holds that is told in a step.
    fn held(&self, chances: &[f64], told: usize, steps: &Steps) -> Held {
        let (mut all, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (held, chance) in chances.iter().enumerate() {
            let (weight, value) = (chance * self.chance(held, told, steps), steps.value(held));
            all += weight;
            sum += weight * value;
            squares += weight * value * value;
        }
        let mean = sum / all;
        Held { mean, variance: (squares / all - mean * mean).max(0.0) }
    }
}

/// How often a rest holds each step, so that what is told is most likely.
fn most_likely(groups: &[Group], steps: &Steps) -> Vec<f64> {
    let columns = groups.iter().flat_map(|group| {
        group.told.iter().map(|(told, count)| {
            let chance = |held| group.chance(held, *told, steps);
            (*count, (0..steps.most).map(chance).collect::<Vec<f64>>())
        })
    });
    let columns: Vec<(f64, Vec<f64>)> = columns.collect();
    let rests: f64 = columns.iter().map(|(count, _)| count).sum();
    let mut chances = vec![1.0 / steps.most as f64; steps.most];
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; steps.most];
        for (count, column) in &columns {
            let all: f64 = chances.iter().zip(column).map(|(chance, own)| chance * own).sum();
            for (next, (chance, own)) in next.iter_mut().zip(chances.iter().zip(column)) {
                *next += chance * own * count / all;
            }
        }
        chances = next.into_iter().map(|sum| sum / rests).collect();
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rests of which two thirds are nobody, with Laplace noise of scale 2 at even shares of chance.
    fn told() -> Vec<(f64, Rest)> {
        let draw = |chance: f64| match chance {
            ..0.5 => 2.0 * (2.0 * chance).ln(),
            _ => -2.0 * (2.0 - 2.0 * chance).ln(),
        };
        let rest = |at: i32| {
            let held = [0.0, 0.0, f64::from(4 + at % 9)][at as usize % 3];
            let told = held + draw((f64::from(at * 7919 % 30_000) + 0.5) / 30_000.0);
            let told = told.round().max(0.0) as i32;
            (held, Rest { told, siblings: 9, variance: 8.0, own: 8.0 })
        };
        (0..30_000).map(rest).collect()
    }

    #[test]
    fn rests_gain_what_is_believed() {
        let told = told();
        let rests: Vec<Rest> = told.iter().map(|(_, rest)| *rest).collect();
        let belief = believe(&rests);
        for number in [0, 1, 2, 4, 8] {
            let of = || (0..told.len()).filter(|at| rests[*at].told == number);
            let drawn: f64 = of().map(|at| f64::from(number) - told[at].0).sum();
            let believed: f64 = of().map(|at| belief.gains[at]).sum();
            let (drawn, believed) = (drawn / of().count() as f64, believed / of().count() as f64);
            assert!((drawn - believed).abs() < 0.35, "told {number}: {drawn} {believed}");
        }
        assert!((0.2..0.6).contains(&belief.share), "{}", belief.share);
    }

    #[test]
    fn where_all_rests_are_nobody_nothing_of_them_is_true() {
        let mut rests: Vec<Rest> = told().into_iter().step_by(3).map(|(_, rest)| rest).collect();
        let belief = believe(&rests);
        let told: f64 = rests.iter().map(|rest| f64::from(rest.told)).sum();
        assert!((belief.gains.iter().sum::<f64>() / told - 1.0).abs() < 0.1);
        assert!(belief.share < 0.02, "{}", belief.share);
        rests.truncate(LEAST_RESTS - 1);
        assert_eq!(believe(&rests), Belief { gains: vec![0.0; LEAST_RESTS - 1], share: 1.0 });
    }
}

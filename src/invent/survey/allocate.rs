//! How many households each village has: shares by weight, which sum to the number asked for exactly.

use super::dice::{Dice, Purpose};
use super::facts::Facts;
use crate::domain::region::{Region, RegionId, RegionKind, RegionTree};

/// Villages in which nobody is visited.
const SHARE_WITHOUT_VISITS: f64 = 0.015;

/// The households of each region of the tree's deepest level, in the order of codes; they sum to
/// `households`, or to 0 where nobody can live anywhere.
pub fn households(tree: &RegionTree, facts: &Facts, households: u64, seed: u64) -> Vec<u64> {
    let mut weights: Vec<f64> =
        tree.level(tree.deepest()).map(|(_, region)| weight(region, seed)).collect();
    scale_to_facts(tree, facts, &mut weights);
    if weights.iter().sum::<f64>() <= 0.0 {
        weights = tree.level(tree.deepest()).map(|(_, region)| habitable(region)).collect();
    }
    largest_remainder(&weights, households)
}

/// Small villages are denser: people grow with the square root of the area, not with the area.
fn weight(region: &Region, seed: u64) -> f64 {
    let mut dice = Dice::new(seed, Purpose::Allocation, region.code.digits(), 0);
    let density = dice.log_normal(1.0, 0.6);
    if dice.chance(SHARE_WITHOUT_VISITS) {
        return 0.0;
    }
    habitable(region) * density * region.area_km2.clamp(0.01, 1_000.0).powf(0.25)
}

fn habitable(region: &Region) -> f64 {
    if region.kind == RegionKind::LakeOrForest { 0.0 } else { 1.0 }
}

/// Makes the weights of each region that has facts sum to its likely households in the register,
/// and leaves the others at the mean of those.
fn scale_to_facts(tree: &RegionTree, facts: &Facts, weights: &mut [f64]) {
    if facts.is_empty() {
        return;
    }
    let owners: Vec<Option<RegionId>> =
        tree.level(tree.deepest()).map(|(id, _)| facts.owner(tree, id)).collect();
    let mut sums = vec![0.0; tree.len()];
    for (owner, weight) in owners.iter().zip(weights.iter()) {
        if let Some(owner) = owner {
            sums[owner.index()] += weight;
        }
    }
    let known: Vec<usize> = (0..sums.len()).filter(|&index| sums[index] > 0.0).collect();
    let expected = |index: usize| {
        let code = tree.get(RegionId(index as u32)).code;
        facts.of(code).map_or(0.0, |fact| fact.population * (0.25 + 1.5 * fact.poverty_share))
    };
    let total: f64 = known.iter().map(|&index| sums[index]).sum();
    let mean =
        known.iter().map(|&index| expected(index)).sum::<f64>() / total.max(f64::MIN_POSITIVE);
    for (owner, weight) in owners.iter().zip(weights.iter_mut()) {
        *weight *= match owner {
            Some(owner) if sums[owner.index()] > 0.0 => {
                expected(owner.index()) / sums[owner.index()]
            }
            _ => mean,
        };
    }
}

/// Divides `total` by the weights: each gets the whole part of its quota, and the largest remainders
/// (the first where they are equal) get one more (Hamilton's method).
fn largest_remainder(weights: &[f64], total: u64) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let quotas: Vec<f64> = weights.iter().map(|weight| weight / sum * total as f64).collect();
    let mut shares: Vec<u64> = quotas.iter().map(|quota| quota.floor() as u64).collect();
    let mut order: Vec<usize> = (0..weights.len()).filter(|&index| weights[index] > 0.0).collect();
    order.sort_by(|&a, &b| quotas[b].fract().total_cmp(&quotas[a].fract()).then(a.cmp(&b)));
    let given: u64 = shares.iter().sum();
    let missing = usize::try_from(total.saturating_sub(given)).unwrap_or(usize::MAX);
    for &index in order.iter().cycle().take(missing) {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_the_total_exactly() {
        assert_eq!(largest_remainder(&[1.0, 1.0, 1.0], 10), [4, 3, 3]);
        assert_eq!(largest_remainder(&[0.0, 2.0, 1.0], 2), [0, 1, 1]);
        let weights: Vec<f64> = (1..2_000).map(|n| f64::from(n).sqrt()).collect();
        assert_eq!(largest_remainder(&weights, 1_234_567).iter().sum::<u64>(), 1_234_567);
    }

    #[test]
    fn nobody_lives_where_every_weight_is_zero() {
        assert_eq!(largest_remainder(&[0.0, 0.0], 5), [0, 0]);
    }
}

//! By how much the hexagons of a village are expected to be too low, all of them together.
//!
//! Nearly all households have a hexagon that is shown, so the rest of a village is often nobody. No figure
//! is below 0, so noise can only make such a rest too large, and what it has too much its siblings lack:
//! little each, but all of them in the same direction, so that it does not average out in a large hexagon.

use super::arranged::ArrangedLeaves;
use super::policy::TreeLevel;
use super::tree::ProtectedTree;
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::table::Table;

/// How often nobody is told of in the rests of villages, by [`Table::index`]: a share of the classes of
/// which anybody is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EmptyRests([f64; Table::ALL.len()]);

impl EmptyRests {
    pub fn of(leaves: &ArrangedLeaves, threshold: PovertyThreshold) -> Self {
        let places: Vec<usize> = leaves.by_region().collect();
        let families = || {
            let families = places.chunk_by(|a, b| leaves.region(*a) == leaves.region(*b));
            families.filter(|family| leaves.hexagons()[family[family.len() - 1]].is_some())
        };
        let all = leaves.sum_run(0..leaves.len(), &CubeColumn::ALL);
        Self(Table::ALL.map(|table| {
            let classes = table.classes(threshold).into_iter();
            let is_told = |class: &&[CubeColumn]| class.iter().any(|it| all[it.index()] != 0);
            let classes: Vec<_> = classes.filter(is_told).collect();
            let (mut empty, mut rests) = (0.0, 0.0);
            for family in families() {
                // Where the rest has no leaf it is nobody.
                let rest = family[0];
                let rest = rest..rest + usize::from(leaves.hexagons()[rest].is_none());
                for class in &classes {
                    let counts = leaves.sum_run(rest.clone(), class);
                    rests += 1.0;
                    empty += f64::from(u8::from(class.iter().all(|it| counts[it.index()] == 0)));
                }
            }
            if rests > 0.0 { empty / rests } else { 0.0 }
        }))
    }

    /// What each node's figure of a class is expected to lack, given the variances of the nodes.
    pub fn shortfalls(&self, table: Table, tree: &ProtectedTree, variances: &[f64]) -> Vec<f64> {
        let mut shortfalls = vec![0.0; variances.len()];
        let level = tree.levels().find(|(level, _)| *level == TreeLevel::Hexagon7);
        let nodes = level.map_or(0..0, |(_, nodes)| nodes);
        for node in nodes.filter(|node| *node < variances.len() && !tree.is_rest(*node)) {
            let siblings = tree.children(tree.parent(node));
            let scale = (variances[siblings.start] / 2.0).sqrt();
            shortfalls[node] = gain(self.0[table.index()], scale) / (siblings.len() - 1) as f64;
        }
        shortfalls
    }
}

/// By how much a rest is expected to be too large, where this share of rests is told to be nobody and their
/// noise has this scale.
///
/// A rest that is nobody is told so where its noise, less what all siblings give so that they add up, is
/// below one half. If so few are told empty that none need give anything, each had that noise alone, and
/// as far as Laplace noise goes once it is there: by its scale. If more are, all are nobody, and what they
/// give takes back what those gain that are told to be somebody.
fn gain(empty: f64, scale: f64) -> f64 {
    let above_half = (-0.5 / scale).exp() / 2.0;
    let empty_by_noise_alone = 1.0 - above_half;
    let somebody = if empty > empty_by_noise_alone {
        1.0 - empty
    } else {
        above_half * empty / empty_by_noise_alone
    };
    somebody * (scale + 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Laplace noise of scale 3 at even shares of chance.
    fn noise() -> impl Iterator<Item = f64> {
        let chances = (0..100_000).map(|at| (f64::from(at) + 0.5) / 100_000.0);
        chances.map(|chance| match chance {
            ..0.5 => 3.0 * (2.0 * chance).ln(),
            _ => -3.0 * (2.0 - 2.0 * chance).ln(),
        })
    }

    #[test]
    fn what_rests_gain_is_what_is_drawn() {
        for (nobody, given) in [(1.0, 0.0), (0.4, 0.0), (1.0, 2.0), (1.0, 9.0)] {
            let told = |noise: f64| if noise - given < 0.5 { 0.0 } else { noise - given };
            let drawn = noise().map(|noise| told(noise) - noise).sum::<f64>() / 100_000.0;
            let empty = noise().filter(|noise| told(*noise) == 0.0).count() as f64 / 100_000.0;
            let expected = gain(nobody * empty, 3.0);
            assert!(
                (nobody * drawn - expected).abs() < 0.02,
                "{nobody} {given}: {drawn} {expected}"
            );
        }
    }
}

//! Margins: how far a figure that is told may lie from the exact one.

use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::consistency::weights;
use super::noise::Samplers;
use super::policy::{Policy, TreeLevel};
use super::shortfall::EmptyRests;
use super::tree::ProtectedTree;
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::RegionTree;
use crate::domain::table::Table;

/// The errors of every figure of a tree. They depend on what is told and on the policy alone, so that
/// they can be computed from the public leaves.
pub struct Margins {
    tree: ProtectedTree,
    threshold: PovertyThreshold,
    /// By [`Table::index`], then by node.
    variances: Vec<Vec<f64>>,
    /// By how much figures are expected to be too low, in the same order.
    shortfalls: Vec<Vec<f64>>,
}

/// How far the figures of a class lie from the exact ones in a place, by [`Table::index`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors<V> {
    /// Infinite where the table is not told.
    pub variances: [V; Table::ALL.len()],
    /// By how much they are expected to be too low.
    pub shortfalls: [V; Table::ALL.len()],
}

/// Half of an interval that holds 95 % of the errors, in standard deviations. Of a normal error, which sums
/// of many have, it holds 96.0 %, of a Laplace error, which a single measurement has, 94.5 %.
const HALF_95: f64 = 2.05;

/// The same of one side, for errors that are nearly all on it.
const ONE_SIDED_95: f64 = 1.645;

impl Margins {
    pub(super) fn new(
        regions: &RegionTree,
        leaves: &ArrangedLeaves,
        policy: &Policy,
        threshold: PovertyThreshold,
    ) -> Self {
        let tree = ProtectedTree::new(regions, &leaves.shown());
        let epsilons = Table::ALL[1..].iter().flat_map(|table| {
            TreeLevel::ALL.into_iter().filter_map(|level| policy.epsilon(*table, level))
        });
        let samplers = Samplers::of(epsilons);
        let variances = |table| weights(table, &tree, policy, &samplers).variances();
        let variances = Table::ALL.into_par_iter().map(|table| match table {
            Table::Counted => Vec::new(),
            table => variances(table),
        });
        let variances: Vec<Vec<f64>> = variances.collect();
        let rests = EmptyRests::of(leaves, threshold);
        let by_table = Table::ALL.into_par_iter().zip(&variances);
        let shortfalls = by_table.map(|(table, own)| rests.shortfalls(table, &tree, own)).collect();
        Self { variances, shortfalls, tree, threshold }
    }

    pub const fn tree(&self) -> &ProtectedTree {
        &self.tree
    }

    /// The variance of each class of a table in a node; `None` where the table is not told there.
    pub fn variance(&self, table: Table, node: usize) -> Option<f64> {
        self.variances[table.index()].get(node).copied()
    }

    /// The variance of a sum of columns over nodes of which none lies in another; `None` where one of the
    /// columns is not told of one of the nodes.
    pub fn variance_of(
        &self,
        columns: &[CubeColumn],
        nodes: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        let parts = Parts::of(columns, self.threshold);
        let (variance, _) = parts.sums(nodes.into_iter().map(|node| self.errors(node)));
        variance.is_finite().then_some(variance)
    }

    /// The margin of a sum of columns over nodes of which none lies in another: the errors of nodes are
    /// taken as independent, but for what all hexagons fall short by. `None` where one of the columns is
    /// not told of one of the nodes.
    pub fn moe95(
        &self,
        columns: &[CubeColumn],
        nodes: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        let nodes = nodes.into_iter().map(|node| self.errors(node));
        Parts::of(columns, self.threshold).moe95(nodes)
    }

    /// The errors of a node.
    pub(super) fn errors(&self, node: usize) -> Errors<f64> {
        let of = |tables: &[Vec<f64>], absent| {
            Table::ALL.map(|table| tables[table.index()].get(node).copied().unwrap_or(absent))
        };
        Errors {
            variances: of(&self.variances, f64::INFINITY),
            shortfalls: of(&self.shortfalls, 0.0),
        }
    }
}

/// How often the errors of each table's classes stand in that of a sum of columns.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    variances: [f64; Table::ALL.len()],
    shortfalls: [f64; Table::ALL.len()],
}

impl Parts {
    /// The margin of such a sum over places, given each one's errors.
    pub fn moe95<V: Into<f64>>(&self, places: impl Iterator<Item = Errors<V>>) -> Option<f64> {
        let (variance, shortfall) = self.sums(places);
        let deviation = variance.sqrt();
        let margin = (HALF_95 * deviation).max(shortfall + ONE_SIDED_95 * deviation);
        // Hundredths say more than anybody needs.
        let margin = (margin * 100.0).round() / 100.0;
        margin.is_finite().then_some(margin)
    }

    /// Its variance, infinite where a table is not told, and what it falls short by.
    fn sums<V: Into<f64>>(&self, places: impl Iterator<Item = Errors<V>>) -> (f64, f64) {
        let (mut variance, mut shortfall) = (0.0, 0.0);
        for place in places {
            for (part, own) in self.variances.into_iter().zip(place.variances) {
                if part > 0.0 {
                    variance += part * own.into();
                }
            }
            for (part, own) in self.shortfalls.into_iter().zip(place.shortfalls) {
                shortfall += part * own.into();
            }
        }
        (variance, shortfall)
    }

    /// A whole class of welfare is told by itself. Of the k deciles that share one, m together are what
    /// the deciles tell but for their common error, and m/k of the class; they fall short by as much of
    /// what it does.
    pub fn of(columns: &[CubeColumn], threshold: PovertyThreshold) -> Self {
        let (mut parts, mut shortfalls) = ([0.0; Table::ALL.len()], [0.0; Table::ALL.len()]);
        for class in Table::Welfare.classes(threshold) {
            let summed = class.iter().filter(|column| columns.contains(column)).count();
            if summed > 0 {
                let (summed, all) = (summed as f64, class.len() as f64);
                shortfalls[Table::Welfare.index()] += summed / all;
                parts[Table::Welfare.index()] += (summed / all) * (summed / all);
                parts[Table::Deciles.index()] += summed * (1.0 - summed / all);
            }
        }
        let of_own_columns = Table::ALL[Table::Ages.index()..].iter();
        for table in of_own_columns {
            let summed = table.columns().iter().filter(|column| columns.contains(column)).count();
            parts[table.index()] = summed as f64;
            shortfalls[table.index()] = summed as f64;
        }
        Self { variances: parts, shortfalls }
    }
}

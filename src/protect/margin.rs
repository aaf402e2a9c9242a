//! Margins: how far a figure that is told may lie from the exact one.

use rayon::prelude::*;

use super::consistency::weights;
use super::noise::Samplers;
use super::policy::{Policy, TreeLevel};
use super::tree::{ProtectedTree, Shown};
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::RegionTree;
use crate::domain::table::Table;

/// The variance of every figure of a tree. It depends on what is shown and on the policy alone, so that
/// it can be computed from the public leaves.
pub struct Margins {
    tree: ProtectedTree,
    threshold: PovertyThreshold,
    /// By [`Table::index`], then by node.
    variances: Vec<Vec<f64>>,
}

/// Half of an interval that holds 95 % of the errors, in standard deviations. Of a normal error, which sums
/// of many have, it holds 96.0 %, of a Laplace error, which a single measurement has, 94.5 %.
const HALF_95: f64 = 2.05;

impl Margins {
    pub fn new(
        regions: &RegionTree,
        shown: &Shown,
        policy: &Policy,
        threshold: PovertyThreshold,
    ) -> Self {
        let tree = ProtectedTree::new(regions, shown);
        let epsilons = Table::ALL[1..].iter().flat_map(|table| {
            TreeLevel::ALL.into_iter().filter_map(|level| policy.epsilon(*table, level))
        });
        let samplers = Samplers::of(epsilons);
        let variances = |table| weights(table, &tree, policy, &samplers).variances();
        let variances = Table::ALL.into_par_iter().map(|table| match table {
            Table::Counted => Vec::new(),
            table => variances(table),
        });
        Self { variances: variances.collect(), tree, threshold }
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
        let variance = Parts::of(columns, self.threshold).variance(self.of_nodes(nodes));
        variance.is_finite().then_some(variance)
    }

    /// The margin of a sum of columns over nodes of which none lies in another: the errors of nodes are
    /// taken as independent. `None` where one of the columns is not told of one of the nodes.
    pub fn moe95(
        &self,
        columns: &[CubeColumn],
        nodes: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        Parts::of(columns, self.threshold).moe95(self.of_nodes(nodes))
    }

    fn of_nodes(
        &self,
        nodes: impl IntoIterator<Item = usize>,
    ) -> impl Iterator<Item = [f64; Table::ALL.len()]> {
        let of_table = |table, node| self.variance(table, node).unwrap_or(f64::INFINITY);
        nodes.into_iter().map(move |node| Table::ALL.map(|table| of_table(table, node)))
    }
}

/// How often the variance of each table's classes stands in that of a sum of columns.
#[derive(Debug, Clone)]
pub(super) struct Parts([f64; Table::ALL.len()]);

impl Parts {
    /// The margin of such a sum over places, given each one's variances by table.
    pub fn moe95<V: Into<f64>>(
        &self,
        places: impl Iterator<Item = [V; Table::ALL.len()]>,
    ) -> Option<f64> {
        // Hundredths say more than anybody needs.
        let margin = (HALF_95 * self.variance(places).sqrt() * 100.0).round() / 100.0;
        margin.is_finite().then_some(margin)
    }

    /// The variance of it; infinite where a table is not told.
    fn variance<V: Into<f64>>(&self, places: impl Iterator<Item = [V; Table::ALL.len()]>) -> f64 {
        let mut variance = 0.0;
        for place in places {
            for (part, own) in self.0.into_iter().zip(place) {
                if part > 0.0 {
                    variance += part * own.into();
                }
            }
        }
        variance
    }

    /// A whole class of welfare is told by itself. Of the k deciles that share one, m together are what
    /// the deciles tell but for their common error, and m/k of the class.
    pub fn of(columns: &[CubeColumn], threshold: PovertyThreshold) -> Self {
        let mut parts = [0.0; Table::ALL.len()];
        for class in Table::Welfare.classes(threshold) {
            let summed = class.iter().filter(|column| columns.contains(column)).count();
            if summed > 0 {
                let (summed, all) = (summed as f64, class.len() as f64);
                parts[Table::Welfare.index()] += (summed / all) * (summed / all);
                parts[Table::Deciles.index()] += summed * (1.0 - summed / all);
            }
        }
        let of_own_columns = Table::ALL[Table::Ages.index()..].iter();
        for table in of_own_columns {
            let summed = table.columns().iter().filter(|column| columns.contains(column)).count();
            parts[table.index()] = summed as f64;
        }
        Self(parts)
    }
}

//! Margins: how far a figure that is told may lie from the exact one.

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
        let variances = Table::ALL.map(|table| match table {
            Table::Counted => Vec::new(),
            table => variances(table),
        });
        Self { variances: variances.into(), tree, threshold }
    }

    pub const fn tree(&self) -> &ProtectedTree {
        &self.tree
    }

    /// The margin of a sum of columns over nodes of which none lies in another: the errors of nodes are
    /// taken as independent. `None` where one of the columns is not told of one of the nodes.
    pub fn moe95(
        &self,
        columns: &[CubeColumn],
        nodes: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        let parts = Parts::of(columns, self.threshold);
        let mut variance = 0.0;
        for node in nodes {
            for (table, part) in Table::ALL.into_iter().zip(parts.0) {
                if part > 0.0 {
                    variance += part * self.variances[table.index()].get(node)?;
                }
            }
        }
        Some(HALF_95 * variance.sqrt())
    }
}

/// How often the variance of each table's classes stands in that of a sum of columns.
struct Parts([f64; Table::COUNT]);

impl Parts {
    /// A whole class of welfare is told by itself. Of the k deciles that share one, m together are what
    /// the deciles tell but for their common error, and m/k of the class.
    fn of(columns: &[CubeColumn], threshold: PovertyThreshold) -> Self {
        let mut parts = [0.0; Table::COUNT];
        for class in Table::Welfare.classes(threshold) {
            let summed = class.iter().filter(|column| columns.contains(column)).count();
            if summed > 0 {
                let (summed, all) = (summed as f64, class.len() as f64);
                parts[Table::Welfare.index()] += (summed / all) * (summed / all);
                parts[Table::Deciles.index()] += summed * (1.0 - summed / all);
            }
        }
        for table in [Table::Ages, Table::Disabilities, Table::Visits, Table::Positions] {
            let summed = table.columns().iter().filter(|column| columns.contains(column)).count();
            parts[table.index()] = summed as f64;
        }
        Self(parts)
    }
}

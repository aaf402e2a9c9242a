//! Margins: how far a figure that is told may lie from the exact one.

use rayon::prelude::*;

use super::arranged::ArrangedLeaves;
use super::consistency::weights;
use super::error_sums::Error;
use super::noise::Samplers;
use super::normal::half_95;
use super::on_tree::OnTree;
use super::parts::Parts;
use super::policy::{Policy, TreeLevel};
use super::table_errors::{TableErrors, Within};
use super::tree::ProtectedTree;
use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::RegionTree;
use crate::domain::table::Table;

/// The errors of every figure of a tree. They depend on what is told and on the policy alone, so that
/// they can be computed from the public leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Margins {
    pub(super) tree: ProtectedTree,
    pub(super) threshold: PovertyThreshold,
    /// By [`Table::index`]; that of [`Table::Counted`] is empty.
    pub(super) tables: Vec<TableErrors>,
}

/// Half of an interval that holds 95 % of errors, by that of normal ones. Figures are sums of few or many
/// draws: 1.96 deviations hold 95 % of normal errors and 93.8 % of Laplace errors; 2 hold 95.4 and 94.1 %.
const WIDER: f64 = 2.0 / 1.96;

/// What a shortfall may be wrong by, as a share of it: it is estimated, and leaves out what other figures
/// near 0 do to their siblings.
const DOUBT: f64 = 0.1;

/// The share of persons that may be beyond the bounds of a household, and so are missing in figures of persons. A build
/// warns where more are.
pub const BEYOND: f64 = 0.002;

impl Margins {
    pub(super) fn new(
        regions: &RegionTree,
        leaves: &ArrangedLeaves,
        policy: &Policy,
        threshold: PovertyThreshold,
    ) -> Self {
        let tree = ProtectedTree::of_policy(regions, &leaves.shown(), policy);
        let epsilons = Table::ALL[1..].iter().flat_map(|table| {
            TreeLevel::ALL.into_iter().filter_map(|level| policy.epsilon(*table, level))
        });
        let samplers = Samplers::of(epsilons);
        let on_tree = OnTree::of(leaves, threshold, &tree);
        let weights = |table| weights(table, &tree, policy, &samplers);
        let errors = |table| match table {
            Table::Counted => TableErrors::default(),
            Table::Deciles => {
                let welfare = weights(Table::Welfare).variances();
                let within = Within::welfare(&welfare, threshold);
                TableErrors::within(&within, &weights(table), &on_tree.figures(table))
            }
            table => {
                let is_of_persons = matches!(table, Table::Ages | Table::Disabilities);
                let beyond = if is_of_persons { BEYOND } else { 0.0 };
                TableErrors::new(&weights(table), &on_tree.figures(table), &tree, beyond)
            }
        };
        let tables = Table::ALL.into_par_iter().map(errors).collect();
        Self { tables, tree, threshold }
    }

    pub const fn tree(&self) -> &ProtectedTree {
        &self.tree
    }

    /// The variance that least squares leave of a sum of columns over nodes of which none lies in another,
    /// as of independent errors; `None` where one of the columns is not told of one of the nodes.
    pub fn variance_of(
        &self,
        columns: &[CubeColumn],
        nodes: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        let parts = Parts::of(columns, self.threshold);
        let of_node = |node| {
            let of_part = |part| self.is_told(part, node).then(|| self.variance(part, node));
            parts.iter().map(of_part).sum::<Option<f64>>()
        };
        nodes.into_iter().map(of_node).sum()
    }

    /// The margin of a sum of columns over nodes of one level; `None` where one of the columns is not told
    /// of one of the nodes.
    pub fn moe95(
        &self,
        columns: &[CubeColumn],
        nodes: impl IntoIterator<Item = usize>,
    ) -> Option<f64> {
        let mut nodes: Vec<usize> = nodes.into_iter().collect();
        self.moe95_of(&Parts::of(columns, self.threshold), &mut nodes)
    }

    /// The same of parts, of nodes in any order.
    pub(super) fn moe95_of(&self, parts: &Parts, nodes: &mut [usize]) -> Option<f64> {
        nodes.sort_unstable();
        let all: Error = parts.iter().map(|part| self.error(part, nodes)).sum::<Option<_>>()?;
        Some(moe95(all))
    }

    /// The margin of what these nodes hold beside their children, summed; `None` where a part is not
    /// published there. No figure is below 0, so a sum of many remainders is expected to be too high: the
    /// margin allows for that.
    pub(super) fn moe95_of_remainders(&self, parts: &Parts, nodes: &[usize]) -> Option<f64> {
        let error = |part| self.error_of_remainders(part, nodes);
        let all: Error = parts.iter().map(error).sum::<Option<_>>()?;
        Some(moe95(all))
    }
}

/// Half of the interval that holds 95 % of such errors, in hundredths.
fn moe95(all: Error) -> f64 {
    let doubt = DOUBT * all.shortfall;
    let deviation = WIDER * (all.variance + doubt * doubt).sqrt();
    let margin = half_95(all.shortfall.abs() + all.shift, deviation);
    // Hundredths say more than anybody needs.
    (margin * 100.0).round() / 100.0
}

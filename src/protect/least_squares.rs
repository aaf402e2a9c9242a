//! Weighted least squares on a tree: the figures closest to the measured ones whose children add up.
//!
//! Two passes, after Hay, Rastogi, Miklau and Suciu, "Boosting the accuracy of differentially private
//! histograms through consistency" (2010), for trees of any shape. Every sum is taken in the order of
//! the nodes, so that the same figures come out on any machine and any number of threads.

use super::tree::ProtectedTree;

/// How sure each node is of its figure, from what was measured in it and below.
///
/// It depends on the tree and the noise alone, so that all classes of a table share it.
pub struct Weights<'a> {
    tree: &'a ProtectedTree,
    /// The variance of the measured figure, by node.
    measured: Vec<f64>,
    /// The variance of the best estimate from the node and what is below it.
    below: Vec<f64>,
    /// The sum of `below` over the children; 0 where there are none.
    children: Vec<f64>,
}

impl<'a> Weights<'a> {
    /// Of the first nodes of a tree, given the variance that each was measured with.
    pub fn new(tree: &'a ProtectedTree, measured: Vec<f64>) -> Self {
        let mut below = measured.clone();
        let mut children = vec![0.0; measured.len()];
        for node in (0..measured.len()).rev() {
            let sum: f64 = told(tree, node, measured.len()).map(|child| below[child]).sum();
            if sum > 0.0 {
                children[node] = sum;
                below[node] = 1.0 / (1.0 / measured[node] + 1.0 / sum);
            }
        }
        Self { tree, measured, below, children }
    }

    /// The estimates, given the measured figure of each node.
    pub fn estimate(&self, measured: impl Fn(usize) -> f64) -> Vec<f64> {
        let nodes = self.measured.len();
        let mut estimates = vec![0.0; nodes];
        let mut sums = vec![0.0; nodes];
        for node in (0..nodes).rev() {
            let (own, children) = (self.measured[node], self.children[node]);
            estimates[node] = measured(node);
            if children > 0.0 {
                let sum = told(self.tree, node, nodes).map(|child| estimates[child]).sum();
                sums[node] = sum;
                estimates[node] = (estimates[node] / own + sum / children) * self.below[node];
            }
        }
        for node in 0..nodes {
            if self.children[node] > 0.0 {
                let apart = (estimates[node] - sums[node]) / self.children[node];
                for child in told(self.tree, node, nodes) {
                    estimates[child] += apart * self.below[child];
                }
            }
        }
        estimates
    }

    /// The variance of the best estimate from each node and what is below it.
    pub fn below(&self) -> &[f64] {
        &self.below
    }

    /// The sum of that over the children of each node; 0 where there are none.
    pub fn children(&self) -> &[f64] {
        &self.children
    }

    /// The variance of each estimate.
    pub fn variances(&self) -> Vec<f64> {
        let nodes = self.measured.len();
        let mut variances = self.below.clone();
        for node in 0..nodes {
            for child in told(self.tree, node, nodes) {
                let part = self.below[child] / self.children[node];
                variances[child] = self.below[child] * (1.0 - part) + part * part * variances[node];
            }
        }
        variances
    }
}

/// The children of a node that are among the first nodes of the tree.
fn told(tree: &ProtectedTree, node: usize, nodes: usize) -> std::ops::Range<usize> {
    let children = tree.children(node);
    if children.start < nodes { children } else { 0..0 }
}

#[cfg(test)]
#[path = "least_squares_tests.rs"]
mod tests;

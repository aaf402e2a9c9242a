//! What two passes over a tree are held against: least squares by one matrix of all leaves.

use super::tree::ProtectedTree;

/// Solves a square system by elimination.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let size = rows.len();
    for at in 0..size {
        let pivot = (at..size).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()));
        rows.swap(at, pivot.unwrap());
        for row in 0..size {
            if row != at {
                let factor = rows[row][at] / rows[at][at];
                let above = rows[at].clone();
                rows[row].iter_mut().zip(above).for_each(|(cell, above)| *cell -= factor * above);
            }
        }
    }
    (0..size).map(|at| rows[at][size] / rows[at][at]).collect()
}

/// Plain least squares over the leaves: every node is the sum of the leaves below it.
pub struct Dense {
    /// By node: whether each leaf is below it.
    sums: Vec<Vec<f64>>,
    /// The inverse of the normal matrix, by leaf.
    inverse: Vec<Vec<f64>>,
}

impl Dense {
    pub fn new(tree: &ProtectedTree, variances: &[f64]) -> Self {
        let leaves: Vec<usize> =
            (0..tree.len()).filter(|it| tree.children(*it).is_empty()).collect();
        let mut sums = vec![vec![0.0; leaves.len()]; tree.len()];
        for (column, leaf) in leaves.iter().enumerate() {
            let mut node = *leaf;
            sums[node][column] = 1.0;
            while node > 0 {
                node = tree.parent(node);
                sums[node][column] = 1.0;
            }
        }
        let size = leaves.len();
        let normal = |a: usize, b: usize| -> f64 {
            let terms =
                sums.iter().zip(variances).map(|(sum, variance)| sum[a] * sum[b] / variance);
            terms.sum()
        };
        let column = |unit: usize| {
            let row = |a: usize| -> Vec<f64> {
                let right = f64::from(u8::from(a == unit));
                (0..size).map(|b| normal(a, b)).chain([right]).collect()
            };
            solve((0..size).map(row).collect())
        };
        let inverse = (0..size).map(column).collect();
        Self { sums, inverse }
    }

    pub fn estimates(&self, measured: &[f64], variances: &[f64]) -> Vec<f64> {
        let size = self.inverse.len();
        let right = |leaf: usize| -> f64 {
            let terms = self.sums.iter().zip(measured).zip(variances);
            terms.map(|((sum, measured), variance)| sum[leaf] * measured / variance).sum()
        };
        let right: Vec<f64> = (0..size).map(right).collect();
        let leaf = |row: &Vec<f64>| row.iter().zip(&right).map(|(a, b)| a * b).sum::<f64>();
        let leaves: Vec<f64> = self.inverse.iter().map(leaf).collect();
        self.sums.iter().map(|sum| sum.iter().zip(&leaves).map(|(a, b)| a * b).sum()).collect()
    }

    /// Of the sum of the estimates of nodes.
    pub fn variance(&self, nodes: &[usize]) -> f64 {
        let leaves = 0..self.inverse.len();
        let sum = |leaf: usize| nodes.iter().map(|node| self.sums[*node][leaf]).sum::<f64>();
        let sum: Vec<f64> = leaves.map(sum).collect();
        let terms = self
            .inverse
            .iter()
            .zip(&sum)
            .map(|(row, a)| a * row.iter().zip(&sum).map(|(cell, b)| cell * b).sum::<f64>());
        terms.sum()
    }
}

use super::*;
use crate::domain::region::RegionId;
use crate::protect::fixture;
use crate::protect::tree::Shown;
use h3o::{CellIndex, Resolution};

/// Two hexagons of one village, one of them with two smaller ones.
fn small_tree() -> ProtectedTree {
    let regions = fixture::tree();
    let village = regions.find(fixture::code("0101001001")).unwrap();
    let in_village = |cells: Vec<CellIndex>| -> Vec<(RegionId, CellIndex)> {
        cells.into_iter().map(|cell| (village, cell)).collect()
    };
    let mut large = [0, 9].map(|step| fixture::cell(step, Resolution::Seven)).to_vec();
    large.sort_unstable();
    let small = large[0].children(Resolution::Eight).take(2).collect();
    let shown = Shown { hexagons7: in_village(large), hexagons8: in_village(small) };
    ProtectedTree::new(&regions, &shown)
}

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
struct Dense {
    /// By node: whether each leaf is below it.
    sums: Vec<Vec<f64>>,
    /// The inverse of the normal matrix, by leaf.
    inverse: Vec<Vec<f64>>,
}

impl Dense {
    fn new(tree: &ProtectedTree, variances: &[f64]) -> Self {
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

    fn estimates(&self, measured: &[f64], variances: &[f64]) -> Vec<f64> {
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

    fn variance(&self, node: usize) -> f64 {
        let sum = &self.sums[node];
        let terms = self
            .inverse
            .iter()
            .zip(sum)
            .map(|(row, a)| a * row.iter().zip(sum).map(|(cell, b)| cell * b).sum::<f64>());
        terms.sum()
    }
}

#[test]
fn two_passes_find_what_dense_least_squares_find() {
    let tree = small_tree();
    let variances: Vec<f64> = (0..tree.len()).map(|node| 1.0 + (node % 7) as f64).collect();
    let measured: Vec<f64> = (0..tree.len()).map(|node| ((node * 37) % 23) as f64 - 4.0).collect();
    let weights = Weights::new(&tree, variances.clone());
    let ours = weights.estimate(|node| measured[node]);
    let dense = Dense::new(&tree, &variances);
    for (node, plain) in dense.estimates(&measured, &variances).into_iter().enumerate() {
        assert!((ours[node] - plain).abs() < 1e-9, "node {node}: {} {plain}", ours[node]);
    }
    for (node, ours) in weights.variances().into_iter().enumerate() {
        let plain = dense.variance(node);
        assert!((ours / plain - 1.0).abs() < 1e-9, "variance of node {node}: {ours} {plain}");
    }
}

#[test]
fn what_is_consistent_stays_as_it_is() {
    let tree = small_tree();
    let mut sums = vec![0.0; tree.len()];
    for node in (0..tree.len()).rev() {
        if tree.children(node).is_empty() {
            sums[node] = node as f64;
        }
        if node > 0 {
            sums[tree.parent(node)] += sums[node];
        }
    }
    let weights = Weights::new(&tree, vec![2.0; tree.len()]);
    for (estimate, sum) in weights.estimate(|node| sums[node]).iter().zip(&sums) {
        assert!((estimate - sum).abs() < 1e-9);
    }
}

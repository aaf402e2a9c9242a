use super::*;
use crate::domain::region::RegionId;
use crate::protect::dense::Dense;
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
        let plain = dense.variance(&[node]);
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

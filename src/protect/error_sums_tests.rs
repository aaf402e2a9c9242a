use h3o::Resolution;

use super::*;
use crate::domain::indicator::PovertyThreshold;
use crate::protect::dense::Dense;
use crate::protect::fixture;
use crate::protect::least_squares::Weights;
use crate::protect::measure::Figures;
use crate::protect::parts::Parts;
use crate::protect::tree::{ProtectedTree, Shown};

/// Nine parts of hexagons in villages of three regencies, one in each village with smaller ones.
fn tree() -> ProtectedTree {
    let regions = fixture::tree();
    let mut shown = Shown::default();
    for (village, steps) in [("0101001001", 0..4), ("0102001001", 0..3), ("0201001002", 2..4)] {
        let region = regions.find(fixture::code(village)).unwrap();
        let cell = |step: u8| fixture::cell(9 * step, Resolution::Seven);
        let mut cells: Vec<_> = steps.map(cell).collect();
        cells.sort_unstable();
        let smaller = cells[0].children(Resolution::Eight).take(2);
        shown.hexagons8.extend(smaller.map(|cell| (region, cell)));
        shown.hexagons7.extend(cells.into_iter().map(|cell| (region, cell)));
    }
    ProtectedTree::new(&regions, &shown)
}

/// As least squares alone leave them: no figure is near 0, and there are too few rests to learn from.
fn margins(tree: ProtectedTree, variances: &[f64]) -> Margins {
    let figures = Figures { classes: 2, figures: vec![1_000_000; 2 * tree.len()] };
    let weights = Weights::new(&tree, variances.to_vec());
    let errors = TableErrors::new(&weights, &figures, &tree, 0.0);
    let of = |table| if table == Table::Welfare { errors.clone() } else { TableErrors::default() };
    let tables = Table::ALL.into_iter().map(of).collect();
    Margins { tree, tables, threshold: PovertyThreshold::default() }
}

#[test]
fn errors_of_any_parts_of_hexagons_make_up_for_each_other_as_in_dense_least_squares() {
    let tree = tree();
    let variances: Vec<f64> = (0..tree.len()).map(|node| 1.0 + (node * 5 % 7) as f64).collect();
    let dense = Dense::new(&tree, &variances);
    let hexagons =
        |node: &usize| tree.level(*node).0 == TreeLevel::Hexagon7 && !tree.is_rest(*node);
    let nodes: Vec<usize> = (0..tree.len()).filter(hexagons).collect();
    assert_eq!(nodes.len(), 9);
    let margins = margins(tree, &variances);
    let parts = Parts::of(margins.threshold.columns(), margins.threshold);
    let poor = parts.iter().next().unwrap();
    let mut as_independent = 0.0_f64;
    for chosen in 1_u32..1 << nodes.len() {
        let of = nodes.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1);
        let of: Vec<usize> = of.map(|(_, node)| *node).collect();
        let plain = dense.variance(&of);
        let ours = margins.error(poor, &of).unwrap();
        assert_eq!(ours.shortfall, 0.0);
        assert!((ours.variance / plain - 1.0).abs() < 1e-6, "{of:?}: {} {plain}", ours.variance);
        let alone: f64 = of.iter().map(|node| margins.variance(poor, *node)).sum();
        as_independent = as_independent.max(alone / plain);
    }
    assert!(as_independent > 1.5, "the test can't fail: {as_independent}");
}

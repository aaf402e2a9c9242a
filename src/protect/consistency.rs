//! From measured figures to whole numbers that close: estimates on the tree, then fitted from above.

use std::ops::Range;

use rayon::prelude::*;

use super::fit::Fit;
use super::least_squares::Weights;
use super::measure::Figures;
use super::noise::Samplers;
use super::policy::{Policy, deepest};
use super::tree::{NATION, ProtectedTree};
use crate::domain::table::Table;

/// The figures of a table that are told: by class, each by node, down to the table's deepest level.
pub type Told = Vec<Vec<i32>>;

/// The weights of a table's measurements.
pub fn weights<'a>(
    table: Table,
    tree: &'a ProtectedTree,
    policy: &Policy,
    samplers: &Samplers,
) -> Weights<'a> {
    let mut measured = vec![0.0; tree.down_to(deepest(table))];
    for (level, nodes) in tree.levels() {
        if let Some(epsilon) = policy.epsilon(table, level) {
            measured[nodes].fill(samplers.get(epsilon).variance());
        }
    }
    // What is declared is sure.
    for (node, variance) in measured.iter_mut().enumerate() {
        if tree.is_declared_empty(node) {
            *variance = 0.0;
        }
    }
    Weights::new(tree, measured)
}

/// The figures of a table whose classes are independent of each other: in each, the children of a node
/// and its rest add up to it.
pub fn settle(
    measured: &Figures,
    weights: &Weights<'_>,
    tree: &ProtectedTree,
    ties: &[u64],
) -> Told {
    let classes = (0..measured.classes).into_par_iter();
    let settled = classes.map(|class| {
        let mut estimates = weights.estimate(|node| f64::from(measured.get(node, class)));
        let mut told = vec![0; estimates.len()];
        told[NATION] = whole(estimates[NATION]);
        let mut fit = Fit::default();
        for (node, children) in families(tree, estimates.len()) {
            let (above, below) = told.split_at_mut(children.start);
            let tie = |at| tie(ties, children.start + at, class);
            let fitted = &mut below[..children.len()];
            let most = |at| {
                if tree.is_declared_empty(children.start + at) { 0 } else { i32::MAX }
            };
            fit.fit(&mut estimates[children.clone()], most, above[node], tie, fitted);
        }
        told
    });
    settled.collect()
}

/// The figures of a table whose classes add up, in every node, to a total that is told already: in each
/// class the children add up to their parent, and in each child the classes to its total.
///
/// Class after class takes what is nearest to its estimates within what is left of the totals, and the
/// estimates of the classes to come are moved to what is left then; the last takes all. Each family
/// begins with another class, so that none is favoured.
pub fn divide(
    (measured, classes): (&Figures, Range<usize>),
    totals: &[i32],
    weights: &Weights<'_>,
    tree: &ProtectedTree,
    ties: &[u64],
) -> Told {
    let estimate = |class| weights.estimate(|node| f64::from(measured.get(node, class)));
    let mut estimates: Vec<Vec<f64>> = classes.clone().into_par_iter().map(estimate).collect();
    let mut told = vec![vec![0; totals.len()]; classes.len()];
    let mut fit = Fit::default();
    divide_nation(&mut estimates, totals[NATION], &mut told, &mut fit);
    let (mut left, mut order): (Vec<i32>, Vec<usize>) = (Vec::new(), (0..classes.len()).collect());
    for (node, children) in families(tree, totals.len()) {
        left.clear();
        left.extend_from_slice(&totals[children.clone()]);
        let first = (ties[node] % classes.len() as u64) as usize;
        order.iter_mut().zip(first..).for_each(|(class, at)| *class = at % classes.len());
        for (place, class) in order.iter().copied().enumerate() {
            recentre(&mut estimates, &order[place..], &left, children.start);
            let (above, below) = told[class].split_at_mut(children.start);
            let tie = |at| tie(ties, children.start + at, classes.start + class);
            let fitted = &mut below[..children.len()];
            let nearest = &mut estimates[class][children.clone()];
            fit.fit(nearest, |at| left[at], above[node], tie, fitted);
            left.iter_mut().zip(fitted).for_each(|(left, fitted)| *left -= *fitted);
        }
    }
    told
}

fn divide_nation(estimates: &mut [Vec<f64>], total: i32, told: &mut Told, fit: &mut Fit) {
    let mut nearest: Vec<f64> = estimates.iter().map(|class| class[NATION]).collect();
    let mut fitted = vec![0; nearest.len()];
    fit.fit(&mut nearest, |_| i32::MAX, total, |class| class as u64, &mut fitted);
    told.iter_mut().zip(fitted).for_each(|(class, fitted)| class[NATION] = fitted);
}

/// Moves the estimates of the classes to come by equal parts, so that they add up to what is left.
fn recentre(estimates: &mut [Vec<f64>], classes: &[usize], left: &[i32], first: usize) {
    for (child, left) in (first..).zip(left) {
        let sum: f64 = classes.iter().map(|class| estimates[*class][child]).sum();
        let part = (f64::from(*left) - sum) / classes.len() as f64;
        classes.iter().for_each(|class| estimates[*class][child] += part);
    }
}

/// Every inner node with its children, from above, among the first nodes of the tree.
fn families(tree: &ProtectedTree, nodes: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let all = (0..nodes).map(|node| (node, tree.children(node)));
    all.filter(move |(_, children)| !children.is_empty() && children.start < nodes)
}

fn whole(estimate: f64) -> i32 {
    estimate.round().max(0.0) as i32
}

/// The number by which a node stands before an equal one, another in each class.
const fn tie(ties: &[u64], node: usize, class: usize) -> u64 {
    ties[node].rotate_left(9 * class as u32) ^ class as u64
}

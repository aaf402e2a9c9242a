//! The errors of a table's figures: what least squares leave, and what is known of it from what is told.

use rayon::prelude::*;

use super::least_squares::Weights;
use super::measure::Figures;
use super::normal::{hazard_below, kept_above_nothing};
use super::policy::TreeLevel;
use super::rests::{Belief, Rest, believe};
use super::tree::ProtectedTree;
use crate::domain::indicator::PovertyThreshold;
use crate::domain::table::Table;

/// Of one table, node by node down to its deepest level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableErrors {
    /// The variance of the estimate from a node and what is below it.
    pub below: Vec<f32>,
    /// The sum of `below` over the children, the rest among them; 0 where there are none.
    pub children: Vec<f32>,
    /// The variance of the estimate from all that is measured.
    pub variances: Vec<f32>,
    pub classes: Vec<ClassErrors>,
}

/// Of one class of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassErrors {
    /// The share of its variance that a figure keeps although none is below 0, in 255ths.
    kept: Vec<u8>,
    /// By how much the figure of a region, or of the remainder beside its parts, is expected to be too low, by node
    /// down to villages ([`shifts`]); empty where it is not known.
    shifts: Vec<f32>,
    /// The same of each figure above 0 of the hexagons 7 in a village, by the village's node.
    within: Vec<f32>,
    /// By how much the children of a node that are no rest are expected to be told too low, all of them
    /// together, by node above the deepest level.
    lacks: Vec<f32>,
    /// The share of their variance that rests have once what is told is known, by the depth of those
    /// whose rests they are.
    rests: Vec<f32>,
}

impl TableErrors {
    /// `beyond` is the share of a table's units that may be beyond the bounds of a household and so be missing.
    pub fn new(weights: &Weights<'_>, told: &Figures, tree: &ProtectedTree, beyond: f64) -> Self {
        let variances = weights.variances();
        let classes = (0..told.classes).into_par_iter().map(|class| {
            let told = |node| told.get(node, class);
            let (lacks, rests) = lacks((weights, &variances), told, tree);
            let (mut shifts, within) = shifts(&variances, told, tree);
            for (node, shift) in shifts.iter_mut().enumerate() {
                *shift += (beyond * f64::from(told(node))) as f32;
            }
            ClassErrors { kept: kept(&variances, told), shifts, within, lacks, rests }
        });
        Self::of(weights, &variances, classes.collect())
    }

    /// Of classes that add up to those of another table, which tell what is lacking.
    pub fn within(within: &Within<'_>, weights: &Weights<'_>, told: &Figures) -> Self {
        let variances = weights.variances();
        let classes = (0..told.classes).into_par_iter().map(|class| {
            let kept = kept(&within.told(class, &variances), |node| told.get(node, class));
            ClassErrors { kept, ..ClassErrors::default() }
        });
        Self::of(weights, &variances, classes.collect())
    }

    fn of(weights: &Weights<'_>, variances: &[f64], classes: Vec<ClassErrors>) -> Self {
        let [below, children, variances] =
            [weights.below(), weights.children(), variances].map(narrow);
        Self { below, children, variances, classes }
    }
}

/// The classes of a table that those of another add up to.
pub struct Within<'a> {
    /// Of their figures, by node.
    variances: &'a [f64],
    /// By class of the other table: how many add up to the same.
    sizes: Vec<usize>,
}

impl<'a> Within<'a> {
    /// Deciles within poor and not poor.
    pub fn welfare(variances: &'a [f64], threshold: PovertyThreshold) -> Self {
        let poor = threshold.columns().len();
        let all = Table::Deciles.columns().len();
        let size = |class| if class < poor { poor } else { all - poor };
        Self { variances, sizes: (0..all).map(size).collect() }
    }

    /// The variances of what is told of a class: of its own figures, less their part of the error of the
    /// sum, which the other table's takes the place of.
    fn told(&self, class: usize, own: &[f64]) -> Vec<f64> {
        let share = 1.0 / self.sizes[class] as f64;
        let pairs = self.variances.iter().zip(own);
        pairs.map(|(sum, own)| share * share * sum + (1.0 - share) * own).collect()
    }
}

fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}

impl ClassErrors {
    /// The share of its variance that the figure of a node keeps although none is below 0.
    pub fn kept(&self, node: usize) -> f64 {
        f64::from(self.kept[node]) / 255.0
    }

    /// By how much the figure of a node is expected to be too low; `None` where that is not known.
    pub fn shift(&self, node: usize) -> Option<f64> {
        self.shifts.get(node).copied().map(f64::from)
    }

    /// By how much a figure above 0 of a hexagon 7 in a village is expected to be too low, by the village's node.
    pub fn shift_within(&self, village: usize) -> f64 {
        self.within.get(village).copied().map_or(0.0, f64::from)
    }

    /// By how much all children of a node but its rest are expected to be told too low, and the share
    /// of its variance that is left of that rest at this depth.
    pub fn family(&self, node: usize, depth: usize) -> (f64, f64) {
        (self.lacks[node].into(), self.rests[depth].into())
    }
}

/// Steps of a deviation in which shares are told apart.
const STEPS: f64 = 32.0;

/// From so many deviations on nothing is cut off.
const FAR: usize = 4;

fn kept(variances: &[f64], told: impl Fn(usize) -> i32) -> Vec<u8> {
    let steps = (0..=FAR * STEPS as usize).map(|step| step as f64 / STEPS);
    let shares: Vec<u8> = steps.map(|at| (255.0 * kept_above_nothing(at)).round() as u8).collect();
    let share = |(node, variance): (usize, &f64)| {
        let step = STEPS * f64::from(told(node)) / variance.sqrt();
        shares[(step as usize).min(shares.len() - 1)]
    };
    variances.iter().enumerate().map(share).collect()
}

/// By how much each region's figure is expected to be too low because none is below 0, by node down to villages; and
/// the same of the hexagons 7 in each village.
///
/// The estimates of a family add up to their parent's. Those below 0 are raised to 0, and all others are lowered by the
/// same shift, so that the family still adds up: a large figure among many small ones is told too low by that shift.
/// With p figures above 0 and m at 0, and the parent too low by d itself, the shift s is where
/// p s = d + m (the mean by which an estimate of nothing lies below 0, given that it lies below s).
/// The figures at 0 are taken for estimates of nothing, which makes the shift rather too large than too small.
fn shifts(
    variances: &[f64],
    told: impl Fn(usize) -> i32,
    tree: &ProtectedTree,
) -> (Vec<f32>, Vec<f32>) {
    let regions = tree.levels().filter(|(level, _)| !is_hexagon(*level));
    let nodes = regions.map(|(_, nodes)| nodes.end).max().unwrap_or(0).min(variances.len());
    let (mut shifts, mut within) = (vec![0.0_f32; nodes], vec![0.0_f32; nodes]);
    for node in 0..nodes {
        let children = tree.children(node);
        if children.is_empty() || children.end > variances.len() {
            continue;
        }
        let free = children.clone().filter(|child| !tree.is_declared_empty(*child));
        let (mut positive, mut zero, mut variance) = (0_u32, 0_u32, 0.0);
        for child in free {
            let count = if told(child) > 0 { &mut positive } else { &mut zero };
            *count += 1;
            variance += variances[child];
        }
        let all = f64::from(positive + zero);
        let deviation = (variance / all.max(1.0)).sqrt();
        // What is told as nothing is expected to lack nothing, so its parts do not make up for it.
        let above = if told(node) > 0 { f64::from(shifts[node]) } else { 0.0 };
        let shift = family_shift(positive, zero, above, deviation).min(MOST_SHIFT * deviation);
        if children.end > nodes {
            within[node] = shift as f32;
            continue;
        }
        for child in children {
            let most = if told(child) > 0 { MOST_SHIFT } else { MOST_SHIFT_OF_NOTHING };
            shifts[child] = shift.min(most * deviation) as f32;
        }
    }
    (shifts, within)
}

/// The most deviations by which a figure is said to be too low, and one that is told as nothing. In a class of which
/// nothing is anywhere, the shift of a family says nothing of its figures.
const MOST_SHIFT: f64 = 2.0;
const MOST_SHIFT_OF_NOTHING: f64 = 1.0;

const fn is_hexagon(level: TreeLevel) -> bool {
    matches!(level, TreeLevel::Hexagon7 | TreeLevel::Hexagon8)
}

/// The shift of a family, by Newton's way: with t the shift in deviations and g(t) the mean by which a normal error
/// that lies below t lies below 0, p t = d + m g(t), where g falls.
fn family_shift(positive: u32, zero: u32, above: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return 0.0;
    }
    let (positive, zero) = (f64::from(positive.max(1)), f64::from(zero));
    let mut shift = 0.0;
    for _ in 0..8 {
        let g = hazard_below(shift);
        let off = positive * shift - above / deviation - zero * g;
        shift -= off / (positive + zero * g * (g + shift));
    }
    deviation * shift.max(0.0)
}

/// From above, family by family: what its children lack is what the node lacks, and what its rest is told
/// too much. Each takes the part of it that least squares give it.
fn lacks(
    (weights, variances): (&Weights<'_>, &[f64]),
    told: impl Fn(usize) -> i32,
    tree: &ProtectedTree,
) -> (Vec<f32>, Vec<f32>) {
    let (mut lacks, mut shares) = (Vec::new(), Vec::new());
    for (_, nodes) in tree.levels() {
        let families = nodes.clone().filter(|node| weights.children()[*node] > 0.0);
        // A remainder that is declared to be empty is not believed to hold anything.
        let has_remainder = |node: &usize| {
            let children = tree.children(*node);
            children.len() > 1 && !tree.is_declared_empty(children.start)
        };
        let families: Vec<usize> = families.filter(has_remainder).collect();
        if nodes.end == variances.len() {
            break;
        }
        let rest = |node: &usize| rest((weights, variances), &told, tree, *node);
        let Belief { gains, share } = believe(&families.iter().map(rest).collect::<Vec<_>>());
        let mut of_level = vec![0.0_f32; nodes.len()];
        for (node, gain) in families.into_iter().zip(gains) {
            let own = if node == 0 { 0.0 } else { part(&lacks, weights, tree, node) };
            of_level[node - nodes.start] = (own + gain) as f32;
        }
        lacks.extend(of_level);
        shares.push(share as f32);
    }
    (lacks, shares)
}

/// What a node lacks, as its part of what its family does.
fn part(lacks: &[f32], weights: &Weights<'_>, tree: &ProtectedTree, node: usize) -> f64 {
    let parent = tree.parent(node);
    let others = weights.children()[parent] - weights.below()[tree.rest(parent)];
    f64::from(lacks[parent]) * weights.below()[node] / others
}

/// The rest of a node. Its estimate is its measurement, less the part of what the family was found to
/// have too much that least squares give it.
fn rest(
    (weights, variances): (&Weights<'_>, &[f64]),
    told: impl Fn(usize) -> i32,
    tree: &ProtectedTree,
    node: usize,
) -> Rest {
    let children = tree.children(node);
    let measured = weights.below()[children.start];
    let own = 1.0 - measured / weights.children()[node];
    Rest {
        told: told(children.start),
        siblings: children.len() - 1,
        variance: variances[children.start],
        own: own * own * measured,
    }
}

//! How the errors of several figures add up, and make up for each other.

use std::iter::Sum;

use super::margin::Margins;
use super::parts::Part;
use super::policy::TreeLevel;
use super::table_errors::{ClassErrors, TableErrors};
use crate::domain::table::Table;

/// How far a figure may lie from the exact one.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Error {
    pub variance: f64,
    /// By how much it is expected to be too low.
    pub shortfall: f64,
    /// By how much it is too low where it is a large figure among small ones.
    pub shift: f64,
}

impl Sum for Error {
    /// Of independent errors. A sum that is large is mostly so by one large figure, which alone is shifted: shifts add up
    /// like deviations.
    fn sum<I: Iterator<Item = Self>>(errors: I) -> Self {
        errors.fold(Self::default(), |sum, error| Self {
            variance: sum.variance + error.variance,
            shortfall: sum.shortfall + error.shortfall,
            shift: sum.shift.hypot(error.shift),
        })
    }
}

/// A node, and how often its error stands in the sum.
#[derive(Clone, Copy)]
struct Summed {
    node: usize,
    times: f64,
}

impl Margins {
    /// The error of a part's sum over nodes of one level, in their order; `None` where it is not told of
    /// one of them.
    ///
    /// Parts of hexagons 7 in one village add up to the village, less its rest: so what one has too much
    /// others have too little, and the same holds of villages in their district, and so on. Other nodes
    /// are summed few at a time, each of another village: their errors are taken as independent.
    pub(super) fn error(&self, part: &Part, nodes: &[usize]) -> Option<Error> {
        if nodes.iter().any(|node| !self.is_told(part, *node)) {
            return None;
        }
        let is_part_of_hexagon = |node: &usize| {
            self.tree.level(*node).0 == TreeLevel::Hexagon7 && !self.tree.is_rest(*node)
        };
        if nodes.iter().all(is_part_of_hexagon) {
            return Some(self.made_up(part, nodes));
        }
        Some(nodes.iter().map(|node| self.alone(part, *node)).sum())
    }

    /// The error of what some nodes hold beside their children, as of independent errors; `None` where the
    /// part is not published of one of their remainders.
    pub(super) fn error_of_remainders(&self, part: &Part, nodes: &[usize]) -> Option<Error> {
        let remainder = |node: &usize| {
            let rest = self.tree.rest(*node);
            self.is_told(part, rest).then(|| Error {
                variance: self.variance(part, rest),
                shortfall: -self.gain_of_remainder(part, *node),
                shift: 0.0,
            })
        };
        nodes.iter().map(remainder).sum()
    }

    /// By how much the remainder of a node is expected to be too high: what its other children are expected
    /// to lack, without their part of what the node itself lacks.
    fn gain_of_remainder(&self, part: &Part, node: usize) -> f64 {
        let (_, depth) = self.tree.level(node);
        let own = self.family(part, node, depth).shortfall;
        if depth == 0 {
            return own;
        }
        let family = self.family(part, self.tree.parent(node), depth - 1);
        own - family.shortfall * self.below(part, node) / family.others
    }

    /// Whether a part is told of a node.
    pub(super) fn is_told(&self, part: &Part, node: usize) -> bool {
        part.weights.iter().all(|(table, _)| node < self.tables[table.index()].variances.len())
    }

    /// The variance that least squares leave of a part in a node.
    pub(super) fn variance(&self, part: &Part, node: usize) -> f64 {
        self.of(part, |table| &table.variances, node)
    }

    fn of(&self, part: &Part, column: impl Fn(&TableErrors) -> &[f32], node: usize) -> f64 {
        let weights = part.weights.iter();
        let own = |table: &Table| column(&self.tables[table.index()])[node];
        weights.map(|(table, weight)| weight * f64::from(own(table))).sum()
    }

    fn below(&self, part: &Part, node: usize) -> f64 {
        self.of(part, |table| &table.below, node)
    }

    /// The share of its variance that a part keeps in a node.
    fn kept(&self, part: &Part, node: usize) -> f64 {
        let classes = part.summed.iter();
        let kept = classes.map(|of| self.tables[of.table.index()].classes[of.class].kept(node));
        kept.sum::<f64>() / part.summed.len() as f64
    }

    fn lacking(&self, part: &Part) -> &ClassErrors {
        let (class, _) = part.lacks;
        &self.tables[class.table.index()].classes[class.class]
    }

    /// The error of one node. Of a region the whole variance counts, whatever its figure: a large exact figure may be
    /// published as a small one.
    fn alone(&self, part: &Part, node: usize) -> Error {
        let variance = self.variance(part, node);
        if let Some(shift) = self.lacking(part).shift(node) {
            let kept = if part.is_whole() { 1.0 } else { self.kept(part, node) };
            let shift = shift * part.lacks.1;
            return Error { variance: variance * kept, shift, ..Error::default() };
        }
        let variance = variance * self.kept(part, node);
        let (_, depth) = self.tree.level(node);
        let shortfall = if depth == 0 || self.tree.is_rest(node) {
            0.0
        } else {
            let family = self.family(part, self.tree.parent(node), depth - 1);
            family.shortfall * self.below(part, node) / family.others
        };
        Error { variance, shortfall, shift: 0.0 }
    }

    /// The error of parts of hexagons 7, by least squares' own covariances, level by level up to the
    /// nation. Given what a family adds up to, the error of a sum of a_c times child c has the variance
    /// sum a_c^2 s_c - (sum a_c s_c)^2 / sum s_c, where s_c is the variance of c's estimate from below; and
    /// (sum a_c s_c) / sum s_c of the error of what the family adds up to is its own. The children but the
    /// rest add up to their parent less the rest, of whose variance a share is left. Where one node is
    /// left, its variance holds all that is above.
    fn made_up(&self, part: &Part, nodes: &[usize]) -> Error {
        let mut error = Error::default();
        let mut level: Vec<Summed> =
            nodes.iter().map(|node| Summed { node: *node, times: 1.0 }).collect();
        let depth = nodes.first().map_or(0, |node| self.tree.level(*node).1);
        for above in (0..depth).rev() {
            if level.len() == 1 && above + 1 < depth {
                break;
            }
            let families = level.chunk_by(|a, b| self.parent(a) == self.parent(b));
            let sums = families.map(|children| {
                let family = self.family(part, self.parent(&children[0]), above);
                let is_first = above + 1 == depth;
                let (own, summed) = self.of_family(part, &family, children, is_first);
                error.variance += own.variance;
                if is_first {
                    error.shortfall += own.shortfall;
                    let shift = self.shift_of(part, family.node, children);
                    error.shift = error.shift.hypot(shift);
                }
                summed
            });
            level = sums.collect();
        }
        let above = level.iter().map(|sum| sum.times * sum.times * self.variance(part, sum.node));
        error.variance += above.sum::<f64>();
        error
    }

    fn parent(&self, summed: &Summed) -> usize {
        self.tree.parent(summed.node)
    }

    /// What a sum over children of one family is off by, given the parent, and how often the parent's error
    /// stands in it.
    ///
    /// The whole variance of nodes that are asked for counts, whatever their figures; of those above them, what is left
    /// where figures are near 0.
    fn of_family(
        &self,
        part: &Part,
        family: &Family,
        children: &[Summed],
        is_asked: bool,
    ) -> (Error, Summed) {
        let (mut sum, mut squares, mut kept) = (0.0, 0.0, 0.0);
        for child in children {
            let below = self.below(part, child.node);
            let square = child.times * child.times * below;
            sum += child.times * below;
            squares += square;
            kept += square * if is_asked { 1.0 } else { self.kept(part, child.node) };
        }
        let share = sum / family.others;
        let apart = (squares - sum * share).max(0.0) * kept / squares;
        let of_rest = share * share * family.left * family.rest * (1.0 - family.rest_share());
        let shortfall = family.shortfall * share;
        let error = Error { variance: apart + of_rest, shortfall, shift: 0.0 };
        let times = share * (1.0 - family.left * family.rest_share());
        (error, Summed { node: family.node, times })
    }

    /// By how much some children of a village together are too low because the others are not below 0: one by the shift
    /// of its family, several like deviations, less what they make up for as a part of it.
    fn shift_of(&self, part: &Part, village: usize, children: &[Summed]) -> f64 {
        let (number, all) = (children.len() as f64, self.tree.children(village).len() as f64);
        let shift = self.lacking(part).shift_within(village) * part.lacks.1;
        shift * number.sqrt() * (1.0 - number / all)
    }

    fn family(&self, part: &Part, node: usize, depth: usize) -> Family {
        let rest = self.below(part, self.tree.rest(node));
        let others = self.of(part, |table| &table.children, node) - rest;
        let (lacks, left) = self.lacking(part).family(node, depth);
        Family { node, others, rest, shortfall: lacks * part.lacks.1, left }
    }
}

/// The children of a node.
struct Family {
    node: usize,
    /// The sum of the variances from below, of all but the rest.
    others: f64,
    /// That of the rest.
    rest: f64,
    /// By how much all but the rest are expected to be too low together.
    shortfall: f64,
    /// The share of the rest's variance that is left.
    left: f64,
}

impl Family {
    fn rest_share(&self) -> f64 {
        self.rest / (self.others + self.rest)
    }
}

#[cfg(test)]
#[path = "error_sums_tests.rs"]
mod tests;

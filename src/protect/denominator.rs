//! The residents of a region: as given, or the sum of its parts.

use std::collections::BTreeSet;

use crate::domain::indicator::{Denominator, Denominators};
use crate::domain::region::{RegionId, RegionKind, RegionTree};

/// Adds to what is given the denominators of regions that are summed from their parts, so that no layer
/// sums them again; layers are the same with and without.
pub fn completed(mut given: Denominators, tree: &RegionTree) -> Denominators {
    // Parts come before what they are parts of.
    for index in (0..tree.len()).rev() {
        let id = RegionId(u32::try_from(index).expect("a tree has fewer than 2^32 regions"));
        if let Some(denominator) = of_region(id, tree, &given) {
            given.entry(tree.get(id).code).or_insert(denominator);
        }
    }
    given
}

/// The denominator given for a region, else the sum of its children's, where every child in which people
/// are expected to live has one, and all are of one year.
pub(super) fn of_region(
    id: RegionId,
    tree: &RegionTree,
    given: &Denominators,
) -> Option<Denominator> {
    if let Some(denominator) = given.get(&tree.get(id).code) {
        return Some(denominator.clone());
    }
    let mut parts = Vec::new();
    for child in tree.children(id).map(RegionId) {
        match of_region(child, tree, given) {
            Some(part) => parts.push(part),
            None if tree.get(child).kind == RegionKind::LakeOrForest => {}
            None => return None,
        }
    }
    sum(&parts)
}

fn sum(parts: &[Denominator]) -> Option<Denominator> {
    let year = parts.first()?.year;
    if parts.iter().any(|part| part.year != year) {
        return None;
    }
    let sources: BTreeSet<&str> = parts.iter().map(|part| part.source.as_str()).collect();
    Some(Denominator {
        year,
        population: checked_sum(parts.iter().map(|part| part.population)),
        households: checked_sum(parts.iter().map(|part| part.households)),
        source: sources.into_iter().collect::<Vec<_>>().join("; "),
    })
}

/// `None` where a part is not known, or no number holds the sum.
fn checked_sum(mut parts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    parts.try_fold(0_u64, |sum, part| sum.checked_add(part?))
}

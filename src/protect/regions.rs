//! The features of a level of region.

use rayon::prelude::*;

use super::coverage::Coverage;
use super::denominator;
use super::estimate::not_ranked;
use super::figures::Figures;
use super::layer::{Feature, Place, PlaceCode, Remainder, Summed};
use super::leaves::{LeafTable, households};
use super::parts::Parts;
use super::request::LayerRequest;
use super::totals::Totals;
use crate::domain::indicator::{AllCounts, CubeColumn, Denominator, Denominators};
use crate::domain::region::{Level, RegionId, RegionTree};

/// Features that one thread makes before it looks for more work.
const FEATURES_AT_ONCE: usize = 256;

/// Every region of the level in scope, also those without households.
pub(super) fn features(
    leaves: &LeafTable,
    figures: &Figures<'_>,
    level: Level,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
    denominators: &Denominators,
) -> Summed {
    let limit = request.limit.unwrap_or(usize::MAX);
    let mut totals = scope_totals(leaves, level, request, tree);
    let (mut first, mut matched) = (Vec::new(), 0);
    for (id, region) in tree.level(level) {
        if request.within.is_some_and(|outer| !tree.is_within(id, outer)) {
            continue;
        }
        totals.left_out += households(&leaves.sums.counts[id.index()]);
        if !request.bounds.is_none_or(|bounds| bounds.touches(region.bounds)) {
            continue;
        }
        matched += 1;
        if first.len() < limit {
            first.push(id);
        }
    }
    let feature = |id| {
        let mut feature = feature(figures, id, &leaves.sums.counts, tree);
        let margins = leaves.margins.as_ref();
        let margin = margins.map_or(Some(0.0), |all| all.of_region(figures.parts(), id));
        feature.set_moe95(margin);
        let counts = &leaves.sums.counts[id.index()];
        let residents = denominator::of_region(id, tree, denominators);
        figures.add_coverage(&mut feature, coverage(leaves, id, residents.as_ref()));
        if let Some(expected) = leaves.expected.as_ref().filter(|_| figures.counts_poor()) {
            let margins = (leaves.margins.as_ref(), leaves.threshold());
            feature.not_ranked = Some(not_ranked(counts));
            feature.estimate = expected.of_region(id, counts, margins);
        }
        let residents = || residents;
        figures.add_share(&mut feature, counts, residents);
        feature
    };
    let first = first.into_par_iter().with_min_len(FEATURES_AT_ONCE);
    (first.map(feature).collect(), matched, totals)
}

fn feature(figures: &Figures<'_>, id: RegionId, sums: &[AllCounts], tree: &RegionTree) -> Feature {
    let region = tree.get(id);
    let place = (Place::Region(id), PlaceCode::Region(region.code));
    let mut feature = figures.feature(place, region.area_km2, &sums[id.index()]);
    feature.name = Some(region.name.clone());
    feature.parent = tree.parent(id).map(|id| PlaceCode::Region(tree.get(id).code));
    feature
}

/// How much of a region was surveyed: of its prelist, else of its residents.
fn coverage(leaves: &LeafTable, id: RegionId, residents: Option<&Denominator>) -> Option<Coverage> {
    let of_prelist = leaves.coverage.as_ref().and_then(|coverage| coverage.of_region(id));
    of_prelist.or_else(|| {
        let margin = leaves.margins.as_ref().map_or(Some(0.0), |all| {
            all.of_region(&Parts::of(&CubeColumn::HOUSEHOLDS, leaves.threshold()), id)
        });
        let counted = households(&leaves.sums.counts[id.index()]);
        Coverage::of_residents(counted, margin, residents?.households?)
    })
}

/// The households in scope that are in no region of the level.
fn scope_totals(
    leaves: &LeafTable,
    level: Level,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
) -> Totals {
    let is_above = |region: Level| region < level;
    let in_scope = |id| request.within.is_none_or(|outer| tree.is_within(id, outer));
    let higher = tree.iter().take_while(|(_, region)| is_above(region.level));
    let higher = higher.filter(|(id, _)| in_scope(*id));
    let elsewhere = higher.map(|(id, _)| leaves.sums.own_households[id.index()]).sum();
    let unplaced = if request.within.is_none() { leaves.unplaced_households() } else { 0 };
    Totals { elsewhere, unplaced, ..Totals::default() }
}

/// What is known to the scope and to no region of the level in it.
pub(super) fn remainder(
    leaves: &LeafTable,
    figures: &Figures<'_>,
    level: Level,
    within: Option<RegionId>,
    tree: &RegionTree,
) -> Remainder {
    let in_scope = |id: RegionId| within.is_none_or(|outer| tree.is_within(id, outer));
    let mut counts = *leaves.scope_counts(within);
    for (id, _) in tree.level(level).filter(|(id, _)| in_scope(*id)) {
        let of_region = &leaves.sums.counts[id.index()];
        counts.iter_mut().zip(of_region).for_each(|(left, count)| *left -= count);
    }
    let count = figures.count(&counts);
    let margins = leaves.margins.as_ref();
    let moe95 = margins.map_or(Some(0.0), |all| {
        let above = tree.iter().take_while(|(_, region)| region.level < level);
        let above = above.map(|(id, _)| id).filter(|id| in_scope(*id)).map(Some);
        let nation = within.is_none().then_some(None);
        all.of_remainders(figures.parts(), nation.into_iter().chain(above))
    });
    Remainder { households: households(&counts), count, moe95: count.and(moe95) }
}

//! The features of a level of region.

use super::denominator;
use super::layer::{Figures, Place, PlaceCode, Summed, Totals, is_asked};
use super::leaves::{LeafTable, households};
use super::request::LayerRequest;
use crate::domain::indicator::Denominators;
use crate::domain::region::{Level, RegionTree};

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
    let (mut features, mut matched) = (Vec::new(), 0);
    for (id, region) in tree.level(level) {
        if request.within.is_some_and(|outer| !tree.is_within(id, outer)) {
            continue;
        }
        let counts = &leaves.sums[id.index()];
        totals.left_out += households(counts);
        if !is_asked(request.bounds, || region.bounds) {
            continue;
        }
        matched += 1;
        if features.len() == limit {
            continue;
        }
        let place = (Place::Region(id), PlaceCode::Region(region.code));
        let mut feature = figures.feature(place, region.area_km2, counts);
        feature.name = Some(region.name.clone());
        feature.parent = tree.parent(id).map(|id| PlaceCode::Region(tree.get(id).code));
        figures.add_share(&mut feature, denominator::of_region(id, tree, denominators));
        features.push(feature);
    }
    (features, matched, totals)
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
    let elsewhere = higher.map(|(id, _)| leaves.own_households[id.index()]).sum();
    let unplaced = if request.within.is_none() { leaves.unplaced_households() } else { 0 };
    Totals { elsewhere, unplaced, ..Totals::default() }
}

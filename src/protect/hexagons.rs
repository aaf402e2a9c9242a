//! The features of a size of hexagon.

use h3o::{CellIndex, Resolution};
use rayon::prelude::*;

use super::figures::Figures;
use super::layer::{Feature, Place, PlaceCode, Summed, Totals};
use super::leaves::{LeafTable, Protection, households};
use super::request::LayerRequest;
use super::runs::{Rests, Runs};
use crate::domain::geography::HexagonSize;
use crate::domain::indicator::AllCounts;
use crate::domain::region::RegionTree;

/// Features that one thread makes before it looks for more work: each takes about a microsecond.
const FEATURES_AT_ONCE: usize = 64;

/// Every hexagon of the size with leaves in scope: a leaf counts in the parent of its hexagon, and in no
/// hexagon smaller than its own.
pub(super) fn features(
    leaves: &LeafTable,
    figures: &Figures<'_>,
    size: HexagonSize,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
) -> Summed {
    let cells = leaves.leaves.cells(request.within, tree);
    let limit = request.limit.unwrap_or(usize::MAX);
    let (resolution, rests) = (size.resolution(), rests(leaves));
    let Runs { first, matched } = Runs::find(&cells, resolution, (request.bounds, limit), rests);
    let columns = figures.columns();
    let features = first.into_par_iter().with_min_len(FEATURES_AT_ONCE);
    let features = features.map(|(cell, run)| {
        let margin = leaves.margins.as_ref().map(|margins| {
            let places = cells.places(run.clone());
            margins.of_hexagon(figures.parts(), &leaves.leaves, places, resolution)
        });
        let counts = cells.sum(run, &columns);
        feature(figures, (cell, resolution), &counts, margin.unwrap_or(Some(0.0)))
    });
    (features.collect(), matched, totals(leaves, size, request, tree))
}

/// What is left of a hexagon 7 where its smaller ones are shown is a figure of its own in public leaves:
/// with it the figures of hexagons 8 add up to those of hexagons 7.
const fn rests(leaves: &LeafTable) -> Rests {
    match leaves.protection() {
        Protection::Public => Rests::Taken,
        Protection::Restricted => Rests::LeftOut,
    }
}

/// The totals, in which `left_out` is of all hexagons of the scope.
fn totals(
    leaves: &LeafTable,
    size: HexagonSize,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
) -> Totals {
    let within = request.within;
    let resolution = match (rests(leaves), size.resolution()) {
        (Rests::Taken, Resolution::Eight) => Resolution::Seven,
        (_, resolution) => resolution,
    };
    let without_hexagon = leaves.sums.without_hexagon(within, resolution, tree);
    let unplaced = match within {
        None => leaves.sums.unplaced_without_hexagon(resolution),
        Some(_) => 0,
    };
    let left_out = households(leaves.scope_counts(within)) - unplaced - without_hexagon;
    Totals { left_out, unplaced, without_hexagon, ..Totals::default() }
}

fn feature(
    figures: &Figures<'_>,
    (cell, resolution): (CellIndex, Resolution),
    counts: &AllCounts,
    margin: Option<f64>,
) -> Feature {
    let place = (Place::Hexagon(cell), PlaceCode::Hexagon(cell));
    let mut feature = figures.feature(place, cell.area_km2(), counts);
    feature.rest = cell.resolution() != resolution;
    if feature.rest {
        // It is spread over no one knows which part of the hexagon.
        feature.density_km2 = None;
    }
    let above = resolution.pred().and_then(|resolution| cell.parent(resolution));
    feature.parent = above.map(PlaceCode::Hexagon);
    feature.moe95 = feature.count.and(margin);
    feature
}

//! The features of a size of hexagon.

use h3o::CellIndex;
use rayon::prelude::*;

use super::layer::{Feature, Figures, Place, PlaceCode, Summed, Totals};
use super::leaves::{LeafTable, households};
use super::request::LayerRequest;
use super::runs::Runs;
use crate::domain::geography::HexagonSize;
use crate::domain::indicator::Counts;
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
    let Runs { first, matched } = Runs::find(&cells, size.resolution(), request.bounds, limit);
    let columns = figures.columns();
    let features = first.into_par_iter().with_min_len(FEATURES_AT_ONCE);
    let features = features.map(|(cell, run)| feature(figures, cell, &cells.sum(run, &columns)));
    (features.collect(), matched, totals(leaves, size, request, tree))
}

/// The totals, in which `left_out` is of all hexagons of the scope.
fn totals(
    leaves: &LeafTable,
    size: HexagonSize,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
) -> Totals {
    let (within, resolution) = (request.within, size.resolution());
    let without_hexagon = leaves.sums.without_hexagon(within, resolution, tree);
    let unplaced = match within {
        None => leaves.sums.unplaced_without_hexagon(resolution),
        Some(_) => 0,
    };
    let left_out = households(leaves.scope_counts(within)) - unplaced - without_hexagon;
    Totals { left_out, unplaced, without_hexagon, ..Totals::default() }
}

fn feature(figures: &Figures<'_>, cell: CellIndex, counts: &Counts) -> Feature {
    let place = (Place::Hexagon(cell), PlaceCode::Hexagon(cell));
    let mut feature = figures.feature(place, cell.area_km2(), counts);
    let above = cell.resolution().pred().and_then(|resolution| cell.parent(resolution));
    feature.parent = above.map(PlaceCode::Hexagon);
    feature
}

//! The features of a size of hexagon.

use h3o::{CellIndex, LatLng, Resolution};

use super::layer::{Feature, Figures, Place, PlaceCode, Summed, Totals, is_asked};
use super::leaves::{LeafTable, households};
use super::request::LayerRequest;
use crate::domain::geography::HexagonSize;
use crate::domain::indicator::{Counts, CubeColumn};
use crate::domain::position::Bounds;
use crate::domain::region::RegionTree;

/// Every hexagon of the size with leaves in scope: a leaf counts in the parent of its hexagon, and in no
/// hexagon smaller than its own.
pub(super) fn features(
    leaves: &LeafTable,
    figures: &Figures<'_>,
    size: HexagonSize,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
) -> Summed {
    let limit = request.limit.unwrap_or(usize::MAX);
    let (cells, totals) = cells_in_scope(leaves, size.resolution(), request, tree);
    let columns = figures.columns();
    let (mut features, mut matched) = (Vec::new(), 0);
    for run in cells.chunk_by(|one, other| one.0 == other.0) {
        let cell = run[0].0;
        if !is_asked(request.bounds, || bounds(cell)) {
            continue;
        }
        matched += 1;
        if features.len() < limit {
            let counts = sum(leaves, &columns, run.iter().map(|(_, leaf)| *leaf));
            features.push(feature(figures, cell, &counts));
        }
    }
    (features, matched, totals)
}

type CellLeaf = (CellIndex, usize);

/// The leaves in scope by the hexagon in which they count, in its order, without those far from the
/// bounds; and the totals, in which `left_out` is of all hexagons of the scope.
fn cells_in_scope(
    leaves: &LeafTable,
    resolution: Resolution,
    request: &LayerRequest<'_>,
    tree: &RegionTree,
) -> (Vec<CellLeaf>, Totals) {
    let mut near = Near { bounds: request.bounds, last: None };
    let mut cells = Vec::new();
    let mut totals = Totals::default();
    for leaf in leaves.scope(request.within, tree).into_iter().flatten() {
        if let Some(cell) = leaves.columns.hexagons[leaf].and_then(|cell| cell.parent(resolution)) {
            if near.may_touch(cell) {
                cells.push((cell, leaf));
            }
            continue;
        }
        let count = households(&sum(leaves, &CubeColumn::HOUSEHOLDS, [leaf]));
        match leaves.columns.regions[leaf] {
            Some(_) => totals.without_hexagon += count,
            None => totals.unplaced += count,
        }
    }
    cells.sort_unstable();
    let counted = households(leaves.scope_counts(request.within));
    totals.left_out = counted - totals.unplaced - totals.without_hexagon;
    (cells, totals)
}

fn sum(leaves: &LeafTable, columns: &[CubeColumn], run: impl IntoIterator<Item = usize>) -> Counts {
    let mut counts = [0; CubeColumn::COUNT];
    for leaf in run {
        leaves.columns.add_leaf(leaf, columns, &mut counts);
    }
    counts
}

fn feature(figures: &Figures<'_>, cell: CellIndex, counts: &Counts) -> Feature {
    let place = (Place::Hexagon(cell), PlaceCode::Hexagon(cell));
    let mut feature = figures.feature(place, cell.area_km2(), counts);
    let above = cell.resolution().pred().and_then(|resolution| cell.parent(resolution));
    feature.parent = above.map(PlaceCode::Hexagon);
    feature
}

/// The box of a hexagon's outline.
fn bounds(cell: CellIndex) -> Bounds {
    cell.boundary().iter().fold(Bounds::EMPTY, |bounds, corner: &LatLng| {
        let (x, y) = (corner.lng(), corner.lat());
        bounds.join(Bounds { west: x, south: y, east: x, north: y })
    })
}

/// Passes over many hexagons at once where their common parent is far from the bounds: an outline costs
/// a microsecond, and most follow one of the same parent.
struct Near {
    bounds: Option<Bounds>,
    last: Option<(CellIndex, bool)>,
}

impl Near {
    fn may_touch(&mut self, cell: CellIndex) -> bool {
        let Some(asked) = self.bounds else { return true };
        let Some(parent) = cell.parent(Resolution::Four) else { return true };
        match self.last {
            Some((last, touches)) if last == parent => touches,
            _ => {
                let touches = grown(bounds(parent)).touches(asked);
                self.last = Some((parent, touches));
                touches
            }
        }
    }
}

/// A box grown by its half on each side: children reach a little beyond their parent's outline.
fn grown(bounds: Bounds) -> Bounds {
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    Bounds {
        west: bounds.west - width / 2.0,
        south: bounds.south - height / 2.0,
        east: bounds.east + width / 2.0,
        north: bounds.north + height / 2.0,
    }
}

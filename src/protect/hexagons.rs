//! The features of a size of hexagon.

use std::ops::Range;

use h3o::{CellIndex, Resolution};
use rayon::prelude::*;

use super::arranged::Cells;
use super::coverage::Coverage;
use super::figures::Figures;
use super::layer::{Feature, Place, PlaceCode, Summed};
use super::leaves::{LeafTable, Protection, households};
use super::runs::{Rests, Runs};
use super::totals::Totals;
use crate::domain::geography::HexagonSize;
use crate::domain::indicator::{AllCounts, CubeColumn};
use crate::domain::position::Bounds;
use crate::domain::region::{RegionId, RegionTree};

/// Features that one thread makes before it looks for more work: each takes about a microsecond.
const FEATURES_AT_ONCE: usize = 64;

/// Every hexagon of a size with leaves in scope: a leaf counts in the parent of its hexagon, and in no
/// hexagon smaller than its own. Found once for all themes that are asked.
pub(super) struct Found<'a> {
    leaves: &'a LeafTable,
    cells: Cells<'a>,
    resolution: Resolution,
    /// The first ones, up to the limit.
    first: Vec<Shape>,
    matched: usize,
    totals: Totals,
}

struct Shape {
    cell: CellIndex,
    leaves: Range<usize>,
    area_km2: f64,
    coverage: Option<Coverage>,
    /// Whether most of its households are in regions of which too little was surveyed.
    is_low: bool,
}

impl<'a> Found<'a> {
    pub fn new(
        leaves: &'a LeafTable,
        size: HexagonSize,
        within: Option<RegionId>,
        (bounds, limit): (Option<Bounds>, Option<usize>),
        tree: &RegionTree,
    ) -> Self {
        let cells = leaves.leaves.cells(within, tree);
        let limit = limit.unwrap_or(usize::MAX);
        let (resolution, rests) = (size.resolution(), rests(leaves));
        let Runs { first, matched } = Runs::find(&cells, resolution, (bounds, limit), rests);
        let first = first.into_par_iter().with_min_len(FEATURES_AT_ONCE);
        let shape = |(cell, run): (CellIndex, Range<usize>)| {
            let (coverage, is_low) = coverage(leaves, &cells, &run);
            Shape { cell, leaves: run, area_km2: cell.area_km2(), coverage, is_low }
        };
        let first: Vec<Shape> = first.map(shape).collect();
        let totals = totals(leaves, size, within, tree);
        Self { leaves, first, cells, resolution, matched, totals }
    }

    pub fn features(&self, figures: &Figures<'_>) -> Summed {
        let columns = figures.columns();
        let shapes = self.first.par_iter().with_min_len(FEATURES_AT_ONCE);
        let features = shapes.map(|shape| {
            let margin = self.leaves.margins.as_ref().map(|margins| {
                let places = self.cells.places(shape.leaves.clone());
                margins.of_hexagon(figures.parts(), &self.leaves.leaves, places, self.resolution)
            });
            let counts = self.cells.sum(shape.leaves.clone(), &columns);
            let mut feature = feature(figures, (shape, self.resolution), &counts);
            if figures.unknown().is_some_and(|column| self.is_unknown(column, &shape.leaves)) {
                figures.withhold(&mut feature, &counts);
            }
            feature.set_moe95(margin.unwrap_or(Some(0.0)));
            feature.coverage = shape.coverage;
            figures.judge(&mut feature, |_| shape.is_low);
            feature
        });
        (features.collect(), self.matched, self.totals)
    }
}

impl Found<'_> {
    /// Whether most poor households of these leaves are in regions in which their figure is unknown.
    fn is_unknown(&self, column: CubeColumn, leaves: &Range<usize>) -> bool {
        let arranged = &self.leaves.leaves;
        let places = self.cells.places(leaves.clone()).map(|at| (arranged.region(at), at));
        let poor = |place: usize, columns: &[CubeColumn]| {
            let counts = arranged.sum_run(place..place + 1, columns);
            columns.iter().map(|column| counts[column.index()]).sum()
        };
        self.leaves.unknown.hold_most(column, places, poor)
    }
}

/// How much of a hexagon was surveyed, and whether it is too little, by the regions of its leaves.
fn coverage(leaves: &LeafTable, cells: &Cells<'_>, run: &Range<usize>) -> (Option<Coverage>, bool) {
    let Some(coverage) = &leaves.coverage else { return (None, false) };
    let arranged = &leaves.leaves;
    let of_leaf = |place: usize| {
        let counts = arranged.sum_run(place..place + 1, &CubeColumn::HOUSEHOLDS);
        (arranged.region(place), households(&counts))
    };
    let places = cells.places(run.clone()).map(of_leaf);
    coverage.of_leaves(places, leaves.coverage_terms().least_coverage)
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
    within: Option<RegionId>,
    tree: &RegionTree,
) -> Totals {
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
    (shape, resolution): (&Shape, Resolution),
    counts: &AllCounts,
) -> Feature {
    let cell = shape.cell;
    let place = (Place::Hexagon(cell), PlaceCode::Hexagon(cell));
    let mut feature = figures.feature(place, shape.area_km2, counts);
    feature.rest = cell.resolution() != resolution;
    if feature.rest {
        // It is spread over no one knows which part of the hexagon.
        feature.density_km2 = None;
    }
    let above = resolution.pred().and_then(|resolution| cell.parent(resolution));
    feature.parent = above.map(PlaceCode::Hexagon);
    feature
}

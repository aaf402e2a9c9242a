//! The hexagons of a size that leaves lie in: each is a run of leaves, found without looking at them all.

use std::ops::Range;

use h3o::{CellIndex, Resolution};

use super::arranged::Cells;
use crate::domain::hexagon;
use crate::domain::position::Bounds;

/// The hexagons that match, in their order.
pub(super) struct Runs {
    /// The first ones, up to a limit, and the leaves in each.
    pub first: Vec<(CellIndex, Range<usize>)>,
    /// How many there are.
    pub matched: usize,
}

/// Whether hexagons of resolution 7 stand among those of 8: what is left of them there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rests {
    Taken,
    LeftOut,
}

impl Runs {
    /// The hexagons of a resolution, 4 to 8, with leaves in them, whose box touches the bounds.
    pub fn find(
        cells: &Cells<'_>,
        resolution: Resolution,
        (bounds, limit): (Option<Bounds>, usize),
        rests: Rests,
    ) -> Self {
        let found = Self { first: Vec::new(), matched: 0 };
        let mut search = Search { cells, resolution, limit, rests, found };
        match bounds {
            None => search.take_all(0..cells.len()),
            Some(bounds) => search.take_near(bounds),
        }
        search.found
    }
}

struct Search<'a> {
    cells: &'a Cells<'a>,
    resolution: Resolution,
    limit: usize,
    rests: Rests,
    found: Runs,
}

impl Search<'_> {
    fn take_all(&mut self, leaves: Range<usize>) {
        let mut at = leaves.start;
        while at < leaves.end {
            let run = self.run(at..leaves.end, self.resolution);
            at = run.end;
            self.take(run);
        }
    }

    /// Looks into the largest hexagons near the bounds alone.
    fn take_near(&mut self, bounds: Bounds) {
        for large in
            self.cells.large_hexagons().iter().filter(|it| hexagon::touches(it.reach, bounds))
        {
            let leaves = self.cells.numbers(large.leaves.clone());
            if bounds.contains(large.reach) {
                self.take_all(leaves);
            } else {
                self.take_touching(leaves, Resolution::Four, bounds);
            }
        }
    }

    /// Passes over the hexagons of a parent far from the bounds at once, and takes those of a parent
    /// within them, since an outline costs half a microsecond.
    fn take_touching(&mut self, leaves: Range<usize>, parents: Resolution, bounds: Bounds) {
        let mut at = leaves.start;
        while at < leaves.end {
            let run = self.run(at..leaves.end, parents);
            at = run.end;
            // A leaf without a parent of this resolution is too large to be shown.
            let Some(parent) = self.hexagon(run.start, parents) else { continue };
            let own = hexagon::bounds(parent);
            let Some(children) = parents.succ().filter(|_| parents < self.resolution) else {
                if hexagon::touches(own, bounds) {
                    self.take(run);
                }
                continue;
            };
            let reach = grown(own);
            if bounds.contains(reach) {
                self.take_all(run);
            } else if hexagon::touches(reach, bounds) {
                self.take_touching(run, children, bounds);
            }
        }
    }

    /// The leaves that share the first one's parent of a resolution.
    fn run(&self, leaves: Range<usize>, resolution: Resolution) -> Range<usize> {
        run(leaves, |at| ancestor_bits(self.cells.hexagon(at), resolution))
    }

    /// The hexagon of a resolution that a leaf lies in, or the larger one of which it is the rest.
    fn hexagon(&self, leaf: usize, resolution: Resolution) -> Option<CellIndex> {
        let own = self.cells.hexagon(leaf);
        let is_rest = self.rests == Rests::Taken && resolution == Resolution::Eight;
        own.parent(resolution).or_else(|| is_rest.then_some(own))
    }

    fn take(&mut self, run: Range<usize>) {
        let Some(cell) = self.hexagon(run.start, self.resolution) else { return };
        self.found.matched += 1;
        if self.found.first.len() < self.limit {
            self.found.first.push((cell, run));
        }
    }
}

/// A hexagon of resolution 4 in which leaves lie, and how far they may reach.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LargeHexagon {
    /// By their places.
    pub leaves: Range<usize>,
    pub reach: Bounds,
}

/// Those of leaves in the order of their hexagons, which none of these lacks, from a place on.
pub(super) fn large_hexagons(hexagons: &[Option<CellIndex>], from: usize) -> Vec<LargeHexagon> {
    let hexagon = |place: usize| hexagons[place].expect("leaves without one stand before");
    let mut found = Vec::new();
    let mut place = from;
    while place < hexagons.len() {
        let leaves = run(place..hexagons.len(), |at| ancestor_bits(hexagon(at), Resolution::Four));
        place = leaves.end;
        if let Some(parent) = hexagon(leaves.start).parent(Resolution::Four) {
            found.push(LargeHexagon { leaves, reach: grown(hexagon::bounds(parent)) });
        }
    }
    found
}

/// The first of these that share the first one's key. Their end is looked for in steps that double, so
/// that a long run costs few looks, and a short one as well.
fn run(all: Range<usize>, key: impl Fn(usize) -> u64) -> Range<usize> {
    let first = key(all.start);
    let (mut inside, mut step) = (all.start, 1);
    while inside + step < all.end && key(inside + step) == first {
        inside += step;
        step *= 2;
    }
    let mut outside = all.end.min(inside + step);
    while outside - inside > 1 {
        let middle = inside.midpoint(outside);
        let end = if key(middle) == first { &mut inside } else { &mut outside };
        *end = middle;
    }
    all.start..outside
}

/// What two hexagons with the same ancestor of a resolution have in common: the index without the bits of
/// its own resolution and without the digits below, 3 bits each, of the 15 that an index has.
fn ancestor_bits(cell: CellIndex, resolution: Resolution) -> u64 {
    const OWN_RESOLUTION: u64 = 0xf << 52;
    let below = 15 - u32::from(u8::from(resolution));
    (u64::from(cell) & !OWN_RESOLUTION) >> (3 * below)
}

/// A box grown by its half on each side: descendants reach a little beyond their ancestor's outline.
fn grown(bounds: Bounds) -> Bounds {
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    Bounds {
        west: bounds.west - width / 2.0,
        south: bounds.south - height / 2.0,
        east: bounds.east + width / 2.0,
        north: bounds.north + height / 2.0,
    }
}

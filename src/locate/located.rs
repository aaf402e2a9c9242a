//! A visit with the answer to where it was.

use h3o::CellIndex;

use super::hexagon::Hexagons;
use super::index::{RegionIndex, View};
use crate::domain::code::RegionCode;
use crate::domain::position::{Bounds, Position};
use crate::domain::region::{Level, RegionId, RegionTree};
use crate::domain::visit::{AssignBy, Visit, VisitBatch};

/// A visit and where its position lies. Only [`Locator::locate`] makes one.
#[derive(Clone, Copy)]
pub struct LocatedVisit<'a> {
    visit: Visit<'a>,
    declared: Option<RegionId>,
    position: Option<Position>,
    region: Option<RegionId>,
    hexagon: Option<CellIndex>,
    declared_distance_m: Option<f64>,
}

impl<'a> LocatedVisit<'a> {
    pub const fn visit(&self) -> Visit<'a> {
        self.visit
    }

    /// The declared region: of the declared code, or of the longest prefix of it that is known.
    pub const fn declared(&self) -> Option<RegionId> {
        self.declared
    }

    /// The position, where the visit gives one that is on the Earth.
    pub const fn position(&self) -> Option<Position> {
        self.position
    }

    /// The region of the deepest level that holds the position.
    pub const fn region(&self) -> Option<RegionId> {
        self.region
    }

    /// The H3 cell of resolution 8 that holds the position.
    pub const fn hexagon(&self) -> Option<CellIndex> {
        self.hexagon
    }

    /// Metres from the declared region, 0 inside; known where that is of the deepest level.
    pub const fn declared_distance_m(&self) -> Option<f64> {
        self.declared_distance_m
    }
}

/// The visits of a batch, located. Only [`Locator::locate`] makes one.
pub struct LocatedBatch<'a> {
    locator: &'a Locator<'a>,
    visits: &'a VisitBatch<'a>,
    positions: Vec<Option<Position>>,
    regions: Vec<Option<u32>>,
    hexagons: Vec<Option<CellIndex>>,
}

impl<'a> LocatedBatch<'a> {
    /// A row's visit. Its region is the one of the deepest level that holds its position; of several
    /// that it touches, the one with the lowest code.
    pub fn visit(&self, row: usize) -> LocatedVisit<'a> {
        let region = self.regions[row].map(|ordinal| RegionId(self.locator.first + ordinal));
        let visit = self.visits.visit(row);
        self.locator.locate_visit(visit, self.positions[row], region, self.hexagons[row])
    }
}

/// Regions and the index of their deepest level: answers where a visit was.
pub struct Locator<'a> {
    tree: &'a RegionTree,
    view: View<'a>,
    assign: AssignBy,
    deepest: Level,
    /// The first region of the deepest level.
    first: u32,
    bounds: Bounds,
}

impl<'a> Locator<'a> {
    /// Puts a tree and the index of its deepest level together. By [`AssignBy::Coordinates`] declared
    /// codes are not looked at.
    pub fn new(tree: &'a RegionTree, index: &'a RegionIndex, assign: AssignBy) -> Self {
        let deepest = tree.deepest();
        let first = tree.level(deepest).next().map_or(0, |(id, _)| id.0);
        Self { tree, view: index.view(), assign, deepest, first, bounds: tree.bounds() }
    }

    pub const fn tree(&self) -> &'a RegionTree {
        self.tree
    }

    /// Whether declared codes are looked at.
    pub fn reads_declared(&self) -> bool {
        self.assign == AssignBy::Declared
    }

    /// The box of all regions.
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Finds where the visits of a batch were.
    pub fn locate<'b>(
        &'b self,
        visits: &'b VisitBatch<'b>,
        hexagons: &mut Hexagons,
    ) -> LocatedBatch<'b> {
        let positions: Vec<Option<Position>> = (0..visits.len())
            .map(|row| {
                let visit = visits.visit(row);
                let (longitude, latitude) = visit.longitude().zip(visit.latitude())?;
                Position::new(longitude, latitude)
            })
            .collect();
        let mut regions = Vec::new();
        self.view.find_many(&positions, &mut regions);
        let hexagons = hexagons.find_many(&positions);
        LocatedBatch { locator: self, visits, positions, regions, hexagons }
    }

    fn locate_visit<'v>(
        &self,
        visit: Visit<'v>,
        position: Option<Position>,
        region: Option<RegionId>,
        hexagon: Option<CellIndex>,
    ) -> LocatedVisit<'v> {
        let declared = match self.assign {
            AssignBy::Declared => visit.declared().and_then(|code| self.declared(code, region)),
            AssignBy::Coordinates => None,
        };
        let declared_distance_m = position
            .zip(declared)
            .and_then(|(position, declared)| self.distance_m(position, region, declared));
        LocatedVisit { visit, declared, position, region, hexagon, declared_distance_m }
    }

    /// The region of a code, or of its longest known prefix; mostly it is the one of the position.
    fn declared(&self, code: RegionCode, region: Option<RegionId>) -> Option<RegionId> {
        let is_there = |id: &RegionId| self.tree.get(*id).code == code;
        region.filter(is_there).or_else(|| self.tree.find_longest(code))
    }

    /// Metres from a position in no region to the nearest one, or `None` beyond `limit_m`.
    pub fn nearest_m(&self, position: Position, limit_m: f64) -> Option<f64> {
        self.view.nearest_m(position, limit_m)
    }

    /// The region of the deepest level that holds a position; of several that it touches, the one with
    /// the lowest code.
    pub fn region_at(&self, position: Position) -> Option<RegionId> {
        self.view.find(position).map(|ordinal| RegionId(self.first + ordinal))
    }

    /// Metres from a position to a region, 0 inside; `None` outside of one of a higher level.
    pub fn distance_to_m(&self, position: Position, region: RegionId) -> Option<f64> {
        let lies_in = self.region_at(position);
        if lies_in.is_some_and(|lies_in| self.tree.is_within(lies_in, region)) {
            return Some(0.0);
        }
        self.distance_m(position, lies_in, region)
    }

    /// Metres from a position to a region of the deepest level, 0 inside; `None` for a higher one.
    fn distance_m(
        &self,
        position: Position,
        region: Option<RegionId>,
        declared: RegionId,
    ) -> Option<f64> {
        if self.tree.get(declared).level != self.deepest {
            return None;
        }
        if region == Some(declared) {
            return Some(0.0);
        }
        Some(self.view.border_distance_m(position, declared.0 - self.first))
    }
}

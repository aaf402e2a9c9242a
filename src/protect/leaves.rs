//! The leaves: the smallest figures of a release, the only thing that layers are summed from.

use std::convert::Infallible;

use arrow::buffer::ScalarBuffer;
use h3o::CellIndex;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::arranged::{ArrangedLeaves, Column, Order};
use super::coverage::CoverageRegions;
use super::estimate::Expected;
use super::known::UnknownRegions;
use super::leaf_margins::LeafMargins;
use super::policy::Policy;
use super::status::{CoverageTerms, ShareAsked, ShownShare};
use super::sums::{self, RegionSums};
use crate::count::{Cube, CubeKey};
use crate::domain::indicator::{
    AllCounts, CubeColumn, Indicators, InputHeld, PovertyThreshold, Theme,
};
use crate::domain::programme::Programme;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

/// Who may see the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Exact: for the register's own machine.
    Restricted,
    /// Noised: for anybody.
    Public,
}

impl Protection {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Public => "public",
        }
    }
}

/// The leaves of a release, and what is summed of them once: the smallest figures that are told.
///
/// The region of a leaf may be of any level, or `None` for the nation alone; its hexagon is of resolution
/// 8 or 7, or `None`. Only this stage makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafTable {
    pub(super) facts: LeafFacts,
    pub(super) leaves: ArrangedLeaves,
    pub(super) sums: RegionSums,
    /// How far its figures may lie from the exact ones; `None` where they are exact.
    pub(super) margins: Option<LeafMargins>,
    /// Where figures of poor households are known of too few.
    pub(super) unknown: UnknownRegions,
    /// Of the prelist; `None` where there is none.
    pub(super) coverage: Option<CoverageRegions>,
    pub(super) expected: Option<Expected>,
}

/// What is true of all leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafFacts {
    pub protection: Protection,
    pub threshold: PovertyThreshold,
    /// The visit fields that the input held, as bits.
    pub fields: u32,
    /// The programmes of which it is known whom they reach.
    pub programmes: Vec<Programme>,
    /// Whether a prelist was given.
    pub has_prelist: bool,
    /// How areas of which little was surveyed are spoken of.
    pub coverage: CoverageTerms,
    /// By which policy they were noised; `None` where they are exact.
    pub policy: Option<Policy>,
}

impl LeafFacts {
    fn exact(cube: &Cube, fields: u32, threshold: PovertyThreshold) -> Self {
        Self {
            protection: Protection::Restricted,
            threshold,
            fields,
            programmes: cube.programmes(),
            has_prelist: cube.has_prelist(),
            coverage: CoverageTerms::default(),
            policy: None,
        }
    }

    /// The columns that the release holds, as bits ([`CubeColumn::bit`]).
    pub fn held(&self, indicators: &Indicators) -> u64 {
        let Self { fields, has_prelist, .. } = *self;
        indicators.held(InputHeld { fields, programmes: &self.programmes, has_prelist })
    }
}

/// The leaves' columns, all of one length, by (region, hexagon) in that order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafColumns {
    pub regions: Vec<Option<RegionId>>,
    pub hexagons: Vec<Option<CellIndex>>,
    /// By [`CubeColumn::index`]; `None` where the input does not hold the column.
    pub counts: Vec<Option<ScalarBuffer<i64>>>,
}

/// Where leaves lie, by (region, hexagon) in that order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeafPlaces {
    pub regions: Vec<Option<RegionId>>,
    pub hexagons: Vec<Option<CellIndex>>,
}

impl LeafTable {
    /// The exact leaves of a cube, restricted. `fields` are the visit fields that the input held, as
    /// bits ([`crate::domain::visit::VisitField::bit`]); `tree` is the one that the cube was counted on.
    pub fn exact(cube: &Cube, fields: u32, threshold: PovertyThreshold, tree: &RegionTree) -> Self {
        let facts = LeafFacts::exact(cube, fields, threshold);
        let held = facts.held(&Indicators::embedded());
        let held = CubeColumn::ALL.into_iter().filter(|column| held & column.bit() != 0);
        let held: Vec<usize> = held.map(CubeColumn::index).collect();
        let (mut regions, mut hexagons) = (Vec::new(), Vec::new());
        let mut values: [Vec<i64>; CubeColumn::ALL.len()] = std::array::from_fn(|_| Vec::new());
        for (key, counts) in cube.iter() {
            regions.push(key.region);
            hexagons.push(key.hexagon);
            for &column in held.iter().filter(|column| **column < counts.len()) {
                values[column].push(counts[column]);
            }
        }
        for programme in &facts.programmes {
            let columns = Table::of_programme(*programme).columns();
            let regions = cube.reach(*programme).map(|(region, cell)| (region, cell.counts));
            for (column, counts) in columns.iter().zip(by_region(cube, regions)) {
                values[column.index()] = counts;
            }
        }
        let unknown = cube.unknown().map(|(region, cell)| (region, cell.counts));
        for (column, counts) in CubeColumn::UNKNOWN.iter().zip(by_region(cube, unknown)) {
            values[column.index()] = counts;
        }
        let prelist = cube.prelist().map(|(region, cell)| (region, cell.counts));
        for (column, counts) in CubeColumn::PRELIST.iter().zip(by_region(cube, prelist)) {
            values[column.index()] = counts;
        }
        let mut counts = vec![None; CubeColumn::ALL.len()];
        for column in held {
            counts[column] = Some(ScalarBuffer::from(std::mem::take(&mut values[column])));
        }
        Self::assemble(facts, LeafColumns { regions, hexagons, counts }, tree)
    }

    /// Makes the table of leaves that stand by (region, hexagon).
    pub(super) fn assemble(facts: LeafFacts, columns: LeafColumns, tree: &RegionTree) -> Self {
        let LeafColumns { regions, hexagons, counts } = columns;
        let counts = |column: CubeColumn| Ok::<_, Infallible>(counts[column.index()].clone());
        let Ok(table) = Self::load(facts, &LeafPlaces { regions, hexagons }, counts, tree);
        table
    }

    /// As [`Self::assemble`], with columns that are loaded one by one, several at the same time, and kept
    /// no longer than it takes to arrange them.
    pub(super) fn load<E: Send>(
        facts: LeafFacts,
        places: &LeafPlaces,
        counts: impl Fn(CubeColumn) -> Result<Option<ScalarBuffer<i64>>, E> + Sync,
        tree: &RegionTree,
    ) -> Result<Self, E> {
        let order = Order::of(places);
        let arrange = |column| {
            let Some(counts) = counts(column)? else { return Ok(None) };
            let sums = sums::by_region(&places.regions, &counts, tree);
            Ok(Some((Column::arranged(&counts, &order), sums)))
        };
        let loaded = CubeColumn::ALL.into_par_iter().map(arrange);
        let loaded: Vec<_> = loaded.collect::<Result<_, E>>()?;
        let (columns, own): (Vec<_>, Vec<_>) = loaded.into_iter().map(Option::unzip).unzip();
        let leaves = ArrangedLeaves::new(places, &order, columns);
        let sums = RegionSums::new(&own, &leaves, tree);
        let margins =
            facts.policy.map(|policy| LeafMargins::new(&leaves, tree, &policy, facts.threshold));
        let held = facts.held(&Indicators::embedded());
        let unknown = UnknownRegions::new(&sums.counts, facts.threshold, held, tree);
        let (threshold, own_margins) = (facts.threshold, margins.as_ref());
        let coverage = facts
            .has_prelist
            .then(|| CoverageRegions::new(&sums.counts, own_margins, threshold, tree));
        let poor = (&sums.counts[..], &sums.nation);
        let expected = facts.has_prelist.then(|| Expected::new(poor, threshold, tree));
        Ok(Self { facts, leaves, sums, margins, unknown, coverage, expected })
    }

    /// The same leaves, with other terms for areas of which little was surveyed.
    #[must_use]
    pub const fn with_coverage_terms(mut self, terms: CoverageTerms) -> Self {
        self.facts.coverage = terms;
        self
    }

    /// How areas of which little was surveyed are spoken of.
    pub const fn coverage_terms(&self) -> CoverageTerms {
        self.facts.coverage
    }

    /// Which share a map of a theme shows.
    pub fn shown_share(&self, theme: &Theme) -> ShownShare {
        let counts_poor = theme.counts_poor_households();
        match (self.facts.has_prelist, self.facts.coverage.share) {
            _ if theme.share_of.counted().is_some() => ShownShare::Found,
            (true, ShareAsked::Estimate) if counts_poor => ShownShare::Estimate,
            (true, _) => ShownShare::Found,
            (false, _) if counts_poor => ShownShare::Surveyed,
            (false, _) => ShownShare::None,
        }
    }

    /// The coverage below which an area of a theme is not enough surveyed; `None` where none is judged: of what
    /// describes the survey itself, and without a prelist.
    pub const fn least_coverage(&self, theme: &Theme) -> Option<f64> {
        if self.facts.has_prelist && !theme.of_survey {
            Some(self.facts.coverage.least_coverage)
        } else {
            None
        }
    }

    /// The number of leaves.
    pub fn len(&self) -> usize {
        self.leaves.len()
    }

    pub fn is_empty(&self) -> bool {
        self.leaves.len() == 0
    }

    pub const fn protection(&self) -> Protection {
        self.facts.protection
    }

    /// The deciles that count as poor.
    pub const fn threshold(&self) -> PovertyThreshold {
        self.facts.threshold
    }

    /// The visit fields that the input held, as bits.
    pub const fn fields(&self) -> u32 {
        self.facts.fields
    }

    /// The programmes of which it is known whom they reach.
    pub fn programmes(&self) -> &[Programme] {
        &self.facts.programmes
    }

    /// Whether the release holds anything of a theme.
    pub fn holds(&self, theme: &Theme, indicators: &Indicators) -> bool {
        let held = self.facts.held(indicators);
        let mut columns = theme.count_columns(self.threshold()).iter().chain(&theme.breakdown);
        let is_met =
            theme.needs.are_met_by(self.fields()) && (self.facts.has_prelist || !theme.prelist);
        is_met && columns.any(|column| held & column.bit() != 0)
    }

    /// Whether a prelist was given.
    pub const fn has_prelist(&self) -> bool {
        self.facts.has_prelist
    }

    /// The policy by which the figures were noised; `None` where they are exact.
    pub const fn policy(&self) -> Option<&Policy> {
        self.facts.policy.as_ref()
    }

    /// All households.
    pub fn households(&self) -> i64 {
        households(&self.sums.nation)
    }

    /// The households that no region is known of.
    pub const fn unplaced_households(&self) -> i64 {
        self.sums.unplaced_households
    }

    /// The sum over the nation, or over a region and all below it.
    pub(super) fn scope_counts(&self, within: Option<RegionId>) -> &AllCounts {
        within.map_or(&self.sums.nation, |id| &self.sums.counts[id.index()])
    }
}

/// What is counted by region alone, class by class, in the order of the cube's cells.
fn by_region<const N: usize>(
    cube: &Cube,
    regions: impl Iterator<Item = (Option<RegionId>, [i64; N])>,
) -> [Vec<i64>; N] {
    let mut regions = regions.peekable();
    let mut classes = [(); N].map(|()| Vec::with_capacity(cube.len()));
    for (CubeKey { region, hexagon }, _) in cube.cells() {
        let is_its_own = |(of, _): &(Option<RegionId>, _)| hexagon.is_none() && *of == region;
        let counts = regions.next_if(is_its_own).map_or([0; N], |(_, counts)| counts);
        classes.iter_mut().zip(counts).for_each(|(class, count)| class.push(count));
    }
    classes
}

/// The households of one row of counts; a column that is not held is 0 in it.
pub(super) fn households(counts: &AllCounts) -> i64 {
    CubeColumn::HOUSEHOLDS.iter().map(|column| counts[column.index()]).sum()
}

//! A layer: a theme in a geography, the only thing that leaves the house.

use std::fmt;

use h3o::CellIndex;
use rayon::prelude::*;
use serde::Serialize;

use super::coverage::Coverage;
use super::estimate::Estimate;
use super::figures::Figures;
use super::hexagons::Found;
use super::known::Known;
use super::leaves::{LeafTable, Protection, households};
use super::policy::{TreeLevel, told_at};
use super::regions;
use super::request::LayerRequest;
use super::shares::OtherShares;
use super::status::{ShownShare, Status};
use super::totals::Totals;
use crate::domain::code::RegionCode;
use crate::domain::geography::{Geography, HexagonSize};
use crate::domain::indicator::{Denominators, Indicators, PovertyThreshold, Theme};
use crate::domain::position::Bounds;
use crate::domain::region::{RegionId, RegionTree, Slug};

/// A theme in a geography. Only this stage makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    theme: Theme,
    geography: Geography,
    within: Option<RegionCode>,
    regions: Slug,
    protection: Protection,
    threshold: PovertyThreshold,
    totals: Totals,
    remainder: Option<Remainder>,
    matched: usize,
    shown_share: ShownShare,
    least_coverage: Option<f64>,
    features: Vec<Feature>,
}

/// What is known to the area in which a layer of regions lies and to none of its parts: an area is the sum of
/// its parts and of this.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Remainder {
    /// Visited and counted.
    pub households: i64,
    /// The theme's count; `None` where the input does not hold it.
    pub count: Option<i64>,
    /// Half the width of the count's 95 % interval; 0 where the count is exact. A sum of many small figures
    /// of which none is below 0 is too high: the margin allows for that.
    pub moe95: Option<f64>,
}

impl Remainder {
    /// Whether there is surely nothing.
    pub fn is_nothing(&self) -> bool {
        self.households == 0 && self.count.unwrap_or(0) == 0 && self.moe95.unwrap_or(0.0) == 0.0
    }

    /// Whether it may well be nothing: the interval of the count holds 0.
    pub fn may_be_nothing(&self) -> bool {
        self.count.is_none_or(|count| (count as f64) <= self.moe95.unwrap_or(0.0))
    }
}

/// What a feature stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Region(RegionId),
    Hexagon(CellIndex),
}

/// A region's code, or a hexagon's 15-digit hexadecimal index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceCode {
    Region(RegionCode),
    Hexagon(CellIndex),
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(code) => code.fmt(f),
            Self::Hexagon(cell) => cell.fmt(f),
        }
    }
}

impl Serialize for PlaceCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The denominator of a share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShareOf {
    pub column: &'static str,
    /// `None` where the release counts the units itself.
    pub year: Option<u16>,
    pub source: String,
    pub value: u64,
}

/// The figures of one region or hexagon.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    pub place: Place,
    pub code: PlaceCode,
    /// `None` for a hexagon.
    pub name: Option<String>,
    /// `None` for a province.
    pub parent: Option<PlaceCode>,
    /// Visited and counted.
    pub households: i64,
    /// Of how many households the figure is known; `None` where that is not told here, and of themes that
    /// are known of all.
    pub known: Option<Known>,
    /// Of how many households the decile is known, where the theme needs it.
    pub ranked: Option<Known>,
    /// What was counted where it is known of too few households to be told.
    pub withheld: Option<Withheld>,
    /// The theme's count; `None` where the input does not hold it, or it is known of too few households.
    pub count: Option<i64>,
    /// Half the width of the count's 95 % interval; 0 where the count is exact.
    pub moe95: Option<f64>,
    /// A fraction: the count by [`Feature::share_of`]. Of residents it is prevalence.
    pub share: Option<f64>,
    pub share_moe95: Option<f64>,
    pub share_of: Option<ShareOf>,
    pub other_shares: OtherShares,
    /// Which share a map shows.
    pub shown: ShownShare,
    /// How much of it was surveyed; `None` where that is not known.
    pub coverage: Option<Coverage>,
    /// The households whose rank is not known: on the prelist and not surveyed, or surveyed and not ranked.
    pub(crate) not_ranked: Option<i64>,
    /// The poor by what was found, whether or not it is published.
    pub(crate) estimate: Option<Estimate>,
    /// The count by the area of the region or hexagon.
    pub density_km2: Option<f64>,
    /// Whether it is the rest of a hexagon 7 among hexagons 8: what was merged because it was too small,
    /// and what is known to no smaller hexagon.
    pub rest: bool,
    pub status: Status,
    /// In the order of the theme's breakdown; `None` where the input does not hold the column, or it is
    /// known of too few households.
    pub breakdown: Vec<Option<i64>>,
    /// In the order of the theme's rates; `None` where the input does not hold a column or the denominator is
    /// below 30.
    pub rates: Vec<Option<f64>>,
}

/// What was counted of too few households: it is part of what larger places tell, and not told itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Withheld {
    pub count: Option<i64>,
    pub moe95: Option<f64>,
    pub breakdown: Vec<Option<i64>>,
}

impl Feature {
    /// The count as larger places add it up, told or withheld.
    pub fn counted(&self) -> Option<i64> {
        self.withheld.as_ref().map_or(self.count, |withheld| withheld.count)
    }

    /// Its margin.
    pub fn counted_moe95(&self) -> Option<f64> {
        self.withheld.as_ref().map_or(self.moe95, |withheld| withheld.moe95)
    }

    /// The breakdown as larger places add it up.
    pub fn counted_breakdown(&self) -> &[Option<i64>] {
        self.withheld.as_ref().map_or(&self.breakdown, |withheld| &withheld.breakdown)
    }

    /// The share that a map shows.
    pub fn shown_share(&self) -> Option<f64> {
        self.other_shares.shown(self.shown, (self.share, self.share_moe95)).0
    }

    /// Its margin.
    pub fn shown_share_moe95(&self) -> Option<f64> {
        self.other_shares.shown(self.shown, (self.share, self.share_moe95)).1
    }

    /// Gives the count its margin.
    pub(super) fn set_moe95(&mut self, moe95: Option<f64>) {
        self.moe95 = self.count.and(moe95);
        if let Some(withheld) = &mut self.withheld {
            withheld.moe95 = withheld.count.and(moe95);
        }
    }
}

impl Layer {
    pub const fn theme(&self) -> &Theme {
        &self.theme
    }

    pub const fn geography(&self) -> Geography {
        self.geography
    }

    /// The region within which the layer lies; `None` for the nation.
    pub const fn within(&self) -> Option<RegionCode> {
        self.within
    }

    /// The version of the regions.
    pub const fn regions(&self) -> &Slug {
        &self.regions
    }

    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// The deciles that count as poor.
    pub const fn threshold(&self) -> PovertyThreshold {
        self.threshold
    }

    pub const fn totals(&self) -> Totals {
        self.totals
    }

    /// What the regions of the layer leave over of the area in which it lies, whatever a box or a limit leaves
    /// out; `None` of hexagons.
    pub const fn remainder(&self) -> Option<Remainder> {
        self.remainder
    }

    /// How many features there are without the limit.
    pub const fn matched(&self) -> usize {
        self.matched
    }

    /// Which share a map of the layer shows.
    pub const fn shown_share(&self) -> ShownShare {
        self.shown_share
    }

    /// The coverage below which an area of this theme is not enough surveyed; `None` where none is judged.
    pub const fn least_coverage(&self) -> Option<f64> {
        self.least_coverage
    }

    /// In the order of their codes.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The layer with those features alone that `keep` takes, which are all that match.
    pub fn keeping(mut self, keep: impl Fn(&Feature) -> bool + Send + Sync) -> Self {
        let kept = self.features.into_par_iter().filter(keep);
        self.features = kept.collect();
        self.matched = self.features.len();
        self.tell_shown()
    }

    /// The layer without its first features, and with at most so many.
    pub fn page(mut self, offset: usize, limit: usize) -> Self {
        self.features.drain(..offset.min(self.features.len()));
        self.features.truncate(limit);
        self.tell_shown()
    }

    fn tell_shown(mut self) -> Self {
        let shown = self.features.iter().map(|feature| feature.households).sum();
        self.totals.left_out += self.totals.shown - shown;
        self.totals.shown = shown;
        self
    }
}

impl LeafTable {
    /// The columns that are told in a geography, as bits: where they are exact, all that are counted there.
    fn told(&self, geography: Geography) -> u64 {
        match (self.protection(), geography) {
            (Protection::Restricted, Geography::Region(_)) => u64::MAX,
            (Protection::Restricted, Geography::Hexagon(_)) => told_at(TreeLevel::Hexagon7),
            (Protection::Public, Geography::Region(level)) => told_at(TreeLevel::Region(level)),
            (Protection::Public, Geography::Hexagon(HexagonSize::Hex8)) => {
                told_at(TreeLevel::Hexagon8)
            }
            (Protection::Public, Geography::Hexagon(_)) => told_at(TreeLevel::Hexagon7),
        }
    }

    /// Sums the leaves to a layer. `tree` is the one that the leaves were made on.
    ///
    /// A leaf known only to a higher region counts in that region and above it, and not below; the
    /// totals tell of it.
    pub fn layer(
        &self,
        request: &LayerRequest<'_>,
        tree: &RegionTree,
        indicators: &Indicators,
        denominators: &Denominators,
    ) -> Layer {
        let figures = Figures::new(self, request.theme, self.told(request.geography), indicators);
        let (summed, remainder) = match request.geography {
            Geography::Region(level) => (
                regions::features(self, &figures, level, request, tree, denominators),
                Some(regions::remainder(self, &figures, level, request.within, tree)),
            ),
            Geography::Hexagon(size) => {
                let part = (request.bounds, request.limit);
                (Found::new(self, size, request.within, part, tree).features(&figures), None)
            }
        };
        let mut layer = self.assemble_layer(request, (summed, remainder), tree);
        layer.totals.moe95 = self.margins_of_totals(request.geography, request.within, tree);
        layer
    }

    /// The layers of several themes in the hexagons that touch a box, which are looked for once.
    pub fn hexagons(
        &self,
        size: HexagonSize,
        bounds: Bounds,
        themes: &[&Theme],
        (tree, indicators): (&RegionTree, &Indicators),
    ) -> Vec<Layer> {
        let geography = Geography::Hexagon(size);
        let found = Found::new(self, size, None, (Some(bounds), None), tree);
        let of_theme = |&theme: &&Theme| {
            let figures = Figures::new(self, theme, self.told(geography), indicators);
            let bounds = Some(bounds);
            let request = LayerRequest { theme, geography, within: None, bounds, limit: None };
            self.assemble_layer(&request, (found.features(&figures), None), tree)
        };
        themes.iter().map(of_theme).collect()
    }

    fn assemble_layer(
        &self,
        request: &LayerRequest<'_>,
        ((features, matched, mut totals), remainder): (Summed, Option<Remainder>),
        tree: &RegionTree,
    ) -> Layer {
        totals.counted = households(self.scope_counts(request.within));
        totals.shown = features.iter().map(|feature| feature.households).sum();
        totals.left_out -= totals.shown;
        Layer {
            theme: request.theme.clone(),
            geography: request.geography,
            within: request.within.map(|id| tree.get(id).code),
            regions: tree.version().clone(),
            protection: self.protection(),
            threshold: self.threshold(),
            totals,
            remainder,
            matched,
            shown_share: self.shown_share(request.theme),
            least_coverage: self.least_coverage(request.theme),
            features,
        }
    }
}

/// What one geography gives: the features shown, how many match, and the totals, in which `left_out` is
/// of all features of the scope, shown ones too.
pub(super) type Summed = (Vec<Feature>, usize, Totals);

//! Where the households in the scope of a layer are, and how far public totals may lie from the exact ones.

use serde::Serialize;

use super::leaves::LeafTable;
use super::parts::Parts;
use crate::domain::geography::Geography;
use crate::domain::indicator::CubeColumn;
use crate::domain::region::{Level, RegionId, RegionTree};

/// Where the households in scope are; `counted` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Households in scope: of the nation, or of the region within which the layer lies.
    pub counted: i64,
    /// The sum over the layer's features.
    pub shown: i64,
    /// In regions or hexagons of the scope that the box or the limit leaves out.
    pub left_out: i64,
    /// Known to a higher region only.
    pub elsewhere: i64,
    /// Known to no region (and, in a layer of hexagons, to no hexagon).
    pub unplaced: i64,
    /// In a layer of hexagons: known to a region, and to no hexagon of this size.
    pub without_hexagon: i64,
    /// The margins of public totals; `None` where they are exact, and in layers of single tiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moe95: Option<TotalMargins>,
}

/// How far public totals may lie from the exact ones. No figure of which they are summed is below 0, so many small ones
/// add up to too much: a total that does not exceed its margin may be none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TotalMargins {
    pub counted: f64,
    pub elsewhere: f64,
    pub unplaced: f64,
    pub without_hexagon: f64,
}

impl LeafTable {
    /// The margins of the totals of a layer; `None` where figures are exact.
    pub(super) fn margins_of_totals(
        &self,
        geography: Geography,
        within: Option<RegionId>,
        tree: &RegionTree,
    ) -> Option<TotalMargins> {
        let (margins, parts) = (self.margins.as_ref()?, self.household_parts());
        let is_in = |id: &RegionId| within.is_none_or(|outer| tree.is_within(*id, outer));
        let nation = within.is_none().then_some(None);
        let remainders = |deepest: Option<Level>| {
            let above = tree
                .iter()
                .take_while(|(_, region)| deepest.is_none_or(|deepest| region.level < deepest));
            let above = above.map(|(id, _)| id).filter(is_in).map(Some);
            margins.of_remainders(&parts, nation.into_iter().chain(above))
        };
        let unplaced = match nation {
            Some(nation) => margins.of_remainders(&parts, std::iter::once(nation))?,
            None => 0.0,
        };
        let [elsewhere, without_hexagon] = match geography {
            Geography::Region(level) => [remainders(Some(level))?, 0.0],
            Geography::Hexagon(_) => [0.0, remainders(None)?],
        };
        let counted = match within {
            Some(region) => margins.of_region(&parts, region)?,
            None => margins.of_nation(&parts)?,
        };
        Some(TotalMargins { counted, elsewhere, unplaced, without_hexagon })
    }

    /// Of which classes the number of households is summed.
    fn household_parts(&self) -> Parts {
        Parts::of(&CubeColumn::HOUSEHOLDS, self.threshold())
    }

    /// The margins of the number of all households, and of those known to no region; `None` where they are exact.
    pub fn margins_of_households(&self) -> Option<[f64; 2]> {
        let (margins, parts) = (self.margins.as_ref()?, self.household_parts());
        Some([margins.of_nation(&parts)?, margins.of_remainders(&parts, std::iter::once(None))?])
    }
}

//! A theme's figures of a region or of the nation, beside those of what holds it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ranking::Rank;
use crate::domain::indicator::{CubeColumn, DenominatorColumn, PovertyThreshold, Rate, Theme};
use crate::domain::region::RegionId;
use crate::protect::{
    Coverage, CoverageOf, Estimate, Feature, Known, Layer, OtherShares, Place, ShareOf, ShownShare,
    Status, is_low_coverage, moe95_of_part, share_of_enough,
};

/// The figures of one region or of the nation in one theme, as [`Feature`] describes them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    pub households: i64,
    pub known_households: Option<i64>,
    pub known_of: Option<i64>,
    pub count: Option<i64>,
    pub moe95: Option<f64>,
    pub share: Option<f64>,
    pub share_moe95: Option<f64>,
    pub share_of: Option<ShareOf>,
    #[serde(flatten)]
    pub other_shares: OtherShares,
    /// Which share maps and sentences show.
    pub shown_share: ShownShare,
    pub coverage: Option<f64>,
    pub coverage_moe95: Option<f64>,
    pub coverage_of: Option<CoverageOf>,
    pub density_km2: Option<f64>,
    pub status: Status,
    pub breakdown: BTreeMap<CubeColumn, Option<i64>>,
    /// By the names of the theme's rates.
    pub rates: BTreeMap<String, Option<f64>>,
}

/// A theme in a region or the nation, its rank, and the same of what holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThemeFigures<'a> {
    pub theme: &'a str,
    #[serde(flatten)]
    pub figures: Figures,
    /// Among the regions with the same parent; `None` for the nation and where there is no figure.
    pub rank: Option<Rank>,
    /// `None` for a province and for the nation.
    pub parent: Option<Figures>,
    pub nation: Figures,
}

impl Figures {
    /// The figures of a feature of a layer of this theme.
    pub fn of(feature: &Feature, theme: &Theme) -> Self {
        Self {
            households: feature.households,
            known_households: feature.known.map(|known| known.households),
            known_of: feature.known.map(|known| known.of),
            count: feature.count,
            moe95: feature.moe95,
            share: feature.share,
            share_moe95: feature.share_moe95,
            share_of: feature.share_of.clone(),
            other_shares: feature.other_shares,
            shown_share: feature.shown,
            coverage: feature.coverage.map(|coverage| coverage.share),
            coverage_moe95: feature.coverage.and_then(|coverage| coverage.moe95),
            coverage_of: feature.coverage.map(|coverage| coverage.of),
            density_km2: feature.density_km2,
            status: feature.status,
            breakdown: theme.breakdown.iter().copied().zip(feature.breakdown.clone()).collect(),
            rates: names(theme).zip(feature.rates.iter().copied()).collect(),
        }
    }

    /// The figures of a region, from a layer in which it is a feature.
    pub fn of_region(region: RegionId, layer: &Layer) -> Option<Self> {
        let is_it = |feature: &&Feature| feature.place == Place::Region(region);
        layer.features().iter().find(is_it).map(|feature| Self::of(feature, layer.theme()))
    }

    /// The sum of all provinces, from their layer; what is known to no province is not in it.
    ///
    /// The margin is that of independent errors. Where children were fitted to their parent their errors
    /// offset one another, so it is rather too wide than too narrow.
    pub fn of_nation(provinces: &Layer, area_km2: f64) -> Self {
        let features = provinces.features();
        let households = features.iter().map(|feature| feature.households).sum();
        let sum_of_known =
            |of: fn(&Feature) -> Option<Known>| -> Option<Known> { features.iter().map(of).sum() };
        let known = sum_of_known(|feature| feature.known);
        let both = [known, sum_of_known(|feature| feature.ranked)];
        let is_known = both.iter().flatten().all(Known::is_enough);
        let count = features.iter().map(Feature::counted).sum::<Option<i64>>();
        let count = count.filter(|_| is_known);
        let squares = features.iter().map(|it| it.counted_moe95().map(|moe| moe * moe));
        let moe95 = count.and(squares.sum::<Option<f64>>()).map(f64::sqrt);
        let value = count.map(number);
        let coverage = Coverage::of_all(features.iter().map(|feature| feature.coverage));
        let mut breakdown = sum_of_breakdowns(provinces);
        if !is_known {
            breakdown
                .iter_mut()
                .filter(|(column, _)| **column != CubeColumn::Unranked)
                .for_each(|(_, count)| *count = None);
        }
        let rates = rates(provinces.theme(), &breakdown);
        let mut nation = Self {
            households,
            known_households: known.map(|known| known.households),
            known_of: known.map(|known| known.of),
            count,
            moe95,
            share: None,
            share_moe95: None,
            share_of: sum_of_denominators(features),
            other_shares: OtherShares::default(),
            shown_share: provinces.shown_share(),
            coverage: coverage.map(|coverage| coverage.share),
            coverage_moe95: coverage.and_then(|coverage| coverage.moe95),
            coverage_of: coverage.map(|coverage| coverage.of),
            density_km2: value.filter(|_| area_km2 > 0.0).map(|count| count / area_km2),
            status: Status::NoData,
            breakdown,
            rates,
        };
        nation.status = Status::of(nation.visited(provinces.theme()), count);
        if provinces.least_coverage().is_some_and(|least| is_low_coverage(coverage, least)) {
            nation.status = nation.status.at_low_coverage();
        }
        nation.add_share(provinces.theme(), provinces.threshold());
        if provinces.theme().counts_poor_households() {
            nation.add_other_shares(provinces);
        }
        nation
    }

    /// The share that maps and sentences show, with its margin.
    pub const fn shown(&self) -> (Option<f64>, Option<f64>) {
        self.other_shares.shown(self.shown_share, (self.share, self.share_moe95))
    }

    /// The same as of a region, from what its provinces add up to.
    fn add_other_shares(&mut self, provinces: &Layer) {
        let features = provinces.features();
        self.other_shares.add_surveyed((self.count, self.moe95), self.households);
        let Some(of) = self.share_of.as_ref().map(|of| of.value) else { return };
        let not_ranked = features.iter().map(|feature| feature.not_ranked).sum();
        self.other_shares.add_bounds((self.share, self.count), (not_ranked, of));
        if matches!(self.status, Status::Value | Status::Below10) {
            let estimate = Estimate::sum(features.iter().map(|feature| feature.estimate));
            self.other_shares.add_estimate(estimate.filter(|_| self.share.is_some()), of);
        }
    }

    /// What was visited, as far as the theme tells of it: visits, or households.
    fn visited(&self, theme: &Theme) -> i64 {
        match (theme.share_of, &self.share_of) {
            (DenominatorColumn::Visits, Some(visits)) => {
                i64::try_from(visits.value).unwrap_or(i64::MAX)
            }
            _ => self.households,
        }
    }

    fn add_share(&mut self, theme: &Theme, threshold: PovertyThreshold) {
        let Some(of) = self.share_of.as_ref().map(|of| of.value).filter(|of| *of > 0) else {
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "residents are fewer than 2^52")]
        let by_exact = self.moe95.map(|moe95| moe95 / of as f64);
        self.share = self.count.and_then(|count| share_of_enough(count, of));
        self.share_moe95 = match (theme.share_of.counted(), self.share.zip(by_exact)) {
            (Some(whole), Some((share, by_exact))) => {
                let part = theme.count_columns(threshold).len();
                Some(moe95_of_part(by_exact, share, (part, whole.len())))
            }
            (_, margin) => margin.map(|(_, by_exact)| by_exact),
        };
    }
}

fn names(theme: &Theme) -> impl Iterator<Item = String> {
    theme.rates.iter().map(|rate| rate.name.clone())
}

/// A theme's rates of these figures.
fn rates(
    theme: &Theme,
    breakdown: &BTreeMap<CubeColumn, Option<i64>>,
) -> BTreeMap<String, Option<f64>> {
    let sum = |columns: &[CubeColumn]| -> Option<i64> {
        columns.iter().map(|column| breakdown.get(column).copied().flatten()).sum()
    };
    let value = |rate: &Rate| {
        share_of_enough(sum(&rate.numerator)?, u64::try_from(sum(&rate.denominator)?).ok()?)
    };
    names(theme).zip(theme.rates.iter().map(value)).collect()
}

/// The denominators of all provinces, where each has one and all are of one year.
fn sum_of_denominators(features: &[Feature]) -> Option<ShareOf> {
    let parts: Vec<&ShareOf> =
        features.iter().map(|feature| feature.share_of.as_ref()).collect::<Option<_>>()?;
    let first = parts.first()?;
    if parts.iter().any(|part| part.year != first.year) {
        return None;
    }
    let mut sources: Vec<&str> = parts.iter().map(|part| part.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    Some(ShareOf {
        column: first.column,
        year: first.year,
        source: sources.join("; "),
        value: parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.value))?,
    })
}

fn sum_of_breakdowns(layer: &Layer) -> BTreeMap<CubeColumn, Option<i64>> {
    let columns = layer.theme().breakdown.iter().enumerate();
    let sum = |index: usize| layer.features().iter().map(|it| it.counted_breakdown()[index]).sum();
    columns.map(|(index, column)| (*column, sum(index))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
const fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::UnknownCell;
    use crate::domain::indicator::{Denominators, Indicators};
    use crate::protect::fixture::{self, code, leaves, tree};
    use crate::protect::{LayerRequest, LeafTable};

    /// Enough residents for a share to be told.
    fn denominators() -> Denominators {
        let mut given = fixture::denominators();
        for denominator in given.values_mut() {
            denominator.households = denominator.households.map(|households| 2 * households);
        }
        given
    }

    fn layer(theme: &str, geography: &str) -> Layer {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let request = LayerRequest {
            theme: indicators.theme(theme).unwrap(),
            geography: geography.parse().unwrap(),
            within: None,
            bounds: None,
            limit: None,
        };
        leaves(&tree).layer(&request, &tree, &indicators, &denominators())
    }

    #[test]
    fn the_nation_is_the_sum_of_its_provinces() {
        let nation = Figures::of_nation(&layer("poverty", "province"), 4.0);
        // 12 and 5 of 20 households in the first province, 20 of 20 in the second.
        assert_eq!((nation.households, nation.count, nation.moe95), (40, Some(37), Some(0.0)));
        assert_eq!(nation.density_km2, Some(37.0 / 4.0));
        assert_eq!(nation.breakdown[&CubeColumn::Decile1], Some(12));
        // The second province has a village without a denominator, so the nation has none either.
        assert_eq!((nation.share, nation.share_of), (None, None));
        assert_eq!(nation.status, Status::Value);
    }

    #[test]
    fn what_the_input_does_not_hold_is_none_in_the_nation_too() {
        let nation = Figures::of_nation(&layer("disability", "province"), 4.0);
        assert_eq!((nation.count, nation.status), (None, Status::NoData));
    }

    #[test]
    fn the_nation_holds_what_a_province_withholds_and_says_of_how_many_it_is_known() {
        let tree = tree();
        let nation = |unknown: [i64; 2]| {
            let mut cube = fixture::cube(&tree);
            for (province, unknown) in ["01", "02"].into_iter().zip(unknown) {
                let cell = UnknownCell { counts: [0, unknown, 0], digests: [0; 3] };
                cube.add_unknown(tree.find(code(province)), &cell);
            }
            let threshold = PovertyThreshold::default();
            let leaves = LeafTable::exact(&cube, fixture::fields(), threshold, &tree);
            let indicators = Indicators::embedded();
            let (theme, geography) = (indicators.theme("elderly").unwrap(), "province");
            let geography = geography.parse().unwrap();
            let request =
                LayerRequest { theme, geography, within: None, bounds: None, limit: None };
            let layer = leaves.layer(&request, &tree, &indicators, &denominators());
            Figures::of_nation(&layer, 4.0)
        };
        // 17 poor households in the first province, 20 in the second, where 7 persons are elderly.
        let told = nation([17, 0]);
        assert_eq!(
            (told.count, told.known_households, told.known_of),
            (Some(7), Some(20), Some(37))
        );
        let untold = nation([17, 2]);
        assert_eq!((untold.count, untold.moe95, untold.status), (None, None, Status::NoData));
        assert_eq!(untold.known_households, Some(18));
    }

    #[test]
    fn finds_a_region_in_its_layer() {
        let id = tree().find(code("0101")).unwrap();
        let figures = Figures::of_region(id, &layer("poverty", "regency")).unwrap();
        assert_eq!((figures.count, figures.share), (Some(12), Some(0.25)));
        assert_eq!(Figures::of_region(id, &layer("poverty", "village")), None);
    }
}

//! How the figures of a theme are read from a row of counts.

use super::coverage::{Coverage, is_low};
use super::estimate::Estimate;
use super::known::Known;
use super::layer::{Feature, Place, PlaceCode, ShareOf, Withheld};
use super::leaves::{LeafTable, households};
use super::parts::Parts;
use super::shares::OtherShares;
use super::status::{ShownShare, Status};
use crate::domain::indicator::{
    AllCounts, CubeColumn, Denominator, DenominatorColumn, Indicators, PovertyThreshold, Rate,
    Theme,
};

/// How the figures of a theme are read from a row of counts.
pub(super) struct Figures<'a> {
    theme: &'a Theme,
    /// The columns that are held and told in this geography, as bits.
    held: u64,
    /// The columns of the count; `None` where the input does not hold what the theme needs, or they are
    /// not told in this geography.
    count: Option<&'a [CubeColumn]>,
    /// Of what the margin of the count is made.
    parts: Parts,
    threshold: PovertyThreshold,
    /// The coverage below which an area is not enough surveyed; `None` where none is judged.
    least_coverage: Option<f64>,
    shown: ShownShare,
}

/// Of fewer units no share is told: it would say more of each of them than of a place.
pub const LEAST_UNITS: u64 = 30;

/// Whence a denominator is that the release counts itself.
const OF_THE_RELEASE: &str = "this release";

impl<'a> Figures<'a> {
    /// `told` are the columns that are told in the geography, as bits.
    pub fn new(leaves: &LeafTable, theme: &'a Theme, told: u64, indicators: &Indicators) -> Self {
        let held = leaves.facts.held(indicators) & told;
        let is_told = |columns: &&[CubeColumn]| columns.iter().all(|it| told & it.bit() != 0);
        let is_held = |columns: &&[CubeColumn]| columns.iter().any(|it| held & it.bit() != 0);
        let is_met = theme.needs.are_met_by(leaves.fields());
        let count = is_met.then(|| theme.count_columns(leaves.threshold()));
        let count = count.filter(is_told).filter(is_held);
        let summed = count.unwrap_or_default().iter().copied();
        let summed: Vec<_> = summed.filter(|column| held & column.bit() != 0).collect();
        let threshold = leaves.threshold();
        let least_coverage = leaves.least_coverage(theme);
        let parts = Parts::of(&summed, threshold);
        let shown = leaves.shown_share(theme);
        Self { theme, held, count, parts, threshold, least_coverage, shown }
    }

    /// The column of the poor households whose figure is unknown, of a theme that has one.
    pub fn unknown(&self) -> Option<CubeColumn> {
        let unknown = self.theme.known.map(|known| known.unknown);
        unknown.filter(|column| CubeColumn::UNKNOWN.contains(column))
    }

    /// Whether it counts poor households, of resident ones.
    pub fn counts_poor(&self) -> bool {
        self.theme.counts_poor_households()
    }

    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The columns to sum, each once.
    pub fn columns(&self) -> Vec<CubeColumn> {
        let count = self.count.unwrap_or_default();
        let of = self.theme.share_of.counted().unwrap_or_default();
        let mut columns = [&CubeColumn::HOUSEHOLDS[..], count, of, &self.theme.breakdown].concat();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The feature of a place and its counts, without name, parent and share.
    pub fn feature(&self, place: (Place, PlaceCode), area_km2: f64, counts: &AllCounts) -> Feature {
        let value = |column: &CubeColumn| counts[column.index()];
        let households = households(counts);
        let count = self.count(counts);
        let held = |column: &CubeColumn| self.is_held(column).then(|| value(column));
        let known = self.theme.known.filter(|known| self.is_held(&known.unknown));
        let mut feature = Feature {
            place: place.0,
            code: place.1,
            name: None,
            parent: None,
            households,
            known: known.map(|known| Known::of(known, counts, self.threshold)),
            ranked: self.theme.known.map(|_| Known::ranked(counts)),
            withheld: None,
            count,
            moe95: None,
            share: None,
            share_moe95: None,
            share_of: None,
            other_shares: OtherShares::default(),
            shown: self.shown,
            coverage: None,
            not_ranked: None,
            estimate: None,
            density_km2: count.and_then(|count| ratio(count, area_km2)),
            rest: false,
            status: Status::of(self.visited(households, counts), count),
            breakdown: self.theme.breakdown.iter().map(held).collect(),
            rates: self.theme.rates.iter().map(|rate| self.rate(rate, counts)).collect(),
        };
        let all = [feature.known, feature.ranked];
        if !all.iter().flatten().all(Known::is_enough) {
            self.withhold(&mut feature, counts);
        }
        feature
    }

    /// Takes away what is known of too few households. How many are not ranked stays told.
    pub fn withhold(&self, feature: &mut Feature, counts: &AllCounts) {
        if feature.withheld.is_some() {
            return;
        }
        let columns = self.theme.breakdown.iter().zip(&feature.breakdown);
        let is_told = |(column, told): (&CubeColumn, &Option<i64>)| {
            told.filter(|_| *column == CubeColumn::Unranked)
        };
        let told = columns.map(is_told).collect();
        feature.withheld = Some(Withheld {
            count: feature.count.take(),
            moe95: None,
            breakdown: std::mem::replace(&mut feature.breakdown, told),
        });
        feature.density_km2 = None;
        feature.rates.fill(None);
        feature.status = Status::of(self.visited(feature.households, counts), None);
    }

    /// Adds how much was surveyed, by the area's own prelist.
    pub fn add_coverage(&self, feature: &mut Feature, coverage: Option<Coverage>) {
        feature.coverage = coverage;
        self.judge(feature, |least| is_low(coverage, least));
    }

    /// Adds how much was surveyed, and says so where it is too little. `is_low` is asked by the least coverage.
    pub fn judge(&self, feature: &mut Feature, is_low: impl FnOnce(f64) -> bool) {
        if self.least_coverage.is_some_and(is_low) {
            feature.status = feature.status.at_low_coverage();
        }
    }

    /// Households, or visits where they are what the theme counts.
    fn visited(&self, households: i64, counts: &AllCounts) -> i64 {
        match self.theme.share_of {
            DenominatorColumn::Visits => sum(&CubeColumn::VISITS, counts),
            _ => households,
        }
    }

    /// The theme's count in a row of counts; `None` where the input does not hold it.
    pub fn count(&self, counts: &AllCounts) -> Option<i64> {
        self.count.map(|columns| sum(columns, counts))
    }

    const fn is_held(&self, column: &CubeColumn) -> bool {
        self.held & column.bit() != 0
    }

    fn rate(&self, rate: &Rate, counts: &AllCounts) -> Option<f64> {
        let is_held = |columns: &[CubeColumn]| columns.iter().all(|column| self.is_held(column));
        let are_held = is_held(&rate.numerator) && is_held(&rate.denominator);
        let (count, of) = (sum(&rate.numerator, counts), sum(&rate.denominator, counts));
        are_held.then(|| enough(count, u64::try_from(of).ok()?)).flatten()
    }

    /// Adds the share to a feature whose count has its margin: of these residents, or of what the release
    /// counts itself.
    pub fn add_share(
        &self,
        feature: &mut Feature,
        counts: &AllCounts,
        residents: impl FnOnce() -> Option<Denominator>,
    ) {
        let column = self.theme.share_of;
        if let Some(columns) = column.counted() {
            let Some(count) = self.count else { return };
            let Ok(value) = u64::try_from(sum(columns, counts)) else { return };
            let source = OF_THE_RELEASE.to_owned();
            feature.share = feature.count.and_then(|count| enough(count, value));
            let margin = feature.share.zip(feature.moe95);
            feature.share_moe95 = margin.map(|(share, moe95)| {
                moe95_of_part(moe95 / number(value), share, (count.len(), columns.len()))
            });
            feature.share_of = Some(ShareOf { column: column.name(), year: None, source, value });
            return;
        }
        if self.counts_poor() {
            let counted = (feature.count, feature.moe95);
            feature.other_shares.add_surveyed(counted, feature.households);
        }
        let Some(denominator) = residents() else { return };
        let Some(value) = denominator.get(column) else { return };
        feature.share = feature.count.and_then(|count| enough(count, value));
        feature.share_moe95 = feature.share.and(feature.moe95).map(|margin| margin / number(value));
        let Denominator { year, source, .. } = denominator;
        feature.share_of = Some(ShareOf { column: column.name(), year: Some(year), source, value });
        if self.counts_poor() {
            feature.add_bounds();
        }
    }
}

impl Feature {
    /// Adds the least and the largest share of residents that those leave possible whose rank is not known, and
    /// the estimate where enough was surveyed.
    fn add_bounds(&mut self) {
        let Some(of) = self.share_of.as_ref().map(|of| of.value) else { return };
        let (estimate, status) = (self.estimate, self.status);
        self.other_shares.add_bounds((self.share, self.count), (self.not_ranked, of));
        if matches!(status, Status::Value | Status::Below10) {
            self.other_shares.add_estimate(estimate.filter(|_| self.share.is_some()), of);
        }
    }
}

impl OtherShares {
    /// From the share and the number of poor that were found, and of how many the rank is not known.
    pub(crate) fn add_bounds(
        &mut self,
        (share, found): (Option<f64>, Option<i64>),
        (not_ranked, of): (Option<i64>, u64),
    ) {
        let Some((not_ranked, found)) = not_ranked.zip(found).filter(|_| share.is_some()) else {
            return;
        };
        self.low = share;
        self.high = enough(found + not_ranked, of);
    }

    /// From the number of poor that were found, with its margin, and the households surveyed.
    pub(crate) fn add_surveyed(
        &mut self,
        (found, moe95): (Option<i64>, Option<f64>),
        households: i64,
    ) {
        let Ok(of) = u64::try_from(households) else { return };
        self.surveyed = found.and_then(|found| enough(found, of));
        // Households are poor, not poor or not ranked.
        self.surveyed_moe95 = self
            .surveyed
            .zip(moe95)
            .map(|(share, moe95)| moe95_of_part(moe95 / number(of), share, (1, 3)));
    }

    pub(crate) fn add_estimate(&mut self, estimate: Option<Estimate>, of: u64) {
        let Some(Estimate { count, moe95 }) = estimate.filter(|_| of > 0) else { return };
        self.estimate = Some(count / number(of));
        self.estimate_moe95 = moe95.map(|moe95| moe95 / number(of));
    }
}

/// The margin of a share of noisy units, given the margin of the count as if the denominator were exact, and
/// of how many classes of one table either is the sum: they have the same noise, independent of each
/// other (first-order propagation of variances).
pub fn moe95_of_part(by_exact: f64, share: f64, (part, whole): (usize, usize)) -> f64 {
    let others = whole.saturating_sub(part) as f64 / part as f64;
    by_exact * ((1.0 - share) * (1.0 - share) + share * share * others).sqrt()
}

/// A share of units that are enough for one to be told.
pub fn enough(count: i64, of: u64) -> Option<f64> {
    (of >= LEAST_UNITS).then(|| ratio(count, number(of))).flatten()
}

fn sum(columns: &[CubeColumn], counts: &AllCounts) -> i64 {
    columns.iter().map(|column| counts[column.index()]).sum()
}

/// A quotient, or `None` where there is nothing to divide by.
fn ratio(count: i64, by: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
    let quotient = count as f64 / by;
    (by > 0.0 && quotient.is_finite()).then_some(quotient)
}

#[expect(clippy::cast_precision_loss, reason = "units are fewer than 2^52")]
const fn number(units: u64) -> f64 {
    units as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_noisy_units_is_as_uncertain_as_drawing_says() {
        // 300 of 400, the same noise in the part and in the rest: 200,000 draws of two uniform errors.
        let (mut state, mut squares, draws) = (1_u64, 0.0, 200_000);
        let mut error = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64 * 6.0 - 3.0
        };
        for _ in 0..draws {
            let (part, rest) = (300.0 + error(), 100.0 + error());
            let off = part / (part + rest) - 0.75;
            squares += off * off / f64::from(draws);
        }
        // The deviation of such an error is the square root of 3.
        let told = moe95_of_part(f64::sqrt(3.0) / 400.0, 0.75, (1, 2));
        assert!((told / squares.sqrt() - 1.0).abs() < 0.02, "{told} {squares}");
    }

    #[test]
    fn of_fewer_than_30_there_is_no_share() {
        assert_eq!((enough(20, 29), enough(15, 30)), (None, Some(0.5)));
    }
}

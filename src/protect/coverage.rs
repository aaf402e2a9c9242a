//! How much of an area was surveyed: of its prelist, or, without one, of its residents.

use rayon::prelude::*;
use serde::Serialize;

use super::figures::moe95_of_part;
use super::leaf_margins::LeafMargins;
use super::parts::Parts;
use crate::domain::indicator::{AllCounts, CubeColumn, PovertyThreshold};
use crate::domain::region::{RegionId, RegionTree};

/// Of what the coverage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverageOf {
    /// The households of the prelist, without those that were resolved to be none.
    Prelist,
    /// All resident households.
    Residents,
}

impl CoverageOf {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prelist => "prelist",
            Self::Residents => "residents",
        }
    }
}

/// How much of an area was surveyed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// A fraction: households counted by those of which they are.
    pub share: f64,
    /// Half the width of its 95 % interval by noise; 0 where it is exact.
    pub moe95: Option<f64>,
    pub of: CoverageOf,
    /// The households of which it is; of a hexagon those counted in it, by which it is weighted.
    pub units: f64,
}

impl Coverage {
    /// Of households counted among resident ones.
    pub fn of_residents(counted: i64, moe95: Option<f64>, residents: u64) -> Option<Self> {
        let units = residents as f64;
        (residents > 0).then(|| Self {
            share: counted as f64 / units,
            moe95: moe95.map(|moe95| moe95 / units),
            of: CoverageOf::Residents,
            units,
        })
    }

    /// Of several areas of which none lies in another, as of independent errors; `None` where one has none, or
    /// they are not of the same.
    pub fn of_all(parts: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        let parts: Vec<Self> = parts.into_iter().collect::<Option<_>>()?;
        let of = parts.first()?.of;
        let units: f64 = parts.iter().map(|part| part.units).sum();
        if units <= 0.0 || parts.iter().any(|part| part.of != of) {
            return None;
        }
        let share = parts.iter().map(|part| part.share * part.units).sum::<f64>() / units;
        let squares = parts.iter().map(|part| Some((part.moe95? * part.units).powi(2)));
        let moe95 = squares.sum::<Option<f64>>().map(|sum| sum.sqrt() / units);
        Some(Self { share, moe95, of, units })
    }
}

/// The coverage of the prelist by region.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CoverageRegions {
    /// By [`RegionId`]; `None` where nothing is listed.
    regions: Vec<Option<Coverage>>,
}

impl CoverageRegions {
    /// From the sums of all regions.
    pub fn new(
        sums: &[AllCounts],
        margins: Option<&LeafMargins>,
        threshold: PovertyThreshold,
        tree: &RegionTree,
    ) -> Self {
        let counted = Parts::of(&[CubeColumn::PrelistCounted], threshold);
        let ids: Vec<RegionId> = tree.iter().map(|(id, _)| id).collect();
        let of_region = |id: RegionId| {
            let margin = margins.map_or(Some(0.0), |all| all.of_region(&counted, id));
            of_counts(&sums[id.index()], margin)
        };
        Self { regions: ids.into_par_iter().map(of_region).collect() }
    }

    pub fn of_region(&self, region: RegionId) -> Option<Coverage> {
        self.regions[region.index()]
    }

    /// Of a hexagon: the mean of the regions in which its leaves lie, and whether most of its households are in
    /// regions below a coverage. Both are weighted by households.
    pub fn of_leaves(
        &self,
        leaves: impl Iterator<Item = (Option<RegionId>, i64)>,
        least_coverage: f64,
    ) -> (Option<Coverage>, bool) {
        let mut by_region: Vec<(RegionId, f64)> =
            leaves.filter_map(|(id, weight)| Some((id?, weight.max(0) as f64))).collect();
        by_region.sort_unstable_by_key(|(id, _)| *id);
        by_region.dedup_by(|next, sum| {
            let is_same = next.0 == sum.0;
            sum.1 += if is_same { next.1 } else { 0.0 };
            is_same
        });
        let (mut low, mut all) = (0.0, 0.0);
        let mut parts = Vec::with_capacity(by_region.len());
        for (region, weight) in by_region {
            let coverage = self.of_region(region);
            all += weight;
            low += if is_low(coverage, least_coverage) { weight } else { 0.0 };
            parts.extend(coverage.map(|coverage| Some(Coverage { units: weight, ..coverage })));
        }
        (Coverage::of_all(parts), 2.0 * low > all || all == 0.0)
    }
}

/// Whether less was surveyed than is asked for. Where nothing is listed, nothing says how much was surveyed.
pub fn is_low(coverage: Option<Coverage>, least_coverage: f64) -> bool {
    let of_prelist = coverage.filter(|coverage| coverage.of == CoverageOf::Prelist);
    of_prelist.is_none_or(|coverage| coverage.share < least_coverage)
}

fn of_counts(counts: &AllCounts, counted_moe95: Option<f64>) -> Option<Coverage> {
    let [counted, not_counted] = CubeColumn::PRELIST.map(|column| counts[column.index()] as f64);
    let units = counted + not_counted;
    let share = counted / units;
    (units > 0.0).then(|| Coverage {
        share,
        moe95: counted_moe95.map(|moe95| moe95_of_part(moe95 / units, share, (1, 2))),
        of: CoverageOf::Prelist,
        units,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::fixture::{code, tree};

    fn counts(counted: i64, not_counted: i64) -> AllCounts {
        let mut counts = [0; CubeColumn::ALL.len()];
        counts[CubeColumn::PrelistCounted.index()] = counted;
        counts[CubeColumn::PrelistNotCounted.index()] = not_counted;
        counts
    }

    fn coverage(share: f64, moe95: f64, units: f64) -> Coverage {
        Coverage { share, moe95: Some(moe95), of: CoverageOf::Prelist, units }
    }

    #[test]
    fn a_hexagon_has_the_mean_of_its_villages_by_households() {
        let tree = tree();
        let mut sums = vec![counts(0, 0); tree.len()];
        let id = |text: &str| tree.find(code(text)).unwrap();
        let (first, second, empty) = (id("0101001001"), id("0201001001"), id("0201001002"));
        sums[first.index()] = counts(90, 10);
        sums[second.index()] = counts(20, 80);
        let regions = CoverageRegions::new(&sums, None, Default::default(), &tree);
        assert_eq!(regions.of_region(first), Some(coverage(0.9, 0.0, 100.0)));
        assert_eq!(regions.of_region(empty), None);
        let of = |leaves: &[(RegionId, i64)]| {
            let leaves = leaves.iter().map(|(id, households)| (Some(*id), *households));
            let (coverage, is_low) = regions.of_leaves(leaves, 0.5);
            (coverage.map(|it| (it.share * 100.0).round()), is_low)
        };
        assert_eq!(of(&[(first, 20), (second, 10), (first, 10)]), (Some(73.0), false));
        assert_eq!(of(&[(first, 10), (second, 30)]), (Some(38.0), true));
        assert_eq!(of(&[(empty, 5)]), (None, true));
        assert_eq!(of(&[(first, 6), (empty, 4)]), (Some(90.0), false));
    }

    #[test]
    fn the_coverage_of_several_areas_is_that_of_all_their_households() {
        let sum =
            Coverage::of_all([Some(coverage(0.5, 0.03, 100.0)), Some(coverage(0.9, 0.04, 300.0))]);
        let sum = sum.unwrap();
        assert!((sum.share - 0.8).abs() < 1e-12);
        assert!((sum.moe95.unwrap() - 3.0_f64.hypot(12.0) / 400.0).abs() < 1e-12);
        assert_eq!(Coverage::of_all([Some(coverage(0.5, 0.0, 10.0)), None]), None);
        let residents = Coverage::of_residents(34, Some(0.0), 9754);
        assert_eq!(Coverage::of_all([residents, Some(coverage(0.5, 0.0, 10.0))]), None);
    }

    #[test]
    fn without_a_prelist_nothing_says_that_enough_was_surveyed() {
        assert!(is_low(None, 0.0));
        assert!(is_low(Coverage::of_residents(90, None, 100), 0.5));
        assert!(!is_low(Some(coverage(0.5, 0.1, 10.0)), 0.5));
        assert!(is_low(Some(coverage(0.49, 0.1, 10.0)), 0.5));
    }
}

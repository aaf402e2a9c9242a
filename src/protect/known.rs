//! Of how many households a figure is known, and whether those are enough for it to be told.
//!
//! A count says nothing of households whose figure could not be read. Where it is known of fewer than half of
//! the households of which it should be known it is not told: it would say "few" where "unknown" is true.
//! That is decided by the figures of the leaves alone, noisy ones in public.

use serde::Serialize;

use crate::domain::indicator::{AllCounts, CubeColumn, KnownOf, KnownSpec, PovertyThreshold};
use crate::domain::region::{Level, RegionId, RegionTree};

/// The least share of households, one in so many, of which a figure must be known to be told.
pub const LEAST_KNOWN_ONE_IN: i64 = 2;

/// Of how many households a figure is known, and of how many it should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Known {
    pub households: i64,
    pub of: i64,
}

impl Known {
    /// From all and those of which it is unknown. Noise may make the latter more.
    fn without(of: i64, unknown: i64) -> Self {
        Self { households: (of - unknown).max(0), of }
    }

    /// The households whose decile is known.
    pub fn ranked(counts: &AllCounts) -> Self {
        Self::without(sum(&CubeColumn::HOUSEHOLDS, counts), counts[CubeColumn::Unranked.index()])
    }

    /// As a theme has it.
    pub fn of(spec: KnownSpec, counts: &AllCounts, threshold: PovertyThreshold) -> Self {
        let of = match spec.of {
            KnownOf::Households => sum(&CubeColumn::HOUSEHOLDS, counts),
            KnownOf::Poor => sum(threshold.columns(), counts),
        };
        Self::without(of, counts[spec.unknown.index()])
    }

    /// Whether the figure is known of enough households to be told. Of none nothing is unknown.
    pub const fn is_enough(&self) -> bool {
        self.households.saturating_mul(LEAST_KNOWN_ONE_IN) >= self.of
    }
}

impl std::iter::Sum for Known {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            households: sum.households + one.households,
            of: sum.of + one.of,
        })
    }
}

fn sum(columns: &[CubeColumn], counts: &AllCounts) -> i64 {
    columns.iter().map(|column| counts[column.index()]).sum()
}

/// Regions in which figures of poor households are known of too few. What is unknown is told by region
/// alone; a hexagon is judged by the districts of its poor households.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UnknownRegions {
    threshold: PovertyThreshold,
    /// By the place in [`CubeColumn::UNKNOWN`], then by [`RegionId`]; `None` where there is no such region.
    regions: [Option<Vec<bool>>; CubeColumn::UNKNOWN.len()],
}

impl UnknownRegions {
    /// From the sums of all regions. A village is judged as its district is, where noise is small beside
    /// the poor households. `held` are the columns that the release holds, as bits.
    pub fn new(
        sums: &[AllCounts],
        threshold: PovertyThreshold,
        held: u64,
        tree: &RegionTree,
    ) -> Self {
        let of_column = |unknown: CubeColumn| {
            if held & unknown.bit() == 0 {
                return None;
            }
            let spec = KnownSpec { of: KnownOf::Poor, unknown };
            // Regions stand level by level, those above first.
            let mut are_unknown = Vec::with_capacity(sums.len());
            for (id, region) in tree.iter() {
                let above = tree.parent(id).filter(|_| region.level == Level::Village);
                let is_unknown = match above {
                    Some(above) => are_unknown[above.index()],
                    None => !Known::of(spec, &sums[id.index()], threshold).is_enough(),
                };
                are_unknown.push(is_unknown);
            }
            are_unknown.contains(&true).then_some(are_unknown)
        };
        Self { threshold, regions: CubeColumn::UNKNOWN.map(of_column) }
    }

    /// Whether most poor households of some places are in regions in which their figure is known of too few,
    /// or all places without poor households. `poor` gives those of a place, by its columns.
    pub fn hold_most(
        &self,
        unknown: CubeColumn,
        places: impl Iterator<Item = (Option<RegionId>, usize)>,
        poor: impl Fn(usize, &[CubeColumn]) -> i64,
    ) -> bool {
        let at = CubeColumn::UNKNOWN.iter().position(|column| *column == unknown);
        let Some(regions) = at.and_then(|at| self.regions[at].as_ref()) else { return false };
        let (mut known, mut are_all) = (Known::default(), true);
        for (region, place) in places {
            let households = poor(place, self.threshold.columns());
            known.of += households;
            let is_unknown = region.is_some_and(|region| regions[region.index()]);
            known.households += if is_unknown { 0 } else { households };
            are_all &= is_unknown;
        }
        if known.of == 0 { are_all } else { !known.is_enough() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::fixture::{code, tree};

    const ELDERLY: KnownSpec = KnownSpec { of: KnownOf::Poor, unknown: CubeColumn::ElderlyUnknown };

    fn counts(poor: i64, unknown: i64) -> AllCounts {
        let mut counts = [0; CubeColumn::ALL.len()];
        counts[CubeColumn::Decile3.index()] = poor;
        counts[CubeColumn::Decile7To10.index()] = 50;
        counts[CubeColumn::Unranked.index()] = 30;
        counts[CubeColumn::ElderlyUnknown.index()] = unknown;
        counts
    }

    #[test]
    fn half_of_the_households_are_enough_and_more_unknown_than_there_are_is_none() {
        let of = |poor, unknown| Known::of(ELDERLY, &counts(poor, unknown), Default::default());
        assert_eq!(of(20, 5), Known { households: 15, of: 20 });
        assert!(of(20, 10).is_enough() && !of(20, 11).is_enough());
        assert_eq!(of(20, 30), Known { households: 0, of: 20 });
        assert!(of(0, 0).is_enough() && of(0, 4).is_enough());
        assert_eq!(Known::ranked(&counts(20, 5)), Known { households: 70, of: 100 });
    }

    #[test]
    fn a_hexagon_is_judged_by_the_districts_of_its_poor_households() {
        let tree = tree();
        let mut sums = vec![counts(0, 0); tree.len()];
        let id = |text: &str| tree.find(code(text)).unwrap();
        sums[id("0101001").index()] = counts(100, 60);
        sums[id("0101001001").index()] = counts(10, 0);
        sums[id("0201001").index()] = counts(100, 40);
        sums[id("0201001001").index()] = counts(10, 10);
        let unknown = UnknownRegions::new(&sums, Default::default(), u64::MAX, &tree);
        let most = |poor: [i64; 2]| {
            let places = [(Some(id("0101001001")), 0), (Some(id("0201001001")), 1)];
            let column = CubeColumn::ElderlyUnknown;
            unknown.hold_most(column, places.into_iter(), |place, _| poor[place])
        };
        assert!(most([6, 5]) && !most([5, 5]) && !most([0, 0]));
        let alone =
            |text| unknown.hold_most(ELDERLY.unknown, [(Some(id(text)), 0)].into_iter(), |_, _| 0);
        assert!(alone("0101001001") && !alone("0201001001"));
        let other = CubeColumn::ChildrenUnknown;
        assert!(!unknown.hold_most(other, [(Some(id("0101001001")), 0)].into_iter(), |_, _| 5));
        let none = UnknownRegions::new(&sums, Default::default(), 0, &tree);
        assert_eq!(none.regions, [None, None, None]);
    }
}

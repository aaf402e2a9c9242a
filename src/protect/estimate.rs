//! How many poor there are by what was found: what was found, and what is expected of those whose rank is not known.
//!
//! The rank of a household is not known where it is on the prelist and was not surveyed, or was surveyed and not
//! ranked. Such households are taken to be as often poor as those that were ranked around them: in their village, or,
//! where fewer than [`LEAST_COUNTED`] were ranked there, in the smallest area above it with so many. The variance of
//! that is the one of sampling without replacement from a finite population (Cochran 1977, Sampling Techniques, section
//! 2.9: `N (N - n) p (1 - p) / n` of a stratum's total).

use super::leaf_margins::LeafMargins;
use super::leaves::households;
use super::parts::Parts;
use crate::domain::indicator::{AllCounts, CubeColumn, PovertyThreshold};
use crate::domain::region::{Level, RegionId, RegionTree};

/// The households that must have been ranked in an area for its share of poor to stand for those that were not.
pub const LEAST_COUNTED: i64 = 30;

/// Half of the width of the interval that holds 95 % of normal errors, in deviations.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// A number of poor households with a margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub count: f64,
    /// Half the width of its 95 % interval: noise, and sampling.
    pub moe95: Option<f64>,
}

impl Estimate {
    /// The sum over areas of which none lies in another, as of independent errors.
    pub fn sum(parts: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        let mut sum = (0.0, Some(0.0));
        for part in parts {
            let Self { count, moe95 } = part?;
            sum.0 += count;
            sum.1 = sum.1.zip(moe95).map(|(sum, moe95)| sum + moe95 * moe95);
        }
        Some(Self { count: sum.0, moe95: sum.1.map(f64::sqrt) })
    }
}

/// What is expected of the households of each region whose rank is not known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    poor: &'static [CubeColumn],
    /// By [`RegionId`]; `None` where nobody was ranked in any area around.
    regions: Vec<Option<OfRegion>>,
}

/// Of those of one region.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct OfRegion {
    poor: f64,
    variance: f64,
}

/// The stratum that stands for them: the share of poor in it and how many were ranked.
#[derive(Clone, Copy)]
struct Stratum {
    poor: f64,
    counted: f64,
}

impl Stratum {
    fn of(counts: &AllCounts, poor: &[CubeColumn]) -> Option<Self> {
        let counted = ranked(counts);
        let found: i64 = poor.iter().map(|column| counts[column.index()]).sum();
        (counted > 0).then(|| Self {
            poor: (found as f64 / counted as f64).clamp(0.0, 1.0),
            counted: counted as f64,
        })
    }

    /// The variance of the number of poor among so many unsurveyed households.
    fn variance(self, unsurveyed: f64) -> f64 {
        self.poor * (1.0 - self.poor) * unsurveyed * (unsurveyed + self.counted) / self.counted
    }
}

/// A stratum's place among the levels: the nation, then the levels of regions.
const LEVELS: usize = Level::ALL.len() + 1;

fn at(level: Option<Level>) -> usize {
    level.map_or(0, |level| 1 + level as usize)
}

impl Expected {
    /// From the sums of all regions and of the nation.
    pub fn new(
        (sums, nation): (&[AllCounts], &AllCounts),
        threshold: PovertyThreshold,
        tree: &RegionTree,
    ) -> Self {
        let poor = threshold.columns();
        let nation = Stratum::of(nation, poor);
        // By region and level of the stratum: the unsurveyed households for which it stands.
        let mut waiting = vec![[0.0; LEVELS]; tree.len()];
        let mut settled = vec![OfRegion::default(); tree.len()];
        let mut own: Vec<i64> = sums.iter().map(not_ranked).collect();
        let mut regions = vec![None; tree.len()];
        // Parts come after what they are parts of.
        for (id, region) in tree.iter().collect::<Vec<_>>().into_iter().rev() {
            let here = id.index();
            // What is listed in the region and in none of its parts.
            let households = own[here].max(0) as f64;
            let strata = strata(id, (sums, nation), poor, tree);
            if let Some((level, _)) = chosen(&strata) {
                waiting[here][level] += households;
            }
            let level = at(Some(region.level));
            let is_known = chosen(&strata).is_some() || not_ranked(&sums[here]) == 0;
            if let Some(stratum) = strata[level] {
                settled[here].variance += stratum.variance(waiting[here][level]);
                settled[here].poor += stratum.poor * waiting[here][level];
                waiting[here][level] = 0.0;
            }
            let mut told = settled[here];
            for (stratum, unsurveyed) in strata.iter().zip(waiting[here]) {
                let Some(stratum) = stratum else { continue };
                told.poor += stratum.poor * unsurveyed;
                told.variance += stratum.variance(unsurveyed);
            }
            regions[here] = is_known.then_some(told);
            if let Some(parent) = tree.parent(id).map(RegionId::index) {
                let (rows, parts) = (waiting[here], settled[here]);
                waiting[parent].iter_mut().zip(rows).for_each(|(sum, it)| *sum += it);
                settled[parent].poor += parts.poor;
                settled[parent].variance += parts.variance;
                own[parent] -= not_ranked(&sums[here]);
            }
        }
        Self { poor, regions }
    }

    /// The poor of a region. `margins` are those of public leaves.
    pub fn of_region(
        &self,
        region: RegionId,
        counts: &AllCounts,
        (margins, threshold): (Option<&LeafMargins>, PovertyThreshold),
    ) -> Option<Estimate> {
        let expected = self.regions[region.index()]?;
        let found: i64 = self.poor.iter().map(|column| counts[column.index()]).sum();
        let counted = ranked(counts).max(LEAST_COUNTED) as f64;
        let unsurveyed = not_ranked(counts) as f64;
        let margin = |columns: &[CubeColumn]| match margins {
            None => Some(0.0),
            Some(all) => all.of_region(&Parts::of(columns, threshold), region),
        };
        // What was found stands once for itself and once more for those of whom it is expected.
        let of_found = margin(self.poor).map(|moe95| moe95 * (1.0 + unsurveyed / counted));
        let share = found as f64 / counted;
        let of_listed = margin(&NOT_RANKED).map(|moe95| moe95 * share);
        let sampling = NORMAL_95 * expected.variance.sqrt();
        let moe95 = of_found.zip(of_listed);
        Some(Estimate {
            count: found as f64 + expected.poor,
            moe95: moe95.map(|(found, listed)| found.hypot(listed).hypot(sampling)),
        })
    }
}

/// The columns of households whose rank is not known.
const NOT_RANKED: [CubeColumn; 2] = [CubeColumn::Unranked, CubeColumn::PrelistNotCounted];

/// The households whose rank is not known: on the prelist and not surveyed, or surveyed and not ranked.
pub(super) fn not_ranked(counts: &AllCounts) -> i64 {
    NOT_RANKED.iter().map(|column| counts[column.index()]).sum()
}

fn ranked(counts: &AllCounts) -> i64 {
    households(counts) - counts[CubeColumn::Unranked.index()]
}

/// The strata that a region lies in, by level.
fn strata(
    id: RegionId,
    (sums, nation): (&[AllCounts], Option<Stratum>),
    poor: &[CubeColumn],
    tree: &RegionTree,
) -> [Option<Stratum>; LEVELS] {
    let mut strata = [None; LEVELS];
    strata[0] = nation;
    let mut region = Some(id);
    while let Some(id) = region {
        strata[at(Some(tree.get(id).level))] = Stratum::of(&sums[id.index()], poor);
        region = tree.parent(id);
    }
    strata
}

/// The smallest stratum in which enough were ranked, else the largest in which anybody was.
fn chosen(strata: &[Option<Stratum>; LEVELS]) -> Option<(usize, Stratum)> {
    let known = || strata.iter().enumerate().filter_map(|(level, it)| Some((level, (*it)?)));
    let enough = |(_, stratum): &(usize, Stratum)| stratum.counted >= LEAST_COUNTED as f64;
    known().rev().find(enough).or_else(|| known().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::fixture::{code, tree};

    /// Poor and other households counted, and those of the prelist that were not.
    fn counts(poor: i64, others: i64, not_counted: i64) -> AllCounts {
        let mut counts = [0; CubeColumn::ALL.len()];
        counts[CubeColumn::Decile2.index()] = poor;
        counts[CubeColumn::Decile7To10.index()] = others;
        counts[CubeColumn::PrelistNotCounted.index()] = not_counted;
        counts
    }

    #[test]
    fn the_unsurveyed_are_as_poor_as_the_counted_of_the_smallest_area_with_thirty() {
        let tree = tree();
        let mut sums = vec![counts(0, 0, 0); tree.len()];
        let id = |text: &str| tree.find(code(text)).unwrap();
        // A village with enough, one with too few, which takes its district's 40 of 100.
        let rows = [
            ("0101001001", counts(36, 44, 20)),
            ("0101001002", counts(4, 16, 50)),
            ("0101001", counts(40, 60, 70)),
            ("0101", counts(40, 60, 70)),
            ("01", counts(40, 60, 70)),
        ];
        rows.iter().for_each(|(region, counts)| sums[id(region).index()] = *counts);
        let nation = counts(40, 60, 70);
        let threshold = PovertyThreshold::default();
        let expected = Expected::new((&sums, &nation), threshold, &tree);
        let of = |text: &str| {
            let counts = &sums[id(text).index()];
            expected.of_region(id(text), counts, (None, threshold)).unwrap()
        };
        let first = 0.45 * 0.55 * 20.0 * 100.0 / 80.0;
        let second = 0.4 * 0.6 * 50.0 * 150.0 / 100.0;
        let cases: [(&str, f64, f64); 4] = [
            ("0101001001", 36.0 + 9.0, first),
            ("0101001002", 4.0 + 20.0, second),
            ("0101001", 40.0 + 29.0, first + second),
            ("01", 40.0 + 29.0, first + second),
        ];
        for (region, count, variance) in cases {
            let found = of(region);
            assert!((found.count - count).abs() < 1e-9, "{region}: {found:?}");
            let moe95 = NORMAL_95 * variance.sqrt();
            assert!((found.moe95.unwrap() - moe95).abs() < 1e-9, "{region}: {found:?}");
        }
    }

    /// A number between 0 and 1.
    fn draw(state: &mut u64) -> f64 {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (crate::count::digest::mix(*state) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of one village: the poor on its prelist, those found, all counted, and not counted.
    struct Village {
        poor: i64,
        found: i64,
        counted: i64,
        not_counted: i64,
    }

    /// A village of so many households, of which a share is surveyed in random order.
    fn village(state: &mut u64, households: u32, poor: f64, coverage: f64) -> Village {
        let (mut village, mut left) =
            (Village { poor: 0, found: 0, counted: 0, not_counted: 0 }, 0);
        let surveyed = (f64::from(households) * coverage).round() as u32;
        for number in 0..households {
            let (is_poor, remaining) = (draw(state) < poor, f64::from(households - number));
            let is_counted = draw(state) < f64::from(surveyed - left) / remaining;
            left += u32::from(is_counted);
            village.poor += i64::from(is_poor);
            village.found += i64::from(is_poor && is_counted);
            village.counted += i64::from(is_counted);
            village.not_counted += i64::from(!is_counted);
        }
        village
    }

    #[test]
    fn intervals_hold_the_truth_and_the_estimate_does_not_follow_the_coverage() {
        let tree = tree();
        let threshold = PovertyThreshold::default();
        let ids = ["0101001001", "0101001002"].map(|text| tree.find(code(text)).unwrap());
        let above = ["0101001", "0101", "01"].map(|text| tree.find(code(text)).unwrap());
        let (mut covered, mut all, mut state) = (0, 0, 7);
        let (mut estimates, mut coverages) = (Vec::new(), Vec::new());
        for _ in 0..3_000 {
            let coverage = 0.5 + 0.5 * draw(&mut state);
            let rate = 0.1 + 0.5 * draw(&mut state);
            let mut sums = vec![counts(0, 0, 0); tree.len()];
            let (mut truth, mut found, mut not_counted) = (0, 0, 0);
            for (id, size) in ids.into_iter().zip([150, 40]) {
                let of = village(&mut state, size, rate, coverage);
                let row = counts(of.found, of.counted - of.found, of.not_counted);
                for place in std::iter::once(id).chain(above) {
                    let sum = &mut sums[place.index()];
                    sum.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
                }
                truth += of.poor;
                found += of.found;
                not_counted += of.not_counted;
            }
            let nation = sums[above[2].index()];
            let expected = Expected::new((&sums, &nation), threshold, &tree);
            let region = above[1];
            let estimate = expected.of_region(region, &nation, (None, threshold)).unwrap();
            // What needs no assumption holds always.
            assert!(found <= truth && truth <= found + not_counted);
            let off = (estimate.count - truth as f64).abs();
            covered += i32::from(off <= estimate.moe95.unwrap() + 0.5);
            all += 1;
            estimates.push(estimate.count - 190.0 * rate);
            coverages.push(coverage);
        }
        let share = f64::from(covered) / f64::from(all);
        assert!((0.93..=0.98).contains(&share), "{share}");
        let correlation = correlation(&estimates, &coverages);
        assert!(correlation.abs() < 0.1, "{correlation}");
    }

    fn correlation(one: &[f64], other: &[f64]) -> f64 {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (a, b) = (mean(one), mean(other));
        let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
            one.iter().zip(other).map(|(x, y)| of(x - a, y - b)).sum()
        };
        sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
    }

    #[test]
    fn a_surveyed_household_that_is_not_ranked_may_be_poor() {
        let tree = tree();
        let id = tree.find(code("0201001001")).unwrap();
        let mut row = counts(40, 60, 0);
        row[CubeColumn::Unranked.index()] = 50;
        let mut sums = vec![counts(0, 0, 0); tree.len()];
        sums[id.index()] = row;
        let threshold = PovertyThreshold::default();
        let expected = Expected::new((&sums, &row), threshold, &tree);
        let estimate = expected.of_region(id, &row, (None, threshold)).unwrap();
        assert!((estimate.count - 60.0).abs() < 1e-9, "{estimate:?}");
        assert_eq!(not_ranked(&row), 50);
    }

    #[test]
    fn where_nobody_was_counted_there_is_no_estimate() {
        let tree = tree();
        let mut sums = vec![counts(0, 0, 0); tree.len()];
        let id = tree.find(code("0201001001")).unwrap();
        sums[id.index()] = counts(0, 0, 9);
        let threshold = PovertyThreshold::default();
        let expected = Expected::new((&sums, &counts(0, 0, 9)), threshold, &tree);
        assert_eq!(expected.of_region(id, &sums[id.index()], (None, threshold)), None);
    }
}

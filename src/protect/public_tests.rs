use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::{self, tree};
use super::layer_tests::{all_fields, make, rows};
use super::{
    Counted, Feature, Layer, LayerRequest, LeafTable, NoiseKey, Policy, Protect, RegisterSecret,
};
use crate::count::Cube;
use crate::domain::geography::Geography;
use crate::domain::indicator::{CubeColumn, Denominators, Indicators, PovertyThreshold};
use crate::domain::region::{Level, RegionId, RegionTree};

/// The public leaves of a cube, by a secret of this number.
fn public(cube: &Cube, secret: u8, tree: &RegionTree) -> LeafTable {
    public_by(Policy { least_hex7: 12, least_hex8: 20, ..Policy::default() }, cube, secret, tree)
}

fn public_by(policy: Policy, cube: &Cube, secret: u8, tree: &RegionTree) -> LeafTable {
    let (secret, release) = (RegisterSecret::new([secret; 32]), "r1".parse().unwrap());
    let key = NoiseKey::new(&secret, policy.noise, &release, tree.system());
    let threshold = PovertyThreshold::default();
    let counted = Counted { cube, fields: all_fields(), threshold, regions: tree };
    LeafTable::public(counted, &Protect::new(policy, key))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn public_sums_close_for_any_region_and_hexagon(rows in rows(), secret in any::<u8>()) {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let leaves = public(&make(&rows, &tree), secret, &tree);
        prop_assert_eq!(&LeafTable::from_batch(&leaves.to_batch(&tree), &tree).unwrap(), &leaves);
        check_regions_close(&leaves, &tree, &indicators)?;
        check_unknown_close(&leaves, &tree)?;
        let theme = &indicators.themes[0];
        for within in std::iter::once(None).chain(tree.iter().map(|(id, _)| Some(id))) {
            let ask = |geography: &str| {
                let geography = geography.parse().unwrap();
                let whole = LayerRequest { theme, geography, within, bounds: None, limit: None };
                leaves.layer(&whole, &tree, &indicators, &Denominators::new())
            };
            let sum = |layer: &Layer| -> (i64, i64) {
                let features = layer.features().iter();
                features.fold((0, 0), |sum, it| (sum.0 + it.households, sum.1 + it.counted().unwrap()))
            };
            let (hex8, hex7, hex4) = (ask("hex8"), ask("hex7"), ask("hex4"));
            prop_assert_eq!(sum(&hex8), sum(&hex7));
            prop_assert_eq!(sum(&hex4), sum(&hex7));
            for layer in [&hex8, &hex7, &hex4] {
                let totals = layer.totals();
                prop_assert_eq!(totals.left_out, 0);
                let all = totals.shown + totals.unplaced + totals.without_hexagon;
                prop_assert_eq!(all, totals.counted);
            }
            for feature in hex7.features().iter().chain(hex8.features()) {
                prop_assert!(feature.households >= 0 && feature.counted_moe95().is_some_and(|it| it > 0.0));
            }
        }
        let villages = LayerRequest {
            theme, geography: "village".parse().unwrap(), within: None, bounds: None, limit: None,
        };
        let layer = leaves.layer(&villages, &tree, &indicators, &Denominators::new());
        let totals = layer.totals();
        prop_assert_eq!(totals.shown + totals.elsewhere + totals.unplaced, totals.counted);
    }
}

/// The layer of a theme by a level within a region, or within the nation.
fn layer(leaves: &LeafTable, theme: &str, level: Level, within: Option<&str>) -> Layer {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let within = within.map(|code| tree.find(code.parse().unwrap()).unwrap());
    let (theme, geography) = (indicators.theme(theme).unwrap(), Geography::Region(level));
    let request = LayerRequest { theme, geography, within, bounds: None, limit: None };
    leaves.layer(&request, &tree, &indicators, &Denominators::new())
}

#[test]
fn an_area_is_the_sum_of_its_parts_and_of_its_remainder() {
    let tree = tree();
    for secret in 0..8 {
        let leaves = public(&fixture::cube(&tree), secret, &tree);
        for theme in ["poverty", "elderly", "visits", "quality"] {
            let nation = layer(&leaves, theme, Level::Village, None);
            let provinces = layer(&leaves, theme, Level::Province, None);
            let sum = |layer: &Layer| -> i64 {
                layer.features().iter().map(|it| it.counted().unwrap_or(0)).sum()
            };
            let left = |layer: &Layer| layer.remainder().unwrap().count.unwrap_or(0);
            let all = sum(&provinces) + left(&provinces);
            assert_eq!(sum(&nation) + left(&nation), all, "{theme}");
            let province = provinces.features()[0].counted().unwrap_or(0);
            let within = layer(&leaves, theme, Level::Village, Some("01"));
            assert_eq!(sum(&within) + left(&within), province, "{theme}");
            let has_margin = |layer: &Layer| layer.remainder().unwrap().moe95.is_some();
            let is_known = nation.features().iter().any(|it| it.moe95.is_some());
            assert_eq!(has_margin(&nation), is_known, "{theme}");
        }
    }
}

#[test]
fn the_margin_of_a_remainder_covers_what_is_exact() {
    let tree = tree();
    let (mut covered, mut may_be_nothing) = (0, 0);
    for secret in 0..200 {
        // Five poor households are known to a regency only; the first province has no other.
        let leaves = public(&fixture::cube(&tree), secret, &tree);
        let remainder = layer(&leaves, "poverty", Level::Village, Some("01")).remainder().unwrap();
        let off = remainder.count.unwrap() - 5;
        covered += i32::from((off as f64).abs() <= remainder.moe95.unwrap());
        let nobody = layer(&leaves, "poverty", Level::Village, Some("02")).remainder().unwrap();
        may_be_nothing += i32::from(nobody.may_be_nothing());
    }
    assert!(covered >= 180, "{covered} of 200");
    assert!(may_be_nothing >= 180, "{may_be_nothing} of 200");
}

#[test]
fn totals_of_nobody_lie_within_their_margins() {
    let tree = tree();
    let mut cube = Cube::default();
    for (key, counts) in fixture::cube(&tree).iter() {
        if key.region.is_some_and(|id| tree.get(id).level == Level::Village) {
            cube.add(key, counts);
        }
    }
    let (mut covered, mut positive) = (0, 0);
    for secret in 0..100 {
        let leaves = public(&cube, secret, &tree);
        let totals = layer(&leaves, "poverty", Level::Village, None).totals();
        let margins = totals.moe95.unwrap();
        covered += i32::from(totals.elsewhere as f64 <= margins.elsewhere);
        covered += i32::from(totals.unplaced as f64 <= margins.unplaced);
        positive += i32::from(totals.elsewhere > 0);
    }
    assert!(covered >= 180, "{covered} of 200");
    assert!(positive >= 50, "{positive} of 100");
}

#[test]
fn where_every_household_has_a_village_the_remainder_is_exactly_nothing() {
    let tree = tree();
    let mut cube = Cube::default();
    for (key, counts) in fixture::cube(&tree).iter() {
        if key.region.is_some_and(|id| tree.get(id).level == Level::Village) {
            cube.add(key, counts);
        }
    }
    let policy = Policy { every_household_has_village: true, ..Policy::default() };
    for secret in 0..20 {
        let leaves = public_by(policy, &cube, secret, &tree);
        assert_eq!(LeafTable::from_batch(&leaves.to_batch(&tree), &tree).unwrap(), leaves);
        for theme in ["poverty", "elderly", "visits", "quality"] {
            for within in [None, Some("01"), Some("0102"), Some("02")] {
                let remainder = layer(&leaves, theme, Level::Village, within).remainder().unwrap();
                assert!(remainder.is_nothing(), "{theme} {within:?} {remainder:?}");
                assert_eq!(layer(&leaves, theme, Level::Village, within).totals().elsewhere, 0);
            }
            let villages = layer(&leaves, theme, Level::Village, None);
            let margins = villages.features().iter().map(|it| it.moe95.unwrap_or(1.0));
            assert!(margins.into_iter().all(|moe95| moe95.is_finite() && moe95 > 0.0), "{theme}");
        }
    }
}

/// Households whose figure is unknown: parts add up to the region that holds them, less what is known to it
/// alone, which is never below 0.
fn check_unknown_close(leaves: &LeafTable, tree: &RegionTree) -> Result<(), TestCaseError> {
    for column in CubeColumn::UNKNOWN {
        let of = |id: RegionId| leaves.sums.counts[id.index()][column.index()];
        for (id, region) in tree.iter() {
            let parts: i64 = tree.children(id).map(|child| of(RegionId(child))).sum();
            prop_assert!((0..=of(id)).contains(&parts), "{} {}", column, region.code);
        }
        let provinces: i64 = tree.level(Level::Province).map(|(id, _)| of(id)).sum();
        let nation = leaves.sums.nation[column.index()];
        prop_assert!((0..=nation).contains(&provinces), "{} {}", column, nation);
    }
    Ok(())
}

/// What is counted by region alone: parts add up to the region that holds them, less what is known to it and
/// to nothing below, which is never below 0.
fn check_regions_close(
    leaves: &LeafTable,
    tree: &RegionTree,
    indicators: &Indicators,
) -> Result<(), TestCaseError> {
    for theme in indicators.themes.iter().filter(|theme| theme.regions_only) {
        let figures = |level: Level| -> BTreeMap<String, Vec<i64>> {
            let geography = Geography::Region(level);
            let whole = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
            let layer = leaves.layer(&whole, tree, indicators, &Denominators::new());
            let of =
                |it: &Feature| it.counted_breakdown().iter().map(|count| count.unwrap()).collect();
            layer.features().iter().map(|it| (it.code.to_string(), of(it))).collect()
        };
        for levels in Level::ALL.windows(2) {
            let (above, below) = (figures(levels[0]), figures(levels[1]));
            for (code, whole) in above {
                for (column, whole) in whole.iter().enumerate() {
                    let parts = below.iter().filter(|(part, _)| part.starts_with(&code));
                    let parts: i64 = parts.map(|(_, counts)| counts[column]).sum();
                    prop_assert!((0..=*whole).contains(&parts), "{} {code}", theme.name);
                }
            }
        }
    }
    Ok(())
}

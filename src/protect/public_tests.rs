use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::tree;
use super::layer_tests::{all_fields, make, rows};
use super::{
    Counted, Feature, Layer, LayerRequest, LeafTable, NoiseKey, Policy, Protect, RegisterSecret,
};
use crate::count::Cube;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Denominators, Indicators, PovertyThreshold};
use crate::domain::region::{Level, RegionTree};

/// The public leaves of a cube, by a secret of this number.
fn public(cube: &Cube, secret: u8, tree: &RegionTree) -> LeafTable {
    let policy = Policy { least_hex7: 12, least_hex8: 20, ..Policy::default() };
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
        let theme = &indicators.themes[0];
        for within in std::iter::once(None).chain(tree.iter().map(|(id, _)| Some(id))) {
            let ask = |geography: &str| {
                let geography = geography.parse().unwrap();
                let whole = LayerRequest { theme, geography, within, bounds: None, limit: None };
                leaves.layer(&whole, &tree, &indicators, &Denominators::new())
            };
            let sum = |layer: &Layer| -> (i64, i64) {
                let features = layer.features().iter();
                features.fold((0, 0), |sum, it| (sum.0 + it.households, sum.1 + it.count.unwrap()))
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
                prop_assert!(feature.households >= 0 && feature.moe95.is_some_and(|it| it > 0.0));
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
            let of = |it: &Feature| it.breakdown.iter().map(|count| count.unwrap()).collect();
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

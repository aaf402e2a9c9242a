use h3o::Resolution;
use proptest::prelude::*;

use super::fixture::{cell, cube, fields, key, tree};
use super::layer_tests::{add, find};
use super::{Feature, Known, Layer, LayerRequest, LeafTable, Status};
use crate::count::UnknownCell;
use crate::domain::geography::Geography;
use crate::domain::indicator::{AllCounts, CubeColumn, Denominators, Indicators, PovertyThreshold};

/// Of how many households a figure is known closes in every layer of regions, and decides whether it is
/// told.
pub fn check_known(
    layer: &Layer,
    feature: &Feature,
    counts: &AllCounts,
) -> Result<(), TestCaseError> {
    let of = |columns: &[CubeColumn]| columns.iter().map(|it| counts[it.index()]).sum::<i64>();
    let all = of(&CubeColumn::HOUSEHOLDS);
    let poor = of(layer.threshold().columns());
    let unranked = counts[CubeColumn::Unranked.index()];
    let unknown = match layer.theme().name.as_str() {
        "poverty" | "programmes" => Some((all, unranked)),
        "children" => Some((poor, counts[CubeColumn::ChildrenUnknown.index()])),
        "elderly" => Some((poor, counts[CubeColumn::ElderlyUnknown.index()])),
        "disability" => Some((poor, counts[CubeColumn::DisabilityUnknown.index()])),
        _ => None,
    };
    let by_region = matches!(layer.geography(), Geography::Region(_));
    let told = unknown.filter(|_| by_region || layer.theme().name == "poverty");
    let known = told.map(|(of, unknown)| ((of - unknown).max(0), of));
    prop_assert_eq!(feature.known.map(|known| (known.households, known.of)), known);
    let is_enough = |(of, unknown): (i64, i64)| 2 * (of - unknown).max(0) >= of;
    let is_ranked = unknown.is_none() || is_enough((all, unranked));
    if by_region || layer.theme().name == "poverty" {
        let is_told = is_ranked && told.is_none_or(is_enough);
        prop_assert_eq!(feature.withheld.is_none(), is_told);
    }
    if feature.withheld.is_some() {
        let nothing = (feature.count, feature.share, feature.density_km2, feature.moe95);
        prop_assert_eq!(nothing, (None, None, None, None));
        prop_assert!(matches!(feature.status, Status::NoData | Status::NotVisited));
        prop_assert!(feature.rates.iter().all(Option::is_none));
    }
    Ok(())
}

/// 20 poor households in a village of hexagons, elderly persons of some unknown.
fn with_unknown(unknown: i64) -> impl Fn(&str, &str, &str) -> Feature {
    let tree = tree();
    let mut cube = cube(&tree);
    let region = key(&tree, Some("0201001001"), None).region;
    cube.add_unknown(region, &UnknownCell { counts: [0, unknown, 0], digests: [0; 3] });
    let leaves = LeafTable::exact(&cube, fields(), PovertyThreshold::default(), &tree);
    move |theme, geography, code| {
        let indicators = Indicators::embedded();
        let (theme, geography) = (indicators.theme(theme).unwrap(), geography.parse().unwrap());
        let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
        find(&leaves.layer(&request, &tree, &indicators, &Denominators::new()), code)
    }
}

#[test]
fn a_figure_says_of_how_many_households_it_is_known() {
    let ask = with_unknown(10);
    let village = ask("elderly", "village", "0201001001");
    assert_eq!(village.known, Some(Known { households: 10, of: 20 }));
    assert_eq!((village.count, village.status), (Some(7), Status::Below10));
    assert_eq!(ask("elderly", "province", "02").known, village.known);
    let known = ask("poverty", "village", "0201001001").known;
    assert_eq!(known, Some(Known { households: 20, of: 20 }));
    assert_eq!(ask("visits", "village", "0201001001").known, None);
}

#[test]
fn known_of_fewer_than_half_there_is_no_data() {
    let ask = with_unknown(11);
    let village = ask("elderly", "village", "0201001001");
    assert_eq!((village.count, village.moe95, village.status), (None, None, Status::NoData));
    assert_eq!(village.known, Some(Known { households: 9, of: 20 }));
    assert_eq!(ask("elderly", "province", "02").status, Status::NoData);
    // The other province is not concerned, nor is poverty.
    assert_eq!(ask("elderly", "province", "01").count, Some(0));
    assert_eq!(ask("poverty", "village", "0201001001").count, Some(20));
    assert_eq!(ask("elderly", "village", "0201001002").status, Status::NotVisited);
}

#[test]
fn hexagons_of_districts_without_data_have_none() {
    let hexagon = cell(0, Resolution::Eight).to_string();
    let of = |unknown, theme: &str| with_unknown(unknown)(theme, "hex8", &hexagon);
    let known = of(10, "elderly");
    assert_eq!((known.count, known.known), (Some(7), None));
    let unknown = of(11, "elderly");
    assert_eq!((unknown.count, unknown.moe95, unknown.status), (None, None, Status::NoData));
    assert_eq!(of(11, "poverty").count, Some(32));
}

#[test]
fn without_deciles_nothing_is_told_of_the_poor() {
    let tree = tree();
    let mut cube = cube(&tree);
    add(&mut cube, key(&tree, Some("0201001001"), None), CubeColumn::Unranked, 21);
    let leaves = LeafTable::exact(&cube, fields(), PovertyThreshold::default(), &tree);
    let indicators = Indicators::embedded();
    for theme in ["poverty", "elderly"] {
        let (theme, geography) = (indicators.theme(theme).unwrap(), "village".parse().unwrap());
        let request = LayerRequest { theme, geography, within: None, bounds: None, limit: None };
        let layer = leaves.layer(&request, &tree, &indicators, &Denominators::new());
        let village = find(&layer, "0201001001");
        assert_eq!((village.count, village.status), (None, Status::NoData));
        assert_eq!(village.breakdown[0], None);
        // How many are not ranked is told.
        let unranked = village.breakdown.get(6).copied().flatten();
        assert!(theme.name == "elderly" || unranked == Some(21));
        assert!(find(&layer, "0101001001").count.is_some(), "the other province is ranked");
    }
}

use std::collections::BTreeMap;

use h3o::{CellIndex, LatLng, Resolution};
use proptest::prelude::*;

use super::fixture::{CODES, key, tree};
use super::{Layer, LayerRequest, LeafTable, Place};
use crate::count::Cube;
use crate::domain::geography::{Geography, HexagonSize};
use crate::domain::indicator::{CubeColumn, Denominators, Indicators, PovertyThreshold};
use crate::domain::position::Bounds;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::visit::VisitField;

/// A leaf: its region (13 is none), its steps east and north, whether its hexagon is of resolution 8, and
/// its households.
type Leaf = (usize, (u8, u8), bool, i64);

/// Some close together and some apart, with few and with very many households.
fn leaves() -> impl Strategy<Value = Vec<Leaf>> {
    let place = prop_oneof![(0_u8..8, 0_u8..8), (any::<u8>(), any::<u8>())];
    let households = prop_oneof![9 => 1_i64..50, 1 => Just(1_i64 << 40)];
    proptest::collection::vec((0..=CODES.len(), place, any::<bool>(), households), 0..60)
}

fn hexagon((east, north): (u8, u8), is_fine: bool) -> CellIndex {
    let resolution = if is_fine { Resolution::Eight } else { Resolution::Seven };
    let at = |steps: u8| f64::from(steps) * 0.007;
    LatLng::new(at(north) - 0.4, at(east)).unwrap().to_cell(resolution)
}

fn cube(leaves: &[Leaf], tree: &RegionTree) -> Cube {
    let mut cube = Cube::default();
    for (region, place, is_fine, households) in leaves {
        let region = CODES.get(*region).map(|(text, _)| *text);
        let mut counts = [0; CubeColumn::COUNT];
        counts[CubeColumn::Decile1.index()] = *households;
        cube.add(key(tree, region, Some(hexagon(*place, *is_fine))), &counts);
    }
    cube
}

/// The plain reference: every hexagon of a size in scope whose own box touches the bounds.
fn plain(
    cube: &Cube,
    size: HexagonSize,
    within: Option<RegionId>,
    bounds: Option<Bounds>,
    tree: &RegionTree,
) -> BTreeMap<CellIndex, i64> {
    let mut sums = BTreeMap::new();
    for (key, counts) in cube.iter() {
        let is_in = |outer| key.region.is_some_and(|region| tree.is_within(region, outer));
        let cell = key.hexagon.and_then(|hexagon| hexagon.parent(size.resolution()));
        let Some(cell) = cell.filter(|_| within.is_none_or(is_in)) else { continue };
        let corners = cell.boundary();
        let own = corners.iter().fold(Bounds::EMPTY, |own, corner| {
            own.join([corner.lng(), corner.lat(), corner.lng(), corner.lat()].into())
        });
        if bounds.is_none_or(|bounds| bounds.touches(own)) {
            *sums.entry(cell).or_insert(0) += counts[CubeColumn::Decile1.index()];
        }
    }
    sums
}

fn shown(layer: &Layer) -> Vec<(CellIndex, i64)> {
    let hexagon = |place| match place {
        Place::Hexagon(cell) => cell,
        Place::Region(_) => panic!("a layer of hexagons has hexagons"),
    };
    let features = layer.features().iter();
    features.map(|feature| (hexagon(feature.place), feature.households)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hexagons_are_those_of_a_plain_fold_in_any_scope_box_and_limit(
        leaves in leaves(),
        size in 0_usize..HexagonSize::ALL.len(),
        within in proptest::option::of(0_u32..13),
        corner in proptest::option::of((-0.5_f64..2.0, -0.5_f64..2.0, 0.0_f64..2.0, 0.0_f64..2.0)),
        limit in 0_usize..20,
    ) {
        let (tree, indicators, size) = (tree(), Indicators::embedded(), HexagonSize::ALL[size]);
        let cube = cube(&leaves, &tree);
        let within = within.map(RegionId);
        let bounds = corner.map(|(west, south, width, height)| {
            Bounds { west, south, east: west + width, north: south + height }
        });
        let all: Vec<_> = plain(&cube, size, within, bounds, &tree).into_iter().collect();
        let table = LeafTable::exact(
            &cube,
            VisitField::Decile.bit(),
            PovertyThreshold::default(),
            &tree,
        );
        let theme = indicators.theme("poverty").unwrap();
        let geography = Geography::Hexagon(size);
        let whole = LayerRequest { theme, geography, within, bounds, limit: None };
        for limit in [None, Some(limit)] {
            let request = LayerRequest { limit, ..whole };
            let layer = table.layer(&request, &tree, &indicators, &Denominators::new());
            prop_assert_eq!(layer.matched(), all.len());
            prop_assert_eq!(shown(&layer), &all[..limit.unwrap_or(all.len()).min(all.len())]);
        }
        if let Some(bounds) = bounds {
            let themes = [theme, indicators.theme("elderly").unwrap()];
            let together = table.hexagons(size, bounds, &themes, (&tree, &indicators));
            let one_by_one = themes.map(|theme| {
                let request = LayerRequest { theme, within: None, ..whole };
                table.layer(&request, &tree, &indicators, &Denominators::new())
            });
            prop_assert_eq!(together, one_by_one);
        }
    }
}

#[test]
fn a_hexagon_within_a_region_counts_only_the_leaves_of_that_region() {
    let (tree, indicators) = (tree(), Indicators::embedded());
    let leaves = [(3, (0, 0), true, 5), (5, (0, 0), true, 7), (8, (0, 0), true, 11)];
    let cube = cube(&leaves, &tree);
    let fields = VisitField::Decile.bit();
    let table = LeafTable::exact(&cube, fields, PovertyThreshold::default(), &tree);
    let shown_in = |within| {
        let theme = indicators.theme("poverty").unwrap();
        let geography = Geography::Hexagon(HexagonSize::Hex6);
        let request = LayerRequest { theme, geography, within, bounds: None, limit: None };
        shown(&table.layer(&request, &tree, &indicators, &Denominators::new()))[0].1
    };
    let code = |text: &str| tree.find(text.parse().unwrap());
    assert_eq!([shown_in(None), shown_in(code("01")), shown_in(code("0102"))], [23, 12, 7]);
}

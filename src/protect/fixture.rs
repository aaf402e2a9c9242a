//! A tiny invented tree and cube, for the tests of this stage and of those after it.

use geo::{MultiPolygon, polygon};
use h3o::{CellIndex, LatLng, Resolution};

use super::LeafTable;
use crate::count::{Cube, CubeKey, PrelistCell};
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::indicator::{CubeColumn, Denominator, Denominators, PovertyThreshold};
use crate::domain::position::{Bounds, Position};
use crate::domain::region::{Region, RegionKind, RegionTree};
use crate::domain::visit::VisitField;

/// Two provinces; the first has two regencies, and its second village is a lake.
pub const CODES: [(&str, [f64; 4]); 13] = [
    ("01", [0.0, 0.0, 3.0, 1.0]),
    ("0101", [0.0, 0.0, 2.0, 1.0]),
    ("0101001", [0.0, 0.0, 2.0, 1.0]),
    ("0101001001", [0.0, 0.0, 1.0, 1.0]),
    ("0101001002", [1.0, 0.0, 2.0, 1.0]),
    ("0102", [2.0, 0.0, 3.0, 1.0]),
    ("0102001", [2.0, 0.0, 3.0, 1.0]),
    ("0102001001", [2.0, 0.0, 3.0, 1.0]),
    ("02", [4.0, 0.0, 6.0, 1.0]),
    ("0201", [4.0, 0.0, 6.0, 1.0]),
    ("0201001", [4.0, 0.0, 6.0, 1.0]),
    ("0201001001", [4.0, 0.0, 5.0, 1.0]),
    ("0201001002", [5.0, 0.0, 6.0, 1.0]),
];

pub fn code(text: &str) -> RegionCode {
    text.parse().unwrap()
}

pub fn tree() -> RegionTree {
    let regions = CODES.iter().map(|(text, bounds)| region(text, (*bounds).into())).collect();
    RegionTree::new(CodeSystem::Invented, "demo-1".parse().unwrap(), regions).unwrap()
}

fn region(text: &str, bounds: Bounds) -> Region {
    let code = code(text);
    let is_lake = text == "0101001002";
    Region {
        code,
        name: format!("R \"{text}\", <b>"),
        level: CodeSystem::Invented.level(code.width()).unwrap(),
        kind: if is_lake { RegionKind::LakeOrForest } else { RegionKind::Region },
        area_km2: 2.0,
        bounds,
        label: Position::new(bounds.west, bounds.south).unwrap(),
        utc_offset_min: 420,
    }
}

/// The boxes of the regions, clockwise, so that writing must turn them.
pub fn shapes(tree: &RegionTree) -> Vec<MultiPolygon> {
    let shape = |region: &Region| {
        let Bounds { west, south, east, north } = region.bounds;
        let ring = [(west, south), (west, north), (east, north), (east, south)];
        let [a, b, c, d] = ring.map(|(x, y)| geo::Coord { x, y });
        MultiPolygon(vec![polygon![a, b, c, d]])
    };
    tree.iter().map(|(_, region)| shape(region)).collect()
}

/// The cell of resolution 8, or of another, near the equator; each step is about two cells.
pub fn cell(step: u8, resolution: Resolution) -> CellIndex {
    LatLng::new(0.5, 0.5 + f64::from(step) * 0.02).unwrap().to_cell(resolution)
}

pub fn key(tree: &RegionTree, region: Option<&str>, hexagon: Option<CellIndex>) -> CubeKey {
    CubeKey { region: region.map(|text| tree.find(code(text)).unwrap()), hexagon }
}

/// 12 + 3 households in the first village, of which 3 at 100 m only; 5 known to a regency; 2 unplaced;
/// 20 in the second province. All are on the prelist, which lists no others.
pub fn cube(tree: &RegionTree) -> Cube {
    let mut cube = Cube::default();
    let (eight, seven) = (Some(cell(0, Resolution::Eight)), Some(cell(9, Resolution::Seven)));
    let rows = [
        (Some("0101001001"), eight, CubeColumn::Decile1, 12),
        (Some("0101001001"), seven, CubeColumn::Decile5To6, 3),
        (Some("0102"), None, CubeColumn::Decile2, 5),
        (None, None, CubeColumn::Unranked, 2),
        (Some("0201001001"), eight, CubeColumn::Decile4, 20),
        (Some("0201001001"), eight, CubeColumn::Age60Plus, 7),
    ];
    for (region, hexagon, column, count) in rows {
        let mut counts = [0; CubeColumn::COUNT];
        counts[column.index()] = count;
        cube.add(key(tree, region, hexagon), &counts);
    }
    let listed = [(Some("0101001001"), 15), (Some("0102"), 5), (None, 2), (Some("0201001001"), 20)];
    for (region, counted) in listed {
        let cell = PrelistCell { counts: [counted, 0], digest: counted.unsigned_abs() };
        cube.add_prelist(key(tree, region, None).region, &cell);
    }
    cube
}

/// Deciles and the elderly, without their finer ages.
pub fn fields() -> u32 {
    VisitField::Decile.bit() | VisitField::Elderly.bit()
}

pub fn leaves(tree: &RegionTree) -> LeafTable {
    LeafTable::exact(&cube(tree), fields(), PovertyThreshold::default(), tree)
}

/// Of the first province's villages, lake excepted.
pub fn denominators() -> Denominators {
    let given = |year| Denominator {
        year,
        population: None,
        households: Some(24),
        source: "invented census".to_owned(),
    };
    ["0101001001", "0102001001", "0201001001"]
        .map(|text| (code(text), given(2024)))
        .into_iter()
        .collect()
}

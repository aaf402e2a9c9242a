//! A tiny country of square villages, for tests.

use geo::{MultiPolygon, Rect, coord};

use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::position::Position;
use crate::domain::region::{Region, RegionKind, RegionTree, Shapes};

/// The side of a village, in degrees (about 3.3 km).
const SIDE: f64 = 0.03;

/// One province, two regencies, and so many districts in each, of ten villages, each village a
/// square; the last one is a lake.
pub fn country(districts: u32) -> (RegionTree, Shapes) {
    let mut regions = vec![(region("01", 0, 0, 0), MultiPolygon(vec![]))];
    for regency in 1..=2 {
        regions.push((region(&format!("01{regency:02}"), 0, 0, 0), MultiPolygon(vec![])));
        for district in 1..=districts {
            let code = format!("01{regency:02}{district:03}");
            regions.push((region(&code, 0, 0, 0), MultiPolygon(vec![])));
            for village in 1..=10 {
                let (column, row) = (district * 5 + village % 5, regency * 2 + village / 5);
                let mut one = region(&format!("{code}{village:03}"), column, row, 1);
                if (regency, district, village) == (2, districts, 10) {
                    one.kind = RegionKind::LakeOrForest;
                }
                let shape = MultiPolygon(vec![square(column, row).to_polygon()]);
                regions.push((one, shape));
            }
        }
    }
    regions.sort_by_key(|(region, _)| (region.level, region.code));
    let (regions, full): (Vec<_>, Vec<_>) = regions.into_iter().unzip();
    let tree = RegionTree::new(CodeSystem::Invented, "squares".parse().unwrap(), regions).unwrap();
    (tree, Shapes { general: full.clone(), full })
}

fn square(column: u32, row: u32) -> Rect {
    let (west, south) = (100.0 + f64::from(column) * SIDE, -2.0 - f64::from(row) * SIDE);
    Rect::new(coord! { x: west, y: south }, coord! { x: west + SIDE, y: south + SIDE })
}

fn region(code: &str, column: u32, row: u32, area: u32) -> Region {
    let code: RegionCode = code.parse().unwrap();
    let (square, level) = (square(column, row), CodeSystem::Invented.level(code.width()).unwrap());
    let centre = square.center();
    Region {
        code,
        name: format!("Kotak {code}"),
        level,
        kind: RegionKind::Region,
        area_km2: f64::from(area) * 11.0,
        bounds: square.into(),
        label: Position::new(centre.x, centre.y).unwrap(),
        utc_offset_min: 420,
    }
}

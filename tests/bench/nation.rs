//! The leaves of an invented nation: as many as a nation of forty million households has.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt64Array};
use h3o::{CellIndex, LatLng, Resolution};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use sebaran::count::{Cube, CubeKey};
use sebaran::domain::code::{CodeSystem, RegionCode};
use sebaran::domain::indicator::{CubeColumn, PovertyThreshold};
use sebaran::domain::position::Position;
use sebaran::domain::region::{Level, Region, RegionId, RegionKind, RegionTree};
use sebaran::domain::visit::VisitField;
use sebaran::protect::LeafTable;

/// Provinces, regencies in each, districts in each of these, villages in each of these: 85,680 villages.
const PARTS: [u64; 4] = [34, 15, 14, 12];

/// Hexagons of resolution 8 in a village, one after the other.
const HEXAGONS: usize = 50;

type Leaf = (RegionId, Option<CellIndex>);

/// Makes the regions and their leaves, the same ones each time.
pub fn invent() -> anyhow::Result<(RegionTree, RecordBatch)> {
    let tree = tree()?;
    let mut dice = Pcg64::seed_from_u64(1);
    let mut leaves = leaves(&tree, &mut dice);
    leaves.sort_unstable();
    leaves.dedup();
    let code = |leaf: &Leaf| Some(tree.get(leaf.0).code.to_string());
    let regions: StringArray = leaves.iter().map(code).collect();
    let hexagons: UInt64Array = leaves.iter().map(|leaf| leaf.1.map(u64::from)).collect();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(regions), Arc::new(hexagons)];
    for column in CubeColumn::ALL {
        // Nobody knows whom programmes reach.
        let is_held = column.index() < CubeColumn::COUNT;
        let is_unknown = CubeColumn::UNKNOWN.contains(&column);
        let mut count = |_| match is_unknown {
            true => Some(0),
            false => is_held.then(|| dice.random_range(0..6)),
        };
        let counts: Int64Array = leaves.iter().map(&mut count).collect();
        columns.push(Arc::new(counts));
    }
    // What a table says of itself is taken from one of a single leaf.
    let mut cube = Cube::default();
    let region = Some(leaves[0].0);
    cube.add(CubeKey { region, hexagon: None }, &[1; CubeColumn::COUNT]);
    let fields = VisitField::ALL.iter().fold(0, |bits, field| bits | field.bit());
    let one = LeafTable::exact(&cube, fields, PovertyThreshold::default(), &tree);
    let batch = RecordBatch::try_new(one.to_batch(&tree).schema(), columns)?;
    Ok((tree, batch))
}

fn tree() -> anyhow::Result<RegionTree> {
    let system = CodeSystem::Invented;
    let mut codes = vec![0];
    let mut regions = Vec::new();
    let mut width = 0;
    for (level, parts) in Level::ALL.into_iter().zip(PARTS) {
        let ten_to = 10_u64.pow(u32::from(system.width(level) - width));
        width = system.width(level);
        let below = |above: &u64| {
            let above = *above;
            (1..=parts).map(move |part| above * ten_to + part)
        };
        codes = codes.iter().flat_map(below).collect();
        let codes = codes.iter().filter_map(|digits| RegionCode::new(*digits, width));
        regions.extend(codes.map(|code| region(code, level)));
    }
    Ok(RegionTree::new(system, "nation".parse()?, regions)?)
}

fn region(code: RegionCode, level: Level) -> Region {
    Region {
        code,
        name: format!("Region {code}"),
        level,
        kind: RegionKind::Region,
        area_km2: 20.0,
        bounds: [0.0; 4].into(),
        label: Position::new(0.0, 0.0).expect("it lies on the Earth"),
        utc_offset_min: 420,
    }
}

/// A village has hexagons that follow each other, in an order of villages that is no order of codes; some
/// belong to the next village as well, some households are known to resolution 7 only, and some to none.
fn leaves(tree: &RegionTree, dice: &mut Pcg64) -> Vec<Leaf> {
    let mut villages: Vec<RegionId> = tree.level(Level::Village).map(|(id, _)| id).collect();
    // Neighbours are of one regency.
    for regency in villages.chunks_mut((PARTS[2] * PARTS[3]) as usize) {
        regency.shuffle(dice);
    }
    let mut cells = cells().into_iter().flat_map(|cell| cell.children(Resolution::Eight));
    let mut leaves = Vec::new();
    for (village, next) in villages.iter().zip(villages.iter().cycle().skip(1)) {
        leaves.push((*village, None));
        for cell in cells.by_ref().take(HEXAGONS) {
            leaves.push((*village, Some(cell)));
            if dice.random_ratio(1, 8) {
                leaves.push((*next, Some(cell)));
            }
            if dice.random_ratio(1, 15) {
                leaves.push((*village, cell.parent(Resolution::Seven)));
            }
        }
    }
    leaves
}

/// Hexagons of resolution 4 around the equator, in their order.
fn cells() -> Vec<CellIndex> {
    let steps = |from: i32, to: i32| (from..to).map(|step| f64::from(step) / 10.0);
    let mut cells = Vec::new();
    for latitude in steps(-110, 60) {
        for longitude in steps(950, 1410) {
            let at = LatLng::new(latitude, longitude).expect("it is finite");
            cells.push(at.to_cell(Resolution::Four));
        }
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

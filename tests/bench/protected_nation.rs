//! An invented nation as it comes out of the count: villages with hamlets, counted by hexagon.

use h3o::{CellIndex, LatLng, Resolution};

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sebaran::count::{Cell, Cube, CubeKey, Digests, PrelistCell, ReachCell, UnknownCell};
use sebaran::domain::code::CodeSystem;
use sebaran::domain::indicator::CubeColumn;
use sebaran::domain::position::{Bounds, Position};
use sebaran::domain::programme::Programme;
use sebaran::domain::region::{Level, Region, RegionId, RegionKind, RegionTree};
use sebaran::domain::table::Table;
use sebaran::domain::visit::VisitField;

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub villages: u32,
    /// Households of a village, on average.
    pub households: u32,
}

pub struct Nation {
    pub tree: RegionTree,
    pub cube: Cube,
}

/// Villages of a district, districts of a regency, regencies of a province.
const BRANCHES: [u32; 3] = [12, 14, 15];

/// Invents a nation; the same seed makes the same one.
pub fn invent(size: Size, seed: u64) -> Nation {
    let tree = tree(size.villages);
    let mut cube = Cube::default();
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let villages: Vec<(RegionId, Position)> =
        tree.level(Level::Village).map(|(id, region)| (id, region.label)).collect();
    for (village, label) in villages {
        let households = (f64::from(size.households) * spread(&mut dice)) as u32;
        let cells = cells(label, &mut dice);
        // Added up by itself first: a small map is faster.
        let mut own = Cube::default();
        for _ in 0..households {
            let (region, hexagon) = match dice.random_range(0..1000) {
                0 => (None, None),
                1..5 => (tree.ancestor(village, Level::Regency), None),
                5..50 => (Some(village), None),
                50..80 => (Some(village), hamlet(&cells, &mut dice).parent(Resolution::Seven)),
                _ => (Some(village), Some(hamlet(&cells, &mut dice))),
            };
            visit(&mut own, CubeKey { region, hexagon }, &mut dice);
        }
        cube.merge(&own);
    }
    Nation { tree, cube }
}

/// The fields of an input that holds all of it.
pub fn fields() -> u32 {
    VisitField::ALL.iter().fold(0, |bits, field| bits | field.bit())
}

/// A factor of median 0.8 and mean 1, from a third to the threefold for most.
fn spread(dice: &mut Pcg64Mcg) -> f64 {
    let normal: f64 = (0..12).map(|_| dice.random::<f64>()).sum::<f64>() - 6.0;
    0.8 * (0.67 * normal).exp()
}

/// Hexagons around a village, the most crowded first: those of which few are crowded stand for a town.
fn cells(label: Position, dice: &mut Pcg64Mcg) -> Vec<CellIndex> {
    let at = LatLng::new(label.latitude(), label.longitude()).expect("a position is finite");
    let around: Vec<CellIndex> = at.to_cell(Resolution::Eight).grid_disk(4);
    let scale: f64 = dice.random_range(1.5..12.0);
    // A cell is the more often among the 64 the nearer to the first it stands.
    let place = |dice: &mut Pcg64Mcg| (-scale * dice.random::<f64>().ln()) as usize;
    (0..64).map(|_| around[place(dice) * 7 % around.len()]).collect()
}

fn hamlet(cells: &[CellIndex], dice: &mut Pcg64Mcg) -> CellIndex {
    cells[dice.random_range(0..cells.len())]
}

/// Counts a household by one completed visit.
fn visit(cube: &mut Cube, key: CubeKey, dice: &mut Pcg64Mcg) {
    let decile = dice.random_range(1..=10);
    let mut cell = Cell::default();
    let mut add = |column: CubeColumn, count: i64| cell.counts[column.index()] += count;
    match decile {
        10 => add(CubeColumn::Unranked, 1),
        decile => add(CubeColumn::of_decile(decile), 1),
    }
    if decile <= 4 {
        for column in [CubeColumn::Age0To4, CubeColumn::Age5To17, CubeColumn::Age18To59] {
            add(column, dice.random_range(0..3));
        }
        add(CubeColumn::Age60To69, i64::from(dice.random_ratio(1, 5)));
        add(CubeColumn::Age70Plus, i64::from(dice.random_ratio(1, 8)));
        if dice.random_ratio(1, 12) {
            add(CubeColumn::DISABILITIES[dice.random_range(0..6)], 1);
        }
    }
    cell.digests = digests(dice);
    cube.add_cell(key, &cell);
    let unknown = cell.digests[0];
    if decile <= 4 && unknown % 10 == 0 {
        // The figures of one household in ten are unknown, one figure or several.
        let counts = [2_u64, 3, 5].map(|part| i64::from(unknown / 10 % part == 0));
        let digests = counts.map(|count| count.cast_unsigned() * unknown);
        cube.add_unknown(key.region, &UnknownCell { counts, digests });
    }
    // Four of five are on the prelist, and one beside each fourth was not visited.
    for (class, one_in) in [(0, (4, 5)), (1, (1, 4))] {
        if dice.random_ratio(one_in.0, one_in.1) {
            let mut cell = PrelistCell { digest: dice.random(), ..PrelistCell::default() };
            cell.counts[class] = 1;
            cube.add_prelist(key.region, &cell);
        }
    }
    let mut whole = Cell { digests: digests(dice), ..Cell::default() };
    whole.counts[CubeColumn::VisitCompleted.index()] = 1;
    let position = usize::from(key.hexagon.is_none());
    whole.counts[CubeColumn::POSITIONS[position].index()] = 1;
    cube.add_cell(CubeKey { hexagon: None, ..key }, &whole);
    for programme in Programme::ALL {
        let receives = dice.random_ratio(3, 5);
        let class = match decile {
            1..=5 => usize::from(!receives),
            6..=9 if receives => 2,
            _ => continue,
        };
        let mut cell = ReachCell { digest: dice.random(), ..ReachCell::default() };
        cell.counts[class] = 1;
        cube.add_reach(programme, key.region, &cell);
    }
}

/// What the hashes of a household come to.
fn digests(dice: &mut Pcg64Mcg) -> Digests {
    [(); Table::COUNT].map(|()| dice.random())
}

fn tree(villages: u32) -> RegionTree {
    let mut regions = Vec::new();
    let mut last = [u32::MAX; 3];
    for village in 0..villages {
        let district = village / BRANCHES[0];
        let (regency, province) = (district / BRANCHES[1], district / BRANCHES[1] / BRANCHES[2]);
        let numbers = [province, regency, district];
        let codes = [
            format!("{:02}", province + 11),
            format!("{:02}", regency % BRANCHES[2] + 1),
            format!("{:03}", district % BRANCHES[1] + 1),
            format!("{:03}", village % BRANCHES[0] + 1),
        ];
        for level in 0..3 {
            if last[level] != numbers[level] {
                last[level] = numbers[level];
                regions.push(region(&codes[..=level].concat(), village));
            }
        }
        regions.push(region(&codes.concat(), village));
    }
    let version = "nation".parse().expect("it is a name");
    RegionTree::new(CodeSystem::Invented, version, regions).expect("the codes make a tree")
}

/// A region whose label stands on a lattice of 0.08 degrees.
fn region(code: &str, village: u32) -> Region {
    let (x, y) = (95.0 + f64::from(village % 570) * 0.08, -10.0 + f64::from(village / 570) * 0.08);
    let code: sebaran::domain::code::RegionCode = code.parse().expect("it is a code");
    Region {
        code,
        name: format!("Region {code}"),
        level: CodeSystem::Invented.level(code.width()).expect("a level has this width"),
        kind: RegionKind::Region,
        area_km2: 20.0,
        bounds: Bounds { west: x, south: y, east: x + 0.08, north: y + 0.08 },
        label: Position::new(x + 0.04, y + 0.04).expect("it is on the Earth"),
        utc_offset_min: 420,
    }
}

//! What public figures are worth, and that nothing but content and secret goes into them.

use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use h3o::{CellIndex, Resolution};
use rayon::ThreadPoolBuilder;
use sebaran::count::{Cell, CubeKey, Unit};
use sebaran::domain::code::CodeSystem;
use sebaran::domain::indicator::{CubeColumn, PovertyThreshold};
use sebaran::domain::region::Level;
use sebaran::domain::table::Table;
use sebaran::protect::measure::{Figures, Leaves};
use sebaran::protect::policy::TreeLevel;
use sebaran::protect::public::ToldTree;
use sebaran::protect::tree::ProtectedTree;
use sebaran::protect::{
    Counted, LeafTable, Margins, NoiseKey, NoiseMode, Policy, Protect, RegisterSecret,
};

use crate::protected_nation::{Nation, Size, fields, invent};

const SIZE: Size = Size { villages: 1_500, households: 500 };

fn protect() -> Protect {
    let release = "r".parse().unwrap();
    let secret = RegisterSecret::new([3; 32]);
    let key = NoiseKey::new(&secret, NoiseMode::Keyed, &release, CodeSystem::Invented);
    Protect::new(Policy::default(), key)
}

fn counted(nation: &Nation) -> Counted<'_> {
    let threshold = PovertyThreshold::default();
    Counted { cube: &nation.cube, fields: fields(), threshold, regions: &nation.tree }
}

/// Told and exact figures side by side, of one table.
struct Compared<'a> {
    told: &'a ToldTree<'a>,
    leaves: &'a Leaves<'a>,
    tree: &'a ProtectedTree,
    margins: &'a Margins,
}

/// How figures of one level compare.
#[derive(Debug, Default)]
struct Errors {
    mean: f64,
    bias: f64,
    /// The share of exact figures that lie within the margin.
    covered: f64,
    nodes: usize,
}

impl Compared<'_> {
    fn errors(&self, table: Table, class: usize, level: TreeLevel) -> Errors {
        let columns = table.classes(PovertyThreshold::default())[class];
        let told = &self.told.table(table)[class];
        let contents = self.leaves.contents(table);
        let nodes = self.tree.levels().find(|(of, _)| *of == level).unwrap().1;
        let nodes: Vec<usize> = nodes.filter(|node| !self.tree.is_rest(*node)).collect();
        let mut errors = Errors { nodes: nodes.len(), ..Errors::default() };
        let share = 1.0 / nodes.len() as f64;
        for node in nodes {
            let error = f64::from(told[node] - contents.exact().get(node, class));
            let moe95 = self.margins.moe95(columns, [node]).unwrap();
            errors.mean += error.abs() * share;
            errors.bias += error * share;
            errors.covered += if error.abs() <= moe95 { share } else { 0.0 };
        }
        errors
    }
}

#[test]
fn figures_are_as_near_as_they_say() {
    let nation = invent(SIZE, 5);
    let protect = protect();
    let shown = protect.shown(&nation.cube, &nation.tree);
    let tree = ProtectedTree::new(&nation.tree, &shown);
    let told = protect.tell(counted(&nation), &tree);
    let threshold = PovertyThreshold::default();
    let leaves = Leaves::new(&nation.cube, &tree, threshold);
    let margins = LeafTable::public(counted(&nation), &protect).margins(&nation.tree).unwrap();
    let compared = Compared { told: &told, leaves: &leaves, tree: &tree, margins: &margins };
    let village = TreeLevel::Region(Level::Village);
    let poor = compared.errors(Table::Welfare, 0, village);
    assert!(poor.mean <= 3.0 && poor.bias.abs() < 0.3, "poor households of villages: {poor:?}");
    // What is mostly 0 has smaller errors than the margin says; these are not.
    for (table, class, level) in [
        (Table::Welfare, 0, TreeLevel::Region(Level::District)),
        (Table::Welfare, 0, village),
        (Table::Welfare, 0, TreeLevel::Hexagon7),
        (Table::Welfare, 0, TreeLevel::Hexagon8),
        (Table::Welfare, 1, village),
        (Table::Deciles, 0, village),
        (Table::Deciles, 3, village),
        (Table::Deciles, 5, village),
        (Table::Ages, 0, village),
        (Table::Ages, 1, TreeLevel::Hexagon7),
        (Table::Ages, 3, TreeLevel::Hexagon8),
        (Table::Disabilities, 0, village),
        (Table::Visits, 0, village),
        (Table::Positions, 0, village),
        (Table::Coverage, 0, village),
        (Table::Coverage, 1, TreeLevel::Region(Level::District)),
        (Table::Pkh, 0, village),
        (Table::Sembako, 1, village),
        (Table::PbiJk, 2, village),
    ] {
        let errors = compared.errors(table, class, level);
        // Four standard deviations of the share beyond the bounds. Where figures are near 0, margins are wider than
        // most errors, so that they hold large figures too.
        let slack = 4.0 * (0.05 * 0.95 / errors.nodes as f64).sqrt();
        let is_dense = matches!(table, Table::Welfare | Table::Visits | Table::Positions);
        let range = 0.93 - slack..=if is_dense { 0.97 + slack } else { 1.0 };
        assert!(range.contains(&errors.covered), "{table:?} {class} {level:?}: {errors:?}");
    }
}

/// How many percent of figures lie within margins, of hexagons with 10 and more; and how many there are.
fn covered(
    compared: &Compared<'_>,
    (table, class): (Table, usize),
    size: Resolution,
    margin: impl Fn(&[CubeColumn], &[usize]) -> f64,
) -> (f64, f64) {
    let columns = table.classes(PovertyThreshold::default())[class];
    let told = &compared.told.table(table)[class];
    let contents = compared.leaves.contents(table);
    let tree = compared.tree;
    let nodes = tree.levels().find(|(of, _)| *of == TreeLevel::Hexagon7).unwrap().1;
    let mut hexagons: BTreeMap<CellIndex, Vec<usize>> = BTreeMap::new();
    for node in nodes.filter(|node| !tree.is_rest(*node)) {
        let cell = tree.place(node).hexagon.unwrap().parent(size).unwrap();
        hexagons.entry(cell).or_default().push(node);
    }
    let exact = |nodes: &[usize]| -> i32 {
        nodes.iter().map(|node| contents.exact().get(*node, class)).sum()
    };
    hexagons.retain(|_, nodes| exact(nodes) >= 10);
    let lies_within = |nodes: &&Vec<usize>| {
        let error = nodes.iter().map(|node| told[*node]).sum::<i32>() - exact(nodes);
        f64::from(error.abs()) <= margin(columns, nodes)
    };
    let within = hexagons.values().filter(lies_within).count();
    (100.0 * within as f64 / hexagons.len() as f64, hexagons.len() as f64)
}

#[test]
fn margins_of_hexagons_of_every_size_hold_as_often_as_they_say() {
    let nation = invent(SIZE, 7);
    let protect = protect();
    let tree = ProtectedTree::new(&nation.tree, &protect.shown(&nation.cube, &nation.tree));
    let told = protect.tell(counted(&nation), &tree);
    let leaves = Leaves::new(&nation.cube, &tree, PovertyThreshold::default());
    let margins = LeafTable::public(counted(&nation), &protect).margins(&nation.tree).unwrap();
    let compared = Compared { told: &told, leaves: &leaves, tree: &tree, margins: &margins };
    let moe95 = |columns: &[CubeColumn], nodes: &[usize]| {
        margins.moe95(columns, nodes.iter().copied()).unwrap()
    };
    for class in [
        (Table::Welfare, 0),
        (Table::Welfare, 1),
        (Table::Deciles, 0),
        (Table::Ages, 1),
        (Table::Ages, 4),
        (Table::Disabilities, 0),
    ] {
        for size in [Resolution::Four, Resolution::Five, Resolution::Six, Resolution::Seven] {
            let (share, hexagons) = covered(&compared, class, size, moe95);
            // Four standard deviations of the share beyond the bounds.
            let slack = 400.0 * (0.05 * 0.95 / hexagons).sqrt();
            let most = if class == (Table::Welfare, 0) { 98.0 + slack } else { 100.0 };
            let range = 93.0 - slack..=most;
            assert!(range.contains(&share), "{class:?} {size}: {share} of {hexagons}");
        }
    }
}

#[test]
fn nearly_all_households_with_a_position_are_in_hexagons_that_are_shown() {
    let nation = invent(SIZE, 6);
    let protect = protect();
    let tree = ProtectedTree::new(&nation.tree, &protect.shown(&nation.cube, &nation.tree));
    let households = |cell: &Cell| -> i64 {
        CubeColumn::HOUSEHOLDS.iter().map(|column| cell.counts[column.index()]).sum()
    };
    let (mut shown, mut positioned) = (0, 0);
    for (key, cell) in nation.cube.cells().filter(|(key, _)| key.hexagon.is_some()) {
        positioned += households(cell);
        if tree.place(tree.leaf(&key)).hexagon.is_some() {
            shown += households(cell);
        }
    }
    let share = shown as f64 / positioned as f64;
    assert!(share >= 0.95, "{share} of the households with a position are shown");
}

#[test]
fn public_leaves_are_the_same_at_any_number_of_threads_and_close() {
    let nation = invent(Size { villages: 300, households: 300 }, 7);
    let make = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| LeafTable::public(counted(&nation), &protect()))
    };
    let leaves = make(1);
    assert_eq!(make(3), leaves);
    let batch = leaves.to_batch(&nation.tree);
    assert_eq!(LeafTable::from_batch(&batch, &nation.tree).unwrap(), leaves);
    // Every figure that is told of a node is the sum of the leaves below it.
    let protect = protect();
    let tree = ProtectedTree::new(&nation.tree, &leaves.shown());
    assert_eq!(tree, ProtectedTree::new(&nation.tree, &protect.shown(&nation.cube, &nation.tree)));
    let told = protect.tell(counted(&nation), &tree);
    for column in CubeColumn::ALL {
        let mut sums = vec![0; tree.len()];
        let values = batch.column(column.index() + 2).as_primitive::<Int64Type>().values();
        let mut rows: Vec<usize> =
            (0..tree.len()).filter(|node| tree.children(*node).is_empty()).collect();
        rows.sort_by_key(|node| tree.place(*node));
        for (leaf, value) in rows.iter().zip(values) {
            assert!(*value >= 0);
            sums[*leaf] = *value;
        }
        for node in (1..tree.len()).rev() {
            sums[tree.parent(node)] += sums[node];
        }
        let table = Table::ALL[1..]
            .iter()
            .find(|it| !told.sum(**it, &[column]).iter().all(|sum| *sum == 0));
        let Some(table) = table else { continue };
        let expected = told.sum(*table, &[column]);
        assert_eq!(sums[..expected.len()], expected, "{column}");
    }
    let poor = told.sum(Table::Deciles, PovertyThreshold::default().columns());
    assert_eq!(poor, told.sum(Table::Welfare, PovertyThreshold::default().columns()));
}

#[test]
fn one_household_more_changes_the_measurements_of_its_own_places_alone() {
    let mut nation = invent(Size { villages: 40, households: 300 }, 8);
    let protect = protect();
    let measured = |nation: &Nation, tree: &ProtectedTree| -> Vec<Figures> {
        let leaves = Leaves::new(&nation.cube, tree, PovertyThreshold::default());
        let measure = |table: &Table| protect.measure(*table, &leaves, tree, &nation.tree);
        Table::ALL[1..].iter().map(measure).collect()
    };
    let tree = ProtectedTree::new(&nation.tree, &protect.shown(&nation.cube, &nation.tree));
    let before = measured(&nation, &tree);
    // A crowded place, so that it is shown before and after.
    let crowded = |(_, cell): &(CubeKey, &Cell)| cell.counts[0];
    let with_hexagon = nation.cube.cells().filter(|(key, _)| key.hexagon.is_some());
    let key = with_hexagon.max_by_key(crowded).unwrap().0;
    let mut cell = Cell::default();
    cell.counts[CubeColumn::Decile1.index()] = 1;
    cell.digests = Unit::new("new").digests(&cell.counts, PovertyThreshold::default());
    nation.cube.add_cell(key, &cell);
    let after_tree = ProtectedTree::new(&nation.tree, &protect.shown(&nation.cube, &nation.tree));
    assert_eq!(after_tree, tree);
    let after = measured(&nation, &tree);
    let mut ancestors = vec![tree.leaf(&key)];
    while ancestors[ancestors.len() - 1] != 0 {
        ancestors.push(tree.parent(ancestors[ancestors.len() - 1]));
    }
    assert_eq!(ancestors.len(), 7);
    for (table, (before, after)) in Table::ALL[1..].iter().zip(before.iter().zip(&after)) {
        let of = |figures: &Figures, node: usize| -> Vec<i32> {
            (0..figures.classes).map(|class| figures.get(node, class)).collect()
        };
        let is_told = [Table::Welfare, Table::Deciles].contains(table);
        for node in 0..before.nodes() {
            let is_same = of(before, node) == of(after, node);
            let is_its_own = is_told && ancestors.contains(&node);
            assert_eq!(is_same, !is_its_own, "{table:?} {:?}", tree.place(node));
        }
    }
    // Noise that is not bound to the content, such as a fresh draw, is found out far from there.
    let (release, secret) = ("next".parse().unwrap(), RegisterSecret::new([3; 32]));
    let key = NoiseKey::new(&secret, NoiseMode::Epoch, &release, CodeSystem::Invented);
    let fresh = protect.with_key(key);
    let leaves = Leaves::new(&nation.cube, &tree, PovertyThreshold::default());
    let fresh = fresh.measure(Table::Visits, &leaves, &tree, &nation.tree);
    let kept = &before[Table::Visits.index() - 1];
    let changed = (0..kept.nodes()).filter(|node| kept.get(*node, 0) != fresh.get(*node, 0));
    assert!(changed.count() > kept.nodes() / 3);
}

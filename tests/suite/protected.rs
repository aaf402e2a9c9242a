//! What public figures are worth, and that nothing but content and secret goes into them.

use rayon::ThreadPoolBuilder;
use sebaran::domain::code::CodeSystem;
use sebaran::domain::indicator::{CubeColumn, PovertyThreshold};
use sebaran::domain::region::Level;
use sebaran::domain::table::Table;
use sebaran::protect::measure::Leaves;
use sebaran::protect::policy::TreeLevel;
use sebaran::protect::public::ToldTree;
use sebaran::protect::tree::ProtectedTree;
use sebaran::protect::{
    Counted, LeafTable, Margins, NoiseKey, NoiseMode, Policy, Protect, RegisterSecret,
};

use crate::nation::{Nation, Size, fields, invent};

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
    let margins = Margins::new(&nation.tree, &shown, protect.policy(), threshold);
    let compared = Compared { told: &told, leaves: &leaves, tree: &tree, margins: &margins };
    for (table, class) in [
        (Table::Welfare, 0),
        (Table::Welfare, 2),
        (Table::Deciles, 0),
        (Table::Deciles, 3),
        (Table::Deciles, 5),
        (Table::Ages, 0),
        (Table::Ages, 2),
        (Table::Ages, 3),
        (Table::Ages, 5),
        (Table::Disabilities, 0),
        (Table::Positions, 0),
        (Table::Visits, 0),
        (Table::Visits, 1),
    ] {
        for level in TreeLevel::ALL {
            if level <= sebaran::protect::policy::deepest(table) {
                println!("{table:?} {class} {level:?} {:?}", compared.errors(table, class, level));
            }
        }
    }
    panic!("look");
}

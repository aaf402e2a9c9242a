//! Protecting an invented nation: ours beside a plain way that walks hash maps and sorts.

use std::collections::HashMap;

use anyhow::Context;
use sebaran::domain::code::CodeSystem;
use sebaran::domain::indicator::PovertyThreshold;
use sebaran::domain::table::Table as Classes;
use sebaran::protect::measure::{Figures, Leaves};
use sebaran::protect::noise::Sampler;
use sebaran::protect::tree::{NATION, ProtectedTree};
use sebaran::protect::{Counted, LeafTable, NoiseKey, NoiseMode, Policy, Protect, RegisterSecret};

use crate::protected_nation::{Nation, Size, fields, invent};
use crate::table::Table;
use crate::usage::measure;

/// A nation as large as Indonesia, and one of a tenth for the plain way.
const WHOLE: Size = Size { villages: 83_000, households: 500 };
const TENTH: Size = Size { villages: 8_300, ..WHOLE };

/// Measures the public leaf table of a tenth of a nation, both ways, and that of the whole.
pub fn run(table: &mut Table) -> anyhow::Result<()> {
    let secret = RegisterSecret::new([1; 32]);
    let release = "bench".parse().context("it is a name")?;
    let key = NoiseKey::new(&secret, NoiseMode::Keyed, &release, CodeSystem::Invented);
    let protect = Protect::new(Policy::default(), key);
    let tenth = invent(TENTH, 1);
    let (leaves, ours) = measure(|| LeafTable::public(counted(&tenth), &protect));
    let tree = ProtectedTree::new(&tenth.tree, &leaves.shown());
    let (told, plain) = measure(|| tell(&tenth, &protect));
    check(&protect, &tenth, &tree, &told);
    let work = |tree: &ProtectedTree| format!("public leaves of {} nodes", tree.len());
    table.compare(format!("{}: by the clock", work(&tree)), "s", ours.wall_s, plain.wall_s);
    table.compare(format!("{}: memory", work(&tree)), "MiB", ours.peak_mib, plain.peak_mib);
    drop((tenth, leaves, told));
    let whole = invent(WHOLE, 1);
    let (leaves, ours) = measure(|| LeafTable::public(counted(&whole), &protect));
    let tree = ProtectedTree::new(&whole.tree, &leaves.shown());
    table.note(format!("{}: by the clock", work(&tree)), "s", ours.wall_s);
    table.note(format!("{}: CPU", work(&tree)), "s", ours.cpu_s);
    table.note(format!("{}: memory beyond the cube", work(&tree)), "MiB", ours.peak_mib);
    table.note(format!("{}: memory with it", work(&tree)), "MiB", crate::usage::peak_rss_mib());
    Ok(())
}

fn counted(nation: &Nation) -> Counted<'_> {
    let threshold = PovertyThreshold::default();
    Counted { cube: &nation.cube, fields: fields(), threshold, regions: &nation.tree }
}

/// A table as the plain way tells it: by class, then by node.
type Told = Vec<HashMap<usize, f64>>;

/// Every class of every table by itself: deciles need not add up to the poor.
fn tell(nation: &Nation, protect: &Protect) -> Vec<Told> {
    let tree = ProtectedTree::new(&nation.tree, &protect.shown(&nation.cube, &nation.tree));
    let leaves = Leaves::new(&nation.cube, &tree, PovertyThreshold::default());
    let tell = |table: &Classes| {
        let measured = protect.measure(*table, &leaves, &tree, &nation.tree);
        let plain = Plain::new(&tree, &measured, protect.policy(), *table);
        (0..measured.classes).map(|class| plain.tell(class)).collect()
    };
    Classes::ALL[1..].iter().map(tell).collect()
}

struct Plain<'a> {
    measured: &'a Figures,
    children: HashMap<usize, Vec<usize>>,
    variances: HashMap<usize, f64>,
}

impl<'a> Plain<'a> {
    fn new(tree: &ProtectedTree, measured: &'a Figures, policy: &Policy, table: Classes) -> Self {
        let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
        for node in 1..measured.nodes() {
            children.entry(tree.parent(node)).or_default().push(node);
        }
        let mut variances = HashMap::new();
        for (level, nodes) in tree.levels() {
            if let Some(epsilon) = policy.epsilon(table, level) {
                let variance = Sampler::new(epsilon).variance();
                variances.extend(nodes.map(|node| (node, variance)));
            }
        }
        Self { measured, children, variances }
    }

    fn tell(&self, class: usize) -> HashMap<usize, f64> {
        let (mut up, mut down, mut told) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (nation, _) = self.up(NATION, class, &mut up);
        self.down(NATION, nation, &up, &mut down);
        told.insert(NATION, nation.round().max(0.0));
        self.project(NATION, &down, &mut told);
        told
    }

    /// The estimate and its variance from a node and what is below it.
    fn up(&self, node: usize, class: usize, all: &mut HashMap<usize, (f64, f64)>) -> (f64, f64) {
        let own = (f64::from(self.measured.get(node, class)), self.variances[&node]);
        let mut below = (0.0, 0.0);
        for child in self.children.get(&node).into_iter().flatten() {
            let child = self.up(*child, class, all);
            below = (below.0 + child.0, below.1 + child.1);
        }
        let mut found = own;
        if below.1 > 0.0 {
            let weights = (1.0 / own.1, 1.0 / below.1);
            let sum = weights.0 + weights.1;
            found = ((own.0 * weights.0 + below.0 * weights.1) / sum, 1.0 / sum);
        }
        all.insert(node, found);
        found
    }

    fn down(
        &self,
        node: usize,
        value: f64,
        up: &HashMap<usize, (f64, f64)>,
        all: &mut HashMap<usize, f64>,
    ) {
        all.insert(node, value);
        let children = self.children.get(&node).map(Vec::as_slice).unwrap_or_default();
        let sum: f64 = children.iter().map(|child| up[child].0).sum();
        let variance: f64 = children.iter().map(|child| up[child].1).sum();
        for child in children {
            let share = up[child].1 / variance;
            self.down(*child, up[child].0 + (value - sum) * share, up, all);
        }
    }

    /// The projection by sorting, and the largest remainders by sorting once more.
    fn project(&self, node: usize, down: &HashMap<usize, f64>, told: &mut HashMap<usize, f64>) {
        let Some(children) = self.children.get(&node) else { return };
        let total = told[&node];
        let mut sorted: Vec<f64> = children.iter().map(|child| down[child]).collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let (mut sum, mut shift) = (0.0, 0.0);
        for (number, value) in sorted.iter().enumerate() {
            sum += value;
            let next = (sum - total) / (number + 1) as f64;
            if value - next > 0.0 {
                shift = next;
            }
        }
        let real: Vec<f64> = children.iter().map(|it| (down[it] - shift).max(0.0)).collect();
        let mut order: Vec<usize> = (0..children.len()).collect();
        order.sort_by(|a, b| real[*b].fract().total_cmp(&real[*a].fract()));
        let left = total - real.iter().map(|real| real.floor()).sum::<f64>();
        for (place, at) in order.into_iter().enumerate() {
            let up = if (place as f64) < left { 1.0 } else { 0.0 };
            told.insert(children[at], real[at].floor() + up);
            self.project(children[at], down, told);
        }
    }
}

/// Holds both against each other: they round other figures up, and no more.
fn check(protect: &Protect, nation: &Nation, tree: &ProtectedTree, plain: &[Told]) {
    let ours = protect.tell(counted(nation), tree);
    for (table, plain) in Classes::ALL[1..].iter().zip(plain) {
        if *table == Classes::Deciles {
            continue;
        }
        for (ours, plain) in ours.table(*table).iter().zip(plain) {
            let apart = |(node, figure): (usize, &i32)| (f64::from(*figure) - plain[&node]).abs();
            let mean = ours.iter().enumerate().map(apart).sum::<f64>() / ours.len() as f64;
            assert!(mean < 1.0, "both ways tell {table:?} alike, but for {mean}");
        }
    }
}

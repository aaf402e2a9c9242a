//! The public leaf table: the leaves of the protected tree with the figures that are told.

use std::convert::Infallible;
use std::sync::Arc;

use arrow::buffer::ScalarBuffer;
use rayon::prelude::*;

use super::consistency::{Told, divide, settle, weights};
use super::gate;
use super::leaves::{LeafFacts, LeafPlaces, LeafTable, Protection};
use super::margin::Margins;
use super::measure::{Contents, Figures, Leaves};
use super::noise::{NoiseKey, Samplers};
use super::policy::{Policy, TreeLevel};
use super::status::CoverageTerms;
use super::tree::{ProtectedTree, Shown};
use crate::count::Cube;
use crate::domain::indicator::{CubeColumn, Indicators, PovertyThreshold};
use crate::domain::region::RegionTree;
use crate::domain::table::Table;

/// What a cube is counted with: the visit fields that the input held, as bits
/// ([`crate::domain::visit::VisitField::bit`]), the deciles that are poor, and the regions.
#[derive(Clone, Copy)]
pub struct Counted<'a> {
    pub cube: &'a Cube,
    pub fields: u32,
    pub threshold: PovertyThreshold,
    pub regions: &'a RegionTree,
}

/// A policy, with all that its noise is drawn by.
pub struct Protect {
    policy: Policy,
    samplers: Arc<Samplers>,
    key: NoiseKey,
}

impl Protect {
    pub fn new(policy: Policy, key: NoiseKey) -> Self {
        let all = Table::ALL.into_iter().flat_map(|table| {
            TreeLevel::ALL.into_iter().filter_map(move |level| policy.epsilon(table, level))
        });
        Self { samplers: Arc::new(Samplers::of(all)), policy, key }
    }

    /// The same policy with another key.
    pub fn with_key(&self, key: NoiseKey) -> Self {
        Self { policy: self.policy, samplers: Arc::clone(&self.samplers), key }
    }

    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides which parts of hexagons are shown.
    pub fn shown(&self, cube: &Cube, regions: &RegionTree) -> Shown {
        gate::shown(cube, regions, &self.policy, &self.samplers, &self.key)
    }

    /// The noisy figures of a table, before they are made to close.
    pub fn measure(
        &self,
        table: Table,
        leaves: &Leaves<'_>,
        tree: &ProtectedTree,
        regions: &RegionTree,
    ) -> Figures {
        self.add_noise(leaves.contents(table), tree, regions)
    }

    /// Adds noise to the exact content of a tree.
    pub fn add_noise(
        &self,
        contents: Contents,
        tree: &ProtectedTree,
        regions: &RegionTree,
    ) -> Figures {
        contents.measure(tree, regions, &self.policy, (&self.samplers, &self.key))
    }

    /// The figures that are told, on the tree of what is shown.
    pub fn tell<'a>(&self, counted: Counted<'a>, tree: &'a ProtectedTree) -> ToldTree<'a> {
        let Counted { cube, regions, threshold, .. } = counted;
        let leaves = Leaves::new(cube, tree, threshold);
        let nodes = (0..tree.len()).into_par_iter();
        let ties: Vec<u64> = nodes.map(|node| self.key.tie(&tree.name(node, regions))).collect();
        let measure = |table| {
            let measured = self.measure(table, &leaves, tree, regions);
            (measured, weights(table, tree, &self.policy, &self.samplers))
        };
        let settled = |table| {
            let (measured, weights) = measure(table);
            settle(&measured, &weights, tree, &ties)
        };
        let welfare = settled(Table::Welfare);
        let (measured, weights) = measure(Table::Deciles);
        let poor = threshold.columns().len();
        let divided = |classes, totals: &Vec<i32>| {
            divide((&measured, classes), totals, &weights, tree, &ties)
        };
        let (mut deciles, others) = rayon::join(
            || divided(0..poor, &welfare[0]),
            || divided(poor..measured.classes, &welfare[1]),
        );
        deciles.extend(others);
        drop(measured);
        let mut tables = vec![Vec::new(), welfare, deciles];
        tables.extend(Table::ALL[tables.len()..].iter().map(|table| settled(*table)));
        ToldTree { tree, threshold, tables }
    }
}

/// The figures that are told of every node.
pub struct ToldTree<'a> {
    tree: &'a ProtectedTree,
    threshold: PovertyThreshold,
    /// By [`Table::index`].
    tables: Vec<Told>,
}

impl ToldTree<'_> {
    /// The classes of a table, each by node down to the table's deepest level.
    pub fn table(&self, table: Table) -> &Told {
        &self.tables[table.index()]
    }

    /// The sum of a table's classes that lie in these columns, by node.
    pub fn sum(&self, table: Table, columns: &[CubeColumn]) -> Vec<i64> {
        let mut sums = vec![0; self.tables[table.index()].first().map_or(0, Vec::len)];
        let classes = table.classes(self.threshold).into_iter().zip(self.table(table));
        for (class, figures) in classes {
            if class.iter().all(|column| columns.contains(column)) {
                sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += i64::from(*figure));
            }
        }
        sums
    }

    /// A column by leaf: what a node tells that has no children in the table is its rest's.
    fn column(&self, column: CubeColumn, rows: &[usize], row_of: &[u32]) -> Vec<i64> {
        let of_column = |table: &Table| {
            let classes = table.classes(self.threshold);
            let class = classes.iter().position(|class| *class == [column])?;
            Some(&self.table(*table)[class])
        };
        let figures = Table::ALL[1..].iter().find_map(of_column).expect("a table tells the column");
        let mut values = vec![0; rows.len()];
        for (node, figure) in figures.iter().enumerate() {
            let children = self.tree.children(node);
            if children.is_empty() || children.start >= figures.len() {
                values[row_of[self.tree.rest(node)] as usize] = i64::from(*figure);
            }
        }
        values
    }
}

impl LeafTable {
    /// The public leaves of a cube.
    ///
    /// They are all that may be told of it: noise is drawn once for every figure of the protected tree,
    /// and everything public is a sum of these leaves.
    pub fn public(counted: Counted<'_>, protect: &Protect) -> Self {
        let regions = counted.regions;
        let tree = ProtectedTree::of_policy(
            regions,
            &protect.shown(counted.cube, regions),
            protect.policy(),
        );
        let told = protect.tell(counted, &tree);
        let (fields, threshold) = (counted.fields, counted.threshold);
        let policy = Some(*protect.policy());
        let programmes = counted.cube.programmes();
        let facts = LeafFacts {
            protection: Protection::Public,
            threshold,
            fields,
            programmes,
            has_prelist: counted.cube.has_prelist(),
            coverage: CoverageTerms::default(),
            policy,
        };
        let held = facts.held(&Indicators::embedded());
        let mut rows: Vec<usize> =
            (0..tree.len()).filter(|node| tree.children(*node).is_empty()).collect();
        rows.sort_unstable_by_key(|node| tree.place(*node));
        let mut row_of = vec![u32::MAX; tree.len()];
        for (row, node) in (0..).zip(&rows) {
            row_of[*node] = row;
        }
        // Made one by one, as they are arranged: all of them at once would take twice the memory.
        let column = |column: CubeColumn| {
            let is_held = held & column.bit() != 0;
            let counts = is_held.then(|| ScalarBuffer::from(told.column(column, &rows, &row_of)));
            Ok::<_, Infallible>(counts)
        };
        let places = rows.iter().map(|node| tree.place(*node));
        let (in_regions, hexagons) = places.map(|place| (place.region, place.hexagon)).unzip();
        let places = LeafPlaces { regions: in_regions, hexagons };
        let Ok(table) = Self::load(facts, &places, column, regions);
        table
    }

    /// The margins of what is told on these regions; `None` where the figures are exact.
    pub fn margins(&self, regions: &RegionTree) -> Option<Margins> {
        Some(Margins::new(regions, &self.leaves, self.policy()?, self.threshold()))
    }

    /// The parts of hexagons that stand in the table.
    pub fn shown(&self) -> Shown {
        self.leaves.shown()
    }
}

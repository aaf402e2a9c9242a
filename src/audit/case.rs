//! A release under attack: its public and its exact figures on one tree.

use std::collections::BTreeMap;

use h3o::{CellIndex, Resolution};

use crate::domain::indicator::{CubeColumn, PovertyThreshold};
use crate::domain::region::RegionTree;
use crate::domain::table::Table;
use crate::protect::measure::Figures;
use crate::protect::on_tree::OnTree;
use crate::protect::policy::TreeLevel;
use crate::protect::tree::{NATION, ProtectedTree};
use crate::protect::{LeafTable, Margins};

/// The figures of a release, told and exact, by node of the protected tree.
pub struct Case<'a> {
    pub regions: &'a RegionTree,
    pub public: &'a LeafTable,
    pub exact_leaves: &'a LeafTable,
    pub margins: Margins,
    /// By [`Table::index`].
    told: Vec<Figures>,
    exact: Vec<Figures>,
}

/// A class of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    pub table: Table,
    pub class: usize,
}

impl<'a> Case<'a> {
    /// Of the public leaves of a release, and the exact ones; `None` where the first are not public.
    pub fn new(
        public: &'a LeafTable,
        exact_leaves: &'a LeafTable,
        regions: &'a RegionTree,
    ) -> Option<Self> {
        let margins = public.margins(regions)?;
        let tables = |leaves: &LeafTable| -> Vec<Figures> {
            let on_tree = OnTree::new(leaves, margins.tree());
            Table::ALL.map(|table| on_tree.figures(table)).into()
        };
        let (told, exact) = (tables(public), tables(exact_leaves));
        Some(Self { regions, public, exact_leaves, margins, told, exact })
    }

    pub const fn tree(&self) -> &ProtectedTree {
        self.margins.tree()
    }

    pub const fn threshold(&self) -> PovertyThreshold {
        self.public.threshold()
    }

    /// The classes of a table of which there is anything, each with its columns.
    pub fn classes(&self, table: Table) -> Vec<(Class, &'static [CubeColumn])> {
        let classes = table.classes(self.threshold()).into_iter().enumerate();
        let all = classes.map(|(class, columns)| (Class { table, class }, columns));
        let nation =
            |figures: &[Figures], of: Class| figures[of.table.index()].get(NATION, of.class);
        all.filter(|(of, _)| nation(&self.exact, *of) > 0 || nation(&self.told, *of) > 0).collect()
    }

    /// The figure that is told of places that do not overlap.
    pub fn told(&self, of: Class, nodes: &[usize]) -> i64 {
        sum(&self.told[of.table.index()], of.class, nodes)
    }

    /// The exact one.
    pub fn exact(&self, of: Class, nodes: &[usize]) -> i64 {
        sum(&self.exact[of.table.index()], of.class, nodes)
    }

    /// The variance of what is told; `None` where the table is not told there.
    pub fn variance(&self, of: Class, nodes: &[usize]) -> Option<f64> {
        let columns = of.table.classes(self.threshold())[of.class];
        self.margins.variance_of(columns, nodes.iter().copied())
    }

    /// The nodes of a level that are no rests.
    pub fn nodes(&self, level: TreeLevel) -> Vec<usize> {
        let range = self.tree().levels().find(|(of, _)| *of == level);
        let range = range.map_or(0..0, |(_, range)| range);
        range.filter(|node| !self.tree().is_rest(*node)).collect()
    }

    /// The villages' parts of the hexagons of a resolution, 4 to 8, by hexagon.
    pub fn hexagons(&self, resolution: Resolution) -> BTreeMap<CellIndex, Vec<usize>> {
        let level = match resolution {
            Resolution::Eight => TreeLevel::Hexagon8,
            _ => TreeLevel::Hexagon7,
        };
        let mut parts: BTreeMap<CellIndex, Vec<usize>> = BTreeMap::new();
        for node in self.nodes(level) {
            let cell = self.tree().place(node).hexagon.and_then(|cell| cell.parent(resolution));
            if let Some(cell) = cell {
                parts.entry(cell).or_default().push(node);
            }
        }
        parts
    }
}

fn sum(figures: &Figures, class: usize, nodes: &[usize]) -> i64 {
    nodes.iter().map(|node| i64::from(figures.get(*node, class))).sum()
}

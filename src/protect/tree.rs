//! The protected tree: nation, regions, villages' parts of hexagons, and in each what is left.

use std::ops::Range;

use h3o::{CellIndex, Resolution};

use super::noise::NodeName;
use super::policy::{Policy, TreeLevel};
use crate::count::CubeKey;
use crate::domain::region::{Level, RegionId, RegionTree};

/// The parts of hexagons that are shown, each in a region of the deepest level, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Of resolution 7.
    pub hexagons7: Vec<(RegionId, CellIndex)>,
    /// Of resolution 8, each within one of resolution 7 that is shown in the same region.
    pub hexagons8: Vec<(RegionId, CellIndex)>,
}

/// The tree in columns, level by level: the children of a node are a run, and so are those of a run.
///
/// The first child of every inner node is its rest: the units known to it and to nothing below that
/// stands in the tree, in hexagons that are not shown too. All regions stand in it, and a rest each, so
/// that nothing but what is shown depends on what was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedTree {
    /// The level of each depth.
    levels: Vec<TreeLevel>,
    /// Where each depth starts; the last entry is the number of nodes.
    starts: Vec<usize>,
    parents: Vec<u32>,
    /// Where the children of each node start; those of the next start where they end.
    children: Vec<u32>,
    regions: Vec<u32>,
    /// H3 indices; 0 for a region.
    hexagons: Vec<u64>,
    is_rest: Vec<bool>,
    /// Nodes that hold nothing by declaration, not by what was counted; none where nothing is declared.
    is_empty: Vec<bool>,
    /// The node of each region.
    of_region: Vec<u32>,
}

const NO_REGION: u32 = u32::MAX;
const NO_HEXAGON: u64 = 0;

/// The root.
pub const NATION: usize = 0;

impl ProtectedTree {
    /// The tree of these regions in which these hexagons are shown.
    pub fn new(regions: &RegionTree, shown: &Shown) -> Self {
        let mut tree = Self {
            levels: levels(regions.deepest()),
            starts: vec![0],
            parents: Vec::new(),
            children: Vec::new(),
            regions: Vec::new(),
            hexagons: Vec::new(),
            is_rest: Vec::new(),
            is_empty: Vec::new(),
            of_region: vec![0; regions.len()],
        };
        tree.push(NATION, NO_REGION, NO_HEXAGON, false);
        tree.starts.push(tree.len());
        let mut hexagons7 = shown.hexagons7.iter().copied().peekable();
        let mut hexagons8 = shown.hexagons8.iter().copied().peekable();
        for depth in 0..tree.levels.len() {
            for node in tree.starts[depth]..tree.starts[depth + 1] {
                tree.children.push(number(tree.len()));
                if tree.is_rest[node] || depth + 1 == tree.levels.len() {
                    continue;
                }
                let (region, hexagon) = (tree.regions[node], tree.hexagons[node]);
                tree.push(node, region, hexagon, true);
                if hexagon != NO_HEXAGON {
                    let is_within = |(id, cell): &(RegionId, CellIndex)| {
                        id.0 == region && parent7(*cell) == hexagon
                    };
                    while let Some((id, cell)) = hexagons8.next_if(is_within) {
                        tree.push(node, id.0, cell.into(), false);
                    }
                    continue;
                }
                for child in children(regions, region) {
                    tree.of_region[child as usize] = number(tree.len());
                    tree.push(node, child, NO_HEXAGON, false);
                }
                while let Some((id, cell)) = hexagons7.next_if(|(id, _)| id.0 == region) {
                    tree.push(node, id.0, cell.into(), false);
                }
            }
            tree.starts.push(tree.len());
        }
        tree.starts.pop();
        tree.children.push(number(tree.len()));
        tree
    }

    fn push(&mut self, parent: usize, region: u32, hexagon: u64, is_rest: bool) {
        self.parents.push(number(parent));
        self.regions.push(region);
        self.hexagons.push(hexagon);
        self.is_rest.push(is_rest);
    }

    /// The tree of the figures that a policy allows: as [`Self::new`], and where the policy declares that
    /// every household has a village, the nodes that then hold nothing are known.
    pub fn of_policy(regions: &RegionTree, shown: &Shown, policy: &Policy) -> Self {
        let mut tree = Self::new(regions, shown);
        if policy.every_household_has_village {
            tree.declare_empty(regions.deepest());
        }
        tree
    }

    /// Marks the remainders of regions above the deepest level, and regions with nothing but such.
    fn declare_empty(&mut self, deepest: Level) {
        self.is_empty = vec![false; self.len()];
        let (_, above) = self
            .levels()
            .take_while(|(level, _)| *level < TreeLevel::Region(deepest))
            .last()
            .unwrap_or((TreeLevel::Nation, 0..1));
        for node in (0..above.end).rev() {
            let children = self.children(node);
            if self.is_rest[node] {
                self.is_empty[node] = true;
                continue;
            }
            if !children.is_empty() {
                self.is_empty[children.start] = true;
                self.is_empty[node] = self.is_empty[children].iter().all(|is_empty| *is_empty);
            }
        }
    }

    /// Whether a node is declared to hold nothing.
    pub fn is_declared_empty(&self, node: usize) -> bool {
        self.is_empty.get(node).copied().unwrap_or(false)
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// Each level with its nodes, from above; a rest stands in the level of its siblings.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = (TreeLevel, Range<usize>)> {
        let ranges = self.starts.windows(2).map(|pair| pair[0]..pair[1]);
        self.levels.iter().copied().zip(ranges.collect::<Vec<_>>())
    }

    /// The level of a node, and how many are above it.
    pub fn level(&self, node: usize) -> (TreeLevel, usize) {
        let depth = self.starts[1..].partition_point(|start| *start <= node);
        (self.levels[depth], depth)
    }

    /// How many nodes there are down to a level: they are the first ones.
    pub fn down_to(&self, deepest: TreeLevel) -> usize {
        let depths = self.levels.partition_point(|level| *level <= deepest);
        self.starts[depths]
    }

    pub fn children(&self, node: usize) -> Range<usize> {
        self.children[node] as usize..self.children[node + 1] as usize
    }

    /// The node above; the nation's is itself.
    pub fn parent(&self, node: usize) -> usize {
        self.parents[node] as usize
    }

    pub fn is_rest(&self, node: usize) -> bool {
        self.is_rest[node]
    }

    /// The node of a region.
    pub fn of_region(&self, region: RegionId) -> usize {
        self.of_region[region.index()] as usize
    }

    /// The node of a region's part of a hexagon of resolution 7 or 8, if it is shown.
    pub fn of_hexagon(&self, region: RegionId, hexagon: CellIndex) -> Option<usize> {
        let large = self.child(self.of_region(region), parent7(hexagon))?;
        match hexagon.resolution() {
            Resolution::Seven => Some(large),
            _ => self.child(large, hexagon.into()),
        }
    }

    /// The leaf in which the households of a place are counted.
    pub fn leaf(&self, key: &CubeKey) -> usize {
        let Some(region) = key.region else { return self.rest(NATION) };
        let node = self.of_region(region);
        let large = key.hexagon.and_then(|cell| self.child(node, parent7(cell)));
        let Some((large, cell)) = large.zip(key.hexagon) else { return self.rest(node) };
        self.child(large, cell.into()).unwrap_or_else(|| self.rest(large))
    }

    /// The leaf that holds what a node tells of no other: its rest's, or itself.
    pub fn rest(&self, node: usize) -> usize {
        let children = self.children(node);
        if children.is_empty() { node } else { children.start }
    }

    fn child(&self, node: usize, hexagon: u64) -> Option<usize> {
        let children = self.children(node);
        let first = children.start + 1;
        let siblings = self.hexagons.get(first..children.end)?;
        siblings.binary_search(&hexagon).ok().map(|at| first + at)
    }

    /// The place of a node: of a rest, that of the node whose rest it is.
    pub fn place(&self, node: usize) -> CubeKey {
        let region = self.regions[node];
        CubeKey {
            region: (region != NO_REGION).then_some(RegionId(region)),
            hexagon: CellIndex::try_from(self.hexagons[node]).ok(),
        }
    }

    /// What a node is called in the stream of noise.
    pub fn name(&self, node: usize, regions: &RegionTree) -> NodeName {
        let region = self.place(node).region;
        NodeName {
            region: region.map(|id| regions.get(id).code),
            hexagon: self.hexagons[node],
            is_rest: self.is_rest[node],
        }
    }
}

fn levels(deepest: Level) -> Vec<TreeLevel> {
    let is_there =
        |level: &TreeLevel| !matches!(level, TreeLevel::Region(level) if *level > deepest);
    TreeLevel::ALL.into_iter().filter(is_there).collect()
}

/// The regions directly below one, or below the nation.
fn children(regions: &RegionTree, region: u32) -> Range<u32> {
    if region == NO_REGION {
        return 0..number(regions.level(Level::Province).len());
    }
    regions.children(RegionId(region))
}

/// The index of the hexagon of resolution 7 that is this one or holds it.
pub(super) fn parent7(cell: CellIndex) -> u64 {
    cell.parent(Resolution::Seven).map_or(NO_HEXAGON, u64::from)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a tree has fewer than 2^32 nodes")
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;

//! What is summed of the leaves once: each region's figures, and what its hexagons do not show.

use h3o::Resolution;

use super::arranged::ArrangedLeaves;
use super::leaves::households;
use crate::domain::indicator::{AllCounts, CubeColumn};
use crate::domain::region::{RegionId, RegionTree};

/// The sums of regions, by [`RegionId`], and of the nation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RegionSums {
    /// Of each region's leaves and of all below it.
    pub counts: Vec<AllCounts>,
    pub nation: AllCounts,
    /// The households known to a region and to nothing below it.
    pub own_households: Vec<i64>,
    /// The households that no region is known of.
    pub unplaced_households: i64,
    /// The households of a region and of all below it that hexagons do not show.
    hidden: Vec<Hidden>,
    hidden_unplaced: Hidden,
}

/// Households without a hexagon, and households with one of resolution 7, that no smaller one shows.
type Hidden = [i64; 2];

/// The sums of one column by [`RegionId`], and at the end that of the leaves without a region.
pub(super) fn by_region(
    regions: &[Option<RegionId>],
    counts: &[i64],
    tree: &RegionTree,
) -> Vec<i64> {
    let mut sums = vec![0; tree.len() + 1];
    for (region, count) in regions.iter().zip(counts) {
        sums[region.map_or(tree.len(), RegionId::index)] += count;
    }
    sums
}

impl RegionSums {
    /// From each column's [`by_region`]; `None` where a column is not held.
    pub fn new(own: &[Option<Vec<i64>>], leaves: &ArrangedLeaves, tree: &RegionTree) -> Self {
        let mut counts = vec![[0; CubeColumn::ALL.len()]; tree.len() + 1];
        for (index, own) in own.iter().enumerate() {
            for (sum, own) in counts.iter_mut().zip(own.iter().flatten()) {
                sum[index] = *own;
            }
        }
        let unplaced = counts.pop().expect("the last is of the leaves without a region");
        let own_households = counts.iter().map(households).collect();
        let mut nation = add_up(&mut counts, tree);
        add(&mut nation, &unplaced);
        let (mut hidden, hidden_unplaced) = hidden(leaves, tree);
        add_up(&mut hidden, tree);
        let unplaced_households = households(&unplaced);
        Self { counts, nation, own_households, unplaced_households, hidden, hidden_unplaced }
    }

    /// The households of a region and of all below it, or of all regions, that hexagons of a resolution
    /// do not show.
    pub fn without_hexagon(
        &self,
        within: Option<RegionId>,
        resolution: Resolution,
        tree: &RegionTree,
    ) -> i64 {
        if let Some(region) = within {
            return not_shown(&self.hidden[region.index()], resolution);
        }
        let tops = tree.iter().take_while(|(id, _)| tree.parent(*id).is_none());
        tops.map(|(id, _)| not_shown(&self.hidden[id.index()], resolution)).sum()
    }

    /// The same of the households that no region is known of.
    pub const fn unplaced_without_hexagon(&self, resolution: Resolution) -> i64 {
        not_shown(&self.hidden_unplaced, resolution)
    }
}

const fn not_shown(hidden: &Hidden, resolution: Resolution) -> i64 {
    let [none, seven] = *hidden;
    if matches!(resolution, Resolution::Eight) { none + seven } else { none }
}

fn hidden(leaves: &ArrangedLeaves, tree: &RegionTree) -> (Vec<Hidden>, Hidden) {
    let mut hidden = vec![[0; 2]; tree.len()];
    let mut unplaced = [0; 2];
    for (at, hexagon) in leaves.hexagons().iter().enumerate() {
        let kind = match hexagon.map(h3o::CellIndex::resolution) {
            None => 0,
            Some(Resolution::Seven) => 1,
            Some(_) => continue,
        };
        let sum = leaves.region(at).map_or(&mut unplaced, |region| &mut hidden[region.index()]);
        sum[kind] += households(&leaves.sum_run(at..at + 1, &CubeColumn::HOUSEHOLDS));
    }
    (hidden, unplaced)
}

/// Adds each region's row to that of the region above, and gives back the sum of the uppermost.
fn add_up<const N: usize>(sums: &mut [[i64; N]], tree: &RegionTree) -> [i64; N] {
    let mut top = [0; N];
    for child in (0..sums.len()).rev() {
        let id = RegionId(u32::try_from(child).expect("a tree has fewer than 2^32 regions"));
        let (above, below) = sums.split_at_mut(child);
        let sum = tree.parent(id).map_or(&mut top, |parent| &mut above[parent.index()]);
        add(sum, &below[0]);
    }
    top
}

fn add<const N: usize>(sum: &mut [i64; N], more: &[i64; N]) {
    for (sum, count) in sum.iter_mut().zip(more) {
        *sum += count;
    }
}

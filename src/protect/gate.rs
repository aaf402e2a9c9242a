//! The gate: which parts of hexagons are shown. Noisy numbers of households alone decide.

use h3o::CellIndex;
use rayon::prelude::*;

use super::noise::{Draw, NodeName, NoiseKey, Samplers};
use super::policy::{Policy, TreeLevel};
use super::tree::{Shown, parent7};
use crate::count::{Cube, cube::households};
use crate::domain::code::RegionCode;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::table::Table;

/// The households of a village's part of a hexagon.
#[derive(Clone, Copy)]
struct Part {
    region: RegionId,
    hexagon7: u64,
    hexagon: CellIndex,
    households: i32,
    digest: u64,
}

/// Decides what is shown of a cube that was counted on these regions.
///
/// A part with fewer households than the least, by a noisy count, is left to the rest of its village or
/// of its hexagon 7. What is not shown leaves no trace: the rest is there in any case, and drawn once
/// over all that it holds, so that nothing tells of how many parts.
///
/// That one draw is why a rest costs each household its epsilon and no more. Given what is shown, which is
/// decided by the gate's own noise, every unit is in one node of each level, rests among them, so the
/// levels' epsilons add up. A rest that were the sum of its parts' noisy figures would have a draw more
/// where a household makes a part of its own: the quotient of the densities of k + 1 and of k draws grows
/// with their value without a bound, and no epsilon holds it.
pub fn shown(
    cube: &Cube,
    regions: &RegionTree,
    policy: &Policy,
    samplers: &Samplers,
    key: &NoiseKey,
) -> Shown {
    let parts = parts(cube, regions);
    let gate = Gate { regions, policy, samplers, key };
    let runs = parts.chunk_by(|a, b| (a.region, a.hexagon7) == (b.region, b.hexagon7));
    let mut shown = Shown::default();
    let runs: Vec<&[Part]> = runs.collect();
    let passed: Vec<Option<Vec<CellIndex>>> = runs.par_iter().map(|run| gate.pass(run)).collect();
    for (run, small) in runs.into_iter().zip(passed) {
        let (Some(small), Ok(large)) = (small, CellIndex::try_from(run[0].hexagon7)) else {
            continue;
        };
        shown.hexagons7.push((run[0].region, large));
        shown.hexagons8.extend(small.into_iter().map(|cell| (run[0].region, cell)));
    }
    shown
}

/// The parts that hold households, in the order of region, hexagon 7 and hexagon.
fn parts(cube: &Cube, regions: &RegionTree) -> Vec<Part> {
    let deepest = regions.deepest();
    let part = |(key, cell): (crate::count::CubeKey, &crate::count::Cell)| {
        let region = key.region.filter(|id| regions.get(*id).level == deepest)?;
        let hexagon = key.hexagon?;
        let digest = cell.digests[Table::Counted.index()];
        let households = i32::try_from(households(&cell.counts)).ok().filter(|count| *count > 0)?;
        Some(Part { region, hexagon7: parent7(hexagon), hexagon, households, digest })
    };
    let mut parts: Vec<Part> = cube.cells().filter_map(part).collect();
    parts.sort_unstable_by_key(|part| (part.region, part.hexagon7, part.hexagon));
    parts
}

struct Gate<'a> {
    regions: &'a RegionTree,
    policy: &'a Policy,
    samplers: &'a Samplers,
    key: &'a NoiseKey,
}

impl Gate<'_> {
    /// Of the parts of one hexagon 7 in one region: the hexagons 8 that are shown, or `None` where the
    /// whole is not.
    fn pass(&self, run: &[Part]) -> Option<Vec<CellIndex>> {
        let code = self.regions.get(run[0].region).code;
        let households = run.iter().map(|part| part.households).sum();
        let digest = run.iter().fold(0_u64, |sum, part| sum.wrapping_add(part.digest));
        let large = (run[0].hexagon7, households, digest);
        self.is_shown(TreeLevel::Hexagon7, code, large).then(|| {
            let small = run.iter().filter(|part| u64::from(part.hexagon) != part.hexagon7);
            let is_shown = |part: &&Part| {
                let part = (part.hexagon.into(), part.households, part.digest);
                self.is_shown(TreeLevel::Hexagon8, code, part)
            };
            small.filter(is_shown).map(|part| part.hexagon).collect()
        })
    }

    fn is_shown(
        &self,
        level: TreeLevel,
        region: RegionCode,
        (hexagon, households, digest): (u64, i32, u64),
    ) -> bool {
        let Some((epsilon, least)) = self.policy.gate(level) else { return true };
        let node = NodeName { region: Some(region), hexagon, is_rest: false };
        let draw = Draw { table: Table::Counted, node, epsilon, digest };
        let mut noisy = [households];
        self.key.add(&draw, self.samplers.get(epsilon), &mut noisy);
        noisy[0] >= i32::from(least)
    }
}

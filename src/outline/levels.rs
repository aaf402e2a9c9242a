//! Derives the tree of regions, their shapes and their coverage from the deepest level.

use geo::MultiPolygon;
use rayon::prelude::*;

use super::OutlineSettings;
use super::check::{OutlineError, check};
use super::coverage::{Coverage, conflicts, gaps, overlaps};
use super::dissolve::{Members, Method, cancel, dissolve, unite};
use super::generalise::generalise;
use super::label::label;
use super::measure::{area_km2, bounds, orient};
use super::mesh::Mesh;
use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::position::Position;
use crate::domain::region::{Level, Region, RegionKind, RegionTree, Shapes, Slug, SourceRegion};

/// What a source's regions give.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    pub tree: RegionTree,
    pub shapes: Shapes,
    pub coverage: Coverage,
    /// The derived regions whose members' borders did not match, so that an overlay united them.
    pub overlaid: Vec<RegionCode>,
}

/// Derives all levels from regions of one level, the deepest that the source has.
///
/// A higher region's shape is the union of its members', its area the sum of theirs; it is
/// [`RegionKind::LakeOrForest`] where all of them are. A province keeps the time that its regions say,
/// or else that of its label's longitude: UTC+7 west of 114.5 degrees east, UTC+8 west of 126, else
/// UTC+9, which gives each of Indonesia's provinces its zone.
///
/// # Errors
/// [`OutlineError`] where codes, names, offsets or shapes do not fit together.
pub fn derive(
    system: CodeSystem,
    version: Slug,
    mut regions: Vec<SourceRegion>,
    settings: &OutlineSettings,
) -> Result<Derived, OutlineError> {
    let deepest = check(system, &mut regions)?;
    let codes: Vec<RegionCode> = regions.iter().map(|region| region.code).collect();
    let shapes: Vec<MultiPolygon> = regions
        .par_iter_mut()
        .map(|region| {
            orient(&mut region.shape);
            std::mem::replace(&mut region.shape, MultiPolygon::new(Vec::new()))
        })
        .collect();
    let mesh = Mesh::new(&shapes);
    let conflicts = conflicts(&mesh, &shapes);
    let overlaps = overlaps(&mesh, &shapes, &codes, &conflicts);
    let tiers = unions(system, deepest, codes, shapes, &mesh, &conflicts);
    let source = &tiers[tiers.len() - 1];
    let whole = whole(&tiers, &mesh, &conflicts);
    let coverage = Coverage { overlaps, gaps: gaps(&mesh, &whole, &source.codes) };
    drop(mesh);
    let measured = measure(system, &regions, &tiers)?;
    let tree = RegionTree::new(system, version, measured)?;
    let general = tiers
        .iter()
        .flat_map(|tier| generalise(&tier.shapes, settings.tolerance_deg(tier.level)))
        .collect();
    let overlaid = tiers.iter().flat_map(|tier| tier.overlaid.iter().copied()).collect();
    let full = tiers.into_iter().flat_map(|tier| tier.shapes).collect();
    Ok(Derived { tree, shapes: Shapes { full, general }, coverage, overlaid })
}

/// The regions of one level, in the order of their codes.
struct Tier {
    level: Level,
    codes: Vec<RegionCode>,
    shapes: Vec<MultiPolygon>,
    /// Which of these regions holds each region of the next tier.
    members: Vec<u32>,
    overlaid: Vec<RegionCode>,
}

/// The tiers from the provinces down to the source's level.
fn unions(
    system: CodeSystem,
    deepest: Level,
    codes: Vec<RegionCode>,
    shapes: Vec<MultiPolygon>,
    mesh: &Mesh,
    conflicts: &[(u32, u32)],
) -> Vec<Tier> {
    // Which region of the tier at hand holds each region of the source.
    let mut groups: Vec<u32> = (0..).take(codes.len()).collect();
    let mut edges = cancel(&mesh.edges, &groups);
    let mut tiers: Vec<Tier> = Vec::new();
    let mut below = codes.clone();
    for level in Level::ALL.into_iter().rev().filter(|&level| level < deepest) {
        let (above, members) = parents(&below, system.width(level));
        groups.iter_mut().for_each(|group| *group = members[*group as usize]);
        edges = cancel(&edges, &members);
        let count = above.len();
        let united = unite(
            &mesh.nodes,
            &edges,
            &Members { shapes: &shapes, groups: &groups, count, conflicts },
        );
        let overlaid = above
            .iter()
            .zip(&united)
            .filter(|(_, union)| union.method == Method::Overlaid)
            .map(|(&code, _)| code)
            .collect();
        let shapes = united.into_iter().map(|union| union.shape).collect();
        tiers.push(Tier { level, codes: above.clone(), shapes, members, overlaid });
        below = above;
    }
    tiers.reverse();
    let (members, overlaid) = (Vec::new(), Vec::new());
    tiers.push(Tier { level: deepest, codes, shapes, members, overlaid });
    tiers
}

/// The distinct prefixes of ordered codes, and which of them each code has.
fn parents(codes: &[RegionCode], width: u8) -> (Vec<RegionCode>, Vec<u32>) {
    let mut above: Vec<RegionCode> = Vec::new();
    let mut members = Vec::with_capacity(codes.len());
    let mut count = 0_u32;
    for code in codes {
        let prefix = code.prefix(width);
        if above.last() != Some(&prefix) {
            above.push(prefix);
            count += 1;
        }
        members.push(count - 1);
    }
    (above, members)
}

/// The union of everything. Where borders conflict, that of the provinces, which are clean by then.
fn whole(tiers: &[Tier], mesh: &Mesh, conflicts: &[(u32, u32)]) -> MultiPolygon {
    let united = if conflicts.is_empty() {
        let shapes = &tiers[tiers.len() - 1].shapes;
        let groups = vec![0; shapes.len()];
        let members = Members { shapes, groups: &groups, count: 1, conflicts };
        unite(&mesh.nodes, &cancel(&mesh.edges, &groups), &members)
    } else {
        dissolve(&tiers[0].shapes, &vec![0; tiers[0].shapes.len()], 1)
    };
    united.into_iter().map(|union| union.shape).next().expect("one group has one union")
}

fn measure(
    system: CodeSystem,
    sources: &[SourceRegion],
    tiers: &[Tier],
) -> Result<Vec<Region>, OutlineError> {
    let mut regions: Vec<Region> = Vec::new();
    let mut below: Vec<(f64, RegionKind)> = Vec::new();
    for tier in tiers.iter().rev() {
        let measures: Vec<(f64, RegionKind)> = if tier.members.is_empty() {
            let areas = tier.shapes.par_iter().map(area_km2);
            areas.zip(sources).map(|(area_km2, source)| (area_km2, source.kind)).collect()
        } else {
            sums(&below, &tier.members, tier.codes.len())
        };
        let labels: Vec<Option<Position>> = tier.shapes.par_iter().map(label).collect();
        for (index, &code) in tier.codes.iter().enumerate() {
            let first = sources.partition_point(|source| source.code < code);
            let source = &sources[first];
            let no_area = OutlineError::NoArea { feature: source.feature, code: source.code };
            let (area_km2, kind) = measures[index];
            regions.push(Region {
                code,
                name: source.names[tier.level.index()].clone(),
                level: tier.level,
                kind,
                area_km2,
                bounds: bounds(&tier.shapes[index]),
                label: labels[index].ok_or(no_area)?,
                utc_offset_min: 0,
            });
        }
        below = measures;
    }
    set_offsets(system, sources, &mut regions);
    Ok(regions)
}

fn sums(below: &[(f64, RegionKind)], members: &[u32], count: usize) -> Vec<(f64, RegionKind)> {
    let mut sums = vec![(0.0, RegionKind::LakeOrForest); count];
    for (&(area_km2, kind), &member) in below.iter().zip(members) {
        let sum = &mut sums[member as usize];
        sum.0 += area_km2;
        if kind == RegionKind::Region {
            sum.1 = kind;
        }
    }
    sums
}

fn set_offsets(system: CodeSystem, sources: &[SourceRegion], regions: &mut [Region]) {
    let width = system.width(Level::Province);
    let mut offsets: std::collections::BTreeMap<RegionCode, i16> = regions
        .iter()
        .filter(|region| region.level == Level::Province)
        .map(|province| (province.code, offset_min(province.label)))
        .collect();
    for source in sources {
        if let Some(offset_min) = source.utc_offset_min {
            offsets.insert(source.code.prefix(width), offset_min);
        }
    }
    for region in regions {
        region.utc_offset_min = offsets[&region.code.prefix(width)];
    }
}

/// Minutes ahead of UTC by longitude: the bounds part Indonesia's three zones, whose provinces have
/// their labels well to either side.
fn offset_min(place: Position) -> i16 {
    match place.longitude() {
        longitude if longitude < 114.5 => 420,
        longitude if longitude < 126.0 => 480,
        _ => 540,
    }
}

#[cfg(test)]
#[path = "levels_tests.rs"]
mod tests;

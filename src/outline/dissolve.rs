//! Unites neighbouring shapes: edges that two members share in opposite directions cancel, and what
//! remains is the outline, corner by corner as it was.

use geo::{Area, Coord, LineString, MultiPolygon, unary_union};
use rayon::prelude::*;

use super::coverage::conflicts;
use super::mesh::{Edge, Mesh, runs};
use super::rings::{assemble, stitch};

/// How far two figures for one area may lie apart, relative to it.
const AREA_TOLERANCE: f64 = 1e-9;

/// A corner of a computed union that lies within so many degrees (about 2 mm) of a member's corner is
/// that corner: overlay works on a grid of the union's width over 2^32.
const SNAP_DEG: f64 = 2e-8;

/// The union of a group of shapes.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    pub shape: MultiPolygon,
    pub method: Method,
}

/// How a union was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Shared borders matched exactly; every corner is a member's.
    Matched,
    /// Borders did not match (overlaps, corners that a neighbour lacks): an overlay computed it.
    Overlaid,
}

/// Unites shapes by group: `groups` has each shape's group, a number below `count`. The shapes' rings
/// follow the right-hand rule, and so do the unions'.
pub fn dissolve(shapes: &[MultiPolygon], groups: &[u32], count: usize) -> Vec<Union> {
    let mesh = Mesh::new(shapes);
    let conflicts = conflicts(&mesh, shapes);
    unite(
        &mesh.nodes,
        &cancel(&mesh.edges, groups),
        &Members { shapes, groups, count, conflicts: &conflicts },
    )
}

/// What is united.
pub(super) struct Members<'a> {
    pub shapes: &'a [MultiPolygon],
    pub groups: &'a [u32],
    pub count: usize,
    /// Pairs of shapes whose borders do not fit together.
    pub conflicts: &'a [(u32, u32)],
}

/// The edges that remain of each group when opposite ones have cancelled, owned by their groups and in
/// the same order.
pub(super) fn cancel(edges: &[Edge], groups: &[u32]) -> Vec<Edge> {
    let mut remaining = Vec::new();
    let mut here: Vec<(u32, bool)> = Vec::new();
    for run in runs(edges) {
        here.clear();
        here.extend(run.iter().map(|edge| (groups[edge.owner as usize], edge.from < edge.to)));
        here.sort_unstable();
        let (low, high) = run[0].ends();
        for group in here.chunk_by(|one, other| one.0 == other.0) {
            let forward = group.iter().filter(|(_, forward)| *forward).count();
            let backward = group.len() - forward;
            let (from, to) = if forward > backward { (low, high) } else { (high, low) };
            let edge = Edge { from, to, owner: group[0].0 };
            remaining.extend(std::iter::repeat_n(edge, forward.abs_diff(backward)));
        }
    }
    remaining
}

/// Makes each group's union of the edges that remained of it.
pub(super) fn unite(nodes: &[Coord], edges: &[Edge], members: &Members<'_>) -> Vec<Union> {
    let mut outlines: Vec<Vec<(u32, u32)>> = vec![Vec::new(); members.count];
    for edge in edges {
        outlines[edge.owner as usize].push((edge.from, edge.to));
    }
    let mut shapes: Vec<Vec<&MultiPolygon>> = vec![Vec::new(); members.count];
    for (shape, &group) in members.shapes.iter().zip(members.groups) {
        shapes[group as usize].push(shape);
    }
    let mut fits = vec![true; members.count];
    for &(one, other) in members.conflicts {
        let [one, other] = [one, other].map(|shape| members.groups[shape as usize]);
        if one == other {
            fits[one as usize] = false;
        }
    }
    (outlines, shapes, fits)
        .into_par_iter()
        .map(|(mut outline, shapes, fits)| {
            outline.sort_unstable();
            let matched = fits.then(|| matched(nodes, &outline, &shapes)).flatten();
            matched.map_or_else(
                || Union { shape: overlaid(&shapes), method: Method::Overlaid },
                |shape| Union { shape, method: Method::Matched },
            )
        })
        .collect()
}

fn matched(
    nodes: &[Coord],
    outline: &[(u32, u32)],
    members: &[&MultiPolygon],
) -> Option<MultiPolygon> {
    let assembly = assemble(nodes, &stitch(nodes, outline)?);
    let expected: f64 = members.iter().map(|member| member.unsigned_area()).sum();
    let found = assembly.shape.unsigned_area();
    let equal = (found - expected).abs() <= AREA_TOLERANCE * expected;
    (assembly.nested && equal).then_some(assembly.shape)
}

fn overlaid(members: &[&MultiPolygon]) -> MultiPolygon {
    let mut corners: Vec<Coord> =
        members.iter().flat_map(|shape| super::mesh::rings(shape)).flatten().copied().collect();
    corners
        .sort_unstable_by(|one, other| one.x.total_cmp(&other.x).then(one.y.total_cmp(&other.y)));
    let mut union = unary_union(members.iter().copied());
    for polygon in &mut union {
        polygon.exterior_mut(|ring| snap(ring, &corners));
        polygon.interiors_mut(|rings| rings.iter_mut().for_each(|ring| snap(ring, &corners)));
    }
    super::measure::orient(&mut union);
    union
}

/// Moves each corner onto the nearest of `corners`, which run from west to east, where one is near.
fn snap(ring: &mut LineString, corners: &[Coord]) {
    for place in &mut ring.0 {
        let first = corners.partition_point(|corner| corner.x < place.x - SNAP_DEG);
        let distance = |corner: &Coord| (corner.x - place.x).abs().max((corner.y - place.y).abs());
        let nearest = corners[first..]
            .iter()
            .take_while(|corner| corner.x <= place.x + SNAP_DEG)
            .min_by(|one, other| distance(one).total_cmp(&distance(other)));
        if let Some(&corner) = nearest.filter(|corner| distance(corner) <= SNAP_DEG) {
            *place = corner;
        }
    }
    ring.0.dedup();
}

#[cfg(test)]
#[path = "dissolve_tests.rs"]
mod tests;

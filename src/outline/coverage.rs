//! Whether regions cover their land without overlaps and gaps, and where they do not.

use std::collections::{BTreeMap, BTreeSet};

use geo::{BooleanOps, BoundingRect, Coord, MultiPolygon, Polygon};
use rayon::prelude::*;

use super::crossings::crossings;
use super::dissolve::cancel;
use super::label::label;
use super::measure;
use super::mesh::{Mesh, runs};
use super::ring::{Ring, Side, nest};
use super::rings::stitch;
use crate::domain::code::RegionCode;
use crate::domain::position::{Bounds, Position};

/// An overlap smaller than this is rounding: 1 m2.
const LEAST_OVERLAP_KM2: f64 = 1e-6;

/// Where the regions of the deepest level do not cover their land exactly once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coverage {
    /// The largest first.
    pub overlaps: Vec<Overlap>,
    /// The largest first.
    pub gaps: Vec<Gap>,
}

/// Two regions that share an area of at least a square metre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// The lower code.
    pub a: RegionCode,
    pub b: RegionCode,
    pub area_km2: f64,
}

/// An area in no region that regions enclose: a lake, a missing region.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    pub area_km2: f64,
    /// A point in the gap, or on its border where it is too thin.
    pub near: Position,
    /// The regions along its border, in the order of their codes.
    pub neighbours: Vec<RegionCode>,
}

/// Pairs of shapes, the lower first, whose borders do not fit together: edges that meet outside their
/// corners, an edge that two shapes have to the same side, a shape within another. Only such pairs, and
/// their neighbours, can overlap.
pub(super) fn conflicts(mesh: &Mesh, shapes: &[MultiPolygon]) -> Vec<(u32, u32)> {
    let mut found = crossed(mesh);
    found.extend(doubled(mesh));
    found.extend(swallowed(mesh, shapes));
    found.into_iter().collect()
}

fn crossed(mesh: &Mesh) -> BTreeSet<(u32, u32)> {
    let undirected: Vec<(u32, u32)> = runs(&mesh.edges).map(|run| run[0].ends()).collect();
    let mut pairs = BTreeSet::new();
    for (one, other) in crossings(&mesh.nodes, &undirected) {
        let [one, other] = [one, other].map(|edge| undirected[edge as usize]);
        for first in mesh.between(one.0, one.1) {
            pairs.extend(
                mesh.between(other.0, other.1).iter().map(|second| pair(first.owner, second.owner)),
            );
        }
    }
    pairs
}

fn doubled(mesh: &Mesh) -> impl Iterator<Item = (u32, u32)> {
    runs(&mesh.edges).flat_map(|run| {
        run.iter().enumerate().flat_map(|(index, one)| {
            let same = run[index + 1..].iter().filter(|other| other.from == one.from);
            same.map(|other| pair(one.owner, other.owner))
        })
    })
}

/// Where no edges cross, a shape that lies in another shows as an outline of the whole that has the
/// wrong sense for its place.
fn swallowed(mesh: &Mesh, shapes: &[MultiPolygon]) -> Vec<(u32, u32)> {
    let whole = vec![0; shapes.len()];
    let mut outline: Vec<(u32, u32)> =
        cancel(&mesh.edges, &whole).iter().map(|edge| (edge.from, edge.to)).collect();
    outline.sort_unstable();
    let Some(loops) = stitch(&mesh.nodes, &outline) else { return Vec::new() };
    let rings: Vec<Ring> = loops
        .iter()
        .map(|corners| {
            let places = corners.iter().chain(corners.first());
            Ring::new(places.map(|&node| mesh.nodes[node as usize]).collect())
        })
        .collect();
    let mut pairs = Vec::new();
    for ((corners, ring), container) in loops.iter().zip(&rings).zip(nest(&rings)) {
        let in_shell = container.is_some_and(|index| rings[index].is_shell());
        if ring.is_shell() == in_shell {
            let inner = owners(mesh, corners);
            let outer = around(ring.corners[0], shapes);
            pairs.extend(
                outer
                    .iter()
                    .flat_map(|&one| inner.iter().map(move |&other| pair(one, other)))
                    .filter(|(one, other)| one != other),
            );
        }
    }
    pairs
}

fn owners(mesh: &Mesh, corners: &[u32]) -> BTreeSet<u32> {
    let after = corners.iter().cycle().skip(1);
    corners
        .iter()
        .zip(after)
        .flat_map(|(&from, &to)| mesh.between(from, to))
        .map(|edge| edge.owner)
        .collect()
}

fn around(place: Coord, shapes: &[MultiPolygon]) -> Vec<u32> {
    (0..)
        .zip(shapes)
        .filter(|(_, shape)| {
            let near = shape.bounding_rect().is_some_and(|rect| {
                Bounds::from(rect).touches([place.x, place.y, place.x, place.y].into())
            });
            near && super::mesh::rings(shape)
                .any(|ring| Ring::new(ring.to_vec()).side(place) != Side::Outside)
        })
        .map(|(index, _)| index)
        .collect()
}

fn pair(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// Measures what conflicting pairs share, and goes on to their neighbours as long as there is an
/// overlap: a region whose whole border lies in another has no conflict of its own.
pub(super) fn overlaps(
    mesh: &Mesh,
    shapes: &[MultiPolygon],
    codes: &[RegionCode],
    conflicts: &[(u32, u32)],
) -> Vec<Overlap> {
    let mut next: BTreeSet<(u32, u32)> =
        conflicts.iter().copied().filter(|(one, other)| one != other).collect();
    let neighbours = if next.is_empty() { BTreeMap::new() } else { neighbours(mesh) };
    let mut seen = next.clone();
    let mut overlaps = Vec::new();
    while !next.is_empty() {
        let measured: Vec<((u32, u32), f64)> = next
            .into_par_iter()
            .map(|(one, other)| {
                ((one, other), shared_km2(&shapes[one as usize], &shapes[other as usize]))
            })
            .filter(|&(_, area_km2)| area_km2 >= LEAST_OVERLAP_KM2)
            .collect();
        next = BTreeSet::new();
        for ((one, other), area_km2) in measured {
            overlaps.push(Overlap { a: codes[one as usize], b: codes[other as usize], area_km2 });
            for (stays, moves) in [(one, other), (other, one)] {
                let beside = neighbours.get(&moves).into_iter().flatten().copied();
                next.extend(beside.filter(|&at| at != stays).map(|at| pair(stays, at)));
            }
        }
        next.retain(|&pair| seen.insert(pair));
    }
    overlaps.sort_by(|one, other| {
        other.area_km2.total_cmp(&one.area_km2).then((one.a, one.b).cmp(&(other.a, other.b)))
    });
    overlaps
}

fn neighbours(mesh: &Mesh) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut beside: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for run in runs(&mesh.edges) {
        for one in run {
            let others = run.iter().map(|edge| edge.owner).filter(|&other| other != one.owner);
            beside.entry(one.owner).or_default().extend(others);
        }
    }
    beside
}

fn shared_km2(one: &MultiPolygon, other: &MultiPolygon) -> f64 {
    let boxes = [one, other].map(measure::bounds);
    if !boxes[0].touches(boxes[1]) {
        return 0.0;
    }
    let mut shared = one.intersection(other);
    measure::orient(&mut shared);
    measure::area_km2(&shared)
}

/// The holes of the union of everything, less the islands in them.
pub(super) fn gaps(mesh: &Mesh, whole: &MultiPolygon, codes: &[RegionCode]) -> Vec<Gap> {
    let rings: Vec<Ring> = super::mesh::rings(whole).map(|ring| Ring::new(ring.to_vec())).collect();
    let mut islands: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, container) in nest(&rings).into_iter().enumerate() {
        if let Some(hole) =
            container.filter(|&hole| rings[index].is_shell() && !rings[hole].is_shell())
        {
            islands.entry(hole).or_default().push(index);
        }
    }
    let mut gaps: Vec<Gap> = rings
        .par_iter()
        .enumerate()
        .filter(|(_, ring)| !ring.is_shell())
        .filter_map(|(index, hole)| {
            let inner = islands.get(&index).into_iter().flatten();
            let inner: Vec<_> = inner.map(|&island| rings[island].corners.clone().into()).collect();
            gap(mesh, codes, hole, inner)
        })
        .collect();
    gaps.sort_by(|one, other| {
        other.area_km2.total_cmp(&one.area_km2).then_with(|| one.neighbours.cmp(&other.neighbours))
    });
    gaps
}

fn gap(
    mesh: &Mesh,
    codes: &[RegionCode],
    hole: &Ring,
    islands: Vec<geo::LineString>,
) -> Option<Gap> {
    let outside = geo::LineString::new(hole.corners.clone());
    let mut shape = MultiPolygon::from(Polygon::new(outside, islands));
    measure::orient(&mut shape);
    let corner = hole.corners[0];
    let neighbours: BTreeSet<RegionCode> = hole
        .corners
        .windows(2)
        .filter_map(|edge| Some(mesh.between(mesh.find(edge[0])?, mesh.find(edge[1])?)))
        .flatten()
        .map(|edge| codes[edge.owner as usize])
        .collect();
    Some(Gap {
        area_km2: measure::area_km2(&shape),
        near: label(&shape).or_else(|| Position::new(corner.x, corner.y))?,
        neighbours: neighbours.into_iter().collect(),
    })
}

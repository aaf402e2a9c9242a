//! All borders of a set of shapes in one table: numbered corners, and directed edges with the region
//! to the left of them.

use std::cmp::Ordering;

use geo::{Coord, MultiPolygon};
use rayon::prelude::*;

/// A directed edge of a region's border; the region lies to its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: u32,
    pub to: u32,
    pub owner: u32,
}

impl Edge {
    /// The edge without its direction: lower node first.
    pub fn ends(self) -> (u32, u32) {
        (self.from.min(self.to), self.from.max(self.to))
    }
}

/// The borders of shapes whose rings follow the right-hand rule.
#[derive(Debug)]
pub(super) struct Mesh {
    /// Every corner once, from west to east and then from south to north.
    pub nodes: Vec<Coord>,
    /// Ordered by their ends, then by owner and direction. An owner is a shape's index.
    pub edges: Vec<Edge>,
}

impl Mesh {
    pub fn new(shapes: &[MultiPolygon]) -> Self {
        Self::numbered(shapes).0
    }

    /// The mesh, and the number of each corner of each ring.
    pub fn numbered(shapes: &[MultiPolygon]) -> (Self, Vec<u32>) {
        let (nodes, numbers) = number(shapes);
        let mut edges = Vec::with_capacity(numbers.len());
        let mut at = 0;
        for (owner, shape) in (0..).zip(shapes) {
            for ring in rings(shape) {
                let corners = &numbers[at..at + ring.len()];
                at += ring.len();
                edges.extend(
                    corners.windows(2).filter(|pair| pair[0] != pair[1]).map(|pair| Edge {
                        from: pair[0],
                        to: pair[1],
                        owner,
                    }),
                );
            }
        }
        edges.par_sort_unstable_by_key(|edge| (edge.ends(), edge.owner, edge.from));
        (Self { nodes, edges }, numbers)
    }

    /// The number of the corner that stands exactly here.
    pub fn find(&self, place: Coord) -> Option<u32> {
        let found = self.nodes.binary_search_by(|node| west_to_east(node, &place)).ok()?;
        Some(index(found))
    }

    /// The edges, in either direction, between two corners.
    pub fn between(&self, one: u32, other: u32) -> &[Edge] {
        let ends = (one.min(other), one.max(other));
        let first = self.edges.partition_point(|edge| edge.ends() < ends);
        let count = self.edges[first..].partition_point(|edge| edge.ends() == ends);
        &self.edges[first..first + count]
    }
}

/// Runs of edges that lie between the same two corners.
pub(super) fn runs(edges: &[Edge]) -> impl Iterator<Item = &[Edge]> {
    edges.chunk_by(|one, other| one.ends() == other.ends())
}

pub(super) fn rings(shape: &MultiPolygon) -> impl Iterator<Item = &[Coord]> {
    shape
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .map(|ring| ring.0.as_slice())
}

/// Gives each distinct corner a number; the second list has the number of each corner of each ring.
fn number(shapes: &[MultiPolygon]) -> (Vec<Coord>, Vec<u32>) {
    // Adding zero turns -0 into 0, which is the same place.
    let coords = shapes.iter().flat_map(rings).flatten();
    let mut places: Vec<(Coord, u32)> = coords
        .zip(0..)
        .map(|(at, order)| (Coord { x: at.x + 0.0, y: at.y + 0.0 }, order))
        .collect();
    places.par_sort_unstable_by(|(one, _), (other, _)| west_to_east(one, other));
    let mut nodes: Vec<Coord> = Vec::new();
    let mut numbers = vec![0; places.len()];
    for (place, order) in places {
        if nodes.last() != Some(&place) {
            nodes.push(place);
        }
        numbers[order as usize] = index(nodes.len() - 1);
    }
    (nodes, numbers)
}

fn west_to_east(one: &Coord, other: &Coord) -> Ordering {
    (one.x + 0.0).total_cmp(&(other.x + 0.0)).then((one.y + 0.0).total_cmp(&(other.y + 0.0)))
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("borders have fewer than 2^32 corners")
}

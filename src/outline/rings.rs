//! Stitches directed edges into rings, and rings into polygons.

use std::collections::HashMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use robust::{Coord as Exact, orient2d};

use super::ring::{Ring, nest};

/// Polygons made of rings.
#[derive(Debug)]
pub(super) struct Assembly {
    pub shape: MultiPolygon,
    /// Whether shells lie in holes or outside, and holes in shells.
    pub nested: bool,
}

/// Positive where `c` lies left of the line from `a` to `b`; the sign is exact.
pub(super) fn turn(a: Coord, b: Coord, c: Coord) -> f64 {
    let exact = |at: Coord| Exact { x: at.x, y: at.y };
    orient2d(exact(a), exact(b), exact(c))
}

/// Walks the edges, which are ordered by their first corner, into rings that visit no corner twice,
/// each from its westernmost corner and without repeating it. `None` where a walk has no way on.
///
/// Where several edges leave a corner, the walk takes the sharpest turn to the left, so that the
/// inside stays on its left: shells that touch in a corner come apart. A ring that comes back to a
/// corner is cut there, so that a hole that touches its shell is a ring of its own.
pub(super) fn stitch(nodes: &[Coord], edges: &[(u32, u32)]) -> Option<Vec<Vec<u32>>> {
    let mut walk = Walk { nodes, edges, used: vec![false; edges.len()], rings: Vec::new() };
    for first in 0..edges.len() {
        if !walk.used[first] {
            walk.round(first)?;
        }
    }
    walk.rings.sort_unstable();
    Some(walk.rings)
}

struct Walk<'a> {
    nodes: &'a [Coord],
    edges: &'a [(u32, u32)],
    used: Vec<bool>,
    rings: Vec<Vec<u32>>,
}

impl Walk<'_> {
    fn round(&mut self, first: usize) -> Option<()> {
        let start = self.edges[first].0;
        let mut path = vec![start];
        // Only corners that several edges leave can be met again.
        let mut met = HashMap::from([(start, 0)]);
        let mut edge = first;
        loop {
            self.used[edge] = true;
            let (from, at) = self.edges[edge];
            if let Some(&position) = met.get(&at) {
                for passed in &path[position + 1..] {
                    met.remove(passed);
                }
                self.keep(&path[position..]);
                path.truncate(position + 1);
                if path.len() == 1 {
                    return Some(());
                }
            } else {
                if self.leaving(at).len() > 1 {
                    met.insert(at, path.len());
                }
                path.push(at);
            }
            edge = self.sharpest(from, at)?;
        }
    }

    fn leaving(&self, node: u32) -> std::ops::Range<usize> {
        let first = self.edges.partition_point(|edge| edge.0 < node);
        let count = self.edges[first..].iter().take_while(|edge| edge.0 == node).count();
        first..first + count
    }

    fn sharpest(&self, from: u32, at: u32) -> Option<usize> {
        let [back, here] = [from, at].map(|node| self.nodes[node as usize]);
        let place = |edge: usize| self.nodes[self.edges[edge].1 as usize];
        self.leaving(at).filter(|&edge| !self.used[edge]).reduce(|best, next| {
            if comes_first(here, back, place(next), place(best)) { next } else { best }
        })
    }

    fn keep(&mut self, path: &[u32]) {
        if path.len() < 3 {
            return;
        }
        let least = path.iter().enumerate().min_by_key(|(_, node)| **node);
        let (first, _) = least.expect("the path has three corners");
        self.rings.push([&path[first..], &path[..first]].concat());
    }
}

/// Whether `one` comes before `other` when turning clockwise about `here`, from `back` on.
fn comes_first(here: Coord, back: Coord, one: Coord, other: Coord) -> bool {
    let quarter = |at: Coord| {
        let side = turn(here, back, at);
        let ahead = (at.x - here.x) * (back.x - here.x) + (at.y - here.y) * (back.y - here.y) < 0.0;
        match (side < 0.0, side > 0.0, ahead) {
            (true, ..) => 0,
            (false, false, true) => 1,
            (_, true, _) => 2,
            (false, false, false) => 3,
        }
    };
    let (first, second) = (quarter(one), quarter(other));
    first < second || (first == second && turn(here, other, one) > 0.0)
}

/// Sorts rings into shells and holes and puts each hole into its shell. Rings without an inside are
/// dropped.
pub(super) fn assemble(nodes: &[Coord], loops: &[Vec<u32>]) -> Assembly {
    let rings: Vec<Ring> = loops
        .iter()
        .filter_map(|corners| Some((corners, is_counter_clockwise(nodes, corners)?)))
        .map(|(corners, shell)| closed(nodes, corners).with_sense(shell))
        .collect();
    let containers = nest(&rings);
    let mut nested = true;
    let mut polygons: Vec<Option<(LineString, Vec<LineString>)>> = rings
        .iter()
        .zip(&containers)
        .map(|(ring, container)| {
            let in_shell = container.is_some_and(|index| rings[index].is_shell());
            nested &= ring.is_shell() != in_shell;
            ring.is_shell().then(|| (LineString::new(ring.corners.clone()), Vec::new()))
        })
        .collect();
    for (ring, container) in rings.iter().zip(&containers).filter(|(ring, _)| !ring.is_shell()) {
        if let Some((_, holes)) = container.and_then(|index| polygons[index].as_mut()) {
            holes.push(LineString::new(ring.corners.clone()));
        }
    }
    let polygons = polygons.into_iter().flatten().map(|(shell, holes)| Polygon::new(shell, holes));
    Assembly { shape: polygons.collect(), nested }
}

fn closed(nodes: &[Coord], corners: &[u32]) -> Ring {
    let first = corners.first().into_iter();
    Ring::new(corners.iter().chain(first).map(|&node| nodes[node as usize]).collect())
}

/// A ring turns at its westernmost corner as it turns as a whole, and there the sign is exact. `None`
/// where it has no inside.
fn is_counter_clockwise(nodes: &[Coord], corners: &[u32]) -> Option<bool> {
    let [before, at, after] = [corners[corners.len() - 1], corners[0], corners[1]];
    let [before, at, after] = [before, at, after].map(|node| nodes[node as usize]);
    let turn = turn(before, at, after);
    (turn != 0.0).then_some(turn > 0.0)
}

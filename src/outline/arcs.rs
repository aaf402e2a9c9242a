//! Cuts borders into arcs: the stretches between corners where three or more edges meet, and long ones
//! into pieces. Neighbours have an arc in common, so that it is drawn the same for both.

use std::collections::HashMap;

use geo::{Coord, MultiPolygon};

use super::mesh::{Mesh, runs};

/// The most edges of an arc: where a coast crosses itself when it is simplified, only the pieces that
/// cross are drawn finer.
const MOST_EDGES: usize = 128;

/// An arc of a ring, in the arc's direction or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub arc: u32,
    pub reversed: bool,
}

/// The arcs of a ring, in its order.
pub(super) type Path = Vec<Step>;

/// The borders of a set of shapes, cut into arcs.
#[derive(Debug)]
pub(super) struct Arcs {
    pub lines: Vec<Vec<Coord>>,
    /// By shape, polygon and ring, the outer ring first.
    pub shapes: Vec<Vec<Vec<Path>>>,
}

impl Arcs {
    /// Cuts the borders of shapes whose rings follow the right-hand rule.
    pub fn new(shapes: &[MultiPolygon]) -> Self {
        let (mesh, numbers) = Mesh::numbered(shapes);
        let degrees = degrees(&mesh);
        let mut cutter =
            Cutter { nodes: &mesh.nodes, degrees, known: HashMap::new(), lines: Vec::new() };
        let mut at = 0;
        let mut ring = |length: usize| {
            let mut corners = numbers[at..at + length].to_vec();
            at += length;
            corners.dedup();
            corners.pop();
            cutter.cut(corners)
        };
        let shapes = shapes
            .iter()
            .map(|shape| {
                let polygons = shape.iter().map(|polygon| {
                    let lines = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                    lines.map(|line| ring(line.0.len())).collect()
                });
                polygons.collect()
            })
            .collect();
        Self { lines: cutter.lines, shapes }
    }
}

/// How many edges, whatever their direction, meet in each corner.
fn degrees(mesh: &Mesh) -> Vec<u32> {
    let mut degrees = vec![0; mesh.nodes.len()];
    for run in runs(&mesh.edges) {
        let (low, high) = run[0].ends();
        degrees[low as usize] += 1;
        degrees[high as usize] += 1;
    }
    degrees
}

struct Cutter<'a> {
    nodes: &'a [Coord],
    degrees: Vec<u32>,
    /// Arcs by their first two corners: from a meeting on, the way is determined.
    known: HashMap<(u32, u32), u32>,
    lines: Vec<Vec<Coord>>,
}

impl Cutter<'_> {
    /// Cuts a ring of distinct neighbouring corners that does not repeat its first.
    fn cut(&mut self, mut corners: Vec<u32>) -> Path {
        if corners.len() < 3 {
            return Vec::new();
        }
        let meets = |node: u32| self.degrees[node as usize] != 2;
        let first = corners.iter().position(|&node| meets(node));
        let least = (0..corners.len()).min_by_key(|&index| corners[index]);
        corners.rotate_left(first.or(least).unwrap_or(0));
        corners.push(corners[0]);
        let inner = 1..corners.len() - 1;
        let cuts = inner.filter(|&index| meets(corners[index])).chain([corners.len() - 1]);
        let cuts: Vec<usize> = cuts.collect();
        let mut start = 0;
        let mut path = Vec::with_capacity(cuts.len());
        for end in cuts {
            path.extend(self.stretch(corners[start..=end].to_vec()));
            start = end;
        }
        path
    }

    /// Cuts a stretch at the same corners whichever way the ring runs.
    fn stretch(&mut self, mut corners: Vec<u32>) -> Path {
        let (forward, backward) = ends(&corners);
        let reversed = backward < forward;
        if reversed {
            corners.reverse();
        }
        let last = corners.len() - 1;
        let mut path: Path = (0..last)
            .step_by(MOST_EDGES)
            .map(|start| self.step(&corners[start..=last.min(start + MOST_EDGES)]))
            .collect();
        if reversed {
            path.reverse();
            path.iter_mut().for_each(|step| step.reversed = !step.reversed);
        }
        path
    }

    fn step(&mut self, corners: &[u32]) -> Step {
        let (forward, backward) = ends(corners);
        let reversed = backward < forward;
        let arc = *self.known.entry(forward.min(backward)).or_insert_with(|| {
            let mut line: Vec<Coord> =
                corners.iter().map(|&node| self.nodes[node as usize]).collect();
            if reversed {
                line.reverse();
            }
            self.lines.push(line);
            u32::try_from(self.lines.len() - 1).expect("there are fewer arcs than corners")
        });
        Step { arc, reversed }
    }
}

/// The first two corners, from either end.
fn ends(corners: &[u32]) -> ((u32, u32), (u32, u32)) {
    let last = corners.len() - 1;
    ((corners[0], corners[1]), (corners[last], corners[last - 1]))
}

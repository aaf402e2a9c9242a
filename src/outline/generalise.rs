//! Draws shapes with fewer corners and without gaps between neighbours.
//!
//! Every arc is simplified once and its neighbours share the result. What is guaranteed: neighbours
//! that share an arc share the simplified one; no border moves farther than the tolerance; each region
//! keeps at least its largest part; within a region, rings do not cross, keep their sense, and holes
//! stay in their shells, provided that this holds of the source. What is not: arcs of different regions
//! that have no arc in common are not tested against each other, so a simplified coast can cross a
//! small island of another region.

use std::collections::BTreeSet;

use geo::{Coord, LineString, MultiPolygon, Polygon, Simplify};
use rayon::prelude::*;

use super::arcs::{Arcs, Path};
use super::crossings::crossings;
use super::mesh::{Mesh, runs};
use super::ring::{Ring, nest, signed_area};

/// How often an arc's tolerance is halved before the arc stays as it is.
const MOST_HALVINGS: u8 = 4;

/// Generalises the shapes of one level, whose rings follow the right-hand rule.
///
/// `tolerance_deg` is how far a border may move, in degrees (Ramer-Douglas-Peucker). Islands smaller
/// than a square of that side vanish, but never a region's largest part.
pub(super) fn generalise(shapes: &[MultiPolygon], tolerance_deg: f64) -> Vec<MultiPolygon> {
    let mut arcs = Arcs::new(shapes);
    drop_islets(&mut arcs, tolerance_deg);
    let mut halvings = vec![0_u8; arcs.lines.len()];
    let mut lines: Vec<Vec<Coord>> =
        arcs.lines.par_iter().map(|line| simplified(line, tolerance_deg)).collect();
    let mut drawn: Vec<MultiPolygon> = vec![MultiPolygon::new(Vec::new()); shapes.len()];
    let mut pending: Vec<usize> = (0..shapes.len()).collect();
    while !pending.is_empty() {
        let round: Vec<(usize, MultiPolygon, BTreeSet<u32>)> = pending
            .par_iter()
            .map(|&index| {
                let shape = draw(&arcs.shapes[index], &lines);
                let flawed = flawed_arcs(&arcs.shapes[index], &shape, &lines);
                (index, shape, flawed)
            })
            .collect();
        let mut finer: BTreeSet<u32> = BTreeSet::new();
        for (index, shape, flawed) in round {
            drawn[index] = shape;
            finer.extend(flawed.iter().filter(|&&arc| halvings[arc as usize] <= MOST_HALVINGS));
        }
        for &arc in &finer {
            let arc = arc as usize;
            halvings[arc] += 1;
            lines[arc] = match halvings[arc] {
                0..=MOST_HALVINGS => {
                    let tolerance_deg = tolerance_deg / f64::from(1_u32 << halvings[arc]);
                    simplified(&arcs.lines[arc], tolerance_deg)
                }
                _ => arcs.lines[arc].clone(),
            };
        }
        pending = (0..shapes.len()).filter(|&shape| uses(&arcs.shapes[shape], &finer)).collect();
    }
    drawn
}

fn uses(polygons: &[Vec<Path>], arcs: &BTreeSet<u32>) -> bool {
    !arcs.is_empty() && polygons.iter().flatten().flatten().any(|step| arcs.contains(&step.arc))
}

/// Drops the islands that are no region's largest part, share no border, have no lakes, and are smaller
/// than a square of the tolerance.
pub(super) fn drop_islets(arcs: &mut Arcs, tolerance_deg: f64) {
    let mut times = vec![0_u32; arcs.lines.len()];
    for step in arcs.shapes.iter().flatten().flatten().flatten() {
        times[step.arc as usize] += 1;
    }
    let least = tolerance_deg * tolerance_deg;
    for polygons in &mut arcs.shapes {
        let areas: Vec<f64> = polygons.iter().map(|rings| outer_area(rings, &arcs.lines)).collect();
        let largest = farthest(&areas, |&area| area);
        let mut index = 0..;
        polygons.retain(|rings| {
            let index = index.next().unwrap_or(largest);
            let shares = rings.iter().flatten().any(|step| times[step.arc as usize] > 1);
            index == largest || areas[index] >= least || shares || rings.len() > 1
        });
    }
}

fn outer_area(rings: &[Path], lines: &[Vec<Coord>]) -> f64 {
    rings.first().map_or(0.0, |path| signed_area(&follow(path, lines).0))
}

/// The line with fewer corners; a closed one keeps at least three different ones.
pub(super) fn simplified(line: &[Coord], tolerance_deg: f64) -> Vec<Coord> {
    if line.len() <= 2 || line.first() != line.last() {
        return LineString::new(line.to_vec()).simplify(tolerance_deg).0;
    }
    let far = farthest(line, |&at| distance(at, line[0]));
    let side = farthest(line, |&at| signed_area(&[line[0], line[far], at, line[0]]).abs());
    let (one, other) = (far.min(side), far.max(side));
    let mut whole: Vec<Coord> = Vec::new();
    for part in [&line[..=one], &line[one..=other], &line[other..]] {
        whole.extend(LineString::new(part.to_vec()).simplify(tolerance_deg).0);
    }
    whole.dedup();
    whole
}

fn distance(one: Coord, other: Coord) -> f64 {
    (one.x - other.x).hypot(one.y - other.y)
}

/// Where the greatest measure stands; the first of equals.
fn farthest<T>(items: &[T], measure: impl Fn(&T) -> f64) -> usize {
    let measured = items.iter().map(measure).enumerate();
    measured.reduce(|best, next| if next.1 > best.1 { next } else { best }).map_or(0, |best| best.0)
}

fn draw(polygons: &[Vec<Path>], lines: &[Vec<Coord>]) -> MultiPolygon {
    let polygons = polygons.iter().map(|rings| {
        let mut rings = rings.iter().map(|path| follow(path, lines));
        let shell = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(shell, rings.collect())
    });
    polygons.collect()
}

pub(super) fn follow(path: &Path, lines: &[Vec<Coord>]) -> LineString {
    let mut corners: Vec<Coord> = Vec::new();
    for step in path {
        let line = &lines[step.arc as usize];
        if step.reversed {
            corners.extend(line.iter().rev());
        } else {
            corners.extend(line);
        }
    }
    corners.dedup();
    LineString::new(corners)
}

/// The arcs that cross; where none do, those of the rings that collapse, turn over, or lie in the wrong
/// place.
fn flawed_arcs(
    polygons: &[Vec<Path>],
    shape: &MultiPolygon,
    lines: &[Vec<Coord>],
) -> BTreeSet<u32> {
    let paths: Vec<&Path> = polygons.iter().flatten().collect();
    let crossing = crossing_edges(shape);
    if crossing.is_empty() {
        let flawed = flawed_rings(shape);
        return flawed.into_iter().flat_map(|ring| paths[ring]).map(|step| step.arc).collect();
    }
    let steps = paths.into_iter().flatten().map(|step| step.arc);
    let crosses = |edge: &[Coord]| crossing.contains(&ends(edge[0], edge[1]));
    steps.filter(|&arc| lines[arc as usize].windows(2).any(crosses)).collect()
}

fn flawed_rings(shape: &MultiPolygon) -> BTreeSet<usize> {
    let rings: Vec<Ring> =
        super::mesh::rings(shape).map(|corners| Ring::new(corners.to_vec())).collect();
    let mut shell_of: Vec<usize> = Vec::with_capacity(rings.len());
    for polygon in shape {
        let shell = shell_of.len();
        shell_of.extend(std::iter::repeat_n(shell, 1 + polygon.interiors().len()));
    }
    let mut flawed = BTreeSet::new();
    for (index, ring) in rings.iter().enumerate() {
        let is_shell = shell_of[index] == index;
        if ring.corners.len() < 4 || ring.area == 0.0 || ring.is_shell() != is_shell {
            flawed.insert(index);
        }
    }
    if flawed.is_empty() && rings.len() > 1 {
        for (index, container) in nest(&rings).into_iter().enumerate() {
            let fits = match (shell_of[index] == index, container) {
                (true, container) => container.is_none_or(|around| !rings[around].is_shell()),
                (false, container) => container == Some(shell_of[index]),
            };
            if !fits {
                flawed.extend([index, shell_of[index]].into_iter().chain(container));
            }
        }
    }
    flawed
}

/// An edge's corners as bits, whatever its direction.
type Ends = ([u64; 2], [u64; 2]);

fn ends(one: Coord, other: Coord) -> Ends {
    let bits = |at: Coord| [at.x + 0.0, at.y + 0.0].map(f64::to_bits);
    let (one, other) = (bits(one), bits(other));
    (one.min(other), one.max(other))
}

/// The edges of a shape that meet others outside their corners, or lie on others.
fn crossing_edges(shape: &MultiPolygon) -> BTreeSet<Ends> {
    let mesh = Mesh::new(std::slice::from_ref(shape));
    let edges: Vec<(u32, u32)> = runs(&mesh.edges).map(|run| run[0].ends()).collect();
    let twice = runs(&mesh.edges).filter(|run| run.len() > 1).map(|run| run[0].ends());
    crossings(&mesh.nodes, &edges)
        .into_iter()
        .flat_map(|(one, other)| [edges[one as usize], edges[other as usize]])
        .chain(twice)
        .map(|(low, high)| ends(mesh.nodes[low as usize], mesh.nodes[high as usize]))
        .collect()
}

#[cfg(test)]
#[path = "generalise_tests.rs"]
mod tests;

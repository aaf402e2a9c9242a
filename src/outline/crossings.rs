//! Finds edges that meet anywhere but in a common corner.

use geo::Coord;
use rayon::prelude::*;

use super::rings::turn;

/// Pairs of indices, the lower first, of edges that cross, touch or overlap. Edges are undirected,
/// distinct, and name their corners.
///
/// Edges are sorted into the cells of a grid that they pass through, and tested within a cell.
pub(super) fn crossings(nodes: &[Coord], edges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let grid = Grid::new(nodes, edges);
    let mut filed: Vec<(u64, u32)> = edges
        .par_iter()
        .zip(0..u32::try_from(edges.len()).expect("there are fewer than 2^32 edges"))
        .flat_map_iter(|(&(from, to), index)| {
            grid.cells(nodes[from as usize], nodes[to as usize]).map(move |cell| (cell, index))
        })
        .collect();
    filed.par_sort_unstable();
    let mut found: Vec<(u32, u32)> = filed
        .par_chunk_by(|one, other| one.0 == other.0)
        .flat_map_iter(|cell| meeting(nodes, edges, cell))
        .collect();
    found.par_sort_unstable();
    found.dedup();
    found
}

fn meeting<'a>(
    nodes: &'a [Coord],
    edges: &'a [(u32, u32)],
    cell: &'a [(u64, u32)],
) -> impl Iterator<Item = (u32, u32)> + 'a {
    cell.iter().enumerate().flat_map(move |(position, &(_, one))| {
        cell[position + 1..]
            .iter()
            .map(move |&(_, other)| (one, other))
            .filter(|&(one, other)| meet(nodes, edges[one as usize], edges[other as usize]))
    })
}

fn meet(nodes: &[Coord], one: (u32, u32), other: (u32, u32)) -> bool {
    let at = |node: u32| nodes[node as usize];
    let (a, b, c, d) = (at(one.0), at(one.1), at(other.0), at(other.1));
    let apart = |a: f64, b: f64, c: f64, d: f64| a.max(b) < c.min(d) || c.max(d) < a.min(b);
    if apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y) {
        return false;
    }
    let shared = [(one.0, one.1), (one.1, one.0)].into_iter().find_map(|(same, end)| {
        let other_end = if other.0 == same { other.1 } else { other.0 };
        (other.0 == same || other.1 == same).then(|| (at(same), at(end), at(other_end)))
    });
    if let Some((same, one, other)) = shared {
        let (u, v) = (one - same, other - same);
        return turn(same, one, other) == 0.0 && u.x * v.x + u.y * v.y > 0.0;
    }
    !on_one_side(a, b, c, d) && !on_one_side(c, d, a, b)
}

/// Whether two places lie strictly on the same side of the line from `a` to `b`.
fn on_one_side(a: Coord, b: Coord, one: Coord, other: Coord) -> bool {
    let (one, other) = (turn(a, b, one), turn(a, b, other));
    (one > 0.0 && other > 0.0) || (one < 0.0 && other < 0.0)
}

/// A grid of about two mean edges a cell.
struct Grid {
    west: f64,
    south: f64,
    step: f64,
}

impl Grid {
    fn new(nodes: &[Coord], edges: &[(u32, u32)]) -> Self {
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let west = least(&mut nodes.iter().map(|node| node.x));
        let south = least(&mut nodes.iter().map(|node| node.y));
        let extent = |&(from, to): &(u32, u32)| {
            let across = nodes[from as usize] - nodes[to as usize];
            across.x.abs().max(across.y.abs())
        };
        let mean = edges.iter().map(extent).sum::<f64>() / (edges.len().max(1) as f64);
        // A cell's number has 32 bits in each direction; no border is wider than 360 degrees.
        Self { west, south, step: (2.0 * mean).max(1e-7) }
    }

    /// The cells that an edge passes through, and at times a neighbour of theirs.
    fn cells(&self, from: Coord, to: Coord) -> impl Iterator<Item = u64> + use<> {
        let (left, right) = if from.x <= to.x { (from, to) } else { (to, from) };
        let (west, south, step) = (self.west, self.south, self.step);
        let column = |x: f64| ((x - west) / step) as u64;
        let row = move |y: f64| ((y - south) / step).max(0.0) as u64;
        let slope = if right.x > left.x { (right.y - left.y) / (right.x - left.x) } else { 0.0 };
        let (low, high) = (left.y.min(right.y), left.y.max(right.y));
        let steep = right.x <= left.x;
        (column(left.x)..=column(right.x)).flat_map(move |column| {
            let y_at = |x: f64| (left.y + slope * (x - left.x)).clamp(low, high);
            let start = y_at(west + column as f64 * step);
            let end = y_at(west + (column + 1) as f64 * step);
            // Rounding at a column's edge must not lose a cell.
            let slack = step * 1e-3;
            let (bottom, top) = match steep {
                true => (low, high),
                false => ((start.min(end) - slack).max(low), (start.max(end) + slack).min(high)),
            };
            (row(bottom)..=row(top)).map(move |row| column << 32 | row)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(nodes: &[Coord], edges: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let count = edges.len() as u32;
        let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
        pairs
            .filter(|&(one, other)| meet(nodes, edges[one as usize], edges[other as usize]))
            .collect()
    }

    fn meeting(places: [(f64, f64); 4]) -> bool {
        let nodes = places.map(Coord::from);
        !crossings(&nodes, &[(0, 1), (2, 3)]).is_empty()
    }

    #[test]
    fn tells_crossing_and_touching_from_apart() {
        assert!(meeting([(0.0, 0.0), (2.0, 2.0), (0.0, 2.0), (2.0, 0.0)]));
        assert!(meeting([(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (1.0, 5.0)]));
        assert!(meeting([(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (3.0, 0.0)]));
        assert!(!meeting([(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]));
        assert!(!meeting([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (9.0, 1.0)]));
    }

    #[test]
    fn lets_edges_share_a_corner_unless_one_lies_on_the_other() {
        let nodes = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (0.0, 1.0)].map(Coord::from);
        assert_eq!(crossings(&nodes, &[(0, 1), (1, 2), (0, 3)]), []);
        assert_eq!(crossings(&nodes, &[(0, 1), (0, 2)]), [(0, 1)]);
    }

    proptest! {
        #[test]
        fn finds_what_trying_every_pair_finds(
            places in prop::collection::btree_set((0_i32..30, 0_i32..30), 4..24),
            long in 0.001_f64..300.0,
        ) {
            let at = |&(x, y): &(i32, i32)| Coord { x: f64::from(x) * 0.1, y: f64::from(y) * long };
            let nodes: Vec<Coord> = places.iter().map(at).collect();
            let edges: Vec<(u32, u32)> = (0..nodes.len() as u32 / 2).map(|n| (2 * n, 2 * n + 1)).collect();
            let chain = (0..nodes.len() as u32 - 2).map(|n| (n, n + 2));
            let edges: Vec<(u32, u32)> = edges.into_iter().chain(chain).collect();
            prop_assert_eq!(crossings(&nodes, &edges), plain(&nodes, &edges));
        }
    }
}

//! The edges of one cell, and which regions cover a point of it.

use geo::Coord;

use super::borders::{Borders, toggle};
use super::grid::Square;
use super::orient::{is_between, side};

/// A point and the regions that cover it, ascending.
pub struct Anchor {
    pub point: Coord,
    pub covers: Vec<u32>,
}

/// The regions that cover a point of a cell, from those that cover its anchor and the edges between.
pub fn covers_from(anchor: &Anchor, sides: &[Side], point: Coord) -> Vec<u32> {
    let mut covers = anchor.covers.clone();
    for edge in sides {
        let of_a = side(point, anchor.point, edge.a);
        let of_b = side(point, anchor.point, edge.b);
        let of_point = side(edge.a, edge.b, point);
        let of_anchor = side(edge.a, edge.b, anchor.point);
        let is_crossed = (of_point > 0.0 && of_anchor < 0.0) || (of_point < 0.0 && of_anchor > 0.0);
        if is_crossed && (of_a >= 0.0) != (of_b >= 0.0) {
            edge.regions.iter().for_each(|&region| toggle(&mut covers, region));
        }
    }
    covers
}

/// The anchor, or another where it lies on an edge.
pub fn off_the_edges(borders: &Borders, sides: &[Side], square: Square, anchor: Anchor) -> Anchor {
    let is_on_edge = |point: Coord| {
        sides
            .iter()
            .any(|edge| side(edge.a, edge.b, point) == 0.0 && is_between(edge.a, edge.b, point))
    };
    if !is_on_edge(anchor.point) {
        return anchor;
    }
    // Finitely many edges can't run through all of these.
    let point = (1..)
        .map(|step| {
            let fraction = |ratio: f64| 0.1 + 0.8 * (f64::from(step) * ratio).fract();
            Coord {
                x: square.west + square.side * fraction(0.754_877_666_2),
                y: square.south + square.side * fraction(0.569_840_290_9),
            }
        })
        .find(|&point| !is_on_edge(point))
        .expect("the search has no end");
    Anchor { point, covers: borders.covering(point) }
}

/// An edge without direction, with the regions that it bounds.
pub struct Side {
    pub a: Coord,
    pub b: Coord,
    pub regions: Vec<u32>,
}

/// The edges of a cell without repetition, in the order in which they first come along a ring. One
/// that bounds a region twice, as between two parts of it, is none.
pub fn distinct_edges(borders: &Borders, edges: &[u32]) -> Vec<Side> {
    let key = |edge: u32| {
        let (a, b) = borders.ends(edge);
        let bits = |at: Coord| (at.x.to_bits(), at.y.to_bits());
        (bits(a).min(bits(b)), bits(a).max(bits(b)))
    };
    let mut order: Vec<u32> = edges.to_vec();
    order.sort_unstable_by_key(|&edge| (key(edge), edge));
    let mut sides: Vec<(u32, Side)> = order
        .chunk_by(|&first, &second| key(first) == key(second))
        .map(|same| {
            let (a, b) = borders.ends(same[0]);
            let mut regions = Vec::with_capacity(2);
            same.iter().for_each(|&edge| toggle(&mut regions, borders.owners[edge as usize]));
            (same[0], Side { a, b, regions })
        })
        .filter(|(_, side)| !side.regions.is_empty())
        .collect();
    sides.sort_unstable_by_key(|(edge, _)| *edge);
    sides.into_iter().map(|(_, side)| side).collect()
}

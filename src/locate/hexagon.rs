//! The hexagon of a position.

use h3o::{CellIndex, LatLng, Resolution};

use crate::domain::position::Position;

/// The H3 cell of resolution 8 that holds a position.
///
/// Coarser hexagons are parents of this one, never computed from the position again: the two differ
/// for 7 % of positions, and then sums would not close.
pub fn hexagon(position: Position) -> CellIndex {
    LatLng::new(position.latitude(), position.longitude())
        .expect("a position is finite")
        .to_cell(Resolution::Eight)
}

//! What may be told: the leaf table, and the layers that are summed from it.
//!
//! Whatever leaves the house is a [`Layer`], and a [`Layer`] is a sum of leaves. The stages after
//! this one can't name the cube.

mod arranged;
mod batch;
mod denominator;
mod hexagons;
pub mod layer;
pub mod leaves;
mod regions;
pub mod request;
mod runs;
mod sums;

pub use batch::LeafError;
pub use denominator::completed as completed_denominators;
pub use layer::{Feature, Layer, Place, PlaceCode, ShareOf, Status, Totals};
pub use leaves::{LeafTable, Protection};
pub use request::{LayerRequest, RequestError};

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod hexagons_tests;
#[cfg(test)]
mod layer_tests;

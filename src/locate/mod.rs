//! Where is this position? The village in which it lies, how far it is from the declared one, and its
//! hexagon.

mod borders;
mod build;
mod cell;
mod distance;
mod grid;
mod hexagon;
mod index;
mod lattice;
mod located;
mod orient;
mod sides;
mod sphere;

pub use build::{IndexError, build};
pub use hexagon::Hexagons;
pub use index::{DamagedIndex, RegionIndex, View};
pub use located::{LocatedBatch, LocatedVisit, Locator};

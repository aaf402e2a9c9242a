//! Where does the household count, and where may it be shown? The decision, frozen before anything is
//! counted.

pub mod batch;
mod decision;
mod findings;

pub use batch::{PlacedBatch, Standing};
pub use decision::{PlacedVisit, place};
pub use findings::FindingsBuilder;

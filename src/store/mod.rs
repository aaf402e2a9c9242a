//! [edge] What lies on the disk: the regions.

pub mod digest;
pub mod error;
pub mod regions;
mod wkb;

pub use error::StoreError;

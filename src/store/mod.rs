//! What lies on the disk, an edge: regions, and releases, which never change, each with its manifest.

pub mod aside;
mod before;
mod csv_rows;
pub mod decisions;
pub mod denominators;
pub mod digest;
pub mod draft;
pub mod error;
pub mod findings;
pub mod geopackage;
pub mod index;
pub mod leaves;
mod lock;
pub mod manifest;
pub mod placed;
pub mod placed_rows;
pub mod regions;
pub mod release;
pub mod summaries;
pub mod tables;
mod tree;
mod wkb;

pub use before::PositionsBefore;
pub use draft::Draft;
pub use error::StoreError;
pub use release::Release;

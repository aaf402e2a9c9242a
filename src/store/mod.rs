//! What lies on the disk, an edge: regions, and releases, which never change, each with its manifest.

pub mod aside;
pub mod coverage;
mod csv_rows;
pub mod denominators;
pub mod digest;
pub mod draft;
pub mod error;
pub mod index;
pub mod institutions;
pub mod leaves;
mod lock;
pub mod manifest;
pub mod placed;
mod placed_persons;
pub mod public;
pub mod regions;
pub mod register_findings;
pub mod release;
pub mod secret;
mod small_table;
pub mod tables;
mod tree;
mod wkb;

pub use draft::Draft;
pub use error::StoreError;
pub use public::PublicRelease;
pub use release::Release;

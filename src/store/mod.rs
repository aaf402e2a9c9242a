//! [edge] What lies on the disk: regions, and releases, which never change, each with its manifest.

pub mod digest;
pub mod draft;
pub mod error;
mod lock;
pub mod manifest;
pub mod regions;
pub mod release;
mod tree;
mod wkb;

pub use draft::Draft;
pub use error::StoreError;
pub use release::Release;

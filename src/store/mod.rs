//! [edge] What lies on the disk: releases, which never change, and the manifest that tells of each.

pub mod digest;
pub mod draft;
pub mod error;
mod lock;
pub mod manifest;
pub mod release;
mod tree;

pub use draft::Draft;
pub use error::StoreError;
pub use release::Release;

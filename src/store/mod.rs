//! What lies on a disk.

pub mod tables;

//! A release and the regions on disk.

pub mod placed;

//! Files in, an edge. The one folder that opens what others wrote.

pub mod denominators;
pub mod mapping;
pub mod regions;
pub mod visits;

//! [edge] Files in: boundaries and their mapping.

pub mod mapping;
pub mod regions;

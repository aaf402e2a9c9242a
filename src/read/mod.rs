//! Files in, an edge. The one folder that opens what others wrote.

pub mod denominators;
pub mod institutions;
pub mod mapping;
pub mod persons;
pub mod prelist;
pub mod regions;
pub mod table;
pub mod visits;

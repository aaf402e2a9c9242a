//! Files in, an edge. The one folder that opens what others wrote.

mod arrays;
pub mod denominators;
mod guarded;
mod headers;
pub mod institutions;
pub mod mapping;
pub mod persons;
pub mod prelist;
pub mod recipients;
mod records;
pub mod regions;
mod row_groups;
pub mod table;
mod values;
pub mod visits;

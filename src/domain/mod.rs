//! The words of the survey, which every stage shares. Imports nothing of ours.

pub mod code;
pub mod column;
pub mod coverage;
pub mod date;
pub mod decimal;
pub mod disability;
pub mod geography;
pub mod hexagon;
pub mod indicator;
pub mod institution;
pub mod key;
pub mod licence;
pub mod person;
pub mod position;
pub mod programme;
pub mod region;
pub mod table;
pub mod threshold;
pub mod tile;
pub mod visit;
pub mod wkb;
pub mod zoom;

#[cfg(test)]
pub mod fixture;

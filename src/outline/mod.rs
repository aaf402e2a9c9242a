//! The shapes of regions: derives the levels above the source's by union, measures every region, draws
//! each level with fewer corners, and says where regions overlap or leave gaps.
//!
//! Shapes are polygons in degrees with straight edges between corners; rings follow the right-hand
//! rule of RFC 7946.

mod arcs;
mod check;
mod clip;
mod coverage;
mod crossings;
mod cut;
mod dissolve;
mod generalise;
mod label;
mod levels;
mod measure;
mod mesh;
mod ring;
mod rings;

pub use check::OutlineError;
pub use coverage::{Coverage, Gap, Overlap};
pub use cut::{Cutter, TilePiece};
pub use dissolve::{Method, Union, dissolve};
pub use levels::{Derived, derive};

use crate::domain::region::Level;

/// How shapes are generalised.
#[derive(Debug, Clone, PartialEq)]
pub struct OutlineSettings {
    /// How far a border may move, in degrees; finite and not negative. Default 0.01, about 1.1 km.
    pub province_tolerance_deg: f64,
    /// As for provinces. Default 0.005.
    pub regency_tolerance_deg: f64,
    /// As for provinces. Default 0.0015.
    pub district_tolerance_deg: f64,
    /// As for provinces. Default 0.0005, about 55 m.
    pub village_tolerance_deg: f64,
}

impl Default for OutlineSettings {
    fn default() -> Self {
        Self {
            province_tolerance_deg: 0.01,
            regency_tolerance_deg: 0.005,
            district_tolerance_deg: 0.0015,
            village_tolerance_deg: 0.0005,
        }
    }
}

impl OutlineSettings {
    /// How far a border of this level may move, in degrees.
    pub const fn tolerance_deg(&self, level: Level) -> f64 {
        match level {
            Level::Province => self.province_tolerance_deg,
            Level::Regency => self.regency_tolerance_deg,
            Level::District => self.district_tolerance_deg,
            Level::Village => self.village_tolerance_deg,
        }
    }
}

//! What layers say beside each other: a region among its siblings, the worst and the best, and which
//! region somebody means.
//!
//! It can't name the cube: every figure here was told in a layer before.

mod figures;
mod name;
mod ranking;
mod search;

pub use figures::{Figures, ThemeFigures};
pub use ranking::{Measure, Rank, Ranking, UnknownMeasure};
pub use search::RegionSearch;

//! What layers say beside each other: a region among its siblings, the worst and the best, what changed
//! since another release, and which region somebody means.
//!
//! It can't name the cube: every figure here was told in a layer before.

mod change;
mod figures;
mod name;
mod ranking;
mod search;

pub use change::Change;
pub use figures::{Figures, ThemeFigures};
pub use ranking::{Measure, Rank, Ranking, UnknownMeasure};
pub use search::RegionSearch;

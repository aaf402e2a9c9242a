//! What layers say beside each other: a region among its siblings, the worst and the best, which region
//! somebody means, and which features a filter takes.
//!
//! It can't name the cube: every figure here was told in a layer before.

mod figures;
pub mod filter;
mod name;
mod ranking;
mod search;

pub use figures::{Figures, ThemeFigures};
pub use filter::{Filter, FilterError};
pub use ranking::{Measure, Rank, Ranking, UnknownMeasure};
pub use search::RegionSearch;

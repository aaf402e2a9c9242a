//! What layers say beside each other: a region among its siblings, the worst and the best, what changed
//! since another release, which region somebody means, which features a filter takes, and into which classes a map puts them.
//!
//! It can't name the cube: every figure here was told in a layer before.

mod change;
mod classes;
mod difference;
mod figures;
pub mod filter;
mod met;
mod name;
mod ranking;
mod search;
mod standing;

pub use change::Change;
pub use classes::Classes;
pub use difference::{Apart, Difference, Order};
pub use figures::{Figures, ThemeFigures};
pub use filter::{Filter, FilterError};
pub use met::{Condition, ConditionError, Conditions, Met, Way};
pub use ranking::{Measure, Rank, Ranking, UnknownMeasure};
pub use search::RegionSearch;
pub use standing::Standing;

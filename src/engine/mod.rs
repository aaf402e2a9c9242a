//! The query engine: one plan over columnar batches, from visits files to placed visits in their final
//! order, with bounded memory and on all cores.
//!
//! Two passes: the first reads a few columns and chooses which visit of each household counts; the
//! second reads all, places, sorts and counts. So the wide rows are moved once. Registers are read before
//! them and joined in the first; between them rules look at enumerators' days, devices and places.
//!
//! The plans are assembled by hand from operators of our own and the engine's repartitioning and sorting,
//! which spill to the disk. What a stage does with a row is the stage's; here it is only carried.

mod behind;
#[cfg(feature = "cluster")]
pub mod cluster;
mod doubtful;
mod end;
mod error;
mod example;
mod ground;
mod groups;
mod hashes;
mod identity;
mod kept;
mod keyed;
mod latest;
mod notes;
mod operator;
mod packed;
mod passes;
mod persons;
mod plan;
mod prelist;
mod recipients;
mod registers;
mod repeats;
mod scan;
mod session;
mod sorter;
mod source;
mod standings;
mod survey;
mod tally;
mod targeting;
mod twice;
mod walk;

pub use doubtful::{Doubtful, DoubtfulColumn, FEW, LOOKED_AT, Whole};
pub use end::Sink;
pub use error::EngineError;
pub use example::{first_with, first_without_village};
pub use ground::{Beside, Ground};
pub use kept::Merged;
pub use persons::Joined;
pub use plan::{Build, Built, Pass, run};
pub use prelist::Compared;
pub use recipients::Benefits;
pub use registers::{RegisterFiles, RegistersJoined};

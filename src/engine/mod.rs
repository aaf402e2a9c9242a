//! The query engine: one plan over columnar batches, from visits files to placed visits in their final
//! order, with bounded memory and on all cores.
//!
//! The plan is assembled by hand from operators of our own and the engine's repartitioning and sorting,
//! which spill to the disk. What a stage does with a row is the stage's; here it is only carried.

mod error;
mod ground;
mod identity;
mod latest;
mod operator;
mod packed;
mod plan;
mod scan;
mod session;
mod survey;
mod tally;

pub use error::EngineError;
pub use ground::Ground;
pub use plan::{Build, Built, Sink, run};

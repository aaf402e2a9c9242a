//! The same two passes on several machines: Apache Ballista runs our operators on its executors, over a
//! path that all hosts share.
//!
//! The plans are those of [`super::passes`]. Each operator travels as its name and the description of
//! the build ([`Task`]); an executor opens files, regions and index by that description, once. What
//! the first pass finds comes back as its result and is kept on the shared path, a byte for each row,
//! for the second. What the second writes goes to a folder of its own for every attempt of a task, and
//! its result tells which attempts count, so that a task may run twice.

mod client;
mod codec;
mod ended;
mod error;
mod executor;
mod kept;
mod node;
mod portions;
mod ready;
mod run;
mod scheduler;
mod task;
mod told;
mod workplace;

pub use error::ClusterError;
pub use executor::{ExecutorSettings, execute};
pub use run::{Cluster, run};
pub use scheduler::{SchedulerSettings, schedule};
pub use task::Task;
pub use workplace::Site;

//! What holds of the whole program: one binary, because each would link the engine once more.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read the sources and stop at the first surprise"
)]

mod audit;
mod cli;
#[cfg(feature = "cluster")]
mod cluster;
mod country;
mod documented;
mod house;
mod institutions;
mod killed;
mod memory;
mod persons;
mod plain;
mod points;
mod prelist;
mod program;
mod protected;
#[path = "../bench/protected_nation.rs"]
mod protected_nation;
mod public_side;
mod reference;
mod refused;
mod repeated;
mod source;
mod sums;
mod table;

//! What holds of the whole program: one binary, because each would link the engine once more.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read the sources and stop at the first surprise"
)]

mod cli;
mod country;
mod documented;
mod house;
mod killed;
mod memory;
#[path = "../bench/nation.rs"]
mod nation;
mod plain;
mod points;
mod program;
mod protected;
mod reference;
mod refused;
mod repeated;
mod source;
mod sums;
mod table;

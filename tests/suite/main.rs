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
mod decided;
mod documented;
mod fuzzed;
mod house;
mod injected;
mod judged;
mod killed;
mod memory;
mod plain;
mod points;
mod program;
mod recall;
mod reference;
mod refused;
mod repeated;
mod source;
mod sums;
mod table;

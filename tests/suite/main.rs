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
mod corrupted;
mod country;
mod coverage;
mod crowded;
mod damaged;
mod decided;
mod documented;
mod doubted;
mod formats;
mod fuzzed;
mod house;
mod injected;
mod institutions;
mod judged;
mod killed;
mod margins;
mod memory;
mod ogc;
mod operation;
mod pages;
mod persons;
mod plain;
mod plain_groups;
mod plain_persons;
mod plain_rules;
mod points;
mod positions;
mod prelist;
mod program;
mod protected;
#[path = "../bench/protected_nation.rs"]
mod protected_nation;
mod public_side;
mod published;
mod recall;
mod recipients;
mod reference;
mod refused;
mod repeated;
mod source;
mod sums;
mod table;
mod tiles;
mod unknown;
mod whole;

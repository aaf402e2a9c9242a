//! Household visits in, maps of the distribution of poverty out, and no household to be found on them.

pub mod domain;

pub mod check;
pub mod count;

// The edges. Only what is listed with an exception here touches files, sockets, the clock or the
// environment; `.clippy.toml` says what that is.

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the settings file")]
pub mod config;
#[allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "keeps releases on the disk"
)]
pub mod store;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "runs what was asked for")]
pub mod commands;

//! Household visits in, maps of the distribution of poverty out, and no household to be found on them.

pub mod domain;

// The core, in the order in which data meets it. It touches no file, no clock and no environment.

pub mod outline;

pub mod locate;

pub mod check;

pub mod place;

pub mod count;

pub mod protect;

pub mod encode;

pub mod invent;

// The edges. Only what is listed with an exception here touches files, sockets, the clock or the
// environment; `.clippy.toml` says what that is.

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "opens what others wrote")]
pub mod read;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "spills to the disk")]
pub mod engine;

#[allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "keeps regions and releases on the disk"
)]
pub mod store;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "listens on a socket")]
pub mod serve;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads the settings file")]
pub mod config;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "runs what was asked for")]
pub mod commands;

//! Household visits in, maps of the distribution of poverty out, and no household to be found on them.

pub mod domain;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "reads what comes in")]
pub mod read;

pub mod count;

pub mod protect;

pub mod encode;

#[allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "listens and times answers")]
pub mod serve;

pub mod commands;

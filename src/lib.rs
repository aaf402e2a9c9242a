//! Household visits in, maps of the distribution of poverty out, and no household to be found on them.

pub mod domain;

pub mod read;

pub mod outline;

pub mod check;
pub mod count;

pub mod invent;

pub mod config;
pub mod store;

pub mod commands;

//! Household visits in, maps of the distribution of poverty out, and no household to be found on them.

pub mod domain;

pub mod read;

pub mod count;

pub mod protect;

pub mod encode;

pub mod serve;

pub mod commands;

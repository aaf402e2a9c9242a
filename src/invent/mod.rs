//! An invented country, made from a seed, so that nothing real is needed to see the whole at work.

pub mod country;
mod growth;
mod names;
mod terrain;

pub use country::{CountrySettings, VERSION, country};

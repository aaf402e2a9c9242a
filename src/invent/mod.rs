//! What is invented, so that nothing real is needed to see the whole at work: a country made from a
//! seed, and surveys of any regions.

pub mod country;
mod growth;
mod names;
pub mod survey;
mod terrain;

pub use country::{CountrySettings, VERSION, country};

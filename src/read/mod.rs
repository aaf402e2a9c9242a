//! Files in.

pub mod denominators;

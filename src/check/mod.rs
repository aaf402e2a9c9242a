//! Whether a visit is believable.

pub mod settings;

//! Ids as numbers, where carrying their texts would cost more than a rare collision.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A number of 64 bits for an id. Two ids of a national survey have the same one with a chance of one in
/// ten thousand, so it may decide what is looked at, and never what is counted. It holds for one run.
pub fn key_of(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

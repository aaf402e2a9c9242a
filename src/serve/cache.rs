//! Answers kept in memory, bounded by their bytes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;

/// Keeps the answers asked for last, up to a number of bytes.
pub(super) struct Cache {
    capacity_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: HashMap<String, (Bytes, u64)>,
    bytes: usize,
    /// Counts the questions, so that the answer asked for longest ago is known.
    clock: u64,
}

impl Cache {
    pub fn new(capacity_bytes: usize) -> Self {
        Self { capacity_bytes, kept: Mutex::default() }
    }

    pub fn get(&self, key: &str) -> Option<Bytes> {
        let mut kept = self.lock();
        kept.clock += 1;
        let clock = kept.clock;
        let (answer, asked) = kept.answers.get_mut(key)?;
        *asked = clock;
        Some(answer.clone())
    }

    /// Keeps an answer, unless it alone takes more than a quarter of the room.
    pub fn put(&self, key: &str, answer: &Bytes) {
        if answer.len() > self.capacity_bytes / 4 {
            return;
        }
        let mut kept = self.lock();
        kept.remove(key);
        while kept.bytes + answer.len() > self.capacity_bytes {
            let Some(oldest) = kept.oldest() else { break };
            kept.remove(&oldest);
        }
        kept.clock += 1;
        let clock = kept.clock;
        kept.bytes += answer.len();
        kept.answers.insert(key.to_owned(), (answer.clone(), clock));
    }

    /// The bytes of all answers that are kept.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn remove(&mut self, key: &str) {
        if let Some((answer, _)) = self.answers.remove(key) {
            self.bytes -= answer.len();
        }
    }

    fn oldest(&self) -> Option<String> {
        let oldest = self.answers.iter().min_by_key(|(_, (_, asked))| *asked);
        oldest.map(|(key, _)| key.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_what_was_asked_for_longest_ago() {
        let cache = Cache::new(40);
        let answer = Bytes::from_static(&[0; 10]);
        for key in ["a", "b", "c", "d"] {
            cache.put(key, &answer);
        }
        assert!(cache.get("a").is_some());
        cache.put("e", &answer);
        assert!(cache.get("a").is_some() && cache.get("e").is_some());
        assert!(cache.get("b").is_none());
        assert_eq!(cache.lock().bytes, 40);
    }

    #[test]
    fn does_not_keep_what_would_fill_it() {
        let cache = Cache::new(40);
        cache.put("a", &Bytes::from_static(&[0; 11]));
        assert!(cache.get("a").is_none());
    }
}

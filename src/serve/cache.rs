//! Answers kept in memory, bounded by their bytes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;

/// How large an answer may be that is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Keep {
    /// A quarter of the room, so that it does not drive out all others.
    #[default]
    Quarter,
    /// All of the room: more will be asked of it, part by part.
    Any,
}

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

    /// Whether there is room for an answer of so many bytes.
    pub const fn has_room(&self, bytes: usize) -> bool {
        bytes <= self.capacity_bytes
    }

    /// Keeps an answer, unless it is too large.
    pub fn put(&self, key: &str, answer: &Bytes, keep: Keep) {
        let most = match keep {
            Keep::Quarter => self.capacity_bytes / 4,
            Keep::Any => self.capacity_bytes,
        };
        if answer.len() > most {
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
            cache.put(key, &answer, Keep::Quarter);
        }
        assert!(cache.get("a").is_some());
        cache.put("e", &answer, Keep::Quarter);
        assert!(cache.get("a").is_some() && cache.get("e").is_some());
        assert!(cache.get("b").is_none());
        assert_eq!(cache.lock().bytes, 40);
    }

    #[test]
    fn does_not_keep_what_would_fill_it() {
        let cache = Cache::new(40);
        cache.put("a", &Bytes::from_static(&[0; 11]), Keep::Quarter);
        assert!(cache.get("a").is_none());
    }

    #[test]
    fn keeps_what_fills_it_where_more_is_asked_of_it() {
        let cache = Cache::new(40);
        cache.put("a", &Bytes::from_static(&[0; 10]), Keep::Quarter);
        cache.put("b", &Bytes::from_static(&[0; 40]), Keep::Any);
        assert!(cache.get("a").is_none() && cache.get("b").is_some());
        cache.put("c", &Bytes::from_static(&[0; 41]), Keep::Any);
        assert!(cache.get("c").is_none() && !cache.has_room(41));
    }
}

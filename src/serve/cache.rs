//! Answers kept in memory, bounded by the memory that they take.

use axum::body::Bytes;
use moka::policy::EvictionPolicy;

/// How large an answer may be that is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// A quarter of the room, so that it does not drive out all others.
    #[default]
    Quarter,
    /// All of the room: more will be asked of it, part by part.
    Any,
}

/// What an answer is counted with besides the bytes of its key and its body, for the nodes, counters and the place in
/// the table that `moka` keeps for it: an estimate, which `cargo bench -- --cache-only` holds against what is used.
pub const OVERHEAD: usize = 512;

/// Keeps the answers asked for last, up to a number of bytes.
pub struct Cache {
    capacity_bytes: usize,
    answers: moka::sync::Cache<String, Bytes>,
}

impl Cache {
    pub fn new(capacity_bytes: usize) -> Self {
        let answers = moka::sync::Cache::builder()
            .max_capacity(capacity_bytes as u64)
            .weigher(|key: &String, body: &Bytes| {
                u32::try_from(weight(key, body)).unwrap_or(u32::MAX)
            })
            // What is put in will be asked for: the parts of a file that was just made, most of all.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { capacity_bytes, answers }
    }

    pub fn get(&self, key: &str) -> Option<Bytes> {
        self.answers.get(key)
    }

    /// Whether there is room for an answer of so many bytes.
    pub const fn has_room(&self, bytes: usize) -> bool {
        bytes.saturating_add(OVERHEAD) <= self.capacity_bytes
    }

    /// Keeps an answer, unless it is too large.
    pub fn put(&self, key: &str, answer: &Bytes, keep: Keep) {
        let most = match keep {
            Keep::Quarter => self.capacity_bytes / 4,
            Keep::Any => self.capacity_bytes,
        };
        // An answer that weighs more than can be counted is not kept.
        let weight = weight(key, answer);
        if weight > most || u32::try_from(weight).is_err() {
            return;
        }
        self.answers.insert(key.to_owned(), answer.clone());
        // Otherwise what is too much would stay until it is looked at later.
        self.answers.run_pending_tasks();
    }

    /// The bytes of all answers that are kept, with what keeping them takes.
    pub fn bytes(&self) -> usize {
        usize::try_from(self.answers.weighted_size()).unwrap_or(usize::MAX)
    }
}

fn weight(key: &str, body: &Bytes) -> usize {
    key.len() + body.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that weighs so much with a key of one letter.
    fn body(weight: usize) -> Bytes {
        vec![0; weight - OVERHEAD - 1].into()
    }

    #[test]
    fn drops_what_was_asked_for_longest_ago() {
        let cache = Cache::new(4000);
        for key in ["a", "b", "c", "d"] {
            cache.put(key, &body(1000), Keep::Quarter);
        }
        assert!(cache.get("a").is_some());
        cache.put("e", &body(1000), Keep::Quarter);
        assert!(cache.get("a").is_some() && cache.get("e").is_some());
        assert!(cache.get("b").is_none());
        assert_eq!(cache.bytes(), 4000);
    }

    #[test]
    fn does_not_keep_what_would_fill_it() {
        let cache = Cache::new(4000);
        cache.put("a", &body(1001), Keep::Quarter);
        assert!(cache.get("a").is_none());
    }

    #[test]
    fn keeps_what_fills_it_where_more_is_asked_of_it() {
        let cache = Cache::new(4000);
        cache.put("a", &body(1000), Keep::Quarter);
        cache.put("b", &body(4000), Keep::Any);
        assert!(cache.get("a").is_none() && cache.get("b").is_some());
        cache.put("c", &body(4001), Keep::Any);
        assert!(cache.get("c").is_none() && !cache.has_room(4001));
    }

    #[test]
    fn what_it_says_is_no_less_than_it_holds_and_no_more_than_it_may() {
        let cache = Cache::new(1 << 20);
        let (mut sum, key) = (0, |number: usize| format!("\"{number:032x}\""));
        for number in 0..10_000 {
            let answer = Bytes::from(vec![1; number % 90]);
            cache.put(&key(number), &answer, Keep::Quarter);
            assert!(cache.bytes() <= 1 << 20);
        }
        for number in 0..10_000 {
            let kept = cache.get(&key(number));
            sum += kept.map_or(0, |body| key(number).len() + body.len() + OVERHEAD);
        }
        assert!(sum <= cache.bytes() && sum > 1 << 19, "{sum} of {}", cache.bytes());
        let empty = Cache::new(0);
        empty.put("a", &Bytes::new(), Keep::Any);
        assert!(empty.get("a").is_none());
    }
}

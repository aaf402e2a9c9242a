//! How often one client may ask: a bucket of tokens for each, in bounded memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::clients::ClientKey;

/// What a client may ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second, on average.
    pub per_s: f64,
    /// Requests at once, after a pause.
    pub burst: f64,
}

/// Clients that are remembered. More than these have asked within the time in which a bucket fills
/// only where somebody sends from many addresses, which counting by address can't bound.
const MOST_CLIENTS: usize = 1 << 16;

/// The buckets of all clients.
pub(super) struct Buckets {
    rate: Rate,
    clients: Mutex<HashMap<ClientKey, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Buckets {
    pub fn new(rate: Rate) -> Self {
        Self { rate, clients: Mutex::default() }
    }

    /// Takes a token of a client.
    ///
    /// # Errors
    /// How long the client is to wait where it has none left.
    pub fn take(&self, client: ClientKey, now: Instant) -> Result<(), Duration> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MOST_CLIENTS && !clients.contains_key(&client) {
            clients.retain(|_, bucket| bucket.tokens_at(now, self.rate) < self.rate.burst);
            if clients.len() >= MOST_CLIENTS {
                clients.clear();
            }
        }
        let full = Bucket { tokens: self.rate.burst, filled: now };
        let bucket = clients.entry(client).or_insert(full);
        *bucket = Bucket { tokens: bucket.tokens_at(now, self.rate), filled: now };
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.rate.per_s))
    }
}

impl Bucket {
    fn tokens_at(self, now: Instant, rate: Rate) -> f64 {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        (self.tokens + passed * rate.per_s).min(rate.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::super::clients::{Counting, Loopback};
    use super::super::reached::Proxies;
    use super::*;

    const RATE: Rate = Rate { per_s: 2.0, burst: 3.0 };

    fn client(number: u32) -> ClientKey {
        let counting = Counting { proxies: &Proxies::default(), loopback: Loopback::Counted };
        counting.of_connection(IpAddr::V4(number.into())).unwrap()
    }

    #[test]
    fn a_client_may_ask_at_once_and_then_at_its_rate() {
        let (buckets, start) = (Buckets::new(RATE), Instant::now());
        for _ in 0..3 {
            assert_eq!(buckets.take(client(7), start), Ok(()));
        }
        assert_eq!(buckets.take(client(7), start), Err(Duration::from_millis(500)));
        assert_eq!(buckets.take(client(8), start), Ok(()));
        let later = start + Duration::from_millis(600);
        assert_eq!(buckets.take(client(7), later), Ok(()));
        assert!(buckets.take(client(7), later).is_err());
    }

    #[test]
    fn memory_is_bounded_whoever_asks() {
        let (buckets, now) = (Buckets::new(RATE), Instant::now());
        for number in 0..(MOST_CLIENTS as u32 + 10) {
            assert_eq!(buckets.take(client(0x0b00_0000 + number), now), Ok(()));
        }
        assert!(buckets.clients.lock().unwrap().len() <= MOST_CLIENTS);
    }
}

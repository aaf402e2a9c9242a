//! How often one client may ask: a bucket of tokens for each address, in bounded memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a client may ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second, on average.
    pub per_s: f64,
    /// Requests at once, after a pause.
    pub burst: f64,
}

/// Addresses that are remembered. More than these have asked within the time in which a bucket fills
/// only where somebody sends from many addresses, which counting by address can't bound.
const MOST_CLIENTS: usize = 1 << 16;

/// The buckets of all clients.
pub(super) struct Buckets {
    rate: Rate,
    clients: Mutex<HashMap<IpAddr, Bucket>>,
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
    pub fn take(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let Some(client) = counted_as(client) else { return Ok(()) };
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

/// Whose bucket an address takes from: its own, or in IPv6 its network's, because a client has a whole
/// one. This machine's own programs, a proxy among them, are not counted.
fn counted_as(client: IpAddr) -> Option<IpAddr> {
    match client.to_canonical() {
        address if address.is_loopback() => None,
        IpAddr::V4(address) => Some(address.into()),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Some(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_s: 2.0, burst: 3.0 };

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_client_may_ask_at_once_and_then_at_its_rate() {
        let (buckets, start) = (Buckets::new(RATE), Instant::now());
        let client = address("192.0.2.7");
        for _ in 0..3 {
            assert_eq!(buckets.take(client, start), Ok(()));
        }
        assert_eq!(buckets.take(client, start), Err(Duration::from_millis(500)));
        assert_eq!(buckets.take(address("192.0.2.8"), start), Ok(()));
        let later = start + Duration::from_millis(600);
        assert_eq!(buckets.take(client, later), Ok(()));
        assert!(buckets.take(client, later).is_err());
    }

    #[test]
    fn this_machine_is_not_counted_and_a_network_of_ipv6_is_one_client() {
        let (buckets, now) = (Buckets::new(RATE), Instant::now());
        for _ in 0..10 {
            assert_eq!(buckets.take(address("127.0.0.1"), now), Ok(()));
            assert_eq!(buckets.take(address("::ffff:127.0.0.1"), now), Ok(()));
        }
        let took = (0..4).map(|at| buckets.take(address(&format!("2001:db8::{at}")), now));
        assert_eq!(took.filter(Result::is_ok).count(), 3);
    }

    #[test]
    fn memory_is_bounded_whoever_asks() {
        let (buckets, now) = (Buckets::new(RATE), Instant::now());
        for number in 0..(MOST_CLIENTS as u32 + 10) {
            assert_eq!(buckets.take(IpAddr::V4((0x0b00_0000 + number).into()), now), Ok(()));
        }
        assert!(buckets.clients.lock().unwrap().len() <= MOST_CLIENTS);
    }
}

//! The connections that are open: so many, of which one client holds no more than its share. Where they are scarce,
//! the client that holds most loses one first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::clients::ClientKey;
use super::patience::Progress;

/// All open connections.
pub(super) struct Connections {
    most: usize,
    most_of_client: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    entries: BTreeMap<u64, Entry>,
}

struct Entry {
    /// `None` where the connection is a proxy's, or this machine's own.
    client: Option<ClientKey>,
    progress: Arc<Progress>,
    ended: Arc<Notify>,
}

/// A connection's place, until it is dropped.
pub(super) struct Slot {
    all: Arc<Connections>,
    number: u64,
    pub progress: Arc<Progress>,
    /// Told when another connection takes the place.
    pub ended: Arc<Notify>,
}

impl Connections {
    pub fn new(most: usize, most_of_client: usize) -> Arc<Self> {
        Arc::new(Self { most: most.max(1), most_of_client, open: Mutex::default() })
    }

    /// A place for a new connection, perhaps another one's; `None` where all are needed more.
    pub fn admit(self: &Arc<Self>, client: Option<ClientKey>) -> Option<Slot> {
        let mut open = self.lock();
        let own = open.count(client);
        let loser = if client.is_some() && own >= self.most_of_client {
            Some(open.idle(|entry| entry.client == client))
        } else if open.entries.len() >= self.most {
            Some(open.loser(client, own))
        } else {
            None
        };
        if let Some(loser) = loser {
            // It is counted no longer, though its task takes a moment to end.
            open.entries.remove(&loser?)?.ended.notify_one();
        }
        let number = open.next;
        open.next += 1;
        let (progress, ended) = (Progress::new(), Arc::new(Notify::new()));
        let entry = Entry { client, progress: Arc::clone(&progress), ended: Arc::clone(&ended) };
        open.entries.insert(number, entry);
        drop(open);
        Some(Slot { all: Arc::clone(self), number, progress, ended })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn count(&self, client: Option<ClientKey>) -> usize {
        self.entries.values().filter(|entry| entry.client == client).count()
    }

    /// Of the connections that are meant, the one on which nothing is in work and nothing was asked for longest.
    fn idle(&self, is_meant: impl Fn(&Entry) -> bool) -> Option<u64> {
        let idle = self.entries.iter().filter(|(_, entry)| is_meant(entry));
        longest(idle.filter(|(_, entry)| entry.progress.is_idle()))
    }

    /// Which connection makes room for one of a client that has so many: an idle one of the client that has most, else
    /// one in work of that client if it would have more than the new one still, else any idle one.
    fn loser(&self, client: Option<ClientKey>, own: usize) -> Option<u64> {
        let mut counts: BTreeMap<Option<ClientKey>, usize> = BTreeMap::new();
        for entry in self.entries.values() {
            *counts.entry(entry.client).or_default() += 1;
        }
        let (largest, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        let is_largest = |entry: &Entry| entry.client == largest;
        let busy = || {
            // Those of a proxy are of many clients.
            let may_lose = largest.is_some() && largest != client && count > own + 1;
            let busy = self.entries.iter().filter(|(_, entry)| may_lose && is_largest(entry));
            longest(busy)
        };
        self.idle(is_largest).or_else(busy).or_else(|| self.idle(|_| true))
    }
}

/// Of some connections the one that was quiet for longest.
fn longest<'a>(entries: impl Iterator<Item = (&'a u64, &'a Entry)>) -> Option<u64> {
    let quiet: Option<(Duration, u64)> =
        entries.map(|(number, entry)| (entry.progress.quiet(), *number)).max();
    quiet.map(|(_, number)| number)
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.all.lock().entries.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::super::clients::{Counting, Loopback};
    use super::super::patience::Work;
    use super::super::reached::Proxies;
    use super::*;

    fn client(last: u8) -> Option<ClientKey> {
        let counting = Counting { proxies: &Proxies::default(), loopback: Loopback::Counted };
        counting.of_connection([192, 0, 2, last].into())
    }

    /// Whether a connection was told to end.
    fn has_ended(slot: &Slot) -> bool {
        use futures::FutureExt;
        slot.ended.notified().now_or_never().is_some()
    }

    #[test]
    fn the_client_that_holds_most_loses_its_longest_idle_one() {
        let all = Connections::new(4, 3);
        let many: Vec<Slot> = (0..3).map(|_| all.admit(client(1)).unwrap()).collect();
        let _busy = Work::begin(&many[0].progress);
        std::thread::sleep(Duration::from_millis(5));
        drop(Work::begin(&many[1].progress));
        let other = all.admit(client(2)).unwrap();
        let third = all.admit(client(3)).unwrap();
        assert_eq!([0, 1, 2].map(|at| has_ended(&many[at])), [false, false, true]);
        assert!(!has_ended(&other) && !has_ended(&third));
        assert_eq!(all.lock().entries.len(), 4);
        drop((many, other, third));
        assert_eq!(all.lock().entries.len(), 0);
    }

    #[test]
    fn a_client_beyond_its_share_loses_its_own_and_not_others() {
        let all = Connections::new(10, 2);
        let own: Vec<Slot> = (0..2).map(|_| all.admit(client(1)).unwrap()).collect();
        let other = all.admit(client(2)).unwrap();
        let third = all.admit(client(1)).unwrap();
        assert!(!has_ended(&other) && !has_ended(&third));
        assert_eq!(own.iter().filter(|slot| has_ended(slot)).count(), 1);
        // Where all of its own are in work, there is no place for another.
        let work: Vec<Work> =
            own.iter().chain([&third]).map(|slot| Work::begin(&slot.progress)).collect();
        assert!(all.admit(client(1)).is_none());
        drop(work);
    }

    #[test]
    fn a_new_client_gets_a_place_where_another_has_many_in_work() {
        let all = Connections::new(3, 3);
        let many: Vec<Slot> = (0..3).map(|_| all.admit(client(1)).unwrap()).collect();
        let work: Vec<Work> = many.iter().map(|slot| Work::begin(&slot.progress)).collect();
        let new = all.admit(client(2)).unwrap();
        assert_eq!(many.iter().filter(|slot| has_ended(slot)).count(), 1);
        let _busy = Work::begin(&new.progress);
        // Both would have two then: nobody loses one in work.
        assert!(all.admit(client(2)).is_none());
        drop(work);
    }

    #[test]
    fn connections_of_a_proxy_are_not_shared_out_and_lose_idle_ones_alone() {
        let all = Connections::new(3, 1);
        let many: Vec<Slot> = (0..3).map(|_| all.admit(None).unwrap()).collect();
        let work: Vec<Work> = many.iter().map(|slot| Work::begin(&slot.progress)).collect();
        assert!(all.admit(client(1)).is_none());
        drop(work);
        assert!(all.admit(client(1)).is_some());
    }
}

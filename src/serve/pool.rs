//! Places for work of one cost: so many at a time, and the clients that wait take turns.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::clients::ClientKey;

/// What work costs. Work of one cost never waits for that of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// Tiles, layers, profiles and pages.
    Light,
    /// Pictures, reports and exports.
    Heavy,
}

/// How much there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Done at a time.
    pub workers: usize,
    /// Of these, by one client.
    pub workers_of_client: usize,
    /// Done or waiting.
    pub places: usize,
    /// Of these, one client's.
    pub places_of_client: usize,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// All are taken.
    Full,
    /// The client has all that one client may have.
    OfClient,
}

/// The places for work of one cost.
pub(super) struct Pool {
    room: Room,
    work: Mutex<Work>,
}

#[derive(Default)]
struct Work {
    running: usize,
    waiting: usize,
    clients: HashMap<Option<ClientKey>, Queue>,
    /// The clients that wait, each once; the first is next.
    turns: VecDeque<Option<ClientKey>>,
}

/// The work of one client.
#[derive(Default)]
struct Queue {
    running: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
}

/// A place in work, until it is dropped.
pub(super) struct Place {
    pool: Arc<Pool>,
    client: Option<ClientKey>,
}

/// A place that is waited for; dropped, it is given up.
pub(super) struct Waiting {
    pool: Arc<Pool>,
    client: Option<ClientKey>,
    granted: oneshot::Receiver<()>,
    is_taken: bool,
}

impl Pool {
    pub fn new(room: Room) -> Arc<Self> {
        Arc::new(Self { room, work: Mutex::default() })
    }

    /// Takes a place in the queue of a client; who is not counted has a queue together, as long as all places.
    ///
    /// # Errors
    /// [`NoPlace`].
    pub fn enter(self: &Arc<Self>, client: Option<ClientKey>) -> Result<Waiting, NoPlace> {
        let mut work = self.lock();
        if work.running + work.waiting >= self.room.places {
            return Err(NoPlace::Full);
        }
        let own = work.clients.get(&client);
        let own = own.map_or(0, |queue| queue.running + queue.waiting.len());
        if client.is_some() && own >= self.room.places_of_client {
            return Err(NoPlace::OfClient);
        }
        let (grant, granted) = oneshot::channel();
        let queue = work.clients.entry(client).or_default();
        let was_empty = queue.waiting.is_empty();
        queue.waiting.push_back(grant);
        work.waiting += 1;
        if was_empty {
            work.turns.push_back(client);
        }
        work.grant(&self.room);
        drop(work);
        Ok(Waiting { pool: Arc::clone(self), client, granted, is_taken: false })
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a piece of work that was granted.
    fn release(&self, client: Option<ClientKey>) {
        let mut work = self.lock();
        work.running -= 1;
        if let Some(queue) = work.clients.get_mut(&client) {
            queue.running -= 1;
        }
        work.forget_idle(client);
        work.grant(&self.room);
    }
}

impl Work {
    /// Lets those begin whose turn it is, as long as there are workers.
    fn grant(&mut self, room: &Room) {
        let mut passed_over = 0;
        while self.running < room.workers && passed_over < self.turns.len() {
            let Some(client) = self.turns.pop_front() else { return };
            let Some(queue) = self.clients.get_mut(&client) else { continue };
            if client.is_some() && queue.running >= room.workers_of_client {
                self.turns.push_back(client);
                passed_over += 1;
                continue;
            }
            let Some(grant) = queue.waiting.pop_front() else { continue };
            self.waiting -= 1;
            // Who gave up holds no worker.
            if grant.send(()).is_ok() {
                queue.running += 1;
                self.running += 1;
                passed_over = 0;
            }
            if queue.waiting.is_empty() {
                self.forget_idle(client);
            } else {
                self.turns.push_back(client);
            }
        }
    }

    fn forget_idle(&mut self, client: Option<ClientKey>) {
        let is_idle = |queue: &Queue| queue.running == 0 && queue.waiting.is_empty();
        if self.clients.get(&client).is_some_and(is_idle) {
            self.clients.remove(&client);
        }
    }
}

impl Waiting {
    /// Waits until it is this client's turn.
    pub async fn place(mut self) -> Option<Place> {
        (&mut self.granted).await.ok()?;
        self.is_taken = true;
        Some(Place { pool: Arc::clone(&self.pool), client: self.client })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.is_taken {
            return;
        }
        self.granted.close();
        if self.granted.try_recv().is_ok() {
            self.pool.release(self.client);
            return;
        }
        let mut work = self.pool.lock();
        let Some(queue) = work.clients.get_mut(&self.client) else { return };
        let before = queue.waiting.len();
        queue.waiting.retain(|grant| !grant.is_closed());
        let (gone, is_empty) = (before - queue.waiting.len(), queue.waiting.is_empty());
        work.waiting -= gone;
        if is_empty {
            let client = self.client;
            work.turns.retain(|turn| *turn != client);
            work.forget_idle(client);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.release(self.client);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::clients::{Counting, Loopback};
    use super::super::reached::Proxies;
    use super::*;

    fn client(last: u8) -> Option<ClientKey> {
        let counting = Counting { proxies: &Proxies::default(), loopback: Loopback::Counted };
        counting.of_connection([192, 0, 2, last].into())
    }

    const ROOM: Room = Room { workers: 2, workers_of_client: 1, places: 8, places_of_client: 5 };

    async fn now(waiting: Waiting) -> Option<Place> {
        tokio::time::timeout(Duration::from_millis(50), waiting.place()).await.ok().flatten()
    }

    #[tokio::test]
    async fn one_client_takes_neither_all_places_nor_all_workers() {
        let pool = Pool::new(ROOM);
        let mut first: VecDeque<Waiting> = (0..5).map(|_| pool.enter(client(1)).unwrap()).collect();
        assert_eq!(pool.enter(client(1)).err(), Some(NoPlace::OfClient));
        let one = first.pop_front().unwrap().place().await.unwrap();
        // The second worker is for others.
        assert!(now(first.pop_front().unwrap()).await.is_none());
        let other = now(pool.enter(client(2)).unwrap()).await.unwrap();
        drop((one, other));
        assert!(now(first.pop_front().unwrap()).await.is_some());
        drop(first);
        let work = pool.lock();
        assert_eq!((work.waiting, work.running), (0, 0));
        assert!(work.clients.is_empty() && work.turns.is_empty());
    }

    #[tokio::test]
    async fn clients_take_turns_however_long_their_queues_are() {
        let pool = Pool::new(Room { workers: 1, places: 100, places_of_client: 50, ..ROOM });
        let running = pool.enter(client(9)).unwrap().place().await.unwrap();
        let many: Vec<Waiting> = (0..20).map(|_| pool.enter(client(1)).unwrap()).collect();
        let few = pool.enter(client(2)).unwrap();
        let (order, mut tasks) = (Arc::new(Mutex::new(Vec::new())), Vec::new());
        for (name, waiting) in many.into_iter().map(|it| (1, it)).chain([(2, few)]) {
            let order = Arc::clone(&order);
            tasks.push(tokio::spawn(async move {
                let place = waiting.place().await.unwrap();
                order.lock().unwrap().push(name);
                drop(place);
            }));
        }
        tokio::task::yield_now().await;
        drop(running);
        for task in tasks {
            task.await.unwrap();
        }
        let order = order.lock().unwrap();
        assert!(order.iter().position(|name| *name == 2).unwrap() <= 1, "{order:?}");
    }

    #[tokio::test]
    async fn all_places_are_bounded_and_who_is_not_counted_may_have_them_all() {
        let pool = Pool::new(ROOM);
        let held: Vec<Waiting> = (0..8).map(|_| pool.enter(None).unwrap()).collect();
        assert_eq!(pool.enter(client(1)).err(), Some(NoPlace::Full));
        drop(held);
        assert!(now(pool.enter(client(1)).unwrap()).await.is_some());
        let none = Pool::new(Room { places: 0, ..ROOM });
        assert_eq!(none.enter(None).err(), Some(NoPlace::Full));
    }

    #[tokio::test]
    async fn a_place_that_was_granted_and_not_taken_is_given_back() {
        let pool = Pool::new(Room { workers: 1, ..ROOM });
        let granted = pool.enter(client(1)).unwrap();
        let next = pool.enter(client(2)).unwrap();
        drop(granted);
        assert!(now(next).await.is_some());
    }
}

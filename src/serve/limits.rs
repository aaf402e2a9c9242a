//! The bounds of a server's work.

use std::time::Duration;

use super::clients::Loopback;
use super::error::ApiError;
use super::pool::Room;
use super::rate::Rate;
use crate::domain::position::Bounds;

/// The bounds of a server's work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Features of one answer.
    pub features: usize,
    /// Bytes of one answer before compression.
    pub answer_bytes: usize,
    /// The size of a box that may be asked for, in square degrees.
    pub box_deg2: f64,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of answers kept in memory.
    pub cache_bytes: usize,
    /// Releases that are held open, the current one among them.
    pub open_releases: usize,
    /// Connections at the same time; for a further one another ends.
    pub connections: usize,
    /// Tiles, layers and pages in work or waiting for it; a further one is turned away.
    pub concurrent: usize,
    /// The same of pictures, reports and exports.
    pub concurrent_heavy: usize,
    /// The part of connections and places that one client may have, in per cent.
    pub client_share: usize,
    /// Whether clients on this machine are counted.
    pub loopback: Loopback,
    /// Answers of either cost that are made at the same time.
    pub workers: usize,
    /// After this long a request is given up.
    pub time: Duration,
    /// How long a client may take for a request's head.
    pub head_time: Duration,
    /// How long a client may take no byte of an answer that waits for it.
    pub stall_time: Duration,
    /// Requests of one client; `None` where they are not counted.
    pub rate: Option<Rate>,
}

/// The whole world.
const WORLD_DEG2: f64 = 360.0 * 180.0;

impl Default for Limits {
    fn default() -> Self {
        Self {
            features: 100_000,
            answer_bytes: 192 << 20,
            box_deg2: WORLD_DEG2,
            body_bytes: 64 << 10,
            cache_bytes: 256 << 20,
            open_releases: 4,
            connections: 512,
            concurrent: 256,
            concurrent_heavy: 32,
            client_share: 25,
            loopback: Loopback::Free,
            workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            time: Duration::from_secs(60),
            head_time: Duration::from_secs(10),
            stall_time: Duration::from_secs(30),
            rate: None,
        }
    }
}

impl Limits {
    /// What one client may have of so many.
    pub(super) fn share(&self, all: usize) -> usize {
        (all.saturating_mul(self.client_share) / 100).max(1)
    }

    /// The room for tiles, layers and pages. One client may have all workers: none has them for long.
    pub(super) fn light_room(&self) -> Room {
        let workers = self.workers.max(1);
        let places = self.concurrent;
        let places_of_client = self.share(places);
        Room { workers, workers_of_client: workers, places, places_of_client }
    }

    /// The room for pictures, reports and exports. A worker is left for other clients.
    pub(super) fn heavy_room(&self) -> Room {
        let workers = self.workers.max(1);
        let workers_of_client = (workers - 1).max(1);
        let places = self.concurrent_heavy;
        Room { workers, workers_of_client, places, places_of_client: self.share(places) }
    }

    /// Lets a box through that is not too large.
    ///
    /// # Errors
    /// 413, with the size that may be asked for.
    pub(super) fn check_box(&self, bounds: Bounds) -> Result<Bounds, ApiError> {
        let deg2 = (bounds.east - bounds.west) * (bounds.north - bounds.south);
        if deg2 <= self.box_deg2 {
            return Ok(bounds);
        }
        Err(ApiError::too_large(format!(
            "The box has {deg2:.0} square degrees and at most {} are answered at once: ask for a smaller \
             one, or for a region with `within`.",
            self.box_deg2
        )))
    }
}

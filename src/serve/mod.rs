//! A release over HTTP. It answers from leaf tables alone; [`router`] is the list of URLs.

mod answer;
mod bind;
mod cache;
mod catalogue;
mod container;
mod error;
mod filtered;
mod geometry;
mod guard;
mod gzip;
mod institutions;
mod layers;
mod ogc;
mod openapi;
mod page;
mod parameters;
mod place;
mod profile;
mod query;
mod ranking;
mod ranking_csv;
mod reply;
mod search;
mod served;
mod tiles;
mod web;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use tokio::sync::Semaphore;
use tracing::error;

pub use bind::{bind, run};
pub use error::{ApiError, ServeError};
pub use ogc::ROUTES as OGC_ROUTES;
pub use served::{FullShapes, Served};

use cache::Cache;

use crate::analyse::RegionSearch;

/// The paths that are answered, beside [`OGC_ROUTES`].
pub const ROUTES: [&str; 16] = [
    "/",
    "/assets/{file}",
    "/plain",
    "/layers",
    "/layers/institutions.geojson",
    "/layers/{theme}/{file}",
    "/tiles/{file}",
    "/tiles/{geography}/{z}/{x}/{file}",
    "/regions",
    "/regions/{code}",
    "/regions/{code}/geometry",
    "/ranking/{geography}",
    "/openapi.json",
    "/docs",
    "/health",
    "/ready",
];

/// Everything that is answered.
///
/// Layers take `within=CODE`, `bbox=west,south,east,north`, `limit=N`, `filter=CQL2`,
/// `filter-lang=cql2-text|cql2-json`, `geometry=general|full|none` and `release=ID`.
pub fn router(served: Arc<Served>, limits: Limits) -> Router {
    let [
        start,
        asset,
        plain,
        catalogue,
        institutions,
        layer,
        tiles,
        tile,
        search,
        profile,
        outline,
        ranking,
        description,
        docs,
        health,
        ready,
    ] = ROUTES;
    let routes = Router::new()
        .route(start, get(web::page))
        .route(asset, get(web::asset))
        .route(plain, get(page::plain))
        .route(catalogue, get(catalogue::layers))
        .route(institutions, get(institutions::institutions))
        .route(layer, get(layers::layer))
        .route(tiles, get(tiles::description))
        .route(tile, get(tiles::tile))
        .route(search, get(search::regions))
        .route(profile, get(profile::profile))
        .route(outline, get(geometry::geometry))
        .route(ranking, get(ranking::ranking))
        .route(description, get(openapi::description))
        .route(docs, get(openapi::docs))
        .route(health, get(catalogue::health))
        .route(ready, get(catalogue::ready))
        .merge(ogc::routes())
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::no_such_method);
    let house = House::new(served, limits);
    guard::around(routes, &house).with_state(house)
}

/// The bounds of a server's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Features of one answer.
    pub features: usize,
    /// Bytes of one answer before compression.
    pub answer_bytes: usize,
    /// Bytes of answers kept in memory.
    pub cache_bytes: usize,
    /// Requests in work or waiting for it; a further one is turned away.
    pub concurrent: usize,
    /// Layers summed and written at the same time.
    pub workers: usize,
    /// After this long a request is given up.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            features: 100_000,
            answer_bytes: 192 << 20,
            cache_bytes: 256 << 20,
            concurrent: 128,
            workers: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            time: Duration::from_secs(60),
        }
    }
}

/// What the handlers share.
#[derive(Clone)]
struct House {
    served: Arc<Served>,
    limits: Limits,
    cache: Arc<Cache>,
    workers: Arc<Semaphore>,
    /// Made when it is first asked for: a start does not wait for it.
    search: Arc<OnceLock<RegionSearch>>,
}

impl House {
    fn new(served: Arc<Served>, limits: Limits) -> Self {
        let cache = Arc::new(Cache::new(limits.cache_bytes));
        let workers = Arc::new(Semaphore::new(limits.workers.max(1)));
        Self { served, limits, cache, workers, search: Arc::default() }
    }

    /// The bytes that a tag stands for, from the cache, or made in a thread that may take its time.
    async fn cached(
        &self,
        tag: &str,
        make: impl FnOnce(&Served) -> Result<Bytes, ApiError> + Send + 'static,
    ) -> Result<Bytes, ApiError> {
        if let Some(body) = self.cache.get(tag) {
            return Ok(body);
        }
        let workers = self.workers.clone().acquire_owned().await;
        let permit = workers.map_err(|_| ApiError::internal())?;
        // Another request may have made it while this one waited.
        if let Some(body) = self.cache.get(tag) {
            return Ok(body);
        }
        let (house, tag) = (self.clone(), tag.to_owned());
        let work = tokio::task::spawn_blocking(move || {
            let body = make(&house.served);
            if let Ok(body) = &body {
                house.cache.put(&tag, body);
            }
            drop(permit);
            body
        });
        work.await.unwrap_or_else(|failure| {
            error!(error = %failure, "Failed to make an answer");
            Err(ApiError::internal())
        })
    }
}

#[cfg(test)]
mod institutions_tests;
#[cfg(test)]
mod regions_tests;
#[cfg(test)]
mod router_tests;

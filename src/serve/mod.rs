//! Releases over HTTP. They are answered from leaf tables alone; [`ROUTES`] is the list of URLs.

mod account;
mod ahead;
mod answer;
mod bind;
mod cache;
mod catalogue;
mod clients;
mod coding;
mod compare;
mod connection;
mod connections;
mod container;
mod dispatch;
mod error;
mod filtered;
mod first;
mod geometry;
mod guard;
mod gzip;
mod institutions;
mod layers;
mod limits;
mod making;
mod maps;
mod met;
mod metrics;
mod ogc;
mod openapi;
mod page;
mod paper;
mod parameters;
mod patience;
mod place;
mod pool;
mod preference;
mod profile;
mod query;
mod range;
mod ranking;
mod ranking_csv;
mod rate;
mod reached;
mod reply;
mod search;
mod served;
mod server;
mod shelf;
mod slash;
mod tiles;
mod web;
mod workbook;

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use futures::FutureExt;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;

pub use bind::bind;
pub use cache::{Cache, Keep, OVERHEAD};
pub use clients::Loopback;
pub use error::{ApiError, ServeError};
pub use limits::Limits;
pub use ogc::ROUTES as OGC_ROUTES;
pub use rate::Rate;
pub use reached::Proxies;
pub use served::{AnyError, FullShapes, Served};
pub use server::Server;
pub use shelf::{Fault, Releases, Unopened};
pub use workbook::Told;

use account::Numbers;
use clients::ClientKey;
use making::Making;
use metrics::Metrics;
use pool::{Cost, Pool};
use rate::Buckets;
use shelf::Shelf;

use crate::analyse::RegionSearch;
use crate::protect::Protection;

/// The paths that are answered, beside [`OGC_ROUTES`].
pub const ROUTES: [&str; 19] = [
    "/",
    "/assets/{file}",
    "/plain",
    "/layers",
    "/layers/institutions.geojson",
    "/layers/{theme}/{file}",
    "/maps/{theme}/{file}",
    "/tiles/{file}",
    "/tiles/{geography}/{z}/{x}/{file}",
    "/regions",
    "/regions/{code}",
    "/regions/{code}/geometry",
    "/regions/{code}/report",
    "/ranking/{geography}",
    "/openapi.json",
    "/docs",
    "/health",
    "/ready",
    "/metrics",
];

/// Everything that is answered from one release.
///
/// All take `release=ID`, which [`dispatch`] has settled before.
fn of_release(house: House) -> Router {
    let [
        start,
        _,
        plain,
        catalogue,
        institutions,
        layer,
        map,
        tiles,
        tile,
        search,
        profile,
        outline,
        report,
        ranking,
        description,
        docs,
        ..,
    ] = ROUTES;
    Router::new()
        .route(start, get(first::first))
        .route(plain, get(page::plain))
        .route(catalogue, get(catalogue::layers))
        .route(institutions, get(institutions::institutions).layer(from_fn(range::ranged)))
        .route(layer, get(layers::layer).layer(from_fn(range::ranged)))
        .route(map, get(maps::map).layer(from_fn(range::ranged)))
        .route(tiles, get(tiles::description).layer(from_fn(range::ranged)))
        .route(tile, get(tiles::tile))
        .route(search, get(search::regions))
        .route(profile, get(profile::profile))
        .route(outline, get(geometry::geometry))
        .route(report, get(paper::paper))
        .route(ranking, get(ranking::ranking))
        .route(description, get(openapi::description))
        .route(docs, get(openapi::docs))
        .merge(ogc::routes())
        .fallback(slash::without)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(DefaultBodyLimit::max(house.limits.body_bytes))
        .layer(from_fn(account::note_route))
        .with_state(house)
}

/// Everything: what is of no release, and in front of both what is true of all.
fn of_server(desk: &Desk) -> Router {
    let [start, asset, .., health, ready, metrics] = ROUTES;
    let bounded = Router::new()
        .fallback(dispatch::dispatch)
        .layer(from_fn_with_state(desk.clone(), guard::bound))
        .with_state(desk.clone());
    let first = get(dispatch::dispatch)
        .layer(from_fn_with_state(desk.clone(), guard::bound))
        .layer(from_fn(web::or_shell));
    let routes = Router::new()
        .route(start, first)
        .route(asset, get(web::asset))
        .route(health, get(server::health))
        .route(ready, get(server::ready))
        .route(metrics, get(server::metrics))
        .method_not_allowed_fallback(error::no_such_method)
        .layer(from_fn(account::note_route))
        .with_state(desk.clone())
        .fallback_service(bounded);
    around(routes, desk)
}

/// What stands in front of all routes; the last is met first.
fn around(routes: Router, desk: &Desk) -> Router {
    let routes = routes
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(desk.clone(), guard::admit))
        .layer(from_fn(coding::code));
    let routes = match desk.protection {
        Protection::Public => routes.layer(account::cors()),
        Protection::Restricted => routes,
    };
    routes.layer(from_fn_with_state(desk.clone(), account::account))
}

/// What stands in front of all releases.
#[derive(Clone)]
struct Desk {
    shelf: Arc<Shelf>,
    limits: Limits,
    protection: Protection,
    proxies: Arc<Proxies>,
    cache: Arc<Cache>,
    metrics: Arc<Metrics>,
    numbers: Arc<Numbers>,
    buckets: Option<Arc<Buckets>>,
}

/// What the handlers of one release share.
#[derive(Clone)]
struct House {
    served: Arc<Served>,
    limits: Limits,
    cache: Arc<Cache>,
    making: Arc<Making>,
    metrics: Arc<Metrics>,
    light: Arc<Pool>,
    heavy: Arc<Pool>,
    /// What the work of this request costs.
    cost: Cost,
    /// Made when it is first asked for: a start does not wait for it.
    search: Arc<OnceLock<RegionSearch>>,
}

impl House {
    /// The same for pictures, reports and exports.
    fn heavy(&self) -> Self {
        Self { cost: Cost::Heavy, ..self.clone() }
    }

    /// The bytes that a tag stands for: from the cache, or made in a blocking thread, once for all who wait for them,
    /// when it is the turn of the client that asked first.
    async fn cached(
        &self,
        tag: &str,
        keep: Keep,
        make: impl FnOnce(&Served) -> Result<Bytes, ApiError> + Send + 'static,
    ) -> Result<Bytes, ApiError> {
        if let Some(body) = self.kept(tag) {
            return Ok(body);
        }
        let (house, own) = (self.clone(), tag.to_owned());
        let client = clients::asker();
        self.making.join(tag, || house.make(own, keep, client, make).boxed()).await
    }

    async fn make(
        self,
        tag: String,
        keep: Keep,
        client: Option<ClientKey>,
        make: impl FnOnce(&Served) -> Result<Bytes, ApiError> + Send + 'static,
    ) -> Result<Bytes, ApiError> {
        let pool = match self.cost {
            Cost::Light => &self.light,
            Cost::Heavy => &self.heavy,
        };
        let waiting = pool.enter(client).map_err(ApiError::no_place)?;
        let place = waiting.place().await.ok_or_else(ApiError::internal)?;
        // Another request may have made it while this one waited.
        if let Some(body) = self.kept(&tag) {
            return Ok(body);
        }
        self.metrics.cache_misses.fetch_add(1, Ordering::Relaxed);
        let work = tokio::task::spawn_blocking(move || {
            let body = make(&self.served);
            if let Ok(body) = &body {
                self.cache.put(&tag, body, keep);
            }
            drop(place);
            body
        });
        work.await.unwrap_or_else(|failure| {
            error!(error = %failure, "Failed to make an answer");
            Err(ApiError::internal())
        })
    }

    fn kept(&self, tag: &str) -> Option<Bytes> {
        let body = self.cache.get(tag)?;
        self.metrics.cache_hits.fetch_add(1, Ordering::Relaxed);
        Some(body)
    }
}

#[cfg(test)]
mod first_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod institutions_tests;
#[cfg(test)]
mod maps_tests;
#[cfg(test)]
mod operation_tests;
#[cfg(test)]
mod range_tests;
#[cfg(test)]
mod reached_tests;
#[cfg(test)]
mod regions_tests;
#[cfg(test)]
mod router_tests;

//! The server: what it holds, how it starts, follows the current release, and what it says of itself.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::account::Numbers;
use super::bind::told_to_stop;
use super::cache::Cache;
use super::connection::Speaking;
use super::error::{ApiError, ServeError};
use super::limits::Limits;
use super::making::Making;
use super::metrics::{Gauges, Metrics};
use super::pool::{Cost, Pool};
use super::rate::Buckets;
use super::reached::Proxies;
use super::served::{AnyError, Served};
use super::shelf::{Releases, Shelf};
use super::{Desk, House, connection, of_release, of_server};
use crate::domain::region::Slug;
use crate::protect::Protection;

/// How often it is looked which release is current.
const EVERY: Duration = Duration::from_secs(1);

/// A server of releases, all of which are public or all of which are restricted.
pub struct Server {
    pub(super) desk: Desk,
}

impl Server {
    /// Opens the current release. Where that is damaged, the server answers 503 until it is mended or another one is
    /// current.
    ///
    /// # Errors
    /// Where there is no current release, or it can't be served for another reason.
    pub fn open(releases: impl Releases, limits: Limits) -> Result<Self, AnyError> {
        let cache = Arc::new(Cache::new(limits.cache_bytes));
        let metrics = Arc::new(Metrics::default());
        let (light, heavy) = (Pool::new(limits.light_room()), Pool::new(limits.heavy_room()));
        let making = Arc::new(Making::default());
        let (of_house, counted) = (Arc::clone(&cache), Arc::clone(&metrics));
        let make_router = move |served: Arc<Served>| {
            of_release(House {
                served,
                limits,
                cache: Arc::clone(&of_house),
                making: Arc::clone(&making),
                metrics: Arc::clone(&counted),
                light: Arc::clone(&light),
                heavy: Arc::clone(&heavy),
                cost: Cost::Light,
                search: Arc::default(),
            })
        };
        let shelf = Shelf::new(Box::new(releases), limits.open_releases, make_router)?;
        let protection = shelf.figures();
        let desk = Desk {
            shelf: Arc::new(shelf),
            limits,
            protection,
            proxies: Arc::default(),
            cache,
            metrics,
            numbers: Arc::new(Numbers::new()),
            buckets: limits.rate.map(|rate| Arc::new(Buckets::new(rate))),
        };
        Ok(Self { desk })
    }

    /// Takes the word of these proxies for the address under which clients reach it.
    #[must_use]
    pub fn behind(mut self, proxies: Proxies) -> Self {
        self.desk.proxies = Arc::new(proxies);
        self
    }

    /// Whose figures it tells.
    pub const fn protection(&self) -> Protection {
        self.desk.protection
    }

    /// The release that is answered from where none is named; `None` where that one is damaged.
    pub fn release(&self) -> Option<Slug> {
        self.desk.shelf.current().map(|current| current.id().clone())
    }

    /// Everything that is answered.
    pub fn router(&self) -> Router {
        of_server(&self.desk)
    }

    /// Answers until ctrl-c or SIGTERM, then ends the requests in work. Meanwhile it follows the current
    /// release.
    ///
    /// # Errors
    /// [`ServeError::Run`].
    pub async fn run(self, listener: TcpListener) -> Result<(), ServeError> {
        let stop = told_to_stop()?;
        let follow = tokio::spawn(follow(Arc::clone(&self.desk.shelf)));
        let Desk { limits, metrics, proxies, .. } = &self.desk;
        let speaking = Speaking::new(self.router(), *limits, Arc::clone(metrics), proxies);
        connection::answer(listener, &speaking, stop).await;
        follow.abort();
        Ok(())
    }
}

/// Looks every second which release is current. No notice of the system is waited for: a register may
/// lie on a disk of another machine, which gives none.
async fn follow(shelf: Arc<Shelf>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let shelf = Arc::clone(&shelf);
        let _ = tokio::task::spawn_blocking(move || shelf.look()).await;
    }
}

/// `/health`: the process answers.
pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "up" }))
}

/// `/ready`: it answers from this release.
pub(super) async fn ready(State(desk): State<Desk>) -> Result<Json<Value>, ApiError> {
    let current = desk.shelf.serving()?;
    Ok(Json(json!({ "status": "ready", "release": current.id() })))
}

/// `/metrics`
pub(super) async fn metrics(State(desk): State<Desk>) -> impl IntoResponse {
    let gauges = Gauges {
        open_releases: desk.shelf.open_releases(),
        cache_bytes: desk.cache.bytes(),
        protection: desk.protection.name(),
    };
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, media_type)], desk.metrics.text(&gauges))
}

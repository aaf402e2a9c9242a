//! What is true of every answer: its marks, its line in the log, its place in the counters.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::cors::{Any, CorsLayer};
use tracing::info;

use super::Desk;
use super::answer::LayerName;
use super::dispatch::RELEASE;
use super::ogc::CONTENT_CRS;
use crate::protect::Protection;

/// Who may see the answer.
const PROTECTION: HeaderName = HeaderName::from_static("x-sebaran-protection");
/// The number of the request in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The route that a request took, for the log and the counters.
#[derive(Debug, Clone)]
struct Route(MatchedPath);

/// Notes the route in the answer, which leaves the router where it is known.
pub(super) async fn note_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

/// Lets pages of any other site read public answers, part by part too, their tags and their release.
pub(super) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(Any)
        .expose_headers([
            header::ACCEPT_RANGES,
            header::CONTENT_ENCODING,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::ETAG,
            header::RETRY_AFTER,
            CONTENT_CRS,
            PROTECTION,
            RELEASE,
            REQUEST_ID,
        ])
        .max_age(std::time::Duration::from_secs(24 * 60 * 60))
        .vary(Vec::<HeaderName>::new())
}

/// Marks the answer with its protection, counts it, and writes a line to the log. The line has neither
/// the query nor a path that a client made up: a box in it may be somebody's home.
pub(super) async fn account(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = request_id(request.headers(), &desk);
    let method = request.method().clone();
    let in_work = InWork::new(&desk.metrics.in_work);
    let mut response = next.run(request).await;
    drop(in_work);
    mark(response.headers_mut(), desk.protection, &id);
    let duration = start.elapsed();
    let status = response.status().as_u16();
    let bytes = bytes(&response);
    let extensions = response.extensions();
    let layer = extensions.get::<LayerName>().map(|name| name.0.as_str());
    let route = extensions.get::<Route>().map_or("none", |route| route.0.as_str());
    desk.metrics.answered(route, status, bytes, duration);
    let release = response.headers().get(RELEASE).and_then(|release| release.to_str().ok());
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    info!(id, %method, route, layer, release, status, bytes, duration_ms, "Answered {method} {route} with {status}");
    response
}

fn mark(headers: &mut HeaderMap, protection: Protection, id: &str) {
    headers.insert(PROTECTION, HeaderValue::from_static(protection.name()));
    // The page's own files hold no figures and say themselves how long they are kept.
    let cache_control = HeaderValue::from_static(cache_control(protection));
    headers.entry(header::CACHE_CONTROL).or_insert(cache_control);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // No other site's page may load the answer, not even as an image or a script.
    if protection == Protection::Restricted {
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

const fn cache_control(protection: Protection) -> &'static str {
    match protection {
        Protection::Restricted => "private, no-store",
        Protection::Public => "public, no-cache",
    }
}

/// The number that the client or a proxy gave the request, where it is one, or else a new one.
fn request_id(headers: &HeaderMap, desk: &Desk) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_number = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given.filter(is_number).map_or_else(|| desk.numbers.next(), str::to_owned)
}

/// Numbers for requests: those of one start of the server begin alike.
pub(super) struct Numbers {
    start: u64,
    next: AtomicU64,
}

impl Numbers {
    pub fn new() -> Self {
        // Without randomness the numbers of two starts may be the same, and nothing worse.
        Self { start: getrandom::u64().unwrap_or_default(), next: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        format!("{:016x}-{}", self.start, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// The bytes of a body, where they are known before it is sent.
fn bytes(response: &Response) -> u64 {
    let told = response.headers().get(header::CONTENT_LENGTH);
    let told = || told.and_then(|length| length.to_str().ok()?.parse().ok());
    response.body().size_hint().exact().or_else(told).unwrap_or_default()
}

/// Counts a request as being in work until it is dropped, as it is where its client has gone.
struct InWork<'a>(&'a AtomicU64);

impl<'a> InWork<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

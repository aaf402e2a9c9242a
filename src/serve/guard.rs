//! What is true of every answer: its marks, its line in the log, the bounds of its work.

use std::any::Any;
use std::time::Instant;

use axum::error_handling::HandleErrorLayer;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower::timeout::TimeoutLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, MakeRequestUuid};
use tracing::{error, info};

use super::House;
use super::answer::LayerName;
use super::error::ApiError;
use crate::protect::Protection;

/// Who may see the answer.
const PROTECTION: HeaderName = HeaderName::from_static("x-sebaran-protection");
/// The number of the request in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Puts the guard around routes.
pub(super) fn around(routes: Router<House>, house: &House) -> Router<House> {
    let protection = house.served.leaves.protection();
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(protection, mark))
            .layer(CompressionLayer::new())
            .layer(CatchPanicLayer::custom(panicked))
            .layer(HandleErrorLayer::new(overloaded))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(house.limits.concurrent))
            .layer(TimeoutLayer::new(house.limits.time)),
    )
}

/// Marks the answer with its protection, and writes a line to the log. The line has neither the query nor
/// a path that a client made up: a box in it may be somebody's home.
async fn mark(State(protection): State<Protection>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = MakeRequestUuid.make_request_id(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = match check_host(protection, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(PROTECTION, HeaderValue::from_static(protection.name()));
    // The page's own files hold no figures and say themselves how long they are kept.
    let cache_control = HeaderValue::from_static(cache_control(protection));
    headers.entry(header::CACHE_CONTROL).or_insert(cache_control);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let id = id.map(tower_http::request_id::RequestId::into_header_value);
    // No other site's page may load the answer, not even as an image or a script.
    if protection == Protection::Restricted {
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    }
    if let Some(id) = &id {
        headers.insert(REQUEST_ID, id.clone());
    }
    let id = id.as_ref().and_then(|id| id.to_str().ok());
    let status = response.status().as_u16();
    let layer = response.extensions().get::<LayerName>().map(|name| name.0.as_str());
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    info!(id, %method, route, layer, status, duration_ms, "Answered {method} {route} with {status}");
    response
}

const fn cache_control(protection: Protection) -> &'static str {
    match protection {
        Protection::Restricted => "private, no-store",
        Protection::Public => "public, no-cache",
    }
}

/// Lets a restricted release be asked for under this machine's own names alone: another site's page could
/// give its own name this machine's address, and read the answer.
fn check_host(protection: Protection, headers: &HeaderMap) -> Result<(), ApiError> {
    let host = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let is_own = host.is_none_or(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
        });
        ["localhost", "127.0.0.1", "[::1]"].contains(&name)
    });
    if is_own || protection == Protection::Public {
        return Ok(());
    }
    Err(ApiError::misdirected(
        "This release is restricted and is answered under this machine's own names alone: use \
         http://127.0.0.1 or http://localhost with the port.",
    ))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `CatchPanicLayer` calls")]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    error!(panic = text, "Failed to answer: a bug");
    ApiError::internal().into_response()
}

async fn overloaded(failure: BoxError) -> ApiError {
    if failure.is::<tower::timeout::error::Elapsed>() {
        return ApiError::unavailable(
            "The answer took too long: ask for a part with `within` or `bbox`, or try again later.",
        );
    }
    ApiError::unavailable("Too many requests are in work: try again in a few seconds.")
}

//! The bounds around all work: who may ask, how often, how much at once, for how long.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::error;

use super::Desk;
use super::clients::{ASKER, ClientKey, Counting};
use super::error::ApiError;
use super::reached::{Base, Reached, split_port};
use crate::protect::Protection;

/// Turns away who may not ask, or asks too often or too much, before anything is done.
pub(super) async fn admit(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    match check(&desk, &request) {
        Ok((base, client)) => {
            request.extensions_mut().insert(base);
            ASKER.scope(client, next.run(request)).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn check(desk: &Desk, request: &Request) -> Result<(Base, Option<ClientKey>), ApiError> {
    let reached = Reached::of(request, &desk.proxies)?;
    check_names(desk.protection, &reached.names)?;
    check_body(desk.limits.body_bytes, request.headers())?;
    let counting = Counting { proxies: &desk.proxies, loopback: desk.limits.loopback };
    let client = counting.of_request(request);
    if let (Some(buckets), Some(client)) = (&desk.buckets, client) {
        buckets.take(client, Instant::now()).map_err(ApiError::too_often)?;
    }
    Ok((reached.base, client))
}

/// Lets a restricted release be asked for under this machine's own names alone: another site's page could
/// give its own name this machine's address, and read the answer. Every name that a request gives counts, and
/// one without any is refused.
fn check_names(protection: Protection, names: &[String]) -> Result<(), ApiError> {
    let is_own = |authority: &String| {
        let (name, _) = split_port(authority);
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
    };
    if protection == Protection::Public {
        return Ok(());
    }
    if names.is_empty() {
        return Err(ApiError::bad_request("The request has no Host header: send one."));
    }
    if names.iter().all(is_own) {
        return Ok(());
    }
    Err(ApiError::misdirected(
        "This release is restricted and is answered under this machine's own names alone: use \
         http://127.0.0.1 or http://localhost with the port.",
    ))
}

/// By what the client says of its body; one that does not say is cut off where it is read.
fn check_body(most: usize, headers: &HeaderMap) -> Result<(), ApiError> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length: Option<u64> = length.and_then(|length| length.parse().ok());
    if length.is_none_or(|length| length <= most as u64) {
        return Ok(());
    }
    Err(ApiError::too_large(format!(
        "The request's body is larger than {most} bytes: send less, or nothing, since questions are \
         asked in the URL."
    )))
}

/// Gives up requests that take too long. What has to be made takes a place where it is made, so that what is kept is
/// answered whatever is in work.
pub(super) async fn bound(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(desk.limits.time, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        ApiError::unavailable(
            "The answer took too long: ask for a part with `within` or `bbox`, or try again later.",
        )
        .into_response()
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `CatchPanicLayer` calls")]
pub(super) fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    error!(panic = text, "Failed to answer: a bug");
    ApiError::internal().into_response()
}

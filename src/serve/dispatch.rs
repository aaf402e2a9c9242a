//! Which release a request is answered from. It is settled once, before the request is looked at: what
//! answers it knows no other, so no answer mixes two.

use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use tower::ServiceExt;

use super::Desk;
use super::answer::OfServer;
use super::error::ApiError;
use super::query::sentence;
use super::shelf::{Opened, Shelf};
use crate::domain::region::Slug;
use crate::protect::Protection;

/// The release of an answer.
pub(super) const RELEASE: HeaderName = HeaderName::from_static("x-sebaran-release");

/// A release never changes, so an answer that names its release is kept without asking again. Not
/// forever: a release may have to be withdrawn, and a later version of the program may write it better.
const PINNED: &str = "public, max-age=604800, immutable";

/// Whether the request names its release, so that its answer says the same for good.
#[derive(Debug, Clone)]
pub(super) struct Pinned(pub Slug);

/// Answers from the release that `release` names, or else from the current one.
pub(super) async fn dispatch(
    State(desk): State<Desk>,
    mut request: Request,
) -> Result<Response, ApiError> {
    let pinned = named(request.uri())?;
    let opened = match &pinned {
        Some(id) => desk.shelf.get(id).await?,
        None => desk.shelf.serving()?,
    };
    if let Some(id) = pinned.clone() {
        request.extensions_mut().insert(Pinned(id));
    }
    request.extensions_mut().insert::<Arc<Shelf>>(Arc::clone(&desk.shelf));
    let Ok(mut response) = opened.router.clone().oneshot(request).await;
    mark(&mut response, &opened, pinned.is_some());
    Ok(response)
}

fn mark(response: &mut Response, opened: &Opened, is_pinned: bool) {
    let id = HeaderValue::from_str(opened.id().as_str()).expect("a slug is letters and digits");
    let is_public = opened.served.leaves.protection() == Protection::Public;
    let answers = [StatusCode::OK, StatusCode::PARTIAL_CONTENT, StatusCode::NOT_MODIFIED];
    // Only what has a tag follows from its release alone.
    let follows =
        answers.contains(&response.status()) && response.extensions().get::<OfServer>().is_none();
    let headers = response.headers_mut();
    headers.insert(RELEASE, id);
    if is_pinned && is_public && follows && headers.contains_key(header::ETAG) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(PINNED));
    }
}

/// The release that a URL names. What else is wrong with its parameters the handler says.
fn named(uri: &Uri) -> Result<Option<Slug>, ApiError> {
    if uri.query().is_none() {
        return Ok(None);
    }
    let Ok(Query(parameters)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return Ok(None);
    };
    let release = parameters.into_iter().find(|(name, _)| name == "release");
    let id = release.map(|(_, id)| id.parse());
    id.transpose().map_err(|error: crate::domain::region::SlugError| sentence(&error))
}

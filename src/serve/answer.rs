//! The headers of a layer's answer: media type, coding, tag.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::coding::Coding;
use super::query::LayerQuery;
use super::served::Served;
use crate::encode::{Format, mvt};

/// A strong tag: the same one, the same bytes. It stands for the release, the layer, its parameters, the
/// coding, and the version of the program that wrote it.
pub(super) fn tag(
    served: &Served,
    query: &LayerQuery,
    other: Option<&Served>,
    coding: Coding,
) -> String {
    tag_of(served, &format!("{}{}", query.canonical(), since(other)), coding)
}

/// What a comparison adds to that on which an answer depends.
pub(super) fn since(other: Option<&Served>) -> String {
    other.map_or_else(String::new, |other| {
        format!(" since {} {}", other.label.release, other.content)
    })
}

/// As [`tag`], of anything that is answered from the release; `what` says all on which it depends.
pub(super) fn tag_of(served: &Served, what: &str, coding: Coding) -> String {
    let asked = format!(
        "{} {} {} {} {:?} {coding:?} {what}",
        env!("CARGO_PKG_VERSION"),
        served.content,
        served.label.release,
        served.leaves.protection().name(),
        served.label.licence,
    );
    format!("\"{}\"", &blake3::hash(asked.as_bytes()).to_hex()[..32])
}

/// Whether the client has the answer with this tag (`If-None-Match`).
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).into_iter();
    let mut tags =
        values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    tags.any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

/// The name of the layer that a response holds, for the log.
#[derive(Debug, Clone)]
pub(super) struct LayerName(pub String);

pub(super) fn not_modified(tag: &str, name: String) -> Response<Body> {
    let mut response = tagged(tag, name, Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

pub(super) fn layer(
    format: Format,
    coding: Coding,
    tag: &str,
    name: String,
    body: Bytes,
) -> Response<Body> {
    typed(format.media_type(), coding, tag, name, body)
}

pub(super) fn tile(coding: Coding, tag: &str, name: String, body: Bytes) -> Response<Body> {
    typed(mvt::MEDIA_TYPE, coding, tag, name, body)
}

/// An answer of any media type.
pub(super) fn typed(
    media_type: &'static str,
    coding: Coding,
    tag: &str,
    name: String,
    body: Bytes,
) -> Response<Body> {
    let mut response = tagged(tag, name, Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Some(coding) = coding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Says that parts of an answer may be asked for.
pub(super) fn as_file(mut response: Response<Body>) -> Response<Body> {
    let bytes = HeaderValue::from_static("bytes");
    response.headers_mut().insert(header::ACCEPT_RANGES, bytes);
    response
}

/// Says that the answer tells of the server too, so that it changes while its release does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfServer;

fn tagged(tag: &str, name: String, body: Body) -> Response<Body> {
    let mut response = tag_response(Response::new(body), tag, name);
    let vary = HeaderValue::from_static("accept-encoding");
    response.headers_mut().insert(header::VARY, vary);
    response
}

/// Gives an answer its tag and, for the log, its name.
pub(super) fn tag_response(
    mut response: Response<Body>,
    tag: &str,
    name: String,
) -> Response<Body> {
    let tag = HeaderValue::from_str(tag).expect("a tag is hexadecimal digits in quotes");
    response.headers_mut().insert(header::ETAG, tag);
    response.extensions_mut().insert(LayerName(name));
    response
}

//! What goes wrong, for the operator ([`ServeError`]) and for the client ([`ApiError`]).

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::pool::NoPlace;
use crate::encode::Format;
use crate::report::workbook::WorkbookError;
use crate::store::StoreError;

/// Why a server does not start, or a layer is not written.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(
        "a restricted release is served on this machine alone, and {address} is reachable from others; \
         listen on 127.0.0.1 or [::1]"
    )]
    NotLoopback { address: SocketAddr },
    #[error(
        "cannot listen on {address}: the port is taken; stop what listens there or choose another \
             with --listen"
    )]
    PortTaken { address: SocketAddr },
    #[error("cannot listen on {address}")]
    Bind { address: SocketAddr, source: io::Error },
    #[error("the server stopped")]
    Run(#[source] io::Error),
    #[error("cannot read the full outlines of the regions")]
    Shapes(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot make a file of the layer")]
    Container(#[source] StoreError),
    #[error("cannot make a workbook of the layer")]
    Workbook(#[source] WorkbookError),
    #[error("a layer in the format {} can't tell what changed; choose geojson, csv or xlsx", .format.extension())]
    NoChanges { format: Format },
    #[error("cannot write the layer")]
    Write(#[source] io::Error),
}

/// A refusal, as the client sees it: problem+json (RFC 9457), whose `detail` says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    detail: Cow<'static, str>,
    /// After how many seconds the same request may be answered.
    retry_after_s: Option<u64>,
}

impl ApiError {
    /// The request can't be understood.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// What is asked for is not there.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// No byte that is asked for is in an answer of so many.
    pub fn no_such_range(bytes: u64) -> Self {
        let detail = format!(
            "The answer has {bytes} bytes and none of those asked for: ask for a range within it, counted from 0."
        );
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE, detail)
    }

    /// The answer would be too large.
    pub fn too_large(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    /// The request came under a name that is not this machine's.
    pub fn misdirected(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, detail)
    }

    /// There is too much to do.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { retry_after_s: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// The client asks too often, and is to wait.
    pub fn too_often(wait: Duration) -> Self {
        let detail = "You ask too often: wait as long as Retry-After says, and ask for more at once, for \
                      example a whole layer or a PMTiles archive.";
        let seconds = 1 + wait.as_secs();
        Self { retry_after_s: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// There is no place for the work that the request is.
    pub(super) fn no_place(why: NoPlace) -> Self {
        let wait = "try again in a few seconds.";
        match why {
            NoPlace::Full => Self::unavailable(format!("Too many requests are in work: {wait}")),
            NoPlace::OfClient => {
                let detail = format!(
                    "You have as many requests in work as one client may: wait for their answers, or {wait}"
                );
                let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, detail);
                Self { retry_after_s: Some(5), ..refusal }
            }
        }
    }

    /// A fault of ours, told to the log and not to the client.
    pub const fn internal() -> Self {
        let detail = Cow::Borrowed(
            "The server failed at this request; its log says why, under this answer's x-request-id. \
             Other requests are not affected.",
        );
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, detail, retry_after_s: None }
    }
}

impl ApiError {
    fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, detail: detail.into(), retry_after_s: None }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = (self.status, Json(problem)).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

pub(super) fn no_such_page() -> ApiError {
    ApiError::not_found(
        "There is no such page; there are /, /plain, /layers, /layers/{theme}/{geography}.geojson (or \
         .csv and others), /maps/{theme}/{geography}.svg (or .png or .pdf), /regions?q=, /regions/{code}, /regions/{code}/geometry, \
         /regions/{code}/report, /ranking/{geography}, /ogc, /docs, \
         /openapi.json, /health, /ready and /metrics.",
    )
}

pub(super) async fn no_such_method() -> ApiError {
    let detail = "Only GET and HEAD are answered here.";
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

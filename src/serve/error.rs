//! What goes wrong, for the operator ([`ServeError`]) and for the client ([`ApiError`]).

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

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
    #[error("cannot write the layer")]
    Write(#[source] io::Error),
}

/// A refusal, as the client sees it: problem+json (RFC 9457), whose `detail` says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    detail: Cow<'static, str>,
}

impl ApiError {
    /// The request can't be understood.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, detail: detail.into() }
    }

    /// What is asked for is not there.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::NOT_FOUND, detail: detail.into() }
    }

    /// The answer would be too large.
    pub fn too_large(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, detail: detail.into() }
    }

    /// The request came under a name that is not this machine's.
    pub fn misdirected(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::MISDIRECTED_REQUEST, detail: detail.into() }
    }

    /// There is too much to do.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, detail: detail.into() }
    }

    /// A fault of ours, told to the log and not to the client.
    pub const fn internal() -> Self {
        let detail = Cow::Borrowed(
            "The server failed at this request; its log says why, under this answer's x-request-id. \
             Other requests are not affected.",
        );
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, detail }
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
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

pub(super) async fn no_such_page() -> ApiError {
    ApiError::not_found(
        "There is no such page; there are /, /plain, /layers, /layers/{theme}/{geography}.geojson (or \
         .csv and others), /regions?q=, /regions/{code}, /regions/{code}/geometry, /ranking/{geography}, /ogc, /docs, \
         /openapi.json, /health and /ready.",
    )
}

pub(super) async fn no_such_method() -> ApiError {
    let detail = "Only GET and HEAD are answered here.";
    ApiError { status: StatusCode::METHOD_NOT_ALLOWED, detail: detail.into() }
}

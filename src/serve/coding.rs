//! How bodies are made small: the same way for what is kept in the cache and for what is not.

use std::io::Write;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use brotli::CompressorWriter;
use tracing::error;

use super::error::ApiError;
use super::gzip::gzip;

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Brotli,
}

/// Smaller bodies gain nothing.
const LEAST_BYTES: u64 = 256;
/// What is not from the cache and larger than this is a stream.
const MOST_BYTES: u64 = 1 << 20;

impl Coding {
    /// Of those that the client takes the one it weighs most, the smallest first.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let [gzip, brotli] = ["gzip", "br"].map(|name| weight(headers, name));
        if brotli > 0.0 && brotli >= gzip {
            Self::Brotli
        } else if gzip > 0.0 {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// The same for what lies there in gzip, or is too short-lived for more.
    pub fn accepted_quickly(headers: &HeaderMap) -> Self {
        if weight(headers, "gzip") > 0.0 { Self::Gzip } else { Self::Identity }
    }

    /// Its name in `Content-Encoding`.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// Codes a body; the same body has the same bytes.
    ///
    /// # Errors
    /// 500 where that fails.
    pub fn pack(self, body: Vec<u8>) -> Result<Bytes, ApiError> {
        let packed = match self {
            Self::Identity => Ok(body),
            Self::Gzip => gzip(&body),
            Self::Brotli => brotli(&body),
        };
        packed.map(Bytes::from).map_err(|failure| {
            error!(error = &failure as &dyn std::error::Error, "Failed to code an answer");
            ApiError::internal()
        })
    }
}

/// The most that a coding is given in `Accept-Encoding`; 0 where it is not there or refused.
fn weight(headers: &HeaderMap, coding: &str) -> f32 {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let weights = values.flat_map(|value| value.split(',')).filter_map(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |it| it.parse().ok());
        name.trim().eq_ignore_ascii_case(coding).then_some(weight.unwrap_or(1.0))
    });
    weights.fold(0.0, f32::max)
}

/// Up to this size a body is made as small as time allows, beyond it quickly.
const SMALL_BODY: usize = 1 << 20;

fn brotli(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let quality = if body.len() <= SMALL_BODY { 5 } else { 2 };
    let mut encoder =
        CompressorWriter::new(Vec::with_capacity(body.len() / 4), 1 << 16, quality, 22);
    encoder.write_all(body)?;
    // It ends the stream.
    Ok(encoder.into_inner())
}

/// Codes the bodies of answers that nobody has coded: pages, descriptions, refusals.
pub(super) async fn code(request: Request, next: Next) -> Response {
    let coding = Coding::accepted(request.headers());
    let response = next.run(request).await;
    let Some(name) = coding.name().filter(|_| may_be_coded(&response)) else { return response };
    let (mut parts, body) = response.into_parts();
    let packed = match to_bytes(body, usize::MAX).await {
        Ok(body) => coding.pack(body.into()),
        Err(_) => Err(ApiError::internal()),
    };
    let Ok(packed) = packed else { return ApiError::internal().into_response() };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

/// Whether a body is at hand, is a text, and stands for itself: it has no tag that depends on its bytes,
/// and is no part of something.
fn may_be_coded(response: &Response) -> bool {
    let headers = response.headers();
    let is_at_hand = response.body().size_hint().exact();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_text = kind.is_some_and(|kind| {
        kind.starts_with("text/") || kind.contains("json") || kind.contains("xml")
    });
    is_text
        && is_at_hand.is_some_and(|bytes| (LEAST_BYTES..=MOST_BYTES).contains(&bytes))
        && response.status() != StatusCode::PARTIAL_CONTENT
        && ![header::CONTENT_ENCODING, header::ETAG, header::CONTENT_RANGE]
            .iter()
            .any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn accepted(text: &'static str) -> Coding {
        let value = HeaderValue::from_static(text);
        Coding::accepted(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
    }

    #[test]
    fn takes_what_the_client_weighs_most_and_never_what_it_refuses() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Coding::Brotli);
        assert_eq!(accepted("br;q=0.5, gzip"), Coding::Gzip);
        assert_eq!(accepted("GZIP;q=0.1, br; q=0"), Coding::Gzip);
        assert_eq!(accepted("gzip;q=0, zstd"), Coding::Identity);
        assert_eq!(Coding::accepted(&HeaderMap::new()), Coding::Identity);
    }

    #[test]
    fn brotli_comes_back_as_it_was_whatever_its_size() {
        for bytes in [0, 1, 70_000, SMALL_BODY + 5] {
            let body: Vec<u8> = (0..bytes).map(|at| (at * at / 7 % 251) as u8).collect();
            let packed = Coding::Brotli.pack(body.clone()).unwrap();
            let mut read = Vec::new();
            brotli::Decompressor::new(&*packed, 4096).read_to_end(&mut read).unwrap();
            assert!(read == body, "{bytes} bytes");
            assert_eq!(packed, Coding::Brotli.pack(body).unwrap());
        }
    }
}

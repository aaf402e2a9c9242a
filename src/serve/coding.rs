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
use super::preference::weighed;

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
        Self::best(headers, &[Self::Brotli, Self::Gzip])
    }

    /// The same for what lies there in gzip, or is too short-lived for more.
    pub fn accepted_quickly(headers: &HeaderMap) -> Self {
        Self::best(headers, &[Self::Gzip])
    }

    /// The same for what gains nothing: none, unless the client refuses that.
    pub fn accepted_of_packed(headers: &HeaderMap) -> Self {
        if refuses_identity(headers) { Self::accepted_quickly(headers) } else { Self::Identity }
    }

    /// Of these, in the order of our liking. Where the client takes neither any of them nor a body as it is,
    /// it gets what it has not refused by name, or else the body as it is (RFC 9110, 12.4.1).
    fn best(headers: &HeaderMap, offered: &[Self]) -> Self {
        let given = weighed(headers, header::ACCEPT_ENCODING);
        let mut best: Option<(Self, u16)> = None;
        for coding in offered {
            let weight = weight(&given, coding.names()).unwrap_or_default();
            if weight > best.map_or(0, |(_, weight)| weight) {
                best = Some((*coding, weight));
            }
        }
        let identity = weight(&given, Self::Identity.names());
        match best {
            Some((_, weight)) if identity.is_some_and(|identity| identity > weight) => {
                Self::Identity
            }
            Some((coding, _)) => coding,
            None if identity == Some(0) => {
                let mut others = offered.iter().copied();
                let unnamed = others.find(|coding| weight(&given, coding.names()).is_none());
                unnamed.unwrap_or(Self::Identity)
            }
            None => Self::Identity,
        }
    }

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Identity => &["identity"],
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Brotli => &["br"],
        }
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
        // Kept in the cache, it takes as much memory as it has bytes.
        packed.map(|packed| packed.into_boxed_slice().into()).map_err(|failure| {
            error!(error = &failure as &dyn std::error::Error, "Failed to code an answer");
            ApiError::internal()
        })
    }
}

/// What a coding is given by name, or else by `*`.
fn weight(given: &[(String, u16)], names: &[&str]) -> Option<u16> {
    let of =
        |name: &str| given.iter().filter(|(own, _)| own == name).map(|(_, weight)| *weight).max();
    names.iter().filter_map(|name| of(name)).max().or_else(|| of("*"))
}

/// Whether the client does not take a body as it is.
pub(super) fn refuses_identity(headers: &HeaderMap) -> bool {
    let given = weighed(headers, header::ACCEPT_ENCODING);
    weight(&given, Coding::Identity.names()) == Some(0)
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
    let is_needed = refuses_identity(request.headers());
    let response = next.run(request).await;
    let is_coded = may_be_coded(&response) && (is_needed || gains(&response));
    let Some(name) = coding.name().filter(|_| is_coded) else { return response };
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

/// Whether a body is at hand and stands for itself: it has no tag that depends on its bytes, and is no part of
/// something.
fn may_be_coded(response: &Response) -> bool {
    let headers = response.headers();
    response.body().size_hint().exact().is_some_and(|bytes| (1..=MOST_BYTES).contains(&bytes))
        && response.status() != StatusCode::PARTIAL_CONTENT
        && ![header::CONTENT_ENCODING, header::ETAG, header::CONTENT_RANGE]
            .iter()
            .any(|name| headers.contains_key(name))
}

/// Whether a body is a text, and large enough.
fn gains(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok());
    let is_text = kind.is_some_and(|kind| {
        kind.starts_with("text/") || kind.contains("json") || kind.contains("xml")
    });
    is_text && response.body().size_hint().lower() >= LEAST_BYTES
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
        assert_eq!(accepted("identity, gzip;q=0.5, br;q=0.4"), Coding::Identity);
        assert_eq!(accepted("x-gzip"), Coding::Gzip);
        assert_eq!(accepted("*;q=0.5, br;q=0"), Coding::Gzip);
        assert_eq!(accepted("identity;q=0.5, *;q=0"), Coding::Identity);
        assert_eq!(Coding::accepted(&HeaderMap::new()), Coding::Identity);
    }

    #[test]
    fn a_client_that_refuses_a_bare_body_gets_a_coded_one_where_it_takes_any() {
        assert_eq!(accepted("identity;q=0, br;q=0.1"), Coding::Brotli);
        assert_eq!(accepted("*;q=0, gzip"), Coding::Gzip);
        assert_eq!(accepted("identity;q=0"), Coding::Brotli);
        assert_eq!(accepted("identity;q=0, br;q=0"), Coding::Gzip);
        // Nothing is left that it takes: it is answered as if it had not said so.
        assert_eq!(accepted("*;q=0"), Coding::Identity);
        assert_eq!(accepted("gzip;q=0.000, identity;q=0, br;q=0"), Coding::Identity);
        let of_packed = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            Coding::accepted_of_packed(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
        };
        assert_eq!(of_packed("gzip, br"), Coding::Identity);
        assert_eq!(of_packed("gzip, identity;q=0"), Coding::Gzip);
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

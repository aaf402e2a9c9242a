//! Parts of a file, as clients ask for that read no more of it than they need (RFC 9110, 14).
//!
//! No crate does all of it: `tower-http` knows one range of a file on disk and refuses two, `axum-range` one
//! range, and `http-range-header` refuses a range of more bytes than there are.

use std::ops::Range;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::cache::Keep;
use super::coding::refuses_identity;
use super::error::ApiError;

/// Of more ranges at once the whole is sent.
const MOST_RANGES: usize = 100;

/// The ranges of a request, and the version of the file that they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranges {
    specs: Vec<Spec>,
    /// `If-Range`: a tag, or the time of the last change.
    if_range: Option<HeaderValue>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spec {
    /// From the first byte to the last, which may be beyond the end.
    Between(u64, u64),
    /// From a byte to the end.
    From(u64),
    /// So many at the end.
    Last(u64),
}

/// What is sent of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Whole,
    /// None of the ranges begins within the file.
    Nothing,
    Parts(Vec<Range<u64>>),
}

impl Ranges {
    /// The ranges that are asked for; `None` where the header is to be ignored: it is of another unit, or
    /// can't be read, or there are several.
    fn read(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::RANGE).into_iter();
        let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
        let (unit, set) = value.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let specs = set.split(',').map(str::trim).filter(|spec| !spec.is_empty());
        let specs: Vec<Spec> = specs.map(spec).collect::<Option<_>>()?;
        let if_range = headers.get(header::IF_RANGE).cloned();
        (!specs.is_empty()).then_some(Self { specs, if_range })
    }

    /// What is sent of a file of so many bytes whose whole answer has these headers.
    pub fn cut(&self, headers: &HeaderMap, bytes: u64) -> Cut {
        if !self.is_of(headers) || bytes == 0 || self.specs.len() > MOST_RANGES {
            return Cut::Whole;
        }
        let parts = self.specs.iter().filter_map(|spec| match *spec {
            Spec::Between(first, _) | Spec::From(first) if first >= bytes => None,
            Spec::Between(first, last) => Some(first..last.saturating_add(1).min(bytes)),
            Spec::From(first) => Some(first..bytes),
            Spec::Last(0) => None,
            Spec::Last(count) => Some(bytes.saturating_sub(count)..bytes),
        });
        let parts: Vec<Range<u64>> = parts.collect();
        let sum: u64 = parts.iter().map(|part| part.end - part.start).sum();
        match parts.len() {
            0 => Cut::Nothing,
            // Ranges that overlap must not make more of a file than it has.
            2.. if sum >= bytes => Cut::Whole,
            _ => Cut::Parts(parts),
        }
    }

    /// Whether they are of this version of the file: its strong tag, or the time of its last change.
    fn is_of(&self, headers: &HeaderMap) -> bool {
        let Some(version) = &self.if_range else { return true };
        let is_weak = version.as_bytes().starts_with(b"W/");
        let is_it = |name| headers.get(name) == Some(version);
        !is_weak && (is_it(header::ETAG) || is_it(header::LAST_MODIFIED))
    }
}

/// `0-99`, `100-` or `-50`.
fn spec(text: &str) -> Option<Spec> {
    let (first, last) = text.split_once('-')?;
    // More than any file has is its end.
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (first, last) {
        ("", count) => number(count).map(Spec::Last),
        (first, "") => number(first).map(Spec::From),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Spec::Between(first, last))
        }
    }
}

/// Sends the parts of a file that are asked for. Who makes the file makes it whole: ranges are of its bytes as
/// they are, without a coding, and one that lies on disk is cut where it is read.
pub(super) async fn ranged(mut request: Request, next: Next) -> Response {
    let ranges = match *request.method() {
        Method::GET if !refuses_identity(request.headers()) => Ranges::read(request.headers()),
        _ => None,
    };
    let headers = request.headers_mut();
    headers.remove(header::RANGE);
    headers.remove(header::IF_RANGE);
    if ranges.is_some() {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    if ranges.is_some() || request.method() == Method::HEAD {
        // More is asked of the same file.
        request.extensions_mut().insert(Keep::Any);
    }
    let Some(ranges) = ranges else { return next.run(request).await };
    request.extensions_mut().insert(ranges.clone());
    let response = next.run(request).await;
    let is_file = response.headers().contains_key(header::ACCEPT_RANGES);
    let Some(bytes) = response.body().size_hint().exact() else { return response };
    if response.status() != StatusCode::OK || !is_file {
        return response;
    }
    match ranges.cut(response.headers(), bytes) {
        Cut::Whole => response,
        Cut::Nothing => nothing(bytes),
        Cut::Parts(parts) => {
            let (head, body) = response.into_parts();
            let Ok(body) = to_bytes(body, usize::MAX).await else {
                return ApiError::internal().into_response();
            };
            #[expect(clippy::cast_possible_truncation, reason = "they lie within the body")]
            let of = |part: &Range<u64>| body.slice(part.start as usize..part.end as usize);
            let parts = parts.iter().map(|part| (part.clone(), of(part))).collect();
            partial(Response::from_parts(head, Body::empty()), bytes, parts)
        }
    }
}

/// 416, with the bytes that there are.
pub(super) fn nothing(bytes: u64) -> Response {
    let mut response = ApiError::no_such_range(bytes).into_response();
    let range = HeaderValue::try_from(format!("bytes */{bytes}"));
    let range = range.expect("it is letters and digits");
    response.headers_mut().insert(header::CONTENT_RANGE, range);
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

/// Parts of a file of so many bytes, with the headers of its whole answer: one as it is, several as
/// `multipart/byteranges`.
pub(super) fn partial(
    mut whole: Response,
    bytes: u64,
    mut parts: Vec<(Range<u64>, Bytes)>,
) -> Response {
    *whole.status_mut() = StatusCode::PARTIAL_CONTENT;
    whole.headers_mut().remove(header::CONTENT_LENGTH);
    let told = |part: &Range<u64>| format!("bytes {}-{}/{bytes}", part.start, part.end - 1);
    let text = |text: String| HeaderValue::try_from(text).expect("it is visible ASCII");
    if let [(part, _)] = &parts[..] {
        let range = text(told(part));
        whole.headers_mut().insert(header::CONTENT_RANGE, range);
        *whole.body_mut() = parts.pop().map_or_else(Body::empty, |(_, bytes)| Body::from(bytes));
        return whole;
    }
    let tag = whole.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    // A digest of the file, which does not stand in it.
    let boundary = format!("sebaran-{}", tag.unwrap_or_default().trim_matches('"'));
    let kind = whole.headers_mut().remove(header::CONTENT_TYPE);
    let kind =
        kind.as_ref().and_then(|kind| kind.to_str().ok()).unwrap_or("application/octet-stream");
    let mut body = Vec::new();
    for (part, bytes) in &parts {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {}\r\n\r\n",
            told(part)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
    }
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let kind = text(format!("multipart/byteranges; boundary={boundary}"));
    whole.headers_mut().insert(header::CONTENT_TYPE, kind);
    *whole.body_mut() = Body::from(body);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(header::HeaderName, &'static str)| {
            (name.clone(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    /// Of a file of 100 bytes.
    fn cut(range: &'static str) -> Option<Cut> {
        let ranges = Ranges::read(&headers(&[(header::RANGE, range)]))?;
        Some(ranges.cut(&HeaderMap::new(), 100))
    }

    /// Parts by their first byte and the one behind their last.
    fn parts(parts: &[(u64, u64)]) -> Option<Cut> {
        Some(Cut::Parts(parts.iter().map(|&(first, end)| first..end).collect()))
    }

    #[test]
    fn reads_every_form_of_a_range() {
        assert_eq!(cut("bytes=0-9"), parts(&[(0, 10)]));
        assert_eq!(cut("bytes=0-0"), parts(&[(0, 1)]));
        assert_eq!(cut("Bytes= 90-, "), parts(&[(90, 100)]));
        assert_eq!(cut("bytes=-5"), parts(&[(95, 100)]));
        // More than there is: as much as there is.
        assert_eq!(cut("bytes=95-400"), parts(&[(95, 100)]));
        assert_eq!(cut("bytes=-400"), parts(&[(0, 100)]));
        assert_eq!(cut("bytes=1-99999999999999999999999"), parts(&[(1, 100)]));
        assert_eq!(cut("bytes=7-8 , 0-1,200-,-1"), parts(&[(7, 9), (0, 2), (99, 100)]));
    }

    #[test]
    fn ignores_what_is_no_range_of_bytes() {
        for text in [
            "items=0-5",
            "bytes",
            "bytes=",
            "bytes=5",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=-",
            "bytes=+1-2",
            "bytes=1-2;3-4",
            "bytes=0-1,x",
        ] {
            assert_eq!(cut(text), None, "{text}");
        }
        let two = [(header::RANGE, "bytes=0-1"), (header::RANGE, "bytes=2-3")];
        let mut several = HeaderMap::new();
        two.iter().for_each(|(name, value)| {
            several.append(name, HeaderValue::from_static(value));
        });
        assert_eq!(Ranges::read(&several), None);
    }

    #[test]
    fn nothing_lies_beyond_the_end() {
        for text in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=200-300,400-"] {
            assert_eq!(cut(text), Some(Cut::Nothing), "{text}");
        }
    }

    #[test]
    fn ranges_that_are_no_less_than_the_file_are_the_file() {
        assert_eq!(cut("bytes=0-,0-"), Some(Cut::Whole));
        assert_eq!(cut("bytes=0-60,50-90"), Some(Cut::Whole));
        let many: String = (0..=MOST_RANGES).map(|at| format!("{at}-{at},")).collect();
        let value = HeaderValue::try_from(format!("bytes={many}")).unwrap();
        let asked = HeaderMap::from_iter([(header::RANGE, value)]);
        let ranges = Ranges::read(&asked).unwrap();
        assert_eq!(ranges.cut(&HeaderMap::new(), 1_000_000), Cut::Whole);
    }

    #[test]
    fn ranges_of_another_version_are_the_whole() {
        let date = "Wed, 21 Oct 2026 07:28:00 GMT";
        let file = headers(&[(header::ETAG, "\"a\""), (header::LAST_MODIFIED, date)]);
        for (version, is_of) in [
            ("\"a\"", true),
            ("\"b\"", false),
            ("W/\"a\"", false),
            (date, true),
            ("Wed, 21 Oct 2026 07:28:01 GMT", false),
        ] {
            let asked = headers(&[(header::RANGE, "bytes=0-1"), (header::IF_RANGE, version)]);
            let cut = Ranges::read(&asked).unwrap().cut(&file, 100);
            assert_eq!(Some(&cut) == parts(&[(0, 2)]).as_ref(), is_of, "{version}");
            assert!(is_of || cut == Cut::Whole, "{version}");
        }
    }
}

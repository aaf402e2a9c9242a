use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use super::Limits;
use super::fixture::server;
use super::operation_tests::ask_of;
use super::router_tests::{Answer, ask, ask_with, limits, send};

const FILES: [&str; 9] = [
    "/layers/poverty/village.geojson",
    "/layers/poverty/village.geojsonl",
    "/layers/poverty/village.csv",
    "/layers/poverty/village.parquet",
    "/layers/poverty/village.fgb",
    "/layers/poverty/village.gpkg",
    "/layers/poverty/village.xlsx",
    "/layers/institutions.geojson",
    "/maps/poverty/province.svg",
];

async fn part(url: &str, range: &str) -> Answer {
    // A client that takes codings gets the bytes as they are too.
    ask_with(url, &[("range", range), ("accept-encoding", "gzip, br")]).await
}

#[tokio::test]
async fn every_file_is_had_in_parts() {
    for url in FILES {
        let whole = ask(url).await;
        let bytes = whole.body.len();
        assert_eq!(whole.header("accept-ranges"), "bytes", "{url}");
        let middle = part(url, "bytes=10-29").await;
        assert_eq!(middle.status, StatusCode::PARTIAL_CONTENT, "{url}");
        assert_eq!(middle.header("content-range"), format!("bytes 10-29/{bytes}"), "{url}");
        assert_eq!(middle.body, whole.body[10..30], "{url}");
        for name in ["etag", "content-type", "accept-ranges"] {
            assert_eq!(middle.header(name), whole.header(name), "{url}: {name}");
        }
        assert_eq!(middle.header("content-encoding"), "", "{url}");
        let last = part(url, "bytes=-7").await;
        assert_eq!(last.body, whole.body[bytes - 7..], "{url}");
        let beyond = part(url, &format!("bytes={bytes}-")).await;
        assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE, "{url}");
        assert_eq!(beyond.header("content-range"), format!("bytes */{bytes}"), "{url}");
        assert!(beyond.detail().contains(&format!("has {bytes} bytes")), "{url}");
    }
}

#[tokio::test]
async fn several_parts_are_told_apart() {
    let url = "/layers/poverty/village.csv";
    let whole = ask(url).await;
    let bytes = whole.body.len();
    let answer = part(url, "bytes=50-59, 0-1,-3").await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    let boundary = answer.header("content-type").strip_prefix("multipart/byteranges; boundary=");
    let boundary = boundary.unwrap().to_owned();
    let kind = whole.header("content-type");
    let mut expected = Vec::new();
    for part in [50..60, 0..2, bytes - 3..bytes] {
        let range = format!("bytes {}-{}/{bytes}", part.start, part.end - 1);
        let head =
            format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: {range}\r\n\r\n");
        expected.extend_from_slice(head.as_bytes());
        expected.extend_from_slice(&whole.body[part]);
    }
    expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(answer.header("content-range"), "");
    assert!(answer.body == expected);
}

#[tokio::test]
async fn the_whole_is_sent_where_parts_are_not_meant() {
    let url = "/layers/poverty/village.csv";
    let whole = ask(url).await;
    let tag = whole.header("etag").to_owned();
    let weak = format!("W/{tag}");
    for headers in [
        [("range", "items=0-5"), ("x", "")],
        [("range", "bytes=5-2"), ("x", "")],
        [("range", "bytes=0-,0-"), ("x", "")],
        [("range", "bytes=0-9"), ("if-range", "\"old\"")],
        [("range", "bytes=0-9"), ("if-range", &weak)],
        [("range", "bytes=0-9"), ("if-range", "Wed, 21 Oct 2026 07:28:00 GMT")],
    ] {
        let answer = ask_with(url, &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{headers:?}");
        assert!(answer.body == whole.body, "{headers:?}");
    }
    let same = ask_with(url, &[("range", "bytes=0-9"), ("if-range", &tag)]).await;
    assert_eq!(same.status, StatusCode::PARTIAL_CONTENT);
    let known = ask_with(url, &[("range", "bytes=0-9"), ("if-none-match", &tag)]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let head = Request::head(url).header("range", "bytes=0-9").body(Body::empty()).unwrap();
    let head = send(server(limits()).router(), head).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    // No file is what is asked for anew each time.
    let none = ask_with("/regions/nation", &[("range", "bytes=0-9")]).await;
    assert_eq!((none.status, none.header("accept-ranges")), (StatusCode::OK, ""));
}

/// How many answers were made.
async fn made(server: &super::Server) -> String {
    let metrics = String::from_utf8(ask_of(server, "/metrics").await.body).unwrap();
    let line = metrics.lines().find_map(|line| line.strip_prefix("sebaran_cache_misses_total "));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn a_file_is_made_once_for_all_its_parts() {
    let url = "/layers/poverty/village.geojson";
    let bytes = ask(url).await.body.len();
    // A quarter of the room does not hold it.
    let server = server(Limits { cache_bytes: 2 * bytes, ..limits() });
    let ask = |method: Method, range: &str| {
        let request = Request::builder().method(method).uri(url).header("range", range);
        send(server.router(), request.body(Body::empty()).unwrap())
    };
    assert_eq!(ask(Method::HEAD, "bytes=0-").await.status, StatusCode::OK);
    for at in 0..20 {
        let answer = ask(Method::GET, &format!("bytes={at}-{}", at + 1)).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    }
    assert_eq!(made(&server).await, "1");
}

#[tokio::test]
async fn a_file_that_is_too_large_to_keep_has_no_parts() {
    let url = "/layers/poverty/village.geojson";
    let server = server(Limits { cache_bytes: 10, ..limits() });
    let request = Request::get(url).header("range", "bytes=0-9").body(Body::empty()).unwrap();
    let answer = send(server.router(), request).await;
    assert_eq!((answer.status, answer.header("accept-ranges")), (StatusCode::OK, ""));
    assert!(answer.body == ask(url).await.body);
}

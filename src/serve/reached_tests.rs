use axum::body::Body;
use axum::http::{Request, Version, header};

use super::fixture::server;
use super::router_tests::{limits, send_as_it_is};

/// The status of a request for `/layers` with these Host headers.
async fn status(url: &str, version: Version, hosts: &[&str]) -> u16 {
    let mut request = Request::get(url).version(version);
    for host in hosts {
        request = request.header(header::HOST, *host);
    }
    let request = request.body(Body::empty()).unwrap();
    send_as_it_is(server(limits()).router(), request).await.status.as_u16()
}

#[tokio::test]
async fn every_name_that_a_request_gives_is_its_own() {
    let (one, two, old) = (Version::HTTP_11, Version::HTTP_2, Version::HTTP_10);
    for (url, version, hosts, expected) in [
        ("/layers", one, &[][..], 400),
        ("/layers", old, &[], 400),
        ("/layers", two, &[], 400),
        ("/layers", old, &["localhost"], 200),
        ("/layers", one, &["LOCALHOST:8080"], 200),
        ("/layers", one, &["localhost", "localhost"], 400),
        ("/layers", one, &["localhost", "maps.example"], 400),
        ("/layers", one, &[""], 421),
        ("/layers", one, &["me@localhost"], 400),
        ("/layers", one, &["localhost:x"], 400),
        ("/layers", one, &["localhost.maps.example"], 421),
        ("/layers", one, &["maps.example:127.0.0.1"], 400),
        ("http://maps.example/layers", one, &["localhost"], 421),
        ("http://localhost:8080/layers", one, &["maps.example"], 421),
        ("http://localhost:8080/layers", one, &["localhost:8080"], 200),
        ("http://maps.example/layers", two, &[], 421),
        ("http://127.0.0.1:8080/layers", two, &[], 200),
        ("http://127.0.0.1:8080/layers", two, &["maps.example"], 421),
        ("http://localhost@maps.example/layers", two, &[], 400),
    ] {
        assert_eq!(status(url, version, hosts).await, expected, "{url} {version:?} {hosts:?}");
    }
}

use axum::http::StatusCode;

use super::Limits;
use super::fixture::server;
use super::router_tests::{ask, ask_with, limits, send};

#[tokio::test]
async fn answers_a_map_as_svg_and_as_png() {
    for (url, media_type, begins) in [
        ("/maps/poverty/regency.svg", "image/svg+xml", &b"<svg "[..]),
        ("/maps/poverty/village.png?within=01&width=300", "image/png", b"\x89PNG"),
        ("/maps/elderly/hex7.svg?lang=en&palette=contrast", "image/svg+xml", b"<svg "),
        ("/maps/visits/province.svg?measure=count&release=r1", "image/svg+xml", b"<svg "),
    ] {
        let answer = ask(url).await;
        assert_eq!(answer.status, StatusCode::OK, "{url}");
        assert_eq!(answer.header("content-type"), media_type);
        assert!(answer.body.starts_with(begins), "{url}");
    }
}

#[tokio::test]
async fn a_map_of_exact_figures_says_that_it_is_restricted() {
    let body = ask("/maps/poverty/province.svg?lang=en").await.body;
    let svg = String::from_utf8(body).unwrap();
    assert!(svg.contains("class=\"restricted\"") && svg.contains("Restricted: exact figures"));
    assert!(svg.contains("Release r1") && svg.contains("width=\"1200\""));
}

#[tokio::test]
async fn refuses_what_it_does_not_know_and_says_what_there_is() {
    for (url, says) in [
        ("/maps/poverty/regency.svg?width=199", "200 to 2400"),
        ("/maps/poverty/regency.svg?width=2401", "200 to 2400"),
        ("/maps/poverty/regency.svg?measure=density_km2", "share or count"),
        ("/maps/poverty/regency.svg?lang=de", "id and en"),
        ("/maps/poverty/regency.svg?palette=pink", "theme and contrast"),
        ("/maps/poverty/regency.svg?bbox=0,0,1,1", "within, measure"),
        ("/maps/poverty/province.svg?within=0101", "ask for a geography below it"),
        ("/maps/poverty/regency.svg?lang=id&lang=en", "once"),
    ] {
        let answer = ask(url).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{url}");
        assert!(answer.detail().contains(says), "{url}: {}", answer.detail());
    }
    for url in [
        "/maps/poverty/regency.pdf",
        "/maps/poverty/regency",
        "/maps/rain/regency.svg",
        "/maps/visits/hex7.svg",
        "/maps/poverty/regency.svg?within=99",
        "/maps/poverty/regency.svg?release=r9",
    ] {
        assert_eq!(ask(url).await.status, StatusCode::NOT_FOUND, "{url}");
    }
    let few = server(Limits { features: 2, ..limits() }).router();
    let request = axum::http::Request::get("/maps/poverty/village.svg");
    let answer = send(few, request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.detail().contains("`within`"));
}

#[tokio::test]
async fn a_map_that_is_known_is_not_sent_again() {
    let url = "/maps/poverty/regency.png?width=200";
    let first = ask(url).await;
    let tag = first.header("etag").to_owned();
    let again = ask_with(url, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_ne!(ask("/maps/poverty/regency.png?width=201").await.header("etag"), tag);
}

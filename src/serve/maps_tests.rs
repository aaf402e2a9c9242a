use axum::http::StatusCode;

use super::fixture::{Made, server};
use super::router_tests::{ask, ask_with, limits, send};
use super::{Limits, Server};

#[tokio::test]
async fn answers_a_map_as_svg_png_and_pdf() {
    for (url, media_type, begins) in [
        ("/maps/poverty/regency.svg", "image/svg+xml", &b"<svg "[..]),
        ("/maps/poverty/village.png?within=01&width=300", "image/png", b"\x89PNG"),
        ("/maps/elderly/hex7.svg?lang=en&palette=contrast", "image/svg+xml", b"<svg "),
        ("/maps/visits/province.svg?measure=count&release=r1", "image/svg+xml", b"<svg "),
        ("/maps/poverty/regency.pdf?lang=en", "application/pdf", b"%PDF-1.7"),
        ("/maps/elderly/hex7.pdf", "application/pdf", b"%PDF-1.7"),
        ("/maps/children/village.pdf?measure=count", "application/pdf", b"%PDF-1.7"),
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
async fn a_map_of_a_comparison_names_both_releases_and_has_the_fixed_classes() {
    let url = "/maps/poverty/regency.svg?lang=en&compare=r0&measure=count";
    let svg = of_two_releases;
    let compared = svg(url).await;
    assert!(compared.contains("what changed from"), "{compared}");
    assert!(
        compared.contains("r0") && compared.contains("r1") && compared.contains("no clear change")
    );
    // The same figures twice: nothing changed clearly, and no number is a circle.
    let unclear = compared.matches("fill=\"#f7f7f7\"").count();
    assert!(unclear > 1 && !compared.contains("<circle cx=\"2"), "{unclear}");
    assert_ne!(compared, svg("/maps/poverty/regency.svg?lang=en&measure=count").await);
}

pub(super) async fn of_two_releases(url: &str) -> String {
    let many = Server::open(Made::of(&["r1", "r0"]), limits()).unwrap();
    let request = axum::http::Request::get(url).body(axum::body::Body::empty()).unwrap();
    String::from_utf8(send(many.router(), request).await.body).unwrap()
}

#[tokio::test]
async fn a_map_in_the_classes_of_another_release_says_so_and_numbers_have_none() {
    let url = "/maps/poverty/regency.svg?lang=en";
    let own = of_two_releases(url).await;
    let like = of_two_releases(&format!("{url}&classes=r0")).await;
    let note = "Classes of release r0: colours of both can be compared.";
    assert!(like.contains(note) && !own.contains(note), "{like}");
    assert_eq!(of_two_releases(&format!("{url}&classes=r1")).await, own);
    let numbers = of_two_releases(&format!("{url}&classes=r0&measure=count")).await;
    assert!(!numbers.contains(note));
}

#[tokio::test]
async fn areas_that_do_not_meet_conditions_lie_under_a_veil() {
    let url = "/maps/poverty/village.svg?lang=en&measure=count&filter=poverty.count.least.6";
    let svg = String::from_utf8(ask(url).await.body).unwrap();
    assert!(svg.contains("class=\"veil\"") && svg.contains("class=\"met\""));
    assert!(
        svg.contains("Filter: Poverty – number at least 6") && svg.contains(" meet it"),
        "{svg}"
    );
    for (filter, says) in
        [("poverty.share.over.2", "theme.share.least"), ("rain.count.least.2", "rain")]
    {
        let refused = ask(&format!("/maps/poverty/village.svg?filter={filter}")).await;
        assert!(refused.detail().contains(says), "{}", refused.detail());
    }
}

#[tokio::test]
async fn refuses_what_it_does_not_know_and_says_what_there_is() {
    for (url, says) in [
        ("/maps/poverty/regency.svg?width=199", "200 to 2400"),
        ("/maps/poverty/regency.svg?width=2401", "200 to 2400"),
        ("/maps/poverty/regency.svg?measure=density_km2", "share or count"),
        ("/maps/poverty/regency.svg?lang=de", "id and en"),
        ("/maps/poverty/regency.pdf?width=800", "page of A4"),
        ("/maps/poverty/regency.svg?palette=pink", "theme and contrast"),
        ("/maps/poverty/regency.svg?bbox=0,0,1,1", "within, measure"),
        ("/maps/poverty/province.svg?within=0101", "ask for a geography below it"),
        ("/maps/poverty/regency.svg?lang=id&lang=en", "once"),
        ("/maps/poverty/regency.svg?compare=r0&classes=r0", "leave the parameter `classes` out"),
    ] {
        let answer = ask(url).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{url}");
        assert!(answer.detail().contains(says), "{url}: {}", answer.detail());
    }
    for url in [
        "/maps/poverty/regency.gif",
        "/maps/poverty/regency",
        "/maps/rain/regency.svg",
        "/maps/visits/hex7.svg",
        "/maps/poverty/regency.svg?within=99",
        "/maps/poverty/regency.svg?release=r9",
        "/maps/poverty/regency.svg?classes=r9",
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

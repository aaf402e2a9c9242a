use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::connection::Peer;
use super::fixture::{Made, server};
use super::router_tests::{Answer, ask_with, limits, send};
use super::{Limits, Rate, Server};

pub(super) async fn ask_of(server: &Server, url: &str) -> Answer {
    send(server.router(), Request::get(url).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_address_answers_from_the_release_that_it_names() {
    let server = Server::open(Made::of(&["r1", "r2"]), limits()).unwrap();
    for url in [
        "/layers",
        "/plain",
        "/layers/poverty/regency.geojson",
        "/layers/poverty/hex5.csv",
        "/regions?q=r",
        "/regions/0101",
        "/regions/0101/geometry",
        "/ranking/regency",
        "/tiles/hexagon/4/0/0.mvt",
        "/tiles/hexagon.json",
    ] {
        let and = if url.contains('?') { '&' } else { '?' };
        let [current, pinned] = [url.to_owned(), format!("{url}{and}release=r2")];
        let [current, pinned] = [ask_of(&server, &current).await, ask_of(&server, &pinned).await];
        assert_eq!((current.status, pinned.status), (StatusCode::OK, StatusCode::OK), "{url}");
        assert_eq!(current.header("x-sebaran-release"), "r1", "{url}");
        assert_eq!(pinned.header("x-sebaran-release"), "r2", "{url}");
        let names = |answer: &Answer, id: &str| String::from_utf8_lossy(&answer.body).contains(id);
        if !url.ends_with(".mvt") {
            assert!(names(&pinned, "r2") && (url == "/layers" || !names(&current, "r2")), "{url}");
        }
    }
    let named = ask_of(&server, "/layers").await.json();
    assert_eq!(named["releases"], serde_json::json!(["r1", "r2"]));
    let wrong = ask_of(&server, "/tiles/hexagon.json?release=..").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_switches_under_load_mix_nothing_and_fail_nothing() {
    let made = Made::of(&["r1", "r2"]);
    let server = Server::open(made.clone(), Limits { concurrent: 64, ..limits() }).unwrap();
    let (router, shelf) = (server.router(), std::sync::Arc::clone(&server.desk.shelf));
    let is_over = std::sync::Arc::new(AtomicBool::new(false));
    let met_both = std::sync::Arc::new(AtomicUsize::new(0));
    let ask = |url: &'static str| {
        let (router, is_over) = (router.clone(), std::sync::Arc::clone(&is_over));
        let met_both = std::sync::Arc::clone(&met_both);
        tokio::spawn(async move {
            let mut seen = std::collections::BTreeSet::new();
            while !is_over.load(Ordering::Relaxed) {
                let request = Request::get(url).body(Body::empty()).unwrap();
                let answer = send(router.clone(), request).await;
                assert_eq!(answer.status, StatusCode::OK);
                let said = answer.json();
                let release = answer.header("x-sebaran-release").to_owned();
                let told =
                    [&said["release"], &said["release"]["release"], &said["sebaran"]["release"]];
                assert!(told.iter().any(|it| **it == release.as_str()), "{url} {release} {said}");
                if seen.insert(release) && seen.len() == 2 {
                    met_both.fetch_add(1, Ordering::Relaxed);
                }
                // What is kept is answered without waiting: nobody else would have a turn.
                tokio::task::yield_now().await;
            }
            seen.len()
        })
    };
    let urls = ["/layers", "/layers/poverty/village.geojson", "/regions/01", "/ranking/regency"];
    let asking = urls.map(ask);
    let all_met_both = std::sync::Arc::clone(&met_both);
    let switching = tokio::task::spawn_blocking(move || {
        // On a slow machine an answer may take many switches.
        for (turn, name) in ["r2", "r1"].iter().cycle().take(10_000).enumerate() {
            if turn >= 100 && all_met_both.load(Ordering::Relaxed) == urls.len() {
                break;
            }
            made.change(|state| state.current = (*name).to_owned());
            shelf.look();
            assert_eq!(shelf.current().unwrap().id().as_str(), *name);
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    switching.await.unwrap();
    is_over.store(true, Ordering::Relaxed);
    for seen in asking {
        assert_eq!(seen.await.unwrap(), 2);
    }
}

#[tokio::test]
async fn tells_what_changed_since_another_release() {
    let server = Server::open(Made::of(&["r1", "r2"]), limits()).unwrap();
    let layer = ask_of(&server, "/layers/poverty/village.geojson?compare=r2&limit=2").await;
    assert_eq!(layer.status, StatusCode::OK, "{}", layer.json());
    let layer = layer.json();
    assert_eq!(layer["sebaran"]["compared_with"], "r2");
    let village = &layer["features"][0]["properties"];
    assert_eq!((&village["previous"], &village["change"]), (&12.into(), &0.into()));
    assert_eq!(village["change_moe95"], 0.0);
    let table = ask_of(&server, "/layers/poverty/hex8.csv?compare=r2").await;
    let table = String::from_utf8(table.body).unwrap();
    let header = table.lines().next().unwrap();
    assert!(
        header.ends_with("protection,previous,change,change_moe95,coverage_change,compared_with"),
        "{header}"
    );
    assert!(table.lines().nth(1).unwrap().ends_with(",0,0,r2"), "{table}");
    let region = ask_of(&server, "/regions/0101?compare=r2").await.json();
    assert_eq!(region["compared"]["with"], "r2");
    let poverty = &region["compared"]["themes"][0];
    assert_eq!((&poverty["theme"], &poverty["previous"]), (&"poverty".into(), &12.into()));
    let plain = ask_of(&server, "/regions/0101").await.json();
    assert!(plain.get("compared").is_none());
}

#[tokio::test]
async fn refuses_comparisons_that_mean_nothing() {
    let server = Server::open(Made::of(&["r1", "r2", "elsewhere"]), limits()).unwrap();
    for (compare, status, says) in [
        ("r1", StatusCode::BAD_REQUEST, "the release itself"),
        ("r9", StatusCode::NOT_FOUND, "there are: elsewhere, r1, r2"),
        ("..", StatusCode::BAD_REQUEST, "is no name"),
        ("elsewhere", StatusCode::BAD_REQUEST, "on the same regions"),
    ] {
        for url in ["/layers/poverty/village.csv", "/regions/nation"] {
            let answer = ask_of(&server, &format!("{url}?compare={compare}")).await;
            assert_eq!(answer.status, status, "{url} {compare}");
            assert!(answer.detail().contains(says), "{url} {compare}: {}", answer.detail());
        }
    }
}

#[tokio::test]
async fn a_number_that_the_client_gave_is_echoed_where_it_is_one() {
    let given = ask_with("/health", &[("x-request-id", "proxy-17.a_b")]).await;
    assert_eq!(given.header("x-request-id"), "proxy-17.a_b");
    for strange in ["a b", "\"", ""] {
        let own = ask_with("/health", &[("x-request-id", strange)]).await;
        assert!(own.header("x-request-id").len() > 16);
    }
}

#[tokio::test]
async fn refuses_large_boxes_and_bodies_with_the_remedy() {
    let narrow = server(Limits { box_deg2: 2.0, body_bytes: 10, ..limits() });
    let url = "/layers/poverty/village.csv?bbox=";
    assert_eq!(ask_of(&narrow, &format!("{url}0,0,1,2")).await.status, StatusCode::OK);
    let answer = ask_of(&narrow, &format!("{url}0,0,3,2")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.detail().contains("at most 2 are answered"), "{}", answer.detail());
    let request = Request::get("/layers").header("content-length", "11").body(Body::empty());
    let answer = send(narrow.router(), request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.detail().contains("asked in the URL"));
}

#[tokio::test]
async fn turns_away_a_client_that_asks_too_often() {
    let rate = Some(Rate { per_s: 0.5, burst: 2.0 });
    let router = server(Limits { rate, ..limits() }).router();
    let ask = |address: &str| {
        let peer = Peer { address: address.parse().unwrap() };
        let request = Request::get("/layers").extension(peer).body(Body::empty()).unwrap();
        send(router.clone(), request)
    };
    for _ in 0..2 {
        assert_eq!(ask("192.0.2.1:5000").await.status, StatusCode::OK);
    }
    let refused = ask("192.0.2.1:5001").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.detail().contains("wait as long as Retry-After says"));
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(ask("192.0.2.2:5000").await.status, StatusCode::OK);
    assert_eq!(ask("127.0.0.1:5000").await.status, StatusCode::OK);
}

#[tokio::test]
async fn counts_by_route_and_never_by_what_was_asked_for() {
    let server = server(limits());
    for url in ["/regions/0101", "/regions/0102", "/regions/0101", "/secret/0101001001"] {
        ask_of(&server, url).await;
    }
    let metrics = String::from_utf8(ask_of(&server, "/metrics").await.body).unwrap();
    let count = "sebaran_http_requests_total{route=\"/regions/{code}\",status=\"200\"} 3";
    assert!(metrics.contains(count), "{metrics}");
    assert!(metrics.contains("{route=\"none\",status=\"404\"} 1"), "{metrics}");
    assert!(metrics.contains("sebaran_cache_hits_total 1\n"), "{metrics}");
    assert!(!metrics.contains("0101"), "{metrics}");
}

#[tokio::test]
async fn says_that_it_is_up_whatever_is_in_work() {
    let full = server(Limits { concurrent: 0, ..limits() });
    for url in ["/health", "/ready", "/metrics", "/"] {
        assert_eq!(ask_of(&full, url).await.status, StatusCode::OK, "{url}");
    }
    let refused = ask_of(&full, "/layers").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.detail().contains("Too many requests"));
    assert_eq!(refused.header("retry-after"), "5");
}

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use serde_json::Value;
use tower::ServiceExt;

use super::fixture::server;
use super::{Limits, around, guard};

pub(super) fn limits() -> Limits {
    let (answer_bytes, cache_bytes, concurrent) = (1 << 20, 1 << 20, 8);
    Limits { features: 100, answer_bytes, cache_bytes, concurrent, ..Limits::default() }
}

pub(super) struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn detail(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        self.json()["detail"].as_str().unwrap().to_owned()
    }
}

/// Sends a request, under the name of this machine where it gives none.
pub(super) async fn send(router: Router, mut request: Request<Body>) -> Answer {
    let own = HeaderValue::from_static("localhost");
    request.headers_mut().entry(header::HOST).or_insert(own);
    send_as_it_is(router, request).await
}

pub(super) async fn send_as_it_is(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let answer = Answer { status: parts.status, headers: parts.headers, body };
    assert_eq!(answer.header("x-sebaran-protection"), "restricted");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(!answer.header("x-request-id").is_empty());
    answer
}

pub(super) async fn ask(url: &str) -> Answer {
    ask_with(url, &[]).await
}

pub(super) async fn ask_with(url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(server(limits()).router(), request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn answers_every_layer_that_the_catalogue_lists() {
    let catalogue = ask("/layers").await;
    assert_eq!(catalogue.status, StatusCode::OK);
    let catalogue = catalogue.json();
    assert_eq!(catalogue["totals"]["households"], 42);
    let layers = catalogue["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 4 * 9 + 4 * 4 + 1);
    for url in layers.iter().flat_map(|layer| layer["urls"].as_array().unwrap()) {
        let answer = ask(url.as_str().unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{url}");
    }
}

#[tokio::test]
async fn answers_geojson_with_the_release_it_is_of() {
    let answer = ask("/layers/poverty/regency.geojson").await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    let sebaran = &answer.json()["sebaran"];
    assert_eq!(sebaran["release"], "r1");
    assert_eq!(sebaran["protection"], "restricted");
    assert_eq!(sebaran["totals"]["counted"], 42);
}

#[tokio::test]
async fn narrows_a_layer_by_region_box_limit_and_geometry() {
    for (parameters, codes) in [
        ("within=0101", vec!["0101001001", "0101001002"]),
        ("bbox=2.5,0,4.5,1", vec!["0102001001", "0201001001"]),
        ("limit=1&release=r1", vec!["0101001001"]),
        ("within=02&limit=1&geometry=none", vec!["0201001001"]),
        ("within=0102&geometry=full", vec!["0102001001"]),
        ("filter=households+%3E+15", vec!["0201001001"]),
        ("filter=count+IS+NOT+NULL&limit=1", vec!["0101001001"]),
        (
            "filter-lang=cql2-json&filter=%7B%22op%22:%22=%22,%22args%22:[%7B%22property%22:%22households%22%7D,20]%7D",
            vec!["0201001001"],
        ),
        ("filter=S_INTERSECTS(geometry,+BBOX(2.5,0,4.5,1))", vec!["0102001001", "0201001001"]),
    ] {
        let answer = ask(&format!("/layers/poverty/village.geojson?{parameters}")).await.json();
        let features = answer["features"].as_array().unwrap();
        let found: Vec<_> = features.iter().map(|feature| feature["id"].clone()).collect();
        assert_eq!(found, codes, "{parameters}");
        assert_eq!(features[0]["geometry"].is_null(), parameters.contains("none"));
    }
}

#[tokio::test]
async fn says_what_there_is_where_something_is_not() {
    for (url, says) in [
        ("/layers/wealth/village.csv", "there are poverty, elderly, children, disability"),
        ("/layers/poverty/street.csv", "hex4 to hex8"),
        ("/layers/poverty/village.shp", "geojson, geojsonl, csv, parquet, fgb, gpkg and xlsx"),
        ("/layers/poverty/village", ".parquet, .fgb, .gpkg and .xlsx"),
        ("/layers/poverty/village.csv?within=0909", "No region has the code `0909`"),
        ("/layers/poverty/village.csv?release=r2", "no release `r2`; there are: r1."),
        ("/map", "/layers/{theme}/{geography}.geojson"),
    ] {
        let answer = ask(url).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{url}");
        assert!(answer.detail().contains(says), "{url}: {}", answer.detail());
    }
}

#[tokio::test]
async fn says_what_is_wrong_with_a_parameter() {
    for (parameters, says) in [
        (
            "where=1",
            "within, bbox, limit, filter, filter-lang, geometry, compare, dialect, lang and release",
        ),
        ("limit=0", "from 1 to 100"),
        ("limit=101", "from 1 to 100"),
        ("limit=1&limit=2", "once"),
        ("bbox=1,2,3", "west,south,east,north"),
        ("bbox=1,2,NaN,4", "west,south,east,north"),
        ("bbox=109,-8,105,-5", "west,south,east,north"),
        ("within=abc", "not a region code"),
        ("within=0101001001", "ask for a geography below it"),
        ("geometry=coarse", "general, full and none"),
        ("release=../r1", "is no name"),
        ("filter=wealth+%3E+1", "No property is called `wealth`; there are code, name"),
        ("filter=AVG(count)+%3E+1", "There is no operator `AVG`; there are ="),
        ("filter=true&filter-lang=sql", "cql2-text or cql2-json, not `sql`"),
    ] {
        let answer = ask(&format!("/layers/poverty/regency.geojson?{parameters}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{parameters}");
        assert!(answer.detail().contains(says), "{parameters}: {}", answer.detail());
    }
    let csv = ask("/layers/poverty/regency.csv?geometry=none").await;
    assert!(csv.detail().contains("A table has no geometry"));
    let without = ask("/layers/poverty/regency.fgb?geometry=none").await;
    assert!(without.detail().contains("A .fgb file holds shapes"), "{}", without.detail());
}

#[tokio::test]
async fn answers_304_where_the_client_has_it() {
    for url in ["/layers", "/tiles/hexagon.json", "/openapi.json", "/ogc", "/regions/nation"] {
        let tag = ask(url).await.header("etag").to_owned();
        assert!(tag.starts_with('"'), "{url}");
        let again = ask_with(url, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{url}");
    }
    let url = "/layers/poverty/regency.geojson";
    let tag = ask(url).await.header("etag").to_owned();
    assert!(tag.starts_with('"'));
    let again = ask_with(url, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let narrower = ask_with(&format!("{url}?limit=1"), &[("if-none-match", &tag)]).await;
    assert_eq!(narrower.status, StatusCode::OK);
}

#[tokio::test]
async fn answers_gzip_under_a_tag_of_its_own() {
    use std::io::Read;
    let url = "/layers/poverty/village.csv";
    let plain = ask_with(url, &[("accept-encoding", "gzip;q=0, zstd")]).await;
    let small = ask_with(url, &[("accept-encoding", "br;q=0.1, gzip")]).await;
    assert_eq!(small.header("content-encoding"), "gzip");
    assert_ne!(small.header("etag"), plain.header("etag"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(small.body.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body);
    let smaller = ask_with(url, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(smaller.header("content-encoding"), "br");
    assert!(![small, plain].iter().any(|it| it.header("etag") == smaller.header("etag")));
}

#[tokio::test]
async fn a_client_that_refuses_a_bare_body_gets_none() {
    let refuses = [("accept-encoding", "gzip, identity;q=0")];
    for url in ["/layers/poverty/regency.xlsx", "/layers", "/health", "/plain", "/nowhere"] {
        let answer = ask_with(url, &refuses).await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{url}");
    }
    let ranged = [refuses[0], ("range", "bytes=0-9")];
    let answer = ask_with("/layers/poverty/regency.csv", &ranged).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, "gzip"));
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_address_without() {
    assert_eq!(ask("/ogc/").await.json(), ask("/ogc").await.json());
    let answer = ask("/ogc/collections/?f=json").await;
    assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.header("location"), "http://localhost/ogc/collections?f=json");
    assert_eq!(ask("//maps.example/").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_csv_for_a_spreadsheet_has_its_separators_and_no_formula() {
    let url = "/layers/poverty/village.csv";
    let text = |answer: Answer| String::from_utf8(answer.body).unwrap();
    let plain = text(ask(url).await);
    assert_eq!(plain, text(ask(&format!("{url}?dialect=rfc4180")).await));
    let indonesian = text(ask(&format!("{url}?dialect=excel")).await);
    let english = text(ask(&format!("{url}?dialect=excel&lang=en")).await);
    assert!(
        indonesian.starts_with("\u{feff}code;name;") && english.starts_with("\u{feff}code,name,")
    );
    assert_eq!(indonesian.lines().count(), plain.lines().count());
    let rows = |text: &str, at: u8| -> Vec<Vec<String>> {
        let text = text.trim_start_matches('\u{feff}').as_bytes();
        let mut reader = csv::ReaderBuilder::new().delimiter(at).from_reader(text);
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    };
    // The invented texts have no points.
    for (one, other) in rows(&plain, b',').iter().zip(rows(&indonesian, b';')) {
        let expected: Vec<String> = one.iter().map(|it| it.replace('.', ",")).collect();
        assert_eq!(other, expected);
    }
    assert_eq!(english.trim_start_matches('\u{feff}'), plain);
    for (parameters, says) in [
        ("csv?dialect=tsv", "rfc4180 or excel, not `tsv`"),
        ("csv?lang=en", "with dialect=excel"),
        ("xlsx?dialect=excel", "Only .csv has a dialect"),
    ] {
        let answer = ask(&format!("/layers/poverty/village.{parameters}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{parameters}");
        assert!(answer.detail().contains(says), "{parameters}: {}", answer.detail());
    }
}

#[tokio::test]
async fn codes_what_has_no_tag_in_the_same_way() {
    let page = ask_with("/plain", &[("accept-encoding", "br")]).await;
    assert_eq!((page.header("content-encoding"), page.header("vary")), ("br", "accept-encoding"));
    let mut text = Vec::new();
    let mut reader = brotli::Decompressor::new(page.body.as_slice(), 4096);
    std::io::Read::read_to_end(&mut reader, &mut text).unwrap();
    assert_eq!(text, ask("/plain").await.body);
}

#[tokio::test]
async fn refuses_what_is_too_large_with_the_remedy() {
    let request = || Request::get("/layers/poverty/village.geojson").body(Body::empty()).unwrap();
    let few = server(Limits { features: 2, ..limits() }).router();
    let answer = send(few, request()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.detail().starts_with("5 features match and at most 2"));
    let small = server(Limits { answer_bytes: 100, ..limits() }).router();
    let answer = send(small, request()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.detail().contains("`within`"));
}

#[tokio::test]
async fn answers_no_other_method() {
    let request = Request::post("/layers").body(Body::empty()).unwrap();
    let answer = send(server(limits()).router(), request).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.detail().contains("GET and HEAD"));
}

#[tokio::test]
async fn answers_under_its_own_name_alone() {
    let foreign = ask_with("/layers", &[("host", "maps.example")]).await;
    assert_eq!(foreign.status, StatusCode::MISDIRECTED_REQUEST);
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
        assert_eq!(ask_with("/layers", &[("host", host)]).await.status, StatusCode::OK, "{host}");
    }
}

async fn fail() {
    panic!("a bug")
}

async fn wait() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}

fn guarded(limits: Limits) -> Router {
    let desk = server(limits).desk;
    let routes = Router::new().route("/fail", get(fail)).route("/wait", get(wait));
    around(routes.layer(from_fn_with_state(desk.clone(), guard::bound)), &desk)
}

#[tokio::test]
async fn answers_500_where_a_handler_panics() {
    let request = Request::get("/fail").body(Body::empty()).unwrap();
    let answer = send(guarded(limits()), request).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.detail().contains("a bug"));
}

#[tokio::test]
async fn answers_503_where_it_takes_too_long() {
    let request = || Request::get("/wait").body(Body::empty()).unwrap();
    let time = Duration::from_millis(20);
    let slow = send(guarded(Limits { time, ..limits() }), request()).await;
    assert_eq!(slow.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(slow.detail().contains("took too long"));
}

#[tokio::test]
async fn tells_that_it_is_up_and_of_which_release() {
    assert_eq!(ask("/health").await.json()["status"], "up");
    assert_eq!(ask("/ready").await.json()["release"], "r1");
}

#[tokio::test]
async fn lists_the_layers_on_a_page_that_says_restricted() {
    let page = ask("/plain").await;
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert!(text.contains("<strong>Restricted.</strong>") && text.contains("Terbatas."));
    assert!(text.contains("href=\"/layers/disability/hex8.csv\""));
    assert!(text.contains("Lansia menurut kecamatan"));
    assert!(!text.contains("<script"));
}

#[tokio::test]
async fn the_page_may_load_from_here_alone() {
    let page = ask("/").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(String::from_utf8(page.body).unwrap().contains("href=\"/plain\""));
}

#[tokio::test]
async fn an_unknown_file_of_the_page_is_not_found() {
    for path in ["/assets/strange.js", "/assets/index.html", "/assets/a%2Fb.js"] {
        let answer = ask(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.detail().contains("load the page anew"), "{path}");
    }
}

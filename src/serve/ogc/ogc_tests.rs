use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use crate::serve::Proxies;
use crate::serve::connection::Peer;
use crate::serve::fixture::server;
use crate::serve::router_tests::{Answer, ask, ask_with, limits, send};

fn codes(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    let features = answer["features"].as_array().unwrap().iter();
    features.map(|feature| feature["id"].as_str().unwrap().to_owned()).collect()
}

fn link(answer: &Value, rel: &str) -> Option<String> {
    let links = answer["links"].as_array().unwrap().iter();
    let mut links = links.filter(|link| link["rel"] == rel);
    links.next().map(|link| link["href"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    let mut open = vec!["/ogc".to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(url) = open.pop() {
        // One theme and two geographies stand for the others.
        let is_other = url.contains("collections/") && !url.contains("poverty-regency");
        if is_other || url.contains("{tile") || !seen.insert(url.clone()) {
            continue;
        }
        let answer = ask(&url).await;
        // The fixture has no archive of tiles.
        let is_there = answer.status == StatusCode::OK || url.contains("WebMercatorQuad");
        assert!(is_there, "{url}: {}", answer.status);
        if !answer.header("content-type").contains("json") || url.contains(".geojson") {
            continue;
        }
        let mut values = vec![answer.json()];
        while let Some(value) = values.pop() {
            match value {
                Value::Object(members) => {
                    open.extend(members.get("href").and_then(Value::as_str).map(str::to_owned));
                    values.extend(members.into_iter().map(|(_, member)| member));
                }
                Value::Array(members) => values.extend(members),
                _ => {}
            }
        }
    }
    assert!(seen.len() > 20, "{seen:#?}");
}

#[tokio::test]
async fn lists_a_collection_for_each_layer() {
    let answer = ask("/ogc/collections").await.json();
    let collections = answer["collections"].as_array().unwrap();
    // Four themes of hexagons and regions, four of regions alone.
    assert_eq!(collections.len(), 4 * 9 + 4 * 4);
    let poor = ask("/ogc/collections/poverty-regency").await.json();
    assert_eq!(poor["extent"]["spatial"]["bbox"][0], serde_json::json!([0.0, 0.0, 6.0, 1.0]));
    assert!(collections.contains(&poor));
}

#[tokio::test]
async fn pages_lead_from_the_first_to_the_last_and_back() {
    let mut url = "/ogc/collections/poverty-village/items?limit=2&geometry=none".to_owned();
    let mut all = Vec::new();
    loop {
        let answer = ask(&url).await;
        let page = answer.json();
        assert_eq!(page["numberMatched"], 5);
        assert_eq!(page["numberReturned"], page["features"].as_array().unwrap().len());
        assert_eq!(answer.header("content-type"), "application/geo+json");
        all.extend(codes(&answer));
        match link(&page, "next") {
            Some(next) => {
                assert!(next.contains("release=r1") && next.contains("limit=2"), "{next}");
                url = next;
            }
            None => break,
        }
    }
    let whole = ask("/ogc/collections/poverty-village/items").await;
    assert_eq!(all, codes(&whole));
    assert!(link(&whole.json(), "next").is_none() && link(&whole.json(), "prev").is_none());
    let last = ask(&url).await.json();
    let before = ask(&link(&last, "prev").unwrap()).await;
    assert_eq!(codes(&before), all[2..4]);
    let beyond = ask("/ogc/collections/poverty-village/items?offset=99").await.json();
    assert_eq!((&beyond["numberMatched"], &beyond["numberReturned"]), (&5.into(), &0.into()));
    assert!(link(&beyond, "next").is_none());
}

#[tokio::test]
async fn narrows_items_by_box_property_and_filter() {
    for (parameters, matched, found) in [
        ("bbox=2.5,0,4.5,1", 2, vec!["0102001001", "0201001001"]),
        ("bbox=2.5,0,-10,4.5,1,10&limit=1", 2, vec!["0102001001"]),
        ("households=20", 1, vec!["0201001001"]),
        ("code=0101001001", 1, vec!["0101001001"]),
        ("status=not_visited&rest=false&limit=2&offset=1", 3, vec!["0102001001", "0201001002"]),
        ("filter=households+%3E+0&limit=1", 2, vec!["0101001001"]),
        ("filter=households+%3E+0&households=20", 1, vec!["0201001001"]),
        ("within=02&filter=households+%3E+0", 1, vec!["0201001001"]),
        ("datetime=2024-01-01&limit=50000&within=0102", 1, vec!["0102001001"]),
    ] {
        let answer = ask(&format!("/ogc/collections/poverty-village/items?{parameters}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{parameters}");
        assert_eq!(codes(&answer), found, "{parameters}");
        assert_eq!(answer.json()["numberMatched"], matched, "{parameters}");
    }
}

#[tokio::test]
async fn a_box_takes_hexagons_by_their_outline() {
    let whole = ask("/ogc/collections/poverty-hex8/items").await;
    let first = whole.json()["features"][0].clone();
    let bounds: Vec<f64> = serde_json::from_value(first["bbox"].clone()).unwrap();
    // A corner of the hexagon's box, in which it is not itself.
    let corner = [bounds[0], bounds[1], bounds[0] + 1e-6, bounds[1] + 1e-6];
    let corner = corner.map(|it| it.to_string()).join(",");
    let found = ask(&format!("/ogc/collections/poverty-hex8/items?bbox={corner}")).await;
    assert_eq!(codes(&found).len(), 0);
    let whole = bounds.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    let found = ask(&format!("/ogc/collections/poverty-hex8/items?bbox={whole}")).await;
    assert!(codes(&found).contains(&first["id"].as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn every_item_is_had_by_its_code() {
    for collection in ["poverty-village", "poverty-province", "elderly-hex8", "elderly-hex4"] {
        let all = ask(&format!("/ogc/collections/{collection}/items")).await.json();
        for expected in all["features"].as_array().unwrap() {
            let code = expected["id"].as_str().unwrap();
            let item = ask(&format!("/ogc/collections/{collection}/items/{code}")).await.json();
            assert_eq!(item["properties"], expected["properties"], "{collection} {code}");
            assert_eq!(item["geometry"], expected["geometry"]);
            assert_eq!(item["sebaran"]["release"], "r1");
        }
    }
    for wrong in [
        "poverty-village/items/01",
        "poverty-regency/items/x",
        "poverty-hex8/items/85283473fffffff",
    ] {
        let answer = ask(&format!("/ogc/collections/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        assert!(answer.detail().contains("There is no feature"), "{wrong}");
    }
}

#[tokio::test]
async fn people_get_pages_and_programs_json() {
    let browser = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    for url in ["/ogc", "/ogc/collections", "/ogc/collections/poverty-regency/items"] {
        let page = ask_with(url, &browser).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{url}");
        let policy = page.header("content-security-policy");
        assert_eq!(policy, "default-src 'none'; style-src 'unsafe-inline'");
        let text = String::from_utf8(page.body.clone()).unwrap();
        assert!(text.contains("<strong>Restricted.</strong>") && !text.contains("<script"));
        assert!(!text.contains("R \"01"), "a name is escaped: {text}");
        let json = ask_with(&format!("{url}?f=json"), &browser).await;
        assert!(json.header("content-type").contains("json"));
        assert_ne!(page.header("etag"), json.header("etag"));
    }
    let docs = ask("/docs").await;
    let text = String::from_utf8(docs.body).unwrap();
    assert!(text.contains("/ogc/collections/{collection}/items"));
    assert!(!text.contains("http"), "nothing is loaded from elsewhere");
}

/// The landing page, asked for from this address, by a server that trusts proxies in `10.0.0.0/8`.
async fn landing(peer: &str, headers: &[(&str, &str)]) -> Answer {
    let server = server(limits()).behind(Proxies(vec![("10.0.0.0".parse().unwrap(), 8)]));
    let peer = Peer { address: peer.parse().unwrap() };
    let mut request = Request::get("/ogc").extension(peer);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(server.router(), request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn links_stand_under_the_name_that_was_asked() {
    let here = ask_with("/ogc", &[("host", "localhost:8080")]).await.json();
    assert_eq!(link(&here, "data").unwrap(), "http://localhost:8080/ogc/collections");
    let absolute = ask("http://localhost:8081/ogc").await.json();
    assert_eq!(link(&absolute, "data").unwrap(), "http://localhost:8081/ogc/collections");
    let told = [("x-forwarded-proto", "https"), ("x-forwarded-host", "127.0.0.1:8443")];
    let prefixed = [told[0], told[1], ("x-forwarded-prefix", "/poverty")];
    let rfc = [("forwarded", "for=192.0.2.1;proto=https;host=\"[::1]:8443\"")];
    for (peer, headers, expected) in [
        ("10.9.8.7:5000", &told[..], "https://127.0.0.1:8443/ogc/collections"),
        ("10.9.8.7:5000", &told[..1], "https://localhost/ogc/collections"),
        ("10.9.8.7:5000", &prefixed, "https://127.0.0.1:8443/poverty/ogc/collections"),
        ("10.9.8.7:5000", &rfc, "https://[::1]:8443/ogc/collections"),
        // Whoever is no proxy of ours is not believed.
        ("192.0.2.1:5000", &prefixed, "http://localhost/ogc/collections"),
        ("192.0.2.1:5000", &rfc, "http://localhost/ogc/collections"),
    ] {
        let answer = landing(peer, headers).await;
        assert!(answer.header("vary").contains("accept"), "{}", answer.header("vary"));
        assert_eq!(link(&answer.json(), "data").unwrap(), expected, "{peer} {headers:?}");
    }
    // A proxy that passes a restricted release on under another name is refused.
    let passed = landing("10.9.8.7:5000", &[("x-forwarded-host", "maps.example")]).await;
    assert_eq!(passed.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_page_behind_a_prefix_links_to_what_is_behind_it() {
    let page =
        landing("10.9.8.7:5000", &[("x-forwarded-prefix", "/poverty"), ("accept", "text/html")]);
    let text = String::from_utf8(page.await.body).unwrap();
    assert!(
        text.contains("href=\"/poverty/ogc?f=html\"") && text.contains("href=\"/poverty/docs\"")
    );
    assert!(!text.contains("href=\"/ogc"), "{text}");
}

#[tokio::test]
async fn a_client_may_name_the_reference_system_that_collections_list() {
    let listed = ask("/ogc/collections/poverty-village").await.json();
    let crs = listed["crs"][0].as_str().unwrap().to_owned();
    assert_eq!(crs, "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    let items = "/ogc/collections/poverty-village/items";
    let plain = ask(&format!("{items}?limit=2")).await;
    // As GDAL from 3.8 on asks.
    for named in [crs.clone(), crs.replace(':', "%3A").replace('/', "%2F")] {
        for parameters in ["crs=", "bbox=-180,-90,180,90&bbox-crs=", "crs="] {
            let url = format!("{items}?limit=2&{parameters}{named}");
            let answer = ask(&url).await;
            assert_eq!(answer.status, StatusCode::OK, "{url}");
            assert_eq!(answer.header("content-crs"), format!("<{crs}>"), "{url}");
            assert_eq!(codes(&answer), codes(&plain), "{url}");
        }
        let one = ask(&format!("{items}/0101001001?crs={named}")).await;
        assert_eq!((one.status, one.header("content-crs")), (StatusCode::OK, &*format!("<{crs}>")));
    }
    let next = ask(&format!("{items}?limit=2&crs={crs}")).await.json();
    assert_eq!(ask(&link(&next, "next").unwrap()).await.status, StatusCode::OK);
    for wrong in ["http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326", ""] {
        for url in [format!("{items}?crs={wrong}"), format!("{items}/0101001001?crs={wrong}")] {
            let answer = ask(&url).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{url}");
            assert!(answer.detail().contains(&crs), "{}", answer.detail());
        }
    }
}

#[tokio::test]
async fn says_what_is_wrong() {
    for (url, status, says) in [
        ("poverty-street", 404, "/ogc/collections lists"),
        ("poverty-village/items?limit=0", 400, "1 or more"),
        ("poverty-village/items?offset=-1", 400, "0 or more"),
        ("poverty-village/items?wealth=1", 400, "there are crs, limit, offset, bbox"),
        ("poverty-village/items?households=few", 400, "has `few` where a number"),
        ("poverty-village/items?bbox=1,2,3", 400, "west,south,east,north"),
        ("poverty-village/items?bbox-crs=EPSG:3857", 400, "CRS84"),
        ("poverty-village/items?filter=x+%3D+1", 400, "there are code, name"),
        ("poverty-village/items?geometry=full", 400, "/layers/"),
        ("poverty-village/items?release=r2", 404, "there are: r1"),
        ("visits-hex4", 404, "/ogc/collections lists"),
        ("poverty-village?f=xml", 400, "json or html"),
        ("poverty-hex8/tiles/WebMercatorQuad/9/0/0", 404, "from 10 to 10"),
        ("poverty-village/tiles/WebMercatorQuad", 404, "no tiles of village"),
    ] {
        let answer = ask(&format!("/ogc/collections/{url}")).await;
        assert_eq!(answer.status.as_u16(), status, "{url}");
        assert!(answer.detail().contains(says), "{url}: {}", answer.detail());
    }
}

#[tokio::test]
async fn a_tile_of_hexagons_has_its_row_before_its_column() {
    // 0.5 degrees east and north, at zoom 10: column 513, row 510.
    let ours = ask("/ogc/collections/poverty-hex8/tiles/WebMercatorQuad/10/510/513").await;
    let plain = ask("/tiles/hexagon/10/513/510.mvt").await;
    assert_eq!(ours.status, StatusCode::OK);
    assert!(ours.body.len() > 20 && ours.body == plain.body);
    let set = ask("/ogc/collections/poverty-hex8/tiles/WebMercatorQuad").await.json();
    assert_eq!(set["tileMatrixSetLimits"][0]["tileMatrix"], "10");
}

#[tokio::test]
async fn tells_what_may_be_filtered_by() {
    let answer = ask("/ogc/collections/elderly-regency/queryables").await;
    assert_eq!(answer.header("content-type"), "application/schema+json");
    let schema = answer.json();
    assert_eq!(schema["properties"]["count"]["type"], "integer");
    assert_eq!(schema["properties"]["age_70_plus"]["title"], "aged 70 and over");
    assert_eq!(schema["properties"]["geometry"]["format"], "geometry-multipolygon");
}

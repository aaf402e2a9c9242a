use axum::http::StatusCode;
use serde_json::json;

use super::router_tests::ask;

#[tokio::test]
async fn tells_where_institutions_are_and_what_they_can_take_and_nothing_else() {
    let answer = ask("/layers/institutions.geojson").await;
    assert_eq!(answer.header("content-type"), "application/geo+json");
    let layer = answer.json();
    assert_eq!(layer["sebaran"]["release"], "r1");
    let only = &layer["features"].as_array().unwrap()[0];
    assert_eq!(only["geometry"], json!({ "type": "Point", "coordinates": [0.5, 0.25] }));
    let expected = json!({
        "name": "Xavo \"1\"", "kind": "PANTI_LU", "capacity": 40, "region_code": "0101001001",
    });
    assert_eq!(only["properties"], expected);
}

#[tokio::test]
async fn institutions_are_found_by_region_and_box() {
    for (part, matched) in
        [("within=01", 1), ("within=02", 0), ("bbox=0,0,1,1", 1), ("bbox=2,0,3,1", 0)]
    {
        let layer = ask(&format!("/layers/institutions.geojson?{part}")).await.json();
        assert_eq!(layer["sebaran"]["matched"], matched, "{part}");
    }
    assert_eq!(ask("/layers/institutions.geojson?limit=1").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_counted_by_region_alone_has_no_hexagons() {
    for path in ["/layers/quality/hex6.geojson", "/ranking/hex6?theme=programmes"] {
        let refused = ask(path).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert!(refused.json()["detail"].as_str().unwrap().contains("by region alone"), "{path}");
    }
    assert_eq!(ask("/ranking/regency?theme=visits").await.status, StatusCode::OK);
}

//! Where a client begins, and what the API conforms to.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::form::Form;
use super::link::Link;
use super::page::Page;
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::openapi;
use crate::serve::parameters::Asked;
use crate::serve::reached::Client;
use crate::serve::reply::JSON;

/// The classes of requirements that are met.
const CONFORMS_TO: [&str; 21] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
];

/// `/ogc`
pub(super) async fn landing(
    State(house): State<House>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let page = Page::asked(&house, "/ogc".to_owned(), asked, &[], &client)?;
    page.answer(&house, &client.headers, JSON, |page, served| {
        let mut links = page.own_links(JSON);
        let url = |path: &str| page.url(path);
        links.extend([
            Link::new(url("/openapi.json"), "service-desc", openapi::MEDIA_TYPE, "OpenAPI 3.0"),
            Link::new(url("/docs"), "service-doc", Form::HTML, "All paths"),
            Link::new(url("/ogc/conformance"), "conformance", JSON, "What the API conforms to"),
            Link::new(url("/ogc/collections"), "data", JSON, "The layers"),
        ]);
        Ok(json!({
            "title": "Sebaran",
            "description": "Where poor households, elderly persons, children and disabled persons \
                live: figures by region and hexagon.",
            "release": served.label.release,
            "protection": served.leaves.protection(),
            "links": links,
        }))
    })
    .await
}

/// `/ogc/conformance`
pub(super) async fn conformance(
    State(house): State<House>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let page = Page::asked(&house, "/ogc/conformance".to_owned(), asked, &[], &client)?;
    page.answer(&house, &client.headers, JSON, |page, _| {
        let links = page.own_links(JSON);
        Ok(json!({ "title": "Conformance", "conformsTo": CONFORMS_TO, "links": links }))
    })
    .await
}

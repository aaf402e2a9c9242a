//! OGC API: Common, Features parts 1 and 3, Tiles part 1. Each layer is a collection `{theme}-{geography}`.

mod collection;
mod form;
mod html;
mod items;
mod landing;
mod link;
mod page;
mod queryables;
mod tiles;

pub(super) use html::{POLICY, page};
pub(super) use items::CONTENT_CRS;

use axum::Router;
use axum::routing::get;

use super::House;

/// The paths that are answered.
pub const ROUTES: [&str; 10] = [
    "/ogc",
    "/ogc/conformance",
    "/ogc/collections",
    "/ogc/collections/{collection}",
    "/ogc/collections/{collection}/queryables",
    "/ogc/collections/{collection}/items",
    "/ogc/collections/{collection}/items/{code}",
    "/ogc/collections/{collection}/tiles",
    "/ogc/collections/{collection}/tiles/WebMercatorQuad",
    "/ogc/collections/{collection}/tiles/WebMercatorQuad/{z}/{y}/{x}",
];

/// The answers of [`ROUTES`].
pub(super) fn routes() -> Router<House> {
    let [start, conformance, collections, one, queryables, items, item, tilesets, tileset, tile] =
        ROUTES;
    Router::new()
        .route(start, get(landing::landing))
        // As clients write it who put a slash behind every address.
        .route("/ogc/", get(landing::landing))
        .route(conformance, get(landing::conformance))
        .route(collections, get(collection::all))
        .route(one, get(collection::one))
        .route(queryables, get(queryables::queryables))
        .route(items, get(items::items))
        .route(item, get(items::item))
        .route(tilesets, get(tiles::sets))
        .route(tileset, get(tiles::set))
        .route(tile, get(tiles::tile))
}

#[cfg(test)]
mod ogc_tests;

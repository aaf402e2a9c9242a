//! The tiles of a collection (OGC API Tiles part 1): those of its geography, with the row before the column.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::collection::Collection;
use super::link::Link;
use super::page::Page;
use crate::domain::geography::Geography;
use crate::domain::tile::Tile;
use crate::domain::zoom::Zooms;
use crate::encode::mvt;
use crate::encode::tilejson::Tiled;
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::parameters::Asked;
use crate::serve::reached::Client;
use crate::serve::reply::JSON;
use crate::serve::served::Served;
use crate::serve::tiles::{self, HEXAGON_ZOOMS, hexagon_at};

/// The only set of tiles: squares of Web Mercator.
const SET: &str = "WebMercatorQuad";
const SET_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const WEB_MERCATOR: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";

/// The tiles that show a collection's geography, and at which zooms: a size of hexagon is drawn where it
/// suits the zoom.
fn tiles_of(served: &Served, geography: Geography) -> Result<(Tiled, Zooms), ApiError> {
    match geography {
        Geography::Region(level) => {
            let tiled = Tiled::Region(level);
            tiles::zooms(served, tiled).map(|zooms| (tiled, zooms))
        }
        Geography::Hexagon(size) => {
            let mut zooms =
                (HEXAGON_ZOOMS.least..=HEXAGON_ZOOMS.most).filter(|zoom| hexagon_at(*zoom) == size);
            let least = zooms.next().expect("every size of hexagon is drawn at a zoom");
            let most = zooms.next_back().unwrap_or(least);
            Ok((Tiled::Hexagons, Zooms { least, most }))
        }
    }
}

/// `/ogc/collections/{collection}/tiles`
pub(super) async fn sets(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let collection = Collection::find(&house.served, path)?;
    let path = format!("{}/tiles", collection.path());
    let page = Page::asked(&house, path, asked, &[], &client)?;
    page.answer(&house, &client.headers, JSON, move |page, served| {
        let has_tiles = tiles_of(served, collection.geography).is_ok();
        let set = has_tiles.then(|| {
            let mut set = head(&collection);
            let own = page.url(&format!("{}/tiles/{SET}", collection.path()));
            set["links"] = json!([Link::new(own, "self", JSON, SET), tile_link(&collection, page)]);
            set
        });
        let title = format!("Tiles of {}", collection.title());
        let sets: Vec<Value> = set.into_iter().collect();
        Ok(json!({ "title": title, "links": page.own_links(JSON), "tilesets": sets }))
    })
    .await
}

/// `/ogc/collections/{collection}/tiles/WebMercatorQuad`
pub(super) async fn set(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let collection = Collection::find(&house.served, path)?;
    let path = format!("{}/tiles/{SET}", collection.path());
    let page = Page::asked(&house, path, asked, &[], &client)?;
    page.answer(&house, &client.headers, JSON, move |page, served| {
        let (tiled, zooms) = tiles_of(served, collection.geography)?;
        let own = page.own_links(JSON).into_iter().map(|link| json!(link));
        let mut set = head(&collection);
        set["links"] = own.chain([tile_link(&collection, page)]).collect();
        let limits = (zooms.least..=zooms.most).map(|zoom| limits(zoom, served));
        set["tileMatrixSetLimits"] = limits.collect();
        set["layers"] = json!([{ "id": tiled.name(), "dataType": "vector" }]);
        Ok(set)
    })
    .await
}

/// `/ogc/collections/{collection}/tiles/WebMercatorQuad/{z}/{y}/{x}`
pub(super) async fn tile(
    State(house): State<House>,
    path: Result<Path<(String, u8, u32, u32)>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let Path((id, zoom, row, column)) = path;
    let collection = Collection::named(&house.served, &id)?;
    let (tiled, zooms) = tiles_of(&house.served, collection.geography)?;
    let tile = Tile::new(zoom, column, row).filter(|_| zooms.holds(zoom));
    let tile = tile.ok_or_else(|| {
        ApiError::not_found(format!(
            "There is no such tile: the tiles of {id} are zoom/row/column, their zoom from {} to {}, \
             row and column below 2 to the power of the zoom.",
            zooms.least, zooms.most
        ))
    })?;
    tiles::answer(&house, &headers, tiled, tile).await
}

fn head(collection: &Collection) -> Value {
    json!({
        "title": collection.title(),
        "dataType": "vector",
        "crs": WEB_MERCATOR,
        "tileMatrixSetId": SET,
        "tileMatrixSetURI": SET_URI,
    })
}

fn tile_link(collection: &Collection, page: &Page) -> Value {
    let path = format!("{}/tiles/{SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", collection.path());
    json!({
        "rel": "item",
        "href": page.url(&path),
        "type": mvt::MEDIA_TYPE,
        "title": "A tile",
        "templated": true,
    })
}

/// The rows and columns of a zoom in which something lies.
fn limits(zoom: u8, served: &Served) -> Value {
    let tiles: Vec<Tile> = Tile::over(zoom, served.tree.bounds()).collect();
    let (first, last) = (tiles.first().copied(), tiles.last().copied());
    json!({
        "tileMatrix": zoom.to_string(),
        "minTileRow": first.map(Tile::row),
        "maxTileRow": last.map(Tile::row),
        "minTileCol": first.map(Tile::column),
        "maxTileCol": last.map(Tile::column),
    })
}

//! Collections: each is a layer.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::form::Form;
use super::link::Link;
use super::page::Page;
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::encode::Format;
use crate::encode::title::title;
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::parameters::Asked;
use crate::serve::place::bbox;
use crate::serve::query::quoted;
use crate::serve::reached::Client;
use crate::serve::reply::JSON;
use crate::serve::served::Served;

/// The reference system of every answer: longitude before latitude, in degrees.
pub(super) const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

pub(super) const SCHEMA_JSON: &str = "application/schema+json";

/// A theme in a geography, as a path names it.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    pub theme: Theme,
    pub geography: Geography,
}

impl Collection {
    /// The collection of a path.
    pub fn find(
        served: &Served,
        path: Result<Path<String>, PathRejection>,
    ) -> Result<Self, ApiError> {
        let Path(id) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
        Self::named(served, &id)
    }

    /// The collection of this name.
    pub fn named(served: &Served, id: &str) -> Result<Self, ApiError> {
        let found = id.rsplit_once('-').and_then(|(theme, geography)| {
            let theme = served.indicators.theme(theme)?.clone();
            let geography = geography.parse().ok()?;
            let is_there = theme.geographies().any(|there| there == geography);
            is_there.then_some(Self { theme, geography })
        });
        found.ok_or_else(|| {
            ApiError::not_found(format!(
                "There is no collection {}; /ogc/collections lists those there are, for example \
                 poverty-regency.",
                quoted(id)
            ))
        })
    }

    pub fn id(&self) -> String {
        format!("{}-{}", self.theme.name, self.geography)
    }

    pub fn path(&self) -> String {
        format!("/ogc/collections/{}", self.id())
    }

    pub fn title(&self) -> String {
        title(&self.theme, self.geography).en
    }

    fn describe(&self, page: &Page, served: &Served) -> Value {
        let theme = &self.theme;
        json!({
            "id": self.id(),
            "title": self.title(),
            "description": format!("{} Unit: {}.", theme.definition.en, theme.unit.en),
            "extent": { "spatial": { "bbox": [bbox(served.tree.bounds())], "crs": CRS84 } },
            "itemType": "feature",
            "crs": [CRS84],
            "storageCrs": CRS84,
            "links": self.links(page),
        })
    }

    fn links(&self, page: &Page) -> Vec<Link> {
        let (path, geojson) = (self.path(), Format::GeoJson.media_type());
        let url = |rest: &str| page.url(&format!("{path}{rest}"));
        let queryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
        let tilesets = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
        let mut links = vec![
            Link::new(url(""), "self", JSON, "This layer"),
            Link::new(url("?f=html"), "alternate", Form::HTML, "This layer as a page"),
            Link::new(url("/items"), "items", geojson, "Its features"),
            Link::new(url("/items?f=html"), "items", Form::HTML, "Its features as a table"),
            Link::new(url("/queryables"), queryables, SCHEMA_JSON, "What may be filtered by"),
            Link::new(url("/tiles"), tilesets, JSON, "Its tiles"),
        ];
        let whole = |format: Format| {
            let (theme, extension) = (&self.theme.name, format.extension());
            let href = page.url(&format!("/layers/{theme}/{}.{extension}", self.geography));
            Link::new(href, "enclosure", format.media_type(), format!("All of it, .{extension}"))
        };
        links.extend(Format::ALL.map(whole));
        links
    }
}

/// `/ogc/collections`
pub(super) async fn all(
    State(house): State<House>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let page = Page::asked(&house, "/ogc/collections".to_owned(), asked, &[], &client)?;
    page.answer(&house, &client.headers, JSON, |page, served| {
        let themes = served.indicators.themes.iter();
        let all = themes.flat_map(|theme| {
            theme.geographies().map(|geography| Collection { theme: theme.clone(), geography })
        });
        let all: Vec<Value> = all.map(|collection| collection.describe(page, served)).collect();
        Ok(json!({ "title": "Layers", "links": page.own_links(JSON), "collections": all }))
    })
    .await
}

/// `/ogc/collections/{collection}`
pub(super) async fn one(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let collection = Collection::find(&house.served, path)?;
    let page = Page::asked(&house, collection.path(), asked, &[], &client)?;
    let make = move |page: &Page, served: &Served| Ok(collection.describe(page, served));
    page.answer(&house, &client.headers, JSON, make).await
}

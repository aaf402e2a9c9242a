//! What a collection may be filtered by (OGC API Features part 3), as a JSON schema.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::collection::{Collection, SCHEMA_JSON};
use super::page::Page;
use crate::analyse::filter::GEOMETRY;
use crate::domain::indicator::Indicators;
use crate::protect::Field;
use crate::protect::field::Kind;
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::parameters::Asked;
use crate::serve::reached::Client;
use crate::serve::served::Served;

/// `/ogc/collections/{collection}/queryables`
pub(super) async fn queryables(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let collection = Collection::find(&house.served, path)?;
    let path = format!("{}/queryables", collection.path());
    let page = Page::asked(&house, path.clone(), asked, &[], &client)?;
    let make = move |page: &Page, served: &Served| {
        let fields = Field::all(&collection.theme).into_iter();
        let mut properties: Map<String, Value> =
            fields.map(|field| (field.name.clone(), schema(&field, &served.indicators))).collect();
        let geometry = json!({ "title": "The outline", "format": "geometry-multipolygon" });
        properties.insert(GEOMETRY.to_owned(), geometry);
        Ok(json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": page.url(&path),
            "type": "object",
            "title": collection.title(),
            "properties": properties,
            "additionalProperties": false,
        }))
    };
    page.answer(&house, &client.headers, SCHEMA_JSON, make).await
}

fn schema(field: &Field, indicators: &Indicators) -> Value {
    let described = indicators.columns.iter().find(|column| column.name.name() == field.name);
    let title = described.map_or(field.says, |column| &column.title.en);
    let is = match field.kind {
        Kind::Text => "string",
        Kind::Whole => "integer",
        Kind::Number => "number",
        Kind::Truth => "boolean",
    };
    json!({ "title": title, "type": is })
}

//! All paths described for programs (OpenAPI 3.0) and for people.

mod docs;
mod operations;
mod parameters;
mod schemas;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use serde_json::{Map, Value, json};

pub(super) use docs::docs;

use operations::{FILES, OPERATIONS, Operation};

use super::House;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::reached::{Base, Client, VARY};
use super::reply::{Question, json as json_bytes, reply};
use super::served::Served;

pub(super) const MEDIA_TYPE: &str = "application/vnd.oai.openapi+json;version=3.0";

/// `/openapi.json`
pub(super) async fn description(
    State(house): State<House>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    Parameters::parse(asked, &house.served, &[])?;
    let Client { headers, base } = client;
    let canonical = base.prefix.clone();
    let question = Question { name: "openapi", canonical, media_type: MEDIA_TYPE };
    let make = move |served: &Served| Ok(json_bytes(&document(served, &base)));
    let mut response = reply(&house, &headers, question, make).await?;
    response.headers_mut().append(header::VARY, VARY);
    Ok(response)
}

fn document(served: &Served, base: &Base) -> Value {
    let server = if base.prefix.is_empty() { "/" } else { &base.prefix };
    let mut paths = Map::new();
    for operation in &OPERATIONS {
        paths.insert(operation.path.to_owned(), json!({ "get": described(operation) }));
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Sebaran",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0 OR MIT" },
            "description": "Where poor households, elderly persons, children and disabled persons live: \
                figures by region and hexagon. Public figures differ a little from the register's own, \
                and `moe95` says by how much. A hexagon shows the sum of its children, so a few \
                points lie just outside its drawn outline.",
        },
        "servers": [{ "url": server }],
        "tags": operations::TAGS.map(|(name, description)| {
            json!({ "name": name, "description": description })
        }),
        "paths": paths,
        "components": {
            "parameters": parameters::all(served),
            "schemas": schemas::all(),
            "responses": {
                "NotModified": { "description": "The client has the answer (If-None-Match)" },
                "Part": part(),
                "NoSuchRange": {
                    "description": "No byte that Range asks for is in the file",
                    "headers": { "Content-Range": { "schema": { "type": "string" } } },
                    "content": { "application/problem+json": { "schema": schemas::of("Problem") } },
                },
                "Problem": {
                    "description": "A refusal, whose `detail` says what to do (RFC 9457)",
                    "content": { "application/problem+json": { "schema": schemas::of("Problem") } },
                },
            },
        },
    })
}

/// A part of a file, or several.
fn part() -> Value {
    let text = json!({ "schema": { "type": "string" } });
    json!({
        "description": "The parts of the file that Range asks for (RFC 9110, 14): one as it is, several as \
            multipart/byteranges",
        "headers": { "Content-Range": text, "Accept-Ranges": text, "ETag": text },
        "content": { "*/*": { "schema": schemas::of("Binary") } },
    })
}

fn described(operation: &Operation) -> Value {
    let Operation { path, id, tag, summary, parameters, answers, .. } = operation;
    let content: Map<String, Value> = answers
        .iter()
        .map(|(media_type, schema)| {
            ((*media_type).to_owned(), json!({ "schema": schemas::of(schema) }))
        })
        .collect();
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
        .collect();
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": summary, "content": content }));
    let not_modified = json!({ "$ref": "#/components/responses/NotModified" });
    responses.insert("304".to_owned(), not_modified);
    for status in ["400", "404", "413", "503", "default"] {
        responses.insert(status.to_owned(), problem.clone());
    }
    if FILES.contains(path) {
        for (status, name) in [("206", "Part"), ("416", "NoSuchRange")] {
            let answer = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.insert(status.to_owned(), answer);
        }
    }
    json!({
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::serve::{OGC_ROUTES, ROUTES};

    #[test]
    fn every_path_is_described_and_no_other() {
        let described: BTreeSet<&str> = OPERATIONS.iter().map(|it| it.path).collect();
        let there: BTreeSet<&str> = ROUTES.into_iter().chain(OGC_ROUTES).collect();
        assert_eq!(described, there);
        let ids: BTreeSet<&str> = OPERATIONS.iter().map(|it| it.id).collect();
        assert_eq!(ids.len(), OPERATIONS.len());
    }

    #[test]
    fn every_place_in_a_path_is_a_parameter() {
        let known = parameters::TABLE;
        for operation in &OPERATIONS {
            let places = operation.path.split('{').skip(1).filter_map(|it| it.split('}').next());
            let in_path: BTreeSet<&str> = places.collect();
            let given = operation.parameters.iter().map(|key| {
                known.iter().find(|known| known.key == *key).unwrap_or_else(|| panic!("{key}"))
            });
            let given: BTreeSet<&str> =
                given.filter(|it| it.is_in_path).map(|it| it.name).collect();
            assert_eq!(given, in_path, "{}", operation.path);
        }
    }
}

//! All paths described for programs (OpenAPI 3.0) and for people.

mod docs;
mod operations;
mod parameters;
mod schemas;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};

pub(super) use docs::docs;

use operations::{OPERATIONS, Operation};

use super::House;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::reply::{Question, json as json_bytes, reply};
use super::served::Served;

pub(super) const MEDIA_TYPE: &str = "application/vnd.oai.openapi+json;version=3.0";

/// `/openapi.json`
pub(super) async fn description(
    State(house): State<House>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Parameters::parse(asked, &house.served, &[])?;
    let question = Question { name: "openapi", canonical: String::new(), media_type: MEDIA_TYPE };
    reply(&house, &headers, question, |served| Ok(json_bytes(&document(served)))).await
}

fn document(served: &Served) -> Value {
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
        "servers": [{ "url": "/" }],
        "tags": operations::TAGS.map(|(name, description)| {
            json!({ "name": name, "description": description })
        }),
        "paths": paths,
        "components": {
            "parameters": parameters::all(served),
            "schemas": schemas::all(),
            "responses": {
                "NotModified": { "description": "The client has the answer (If-None-Match)" },
                "Problem": {
                    "description": "A refusal, whose `detail` says what to do (RFC 9457)",
                    "content": { "application/problem+json": { "schema": schemas::of("Problem") } },
                },
            },
        },
    })
}

fn described(operation: &Operation) -> Value {
    let Operation { id, tag, summary, parameters, answers, .. } = operation;
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

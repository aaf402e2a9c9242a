//! The shapes of answers.

use serde_json::{Map, Value, json};

/// A reference to a schema.
pub(super) fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// All schemas by their name.
pub(super) fn all() -> Map<String, Value> {
    // An institution has no code of its own.
    let point = feature(&["type", "geometry", "properties"]);
    let link = json!({
        "type": "object",
        "required": ["href", "rel"],
        "properties": {
            "href": { "type": "string" },
            "rel": { "type": "string" },
            "type": { "type": "string" },
            "title": { "type": "string" },
        },
    });
    let problem = json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What is wrong and what to do" },
        },
    });
    Map::from_iter([
        ("Feature".to_owned(), feature(&["type", "id", "geometry", "properties"])),
        ("FeatureCollection".to_owned(), collection("Feature")),
        ("Point".to_owned(), point),
        ("PointCollection".to_owned(), collection("Point")),
        ("Link".to_owned(), link),
        ("Problem".to_owned(), problem),
        ("Object".to_owned(), json!({ "type": "object" })),
        ("Text".to_owned(), json!({ "type": "string" })),
        ("Binary".to_owned(), json!({ "type": "string", "format": "binary" })),
    ])
}

fn feature(required: &[&str]) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": {
            "type": { "type": "string", "enum": ["Feature"] },
            "id": { "type": "string" },
            "bbox": bounds(),
            "geometry": { "type": "object", "nullable": true },
            "properties": { "type": "object" },
            "links": { "type": "array", "items": of("Link") },
        },
    })
}

fn collection(feature: &str) -> Value {
    json!({
        "type": "object",
        "required": ["type", "features", "sebaran"],
        "properties": {
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "sebaran": { "type": "object", "description": "Which release, theme and geography it is of" },
            "bbox": bounds(),
            "numberMatched": { "type": "integer", "minimum": 0 },
            "numberReturned": { "type": "integer", "minimum": 0 },
            "links": { "type": "array", "items": of("Link") },
            "features": { "type": "array", "items": of(feature) },
        },
    })
}

fn bounds() -> Value {
    json!({ "type": "array", "minItems": 4, "maxItems": 4, "items": { "type": "number" } })
}

//! Which region somebody means.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::House;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::place::Found;
use super::query::parse_limit;
use super::reply::{JSON, Question, json, reply};
use crate::analyse::RegionSearch;
use crate::domain::region::Slug;

const LIMIT: usize = 20;
const MOST: usize = 100;
/// Letters of a question; no name has as many.
const MOST_LETTERS: usize = 100;

#[derive(Serialize)]
struct Answer<'a> {
    release: &'a Slug,
    query: &'a str,
    regions: Vec<Found<'a>>,
}

/// `/regions?q=TEXT`
pub(super) async fn regions(
    State(house): State<House>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let parameters = Parameters::parse(asked, &house.served, &["q", "limit"])?;
    let text = parse_text(parameters.get("q").unwrap_or_default())?.to_owned();
    let limit = parameters.get("limit").map_or(Ok(LIMIT), |limit| parse_limit(limit, MOST))?;
    let question =
        Question { name: "regions", canonical: format!("{limit} {text}"), media_type: JSON };
    let search = Arc::clone(&house.search);
    reply(&house, &headers, question, move |served| {
        let tree = &served.tree;
        let search = search.get_or_init(|| RegionSearch::new(tree));
        let found = search.find(tree, &text, limit);
        let regions = found.into_iter().map(|id| Found::of(id, tree)).collect();
        Ok(json(&Answer { release: &served.label.release, query: &text, regions }))
    })
    .await
}

fn parse_text(text: &str) -> Result<&str, ApiError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_LETTERS {
        return Err(ApiError::bad_request(format!(
            "`q` is a region's name or the beginning of its code, of 1 to {MOST_LETTERS} letters, for \
             example /regions?q=kota+x or /regions?q=31.71."
        )));
    }
    Ok(text)
}

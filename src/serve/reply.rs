//! An answer that is made once for all that it depends on.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::House;
use super::answer;
use super::cache::Keep;
use super::coding::Coding;
use super::error::ApiError;
use super::served::Served;

/// What is asked for, apart from the release.
pub(super) struct Question {
    /// For the log: neither a text nor a place that a client made up.
    pub name: &'static str,
    /// All on which the answer depends.
    pub canonical: String,
    pub media_type: &'static str,
}

pub(super) const JSON: &str = "application/json";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// Answers with 304, from the cache, or with what is made in a thread that may take its time.
pub(super) async fn reply(
    house: &House,
    headers: &HeaderMap,
    question: Question,
    make: impl FnOnce(&Served) -> Result<Vec<u8>, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let coding = Coding::accepted(headers);
    let Question { name, canonical, media_type } = question;
    let tag = answer::tag_of(&house.served, &format!("{name} {canonical}"), coding);
    if answer::is_known(headers, &tag) {
        return Ok(answer::not_modified(&tag, name.to_owned()));
    }
    let work = move |served: &Served| coding.pack(make(served)?);
    let body = house.cached(&tag, Keep::Quarter, work).await?;
    Ok(answer::typed(media_type, coding, &tag, name.to_owned(), body))
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("keys are texts, and what is not finite becomes null")
}

//! JSON for programs, HTML for people: by `f=`, else by `Accept`.

use axum::http::{HeaderMap, header};

use crate::serve::error::ApiError;
use crate::serve::parameters::Parameters;
use crate::serve::query::quoted;

/// In which form an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Html,
}

impl Form {
    pub const HTML: &'static str = "text/html; charset=utf-8";

    /// The form that is asked for. Whoever names `text/html` before any JSON is a person.
    pub fn asked(parameters: &Parameters, headers: &HeaderMap) -> Result<Self, ApiError> {
        match parameters.get("f") {
            Some("json") => Ok(Self::Json),
            Some("html") => Ok(Self::Html),
            Some(other) => {
                let detail = format!("`f` is json or html, not {}.", quoted(other));
                Err(ApiError::bad_request(detail))
            }
            None => Ok(Self::accepted(headers)),
        }
    }

    fn accepted(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).into_iter();
        let types = values.filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(','));
        for media_type in types.map(|it| it.split(';').next().unwrap_or(it).trim()) {
            if media_type.eq_ignore_ascii_case("text/html") {
                return Self::Html;
            }
            if media_type.contains("json") {
                break;
            }
        }
        Self::Json
    }

    /// As `f=` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    pub const fn other(self) -> Self {
        match self {
            Self::Json => Self::Html,
            Self::Html => Self::Json,
        }
    }

    /// The media type, where JSON is of this type.
    pub const fn media_type(self, json: &'static str) -> &'static str {
        match self {
            Self::Json => json,
            Self::Html => Self::HTML,
        }
    }
}

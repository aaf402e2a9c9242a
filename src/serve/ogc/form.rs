//! JSON for programs, HTML for people: by `f=`, else by `Accept`.

use axum::http::{HeaderMap, header};

use crate::serve::error::ApiError;
use crate::serve::parameters::Parameters;
use crate::serve::preference::weighed;
use crate::serve::query::quoted;

/// In which form an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Html,
}

impl Form {
    pub const HTML: &'static str = "text/html; charset=utf-8";

    /// The form that is asked for.
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

    /// Pages are for those who name `text/html`, or refuse JSON; of both named the heavier one is meant, then
    /// the first.
    fn accepted(headers: &HeaderMap) -> Self {
        let given = weighed(headers, header::ACCEPT);
        let named = |is_it: fn(&str) -> bool| {
            let found = given.iter().enumerate().filter(|(_, (name, _))| is_it(name));
            // Of equally heavy ones the first.
            found
                .map(|(at, (_, weight))| (*weight, at))
                .reduce(|best, one| if one.0 > best.0 { one } else { best })
        };
        let any = named(|name| name == "*/*");
        let html = named(|name| name == "text/html");
        let json = named(|name| name.contains("json"));
        let weight = |own: Option<(u16, usize)>, kind: Option<(u16, usize)>| {
            own.or(kind).or(any).map_or(0, |(weight, _)| weight)
        };
        let of_html = weight(html, named(|name| name == "text/*"));
        let of_json = weight(json, named(|name| name == "application/*"));
        let is_first = match (html, json) {
            (Some((_, html)), Some((_, json))) => html < json,
            (html, _) => html.is_some(),
        };
        if of_html > of_json || (of_html > 0 && of_html == of_json && is_first) {
            Self::Html
        } else {
            Self::Json
        }
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_is_refused_is_not_sent_and_what_is_heavier_is() {
        for (text, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Form::Html),
            ("*/*", Form::Json),
            ("text/html;q=0, */*", Form::Json),
            ("text/html;q=0", Form::Json),
            ("application/json;q=0, text/html;q=0.1", Form::Html),
            ("application/json;q=0, */*", Form::Html),
            ("application/json;q=0.2, text/html;q=0.3", Form::Html),
            ("text/html;q=0.2, application/geo+json;q=0.3", Form::Json),
            ("text/html, application/json", Form::Html),
            ("application/json, text/html", Form::Json),
            ("text/*", Form::Html),
            ("text/html;q=0, text/*, application/*;q=0.5", Form::Json),
            ("image/png", Form::Json),
        ] {
            let value = HeaderValue::from_static(text);
            let headers = HeaderMap::from_iter([(header::ACCEPT, value)]);
            assert_eq!(Form::accepted(&headers), expected, "{text}");
        }
    }
}

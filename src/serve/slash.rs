//! Addresses with a slash at their end lead to those without.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::error::no_such_page;
use super::reached::Base;

/// Answers where there is no such page: with the address that was meant where that has a slash too many.
pub(super) async fn without(base: Base, uri: Uri) -> Response {
    match meant(&base, &uri).and_then(|url| HeaderValue::from_str(&url).ok()) {
        Some(url) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, url)]).into_response(),
        None => no_such_page().into_response(),
    }
}

fn meant(base: &Base, uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?;
    // Behind `//` a browser reads another host.
    let is_path = path.starts_with('/') && !uri.path().contains("//") && !path.contains('\\');
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    is_path.then(|| format!("{}{query}", base.url(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_to_the_same_server_alone() {
        let of = |uri: &'static str| meant(&Base::default(), &Uri::from_static(uri));
        assert_eq!(of("/ogc/collections/?f=json").unwrap(), "/ogc/collections?f=json");
        for other in ["/", "//", "//evil.example/", "/layers", "/a//b/"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}

//! The web map: the page and the files it is made of, which are built into the program.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::response::{Html, IntoResponse};

use super::coding::Coding;
use super::error::ApiError;

/// A file's path within `web/dist`, and its bytes.
type Built = (&'static str, &'static [u8]);

/// What `web/dist` held when the program was compiled: nothing where the page was not built.
const BUILT: &[Built] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The page may load from this server alone, and nothing that stands in the page itself is run.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
    font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Names hold a digest of the content, so what a name stands for never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

const NOT_BUILT: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
    <title>Sebaran</title></head><body><h1>Sebaran</h1><p>The map is not in this program: it was compiled \
    before the page was built. Build both with <code>make run</code>, or with <code>npm ci &amp;&amp; npm \
    run build</code> in <code>web</code> and then <code>cargo build</code>.</p>\
    <p lang=\"id\">Peta tidak ada dalam program ini: program dikompilasi sebelum halaman dibuat. Buat \
    keduanya dengan <code>make run</code>.</p>\
    <p><a href=\"/plain\">The layers without the map</a> \
    <a href=\"/plain\" lang=\"id\">Lapisan tanpa peta</a></p></body></html>\n";

/// `/`
pub(super) async fn page() -> impl IntoResponse {
    let policy = [(header::CONTENT_SECURITY_POLICY, POLICY)];
    let page = find(BUILT, "index.html").and_then(|page| std::str::from_utf8(page).ok());
    (policy, Html(page.unwrap_or(NOT_BUILT)))
}

/// `/assets/{file}`
pub(super) async fn asset(
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    answer(BUILT, &file, Coding::accepted_quickly(&headers))
}

fn answer(built: &[Built], file: &str, coding: Coding) -> Result<Response<Body>, ApiError> {
    let unknown = || ApiError::not_found("There is no such file of the page: load the page anew.");
    let path = format!("assets/{file}");
    let media_type = media_type(file).ok_or_else(unknown)?;
    let plain = find(built, &path).ok_or_else(unknown)?;
    let packed = find(built, &format!("{path}.gz")).filter(|_| coding == Coding::Gzip);
    let mut response = Response::new(Body::from(Bytes::from_static(packed.unwrap_or(plain))));
    let mut put =
        |name, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    put(header::CONTENT_TYPE, media_type);
    put(header::CACHE_CONTROL, FOREVER);
    put(header::VARY, "accept-encoding");
    if packed.is_some() {
        put(header::CONTENT_ENCODING, "gzip");
    }
    Ok(response)
}

fn find(built: &[Built], path: &str) -> Option<&'static [u8]> {
    built.iter().find(|(name, _)| *name == path).map(|(_, bytes)| *bytes)
}

/// Of the kinds of file that the page is made of; the packed ones are not asked for by name.
fn media_type(file: &str) -> Option<&'static str> {
    Some(match file.rsplit_once('.')?.1 {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: &[Built] = &[
        ("assets/map-1a2b.js", b"plain"),
        ("assets/map-1a2b.js.gz", b"packed"),
        ("index.html", b""),
    ];

    #[test]
    fn an_asset_is_kept_forever_and_sent_packed_where_that_is_taken() {
        let packed = answer(SOME, "map-1a2b.js", Coding::Gzip).unwrap();
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(packed.headers()[header::CACHE_CONTROL], FOREVER);
        let plain = answer(SOME, "map-1a2b.js", Coding::Identity).unwrap();
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        assert_eq!(plain.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    }

    #[test]
    fn an_unknown_asset_is_not_the_page() {
        for file in ["map.js", "map-1a2b.js.gz", "index.html", "../index.html"] {
            assert!(answer(SOME, file, Coding::Gzip).is_err(), "{file}");
        }
    }
}

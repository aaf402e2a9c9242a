//! The web map: the page and the files it is made of, which are built into the program.

use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse};
use maud::html;

use super::coding::Coding;
use super::error::ApiError;
use crate::report::paper::Font;
use crate::report::words::Language;

/// A file's path within `web/dist`, and its bytes.
type Built = (&'static str, &'static [u8]);

/// What `web/dist` held when the program was compiled: nothing where the page was not built.
const BUILT: &[Built] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The page may load from this server alone and ask it alone, and nothing that stands in the page itself is
/// run.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; \
    font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Names hold a digest of the content, so what a name stands for never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

const NOT_BUILT: &str = "<!DOCTYPE html>\n<html lang=\"id\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
    <title>Sebaran</title></head><body><p lang=\"en\">The map that moves is not in this program: it was \
    compiled before the page was built. Build both with <code>make run</code>, or with <code>npm ci \
    &amp;&amp; npm run build</code> in <code>web</code> and then <code>cargo build</code>.</p>\
    <p lang=\"id\">Peta yang bergerak tidak ada dalam program ini: program dikompilasi sebelum halaman \
    dibuat. Buat keduanya dengan <code>make run</code>.</p>\
    <div id=\"page\"><!--first--><p><a href=\"/plain\">The layers without the map</a> \
    <a href=\"/plain\" lang=\"id\">Lapisan tanpa peta</a></p><!--/first--></div></body></html>\n";

/// Where in the built page stands what is made anew for each address, in this order.
const MARKS: [&str; 5] =
    ["lang=\"id\"", "<title>Sebaran</title>", "</head>", "<!--first-->", "<!--/first-->"];

/// The built page, cut at [`MARKS`].
static TEMPLATE: LazyLock<[&'static str; 6]> = LazyLock::new(|| {
    let page = find(BUILT, "index.html").and_then(|page| std::str::from_utf8(page).ok());
    page.and_then(cut).or_else(|| cut(NOT_BUILT)).expect("a test cuts it")
});

/// What stands before, between and after the marks.
fn cut(page: &'static str) -> Option<[&'static str; 6]> {
    let mut parts = [page; 6];
    for (at, mark) in MARKS.iter().enumerate() {
        let (before, after) = parts[at].split_once(mark)?;
        (parts[at], parts[at + 1]) = (before, after);
    }
    Some(parts)
}

/// A digest of what is the same at every address: a page made with another is another page.
pub(super) fn page_digest() -> String {
    blake3::hash(TEMPLATE.concat().as_bytes()).to_hex()[..16].to_owned()
}

/// The page with a title, what its head has more and, until its scripts take over, this body; both are HTML already.
pub(super) fn document(language: Language, title: &str, ahead: &str, body: &str) -> String {
    let [start, head, links, middle, _, end] = *TEMPLATE;
    let title = html! { title { (title) } }.into_string();
    let language = html! { (language.name()) }.into_string();
    [start, "lang=\"", &language, "\"", head, &title, links, ahead, MARKS[2], middle, body, end]
        .concat()
}

/// The path of a file of the page whose name begins and ends so, with its digest between.
pub(super) fn file(start: &str, end: &str) -> Option<&'static str> {
    let is_so = |path: &str| {
        path.strip_prefix("assets/")
            .is_some_and(|name| name.starts_with(start) && name.ends_with(end))
    };
    BUILT.iter().map(|(path, _)| *path).find(|path| is_so(path))
}

/// The page as it was built: its scripts ask for all of it, and without them it leads to the layers.
fn shell() -> String {
    let [start, head, links, middle, instead, end] = *TEMPLATE;
    [start, MARKS[0], head, MARKS[1], links, MARKS[2], middle, instead, end].concat()
}

/// Sends `/` as it was built where there is too much to do to make more of it, or there is no such release:
/// scripts then say what is the matter. A page names files of the program that made it, so it is asked for
/// anew each time, whatever release it is of.
pub(super) async fn or_shell(request: Request, next: Next) -> axum::response::Response {
    let mut response = next.run(request).await;
    let is_made = [StatusCode::OK, StatusCode::NOT_MODIFIED].contains(&response.status());
    if !is_made {
        let status = match response.status() {
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => StatusCode::NOT_FOUND,
            _ => StatusCode::OK,
        };
        response = (status, Html(shell())).into_response();
    }
    let headers = response.headers_mut();
    headers.remove(header::CACHE_CONTROL);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// `/assets/{file}`
pub(super) async fn asset(
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    answer(BUILT, &file, Coding::accepted(&headers))
}

fn answer(built: &[Built], file: &str, coding: Coding) -> Result<Response<Body>, ApiError> {
    let unknown = || ApiError::not_found("There is no such file of the page: load the page anew.");
    let path = format!("assets/{file}");
    let media_type = media_type(file).ok_or_else(unknown)?;
    let plain = find(built, &path).ok_or_else(unknown)?;
    let packed = match coding {
        Coding::Identity => None,
        Coding::Gzip => find(built, &format!("{path}.gz")),
        Coding::Brotli => find(built, &format!("{path}.br")),
    };
    let packed = packed.zip(coding.name());
    let mut response =
        Response::new(Body::from(Bytes::from_static(packed.map_or(plain, |(bytes, _)| bytes))));
    let mut put =
        |name, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    put(header::CONTENT_TYPE, media_type);
    put(header::CACHE_CONTROL, FOREVER);
    put(header::VARY, "accept-encoding");
    if let Some((_, coding)) = packed {
        put(header::CONTENT_ENCODING, coding);
    }
    Ok(response)
}

/// Where the page's letters are, of each weight; none where the page was not built.
pub(super) fn fonts() -> Vec<Font> {
    fonts_in(BUILT)
}

fn fonts_in(built: &[Built]) -> Vec<Font> {
    let of_weight = |weight: u16| {
        let begins = format!("assets/noto-sans-latin-{weight}-");
        let is_it = |name: &str| name.starts_with(&begins) && name.ends_with(".woff2");
        let (name, _) = built.iter().find(|(name, _)| is_it(name))?;
        Some(Font { weight, url: format!("/{name}") })
    };
    [400, 600].into_iter().filter_map(of_weight).collect()
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
        ("assets/map-1a2b.js.br", b"small"),
        ("assets/map-1a2b.js.gz", b"packed"),
        ("index.html", b""),
    ];

    #[test]
    fn an_asset_is_kept_forever_and_sent_packed_where_that_is_taken() {
        let packed = answer(SOME, "map-1a2b.js", Coding::Gzip).unwrap();
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(packed.headers()[header::CACHE_CONTROL], FOREVER);
        let small = answer(SOME, "map-1a2b.js", Coding::Brotli).unwrap();
        assert_eq!(small.headers()[header::CONTENT_ENCODING], "br");
        let plain = answer(SOME, "map-1a2b.js", Coding::Identity).unwrap();
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        assert_eq!(plain.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    }

    #[test]
    fn the_letters_of_each_weight_are_found_whatever_their_digest() {
        let built: &[Built] = &[
            ("assets/noto-sans-latin-400-normal-1a.woff", b""),
            ("assets/noto-sans-latin-400-normal-2b.woff2", b""),
            ("assets/noto-sans-latin-600-normal-3c.woff2", b""),
        ];
        let url = |digest| format!("/assets/noto-sans-latin-{digest}.woff2");
        let fonts: Vec<String> = fonts_in(built).into_iter().map(|font| font.url).collect();
        assert_eq!(fonts, [url("400-normal-2b"), url("600-normal-3c")]);
        assert!(fonts_in(SOME).is_empty());
    }

    #[test]
    fn the_page_has_the_marks_at_which_it_is_filled() {
        assert!(cut(NOT_BUILT).is_some());
        assert!(cut(include_str!("../../web/index.html")).is_some());
    }

    #[test]
    fn a_title_stays_a_text() {
        let page = document(Language::En, "</title><script>", "<meta>", "<p>body</p>");
        assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
        assert!(page.contains("<html lang=\"en\">") && page.contains("<p>body</p>"));
        assert!(page.contains("<meta></head>") && !page.contains("<!--first-->"));
    }

    #[test]
    fn an_unknown_asset_is_not_the_page() {
        for file in ["map.js", "map-1a2b.js.gz", "map-1a2b.js.br", "index.html", "../index.html"] {
            assert!(answer(SOME, file, Coding::Gzip).is_err(), "{file}");
        }
    }
}

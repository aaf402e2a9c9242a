//! The layers with links, as a page without scripts.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};

use super::House;
use super::catalogue::layers_of;
use super::served::Served;
use crate::domain::indicator::Theme;
use crate::protect::Protection;

pub(super) const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;\
    padding:1rem;color:#222;background:#fff}.restricted{background:#7a1020;color:#fff;padding:.75rem}\
    table{border-collapse:collapse;width:100%}td{border-top:1px solid #ccc;padding:.25rem .5rem}\
    [lang=id]{display:block;color:#555}a{color:#0b4f8a}";

const RESTRICTED: &str = "<p class=\"restricted\" role=\"note\"><strong>Restricted.</strong> Exact figures, for \
    this machine alone; do not pass them on. <span lang=\"id\" style=\"color:inherit\">\
    <strong>Terbatas.</strong> Angka pasti, hanya untuk mesin ini; jangan disebarkan.</span></p>\n";

const PUBLIC: &str = "<p role=\"note\">Every figure differs a little from the register's own, so that no household \
    can be found in it: <code>moe95</code> says by how much. A 0 is not certain. Do not subtract two releases \
    of a small place. <span lang=\"id\">Setiap angka sedikit berbeda dari angka register agar tidak ada rumah \
    tangga yang dapat dikenali: <code>moe95</code> menyatakan seberapa besar. Angka 0 tidak pasti. Jangan \
    mengurangkan dua rilis untuk wilayah kecil.</span></p>\n";

/// `/plain`
pub(super) async fn plain(State(house): State<House>) -> impl IntoResponse {
    let policy =
        [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'")];
    (policy, Html(plain_page(&house.served)))
}

/// What must be known of the figures.
pub(super) const fn note(protection: Protection) -> &'static str {
    match protection {
        Protection::Restricted => RESTRICTED,
        Protection::Public => PUBLIC,
    }
}

fn plain_page(served: &Served) -> String {
    let release = escaped(served.label.release.as_str());
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>Sebaran: {release}</title><style>{STYLE}</style></head>\n<body>\n"
    );
    page.push_str(note(served.leaves.protection()));
    let text = |text: &str| escaped(text);
    let (regions, date) = (served.tree.version(), text(&served.label.reference_date));
    let households = served.leaves.households();
    let _ = write!(
        page,
        "<h1>Sebaran</h1>\n<p>Release {release}, reference date {date}, regions {}: {households} \
         households. The catalogue as JSON: <a href=\"/layers\">/layers</a>. <span lang=\"id\">Rilis \
         {release}, tanggal acuan {date}: {households} rumah tangga.</span></p>\n",
        text(regions.as_str())
    );
    for theme in &served.indicators.themes {
        add_theme(&mut page, theme);
    }
    page.push_str("</body></html>\n");
    page
}

fn add_theme(page: &mut String, theme: &Theme) {
    let (title, definition) = (&theme.title, &theme.definition);
    let _ = write!(
        page,
        "<h2>{} <span lang=\"id\">{}</span></h2>\n<p>{} <span lang=\"id\">{}</span></p>\n<table>\n",
        escaped(&title.en),
        escaped(&title.id),
        escaped(&definition.en),
        escaped(&definition.id)
    );
    for layer in layers_of(theme) {
        let links: Vec<String> = layer.urls.iter().map(|url| link(url)).collect();
        let (en, id) = (escaped(&layer.title.en), escaped(&layer.title.id));
        let links = links.join(" ");
        let _ =
            writeln!(page, "<tr><td>{en} <span lang=\"id\">{id}</span></td><td>{links}</td></tr>");
    }
    page.push_str("</table>\n");
}

fn link(url: &str) -> String {
    let url = escaped(url);
    let name = url.rsplit_once('.').map_or("", |(_, extension)| extension);
    format!("<a href=\"{url}\">{name}</a>")
}

/// A text in which nothing is read as HTML, neither between tags nor in a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_would_be_html() {
        assert_eq!(escaped("<a b='c'> & \"d\""), "&lt;a b=&#39;c&#39;&gt; &amp; &quot;d&quot;");
    }
}

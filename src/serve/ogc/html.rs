//! Pages without scripts that show what the API answers as JSON.

use std::fmt::Write;

use serde_json::Value;

use crate::protect::{Field, Layer};
use crate::serve::page::{STYLE, escaped, note};
use crate::serve::reached::Base;
use crate::serve::served::Served;

/// A page may load nothing.
pub(in crate::serve) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A page with this title and what stands below it, which is HTML already.
pub(in crate::serve) fn page(served: &Served, base: &Base, title: &str, body: &str) -> String {
    let base = escaped(&base.prefix);
    let (title, release) = (escaped(title), escaped(served.label.release.as_str()));
    let note = note(served.leaves.protection());
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}dl{{margin:0}}dd{{margin-left:1.5rem}}ul{{margin:0}}\
         .wide{{overflow-x:auto}}</style></head>\n<body>\n{note}<h1>{title}</h1>\n\
         <p>Release {release}. <a href=\"{base}/ogc?f=html\">OGC API</a> <a href=\"{base}/docs\">All paths</a> \
         <a href=\"{base}/\">Map</a></p>\n{body}\n</body></html>\n"
    )
}

/// A value as a page: its title, then its members, links as links.
pub(super) fn of_value(served: &Served, base: &Base, value: &Value) -> String {
    let title = value.get("title").and_then(Value::as_str).unwrap_or("OGC API");
    let mut body = String::new();
    add(&mut body, value);
    page(served, base, title, &body)
}

fn add(body: &mut String, value: &Value) {
    match value {
        Value::Object(members) if members.contains_key("href") => add_link(body, value),
        Value::Object(members) => {
            body.push_str("<dl>");
            for (name, member) in members.iter().filter(|(name, _)| *name != "title") {
                let _ = write!(body, "<dt><strong>{}</strong></dt><dd>", escaped(name));
                add(body, member);
                body.push_str("</dd>");
            }
            body.push_str("</dl>\n");
        }
        Value::Array(members) if members.iter().any(|it| it.is_object() || it.is_string()) => {
            body.push_str("<ul>");
            for member in members {
                body.push_str("<li>");
                if let Some(title) = member.get("title").filter(|_| member.get("href").is_none()) {
                    let _ = write!(body, "{}", escaped(title.as_str().unwrap_or_default()));
                }
                add(body, member);
                body.push_str("</li>");
            }
            body.push_str("</ul>\n");
        }
        Value::String(text) => body.push_str(&escaped(text)),
        _ => body.push_str(&escaped(&value.to_string())),
    }
}

fn add_link(body: &mut String, link: &Value) {
    let text = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or_default();
    let (href, rel, title) = (escaped(text("href")), escaped(text("rel")), escaped(text("title")));
    let media_type = escaped(text("type"));
    let _ = write!(body, "{rel}: <a href=\"{href}\">{title}</a> {media_type}");
}

/// The features of a layer as a table, links before it.
pub(super) fn of_layer(
    (served, base): (&Served, &Base),
    layer: &Layer,
    title: &str,
    links: &Value,
) -> String {
    let mut body = String::new();
    let (matched, shown) = (layer.matched(), layer.features().len());
    let _ = writeln!(body, "<p>{shown} of {matched}</p>");
    add(&mut body, links);
    let fields = Field::all(layer.theme());
    body.push_str("<div class=\"wide\"><table><tr>");
    for field in &fields {
        let _ = write!(body, "<th>{}</th>", escaped(&field.name));
    }
    body.push_str("</tr>\n");
    for feature in layer.features() {
        body.push_str("<tr>");
        for field in &fields {
            let value = field.value(feature, layer.geography());
            let text = value.map_or_else(String::new, |value| escaped(&value.to_string()));
            let _ = write!(body, "<td>{text}</td>");
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</table></div>");
    page(served, base, title, &body)
}

//! All paths as a page for people, which loads nothing from anywhere.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::operations::{OPERATIONS, Operation, TAGS};
use super::parameters::TABLE;
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::ogc::{POLICY, page};
use crate::serve::page::escaped;
use crate::serve::parameters::{Asked, Parameters};
use crate::serve::reached::{Base, Client, VARY};
use crate::serve::reply::{Question, reply};
use crate::serve::served::Served;

/// `/docs`
pub(in crate::serve) async fn docs(
    State(house): State<House>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    Parameters::parse(asked, &house.served, &[])?;
    let media_type = "text/html; charset=utf-8";
    let Client { headers, base } = client;
    let question = Question { name: "docs", canonical: base.prefix.clone(), media_type };
    let make = move |served: &Served| Ok(written(served, &base).into_bytes());
    let mut response = reply(&house, &headers, question, make).await?;
    response.headers_mut().append(header::VARY, VARY);
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn written(served: &Served, base: &Base) -> String {
    let prefix = escaped(&base.prefix);
    let mut body = format!(
        "<p>The same for programs: <a href=\"{prefix}/openapi.json\">{prefix}/openapi.json</a></p>\n"
    );
    for (tag, says) in TAGS {
        let _ = writeln!(body, "<h2>{}</h2>", escaped(says));
        for operation in OPERATIONS.iter().filter(|operation| operation.tag == tag) {
            add(&mut body, operation);
        }
    }
    page(served, base, "All paths", &body)
}

fn add(body: &mut String, operation: &Operation) {
    let (path, summary) = (escaped(operation.path), escaped(operation.summary));
    let _ =
        writeln!(body, "<h3 id=\"{}\"><code>{path}</code></h3>\n<p>{summary}</p>", operation.id);
    if !operation.parameters.is_empty() {
        body.push_str("<table>");
        let taken = TABLE.iter().filter(|it| operation.parameters.contains(&it.key));
        for parameter in taken {
            let (name, says) = (escaped(parameter.name), escaped(parameter.says));
            let place = if parameter.is_in_path { "in the path" } else { "parameter" };
            let _ = writeln!(
                body,
                "<tr><td><code>{name}</code></td><td>{place}</td><td>{says}</td></tr>"
            );
        }
        body.push_str("</table>\n");
    }
    let answers: Vec<String> =
        operation.answers.iter().map(|(it, _)| format!("<code>{}</code>", escaped(it))).collect();
    let _ = writeln!(body, "<p>Answers {}</p>", answers.join(", "));
}

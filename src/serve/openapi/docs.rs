//! All paths as a page for people, which loads nothing from anywhere.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::operations::{OPERATIONS, Operation, TAGS};
use super::parameters::TABLE;
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::ogc::{POLICY, page};
use crate::serve::page::escaped;
use crate::serve::parameters::{Asked, Parameters};
use crate::serve::reply::{Question, reply};
use crate::serve::served::Served;

/// `/docs`
pub(in crate::serve) async fn docs(
    State(house): State<House>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Parameters::parse(asked, &house.served, &[])?;
    let media_type = "text/html; charset=utf-8";
    let question = Question { name: "docs", canonical: String::new(), media_type };
    let make = |served: &Served| Ok(written(served).into_bytes());
    let mut response = reply(&house, &headers, question, make).await?;
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn written(served: &Served) -> String {
    let mut body =
        String::from("<p>The same for programs: <a href=\"/openapi.json\">/openapi.json</a></p>\n");
    for (tag, says) in TAGS {
        let _ = writeln!(body, "<h2>{}</h2>", escaped(says));
        for operation in OPERATIONS.iter().filter(|operation| operation.tag == tag) {
            add(&mut body, operation);
        }
    }
    page(served, "All paths", &body)
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

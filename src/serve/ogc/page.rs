//! One way to answer: what was asked, in which form, under which address.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::Value;

use super::form::Form;
use super::html;
use super::link::{Link, with_parameters};
use crate::serve::House;
use crate::serve::error::ApiError;
use crate::serve::parameters::{Asked, Parameters};
use crate::serve::reached::{Base, Client, VARY};
use crate::serve::reply::{Question, json, reply};
use crate::serve::served::Served;

/// What a request to a page of the OGC API asks for.
pub(super) struct Page {
    /// Where the client reached the server.
    pub base: Base,
    /// The path behind it.
    path: String,
    pub form: Form,
    pub parameters: Parameters,
}

impl Page {
    /// Reads the request to a path; `known` are the parameters besides `f` and `release`.
    pub fn asked(
        house: &House,
        path: String,
        asked: Asked,
        known: &[&str],
        client: &Client,
    ) -> Result<Self, ApiError> {
        let known: Vec<&str> = known.iter().copied().chain(["f"]).collect();
        let parameters = Parameters::parse(asked, &house.served, &known)?;
        let form = Form::asked(&parameters, &client.headers)?;
        Ok(Self { base: client.base.clone(), path, form, parameters })
    }

    /// The address of another path.
    pub fn url(&self, path: &str) -> String {
        self.base.url(path)
    }

    /// This page with some parameters put in the place of its own; one without a value is left out.
    pub fn again(&self, changed: &[(&str, Option<&str>)]) -> String {
        let given = self.parameters.pairs().iter();
        let given = given.map(|(name, value)| (name.as_str(), value.as_str()));
        let is_changed = |name: &str| changed.iter().any(|(other, _)| *other == name);
        let kept = given.filter(|(name, _)| !is_changed(name));
        let new = changed.iter().filter_map(|&(name, value)| Some((name, value?)));
        with_parameters(&self.url(&self.path), &kept.chain(new).collect::<Vec<_>>())
    }

    /// The links to this page and to its other form.
    pub fn own_links(&self, json: &'static str) -> Vec<Link> {
        let (own, other) = (self.form, self.form.other());
        let alternate = self.again(&[("f", Some(other.name()))]);
        vec![
            Link::new(self.again(&[]), "self", own.media_type(json), "This page"),
            Link::new(alternate, "alternate", other.media_type(json), other.name()),
        ]
    }

    /// Answers with a value, or a page that shows it.
    pub async fn answer(
        self,
        house: &House,
        headers: &HeaderMap,
        media_type: &'static str,
        make: impl FnOnce(&Self, &Served) -> Result<Value, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        self.answer_bytes(house, headers, media_type, move |page, served| {
            let value = make(page, served)?;
            Ok(match page.form {
                Form::Json => json(&value),
                Form::Html => html::of_value(served, &page.base, &value).into_bytes(),
            })
        })
        .await
    }

    /// Answers with what is made for its form.
    pub async fn answer_bytes(
        self,
        house: &House,
        headers: &HeaderMap,
        media_type: &'static str,
        make: impl FnOnce(&Self, &Served) -> Result<Vec<u8>, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let form = self.form;
        let question = Question {
            name: "ogc",
            canonical: format!("{} {}", form.name(), self.again(&[])),
            media_type: form.media_type(media_type),
        };
        let made = reply(house, headers, question, move |served| make(&self, served)).await;
        let mut response = made?;
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("accept"));
        headers.append(header::VARY, VARY);
        if form == Form::Html {
            let policy = HeaderValue::from_static(html::POLICY);
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        Ok(response)
    }
}

//! The report of a region, or of the nation, as a page for printing.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::House;
use super::error::ApiError;
use super::first::preferred;
use super::parameters::{Asked, Parameters};
use super::profile::{place_figures, region_of};
use super::query::sentence;
use super::reply::{HTML, Question, reply};
use super::served::Served;
use super::web::fonts;
use crate::analyse::Measure;
use crate::domain::geography::Geography;
use crate::domain::region::RegionId;
use crate::protect::{Layer, LayerRequest};
use crate::report::colours::Palette;
use crate::report::paper::{Paper, Parts, THEMES};
use crate::report::shown::Shown;
use crate::report::words::{Language, Words};

/// It loads the page's font and nothing else, and runs nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// `/regions/{code}/report`
pub(super) async fn paper(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(code) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let parameters = Parameters::parse(asked, &house.served, &["lang"])?;
    let region = region_of(&house.served, &code)?;
    let language: Language = match parameters.get("lang").map(str::parse) {
        None => preferred(&headers),
        Some(language) => language.map_err(|error| sentence(&error))?,
    };
    let canonical = format!("{region:?} {} {:?}", language.name(), fonts());
    let question = Question { name: "report", canonical, media_type: HTML };
    let make = move |served: &Served| Ok(write(served, region, language).into_bytes());
    let mut response = reply(&house.heavy(), &headers, question, make).await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let vary = HeaderValue::from_static("accept-encoding, accept-language");
    headers.insert(header::VARY, vary);
    Ok(response)
}

fn write(served: &Served, region: Option<RegionId>, language: Language) -> String {
    let (kin, within, level) = Parts::of(region, &served.tree);
    let themes = THEMES.iter().filter_map(|name| served.indicators.theme(name));
    let layers = themes.map(|theme| {
        let geography = Geography::Region(level);
        served.layer(&LayerRequest { theme, geography, within, bounds: None, limit: None })
    });
    let layers: Vec<Layer> = layers.collect();
    let first = layers.first().expect("the table has the theme by which reports rank");
    let shown = Shown::new(first, Measure::Share, None, Palette::Theme);
    let parts = Parts { kin, within, level, layers: &layers };
    let paper = Paper {
        words: Words::of(language),
        tree: &served.tree,
        indicators: &served.indicators,
        label: &served.label,
        protection: served.leaves.protection(),
        threshold: served.leaves.threshold(),
        place: place_figures(served, region),
        outlines: &served.general,
        parts,
        shown,
        fonts: fonts(),
    };
    paper.write()
}

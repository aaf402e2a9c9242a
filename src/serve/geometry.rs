//! A region's outline.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use tracing::error;

use super::House;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::query::{parse_within, sentence};
use super::reply::{Question, reply};
use super::served::Served;
use crate::domain::geography::Geography;
use crate::domain::region::{Level, RegionId};
use crate::encode::{Format, Geometry, region};

/// `/regions/{code}/geometry`
pub(super) async fn geometry(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(code) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let parameters = Parameters::parse(asked, &house.served, &["geometry"])?;
    let id = parse_within(&house.served, Geography::Region(Level::Village), &code)?;
    let geometry: Geometry = match parameters.get("geometry").map(str::parse) {
        None => Geometry::General,
        Some(geometry) => geometry.map_err(|error| sentence(&error))?,
    };
    if geometry == Geometry::None {
        return Err(ApiError::bad_request(
            "An outline is `general` or `full`; without one, ask for /regions/{code}.",
        ));
    }
    let question = Question {
        name: "outline",
        canonical: format!("{id:?} {}", geometry.name()),
        media_type: Format::GeoJson.media_type(),
    };
    reply(&house, &headers, question, move |served| write(served, id, geometry)).await
}

fn write(served: &Served, id: RegionId, geometry: Geometry) -> Result<Vec<u8>, ApiError> {
    if geometry == Geometry::General {
        return Ok(region::feature(&served.tree, id, &served.general, &served.label.release));
    }
    let full = served.full.get().map_err(|failure| {
        error!(error = &failure as &dyn std::error::Error, "Failed to read an outline");
        ApiError::internal()
    })?;
    Ok(region::feature(&served.tree, id, &full, &served.label.release))
}

//! Layers over HTTP: parsed, asked for, wrapped.

use std::io::{self, Write};
use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use tracing::error;

use super::answer;
use super::cache::Keep;
use super::coding::Coding;
use super::error::{ApiError, ServeError};
use super::filtered;
use super::query::{LayerQuery, capital, sentence};
use super::served::Served;
use super::shelf::Shelf;
use super::{House, Limits, compare};
use crate::analyse::Change;
use crate::encode::{Compared, Format};
use crate::report::workbook::WorkbookError;

/// `/layers/{theme}/{geography}.{geojson|geojsonl|csv|parquet|fgb|gpkg|xlsx}`
pub(super) async fn layer(
    State(house): State<House>,
    Extension(shelf): Extension<Arc<Shelf>>,
    path: Result<Path<(String, String)>, PathRejection>,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
    keep: Option<Extension<Keep>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let unreadable = |text: String| ApiError::bad_request(text);
    let Path((theme, file)) = path.map_err(|error| unreadable(error.body_text()))?;
    let Query(parameters) = parameters.map_err(|error| unreadable(error.body_text()))?;
    let query = LayerQuery::parse(&house.served, &house.limits, (&theme, &file), &parameters)?;
    // A workbook is packed as it is.
    let coding = match query.format {
        Format::Workbook => Coding::accepted_of_packed(&headers),
        _ => Coding::accepted(&headers),
    };
    let other =
        compare::other(&shelf, &house.served, ("compare", query.compare.as_deref())).await?;
    if let Some(other) = &other {
        compare::refuse_definitions(&query.theme, &house.served, other)?;
    }
    let tag = answer::tag(&house.served, &query, other.as_deref(), coding);
    let name = query.name();
    if answer::is_known(&headers, &tag) {
        return Ok(answer::not_modified(&tag, name));
    }
    let format = query.format;
    let limits = house.limits;
    let work =
        move |served: &Served| coding.pack(encode(served, &limits, &query, other.as_deref())?);
    let keep = keep.map_or_else(Keep::default, |Extension(keep)| keep);
    let house = if is_export(format) { house.heavy() } else { house };
    let body = house.cached(&tag, keep, work).await?;
    // What can't be kept would be made again for each of its parts.
    let has_parts = house.cache.has_room(body.len());
    let response = answer::layer(format, coding, &tag, name, body);
    Ok(if has_parts { answer::as_file(response) } else { response })
}

/// Whether a format is a file to take away, which costs more than what a page or a map shows.
const fn is_export(format: Format) -> bool {
    !matches!(format, Format::GeoJson | Format::GeoJsonLines | Format::Csv)
}

fn encode(
    served: &Served,
    limits: &Limits,
    query: &LayerQuery,
    other: Option<&Served>,
) -> Result<Vec<u8>, ApiError> {
    let layer = filtered::layer(served, &query.request(limits), query.filter.as_ref());
    if layer.matched() > limits.features && !query.has_limit() {
        return Err(ApiError::too_large(format!(
            "{} features match and at most {} are answered at once: ask for a part with `within`, `bbox` or \
             `filter`, for a coarser geography, or for the first ones with `limit`.",
            layer.matched(),
            limits.features
        )));
    }
    let changes = other.map(|other| {
        let before = other.layer(&query.request_of_other());
        (&other.label.release, Change::of_layer(&layer, &before))
    });
    let compared = changes.as_ref().map(|(with, changes)| Compared { with, changes });
    bounded(limits, |out| match query.format {
        Format::Workbook => served.write_workbook((&layer, compared), query.told(), out),
        Format::Csv => served.write_csv((&layer, compared), query.dialect(), out),
        format => served.write_compared((&layer, compared), query.geometry, format, out),
    })
}

/// What is written, unless it is larger than an answer may be.
pub(super) fn bounded(
    limits: &Limits,
    write: impl FnOnce(&mut Bounded) -> Result<(), ServeError>,
) -> Result<Vec<u8>, ApiError> {
    let mut out = Bounded { bytes: Vec::new(), most: limits.answer_bytes, is_full: false };
    match write(&mut out) {
        Ok(()) => Ok(out.bytes),
        Err(ServeError::Write(_)) if out.is_full => Err(ApiError::too_large(format!(
            "The answer is larger than {} MB: ask for a part with `within` or `bbox`, or for \
             geometry=general or geometry=none.",
            limits.answer_bytes / 1_000_000
        ))),
        Err(failure @ ServeError::NoChanges { .. }) => Err(sentence(&failure)),
        Err(ServeError::Workbook(failure @ WorkbookError::Rows { .. })) => {
            Err(ApiError::too_large(capital(&failure.to_string())))
        }
        Err(failure @ ServeError::Workbook(WorkbookError::NoRoom)) => {
            log_failure(&failure);
            Err(ApiError::unavailable(
                "The server has no room to write the workbook; ask again later, or for a csv.",
            ))
        }
        Err(failure) => Err(log_failure(&failure)),
    }
}

fn log_failure(failure: &ServeError) -> ApiError {
    let cause = std::error::Error::source(failure).map(ToString::to_string);
    error!(cause, "Failed to answer: {failure}");
    ApiError::internal()
}

/// Bytes in memory up to a bound.
pub(super) struct Bounded {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > self.most {
            self.is_full = true;
            return Err(io::Error::other("the answer is too large"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

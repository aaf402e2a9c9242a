//! A layer with those features alone that a filter takes.

use geo::{Geometry, Intersects};

use super::error::ApiError;
use super::query::{quoted, sentence};
use super::served::Served;
use crate::analyse::Filter;
use crate::domain::indicator::Theme;
use crate::encode::Outlines;
use crate::encode::outline::Outline;
use crate::protect::{Feature, Layer, LayerRequest};

/// The parameters `filter` and `filter-lang`.
pub(super) fn parse(
    filter: Option<&str>,
    language: Option<&str>,
    theme: &Theme,
) -> Result<Option<Filter>, ApiError> {
    let read = match language {
        None | Some("cql2-text") => Filter::from_text,
        Some("cql2-json") => Filter::from_json,
        Some(other) => {
            let other = quoted(other);
            let detail = format!("`filter-lang` is cql2-text or cql2-json, not {other}.");
            return Err(ApiError::bad_request(detail));
        }
    };
    filter.map(|text| read(text, theme)).transpose().map_err(|error| sentence(&error))
}

/// Sums a layer; with a filter all features of the request are made before its limit is held to those
/// that the filter takes. Shapes are held against the outlines that are drawn.
pub(super) fn layer(served: &Served, request: &LayerRequest<'_>, filter: Option<&Filter>) -> Layer {
    let Some(filter) = filter else { return served.layer(request) };
    let all = served.layer(&LayerRequest { limit: None, ..*request });
    let intersects = |feature: &Feature, shape: &Geometry| {
        let outline = Outline::of(feature.place, Outlines::Regions(&served.general));
        outline.is_some_and(|outline| outline.held().intersects(shape))
    };
    let kept = all.keeping(|feature| filter.takes(feature, request.geography, intersects));
    kept.page(0, request.limit.unwrap_or(usize::MAX))
}

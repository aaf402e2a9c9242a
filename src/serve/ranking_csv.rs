//! A ranking as CSV (RFC 4180): a line a place, the worst before the best; null is empty.

use csv::{Terminator, WriterBuilder};

use super::error::ApiError;
use crate::analyse::{Measure, Ranking};
use crate::domain::region::Slug;
use crate::protect::{Feature, Layer};

const COLUMNS: [&str; 18] = [
    "list",
    "place",
    "code",
    "name",
    "parent",
    "households",
    "count",
    "moe95",
    "share",
    "share_moe95",
    "density_km2",
    "status",
    "theme",
    "geography",
    "by",
    "release",
    "regions",
    "protection",
];

/// Writes both ends, `list` saying which, `place` counting from the end.
pub(super) fn write(
    layer: &Layer,
    by: Measure,
    ranking: &Ranking<'_>,
    release: &Slug,
) -> Result<Vec<u8>, ApiError> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let origin = [
        layer.theme().name.clone(),
        layer.geography().to_string(),
        by.to_string(),
        release.to_string(),
        layer.regions().to_string(),
        layer.protection().name().to_owned(),
    ];
    let failed = |_| ApiError::internal();
    writer.write_record(COLUMNS).map_err(failed)?;
    for (list, features) in [("worst", &ranking.worst), ("best", &ranking.best)] {
        for (index, feature) in features.iter().enumerate() {
            let place = [list.to_owned(), (index + 1).to_string()];
            let row = place.into_iter().chain(figures(feature)).chain(origin.iter().cloned());
            writer.write_record(row).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|_| ApiError::internal())
}

fn figures(feature: &Feature) -> [String; 10] {
    [
        feature.code.to_string(),
        text(&feature.name),
        text(&feature.parent),
        feature.households.to_string(),
        text(&feature.count),
        text(&feature.moe95),
        text(&feature.share),
        text(&feature.share_moe95),
        text(&feature.density_km2),
        feature.status.name().to_owned(),
    ]
}

fn text<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}

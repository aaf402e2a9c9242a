//! A ranking as CSV: a line a place, the worst before the best; null is empty.

use csv::{Terminator, WriterBuilder};

use super::error::ApiError;
use crate::analyse::{Measure, Ranking};
use crate::domain::region::Slug;
use crate::encode::csv::Dialect;
use crate::protect::{Feature, Layer};

const COLUMNS: [&str; 27] = [
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
    "share_low",
    "share_high",
    "share_estimate",
    "share_estimate_moe95",
    "share_surveyed",
    "share_surveyed_moe95",
    "coverage",
    "coverage_moe95",
    "coverage_of",
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
    (release, dialect): (&Slug, Dialect),
) -> Result<Vec<u8>, ApiError> {
    let mut builder = WriterBuilder::new();
    builder.terminator(Terminator::CRLF).delimiter(dialect.delimiter());
    let mut writer = builder.from_writer(dialect.byte_order_mark().to_vec());
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
            let texts = origin.iter().map(|text| dialect.text(text).into_owned());
            let row = place.into_iter().chain(figures(feature, dialect)).chain(texts);
            writer.write_record(row).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(|_| ApiError::internal())
}

fn figures(feature: &Feature, dialect: Dialect) -> [String; 19] {
    let (shares, coverage) = (feature.other_shares, feature.coverage);
    let text = |text: String| dialect.text(&text).into_owned();
    let number = |number: Option<f64>| number.map_or_else(String::new, |it| dialect.number(&it));
    [
        text(feature.code.to_string()),
        text(feature.name.as_deref().unwrap_or_default().to_owned()),
        text(feature.parent.map_or_else(String::new, |parent| parent.to_string())),
        feature.households.to_string(),
        feature.count.map_or_else(String::new, |count| count.to_string()),
        number(feature.moe95),
        number(feature.share),
        number(feature.share_moe95),
        number(shares.low),
        number(shares.high),
        number(shares.estimate),
        number(shares.estimate_moe95),
        number(shares.surveyed),
        number(shares.surveyed_moe95),
        number(coverage.map(|coverage| coverage.share)),
        number(coverage.and_then(|coverage| coverage.moe95)),
        coverage.map_or_else(String::new, |coverage| coverage.of.name().to_owned()),
        number(feature.density_km2),
        feature.status.name().to_owned(),
    ]
}

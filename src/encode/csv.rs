//! A layer as CSV (RFC 4180): a header, a line a feature, CRLF; null is empty.

use std::io;

use csv::{Terminator, WriterBuilder};

use super::ReleaseLabel;
use crate::protect::{Feature, Layer};

/// The columns before the theme's breakdown and rates. The denominator of the share has four.
const COLUMNS: [&str; 16] = [
    "code",
    "name",
    "parent",
    "level",
    "households",
    "count",
    "moe95",
    "share",
    "share_moe95",
    "share_of_column",
    "share_of_year",
    "share_of_source",
    "share_of_value",
    "density_km2",
    "rest",
    "status",
];

/// The columns after it: whence each line comes, and who may see it.
const ORIGIN: [&str; 4] = ["theme", "release", "regions", "protection"];

/// Writes a layer.
///
/// # Errors
/// Those of the writer alone.
pub fn write(layer: &Layer, label: &ReleaseLabel, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let breakdown = layer.theme().breakdown.iter().map(|column| column.name());
    let rates = layer.theme().rates.iter().map(|rate| rate.name.as_str());
    writer.write_record(COLUMNS.into_iter().chain(breakdown).chain(rates).chain(ORIGIN))?;
    let origin = [
        layer.theme().name.clone(),
        label.release.to_string(),
        layer.regions().to_string(),
        layer.protection().name().to_owned(),
    ];
    for feature in layer.features() {
        let figures = figures(layer, feature);
        let breakdown = feature.breakdown.iter().map(text).chain(feature.rates.iter().map(text));
        writer.write_record(figures.into_iter().chain(breakdown).chain(origin.iter().cloned()))?;
    }
    writer.flush()
}

fn figures(layer: &Layer, feature: &Feature) -> [String; COLUMNS.len()] {
    let share_of = feature.share_of.as_ref();
    [
        feature.code.to_string(),
        text(&feature.name),
        text(&feature.parent),
        layer.geography().name().to_owned(),
        feature.households.to_string(),
        text(&feature.count),
        text(&feature.moe95),
        text(&feature.share),
        text(&feature.share_moe95),
        share_of.map_or_else(String::new, |of| of.column.to_owned()),
        text(&share_of.and_then(|of| of.year)),
        share_of.map_or_else(String::new, |of| of.source.clone()),
        text(&share_of.map(|of| of.value)),
        text(&feature.density_km2),
        feature.rest.to_string(),
        feature.status.name().to_owned(),
    ]
}

fn text<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}

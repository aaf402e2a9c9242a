//! A layer as CSV (RFC 4180): a header, a line a feature, CRLF; null is empty.

use std::io;

use csv::{Terminator, WriterBuilder};

use super::{Compared, ReleaseLabel};
use crate::protect::{Feature, Layer};

/// The columns before the theme's breakdown. The denominator of the share has four.
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

/// The columns at the end, where what changed since another release is told.
const CHANGE: [&str; 4] = ["previous", "change", "change_moe95", "compared_with"];

/// Writes a layer.
///
/// # Errors
/// Those of the writer alone.
pub fn write(
    layer: &Layer,
    label: &ReleaseLabel,
    compared: Option<Compared<'_>>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let breakdown = layer.theme().breakdown.iter().map(|column| column.name());
    let change = compared.iter().flat_map(|_| CHANGE);
    writer.write_record(COLUMNS.into_iter().chain(breakdown).chain(ORIGIN).chain(change))?;
    let origin = [
        layer.theme().name.clone(),
        label.release.to_string(),
        layer.regions().to_string(),
        layer.protection().name().to_owned(),
    ];
    for (index, feature) in layer.features().iter().enumerate() {
        let figures = figures(layer, feature);
        let breakdown = feature.breakdown.iter().map(text);
        let change = compared.iter().flat_map(|compared| told(compared, index));
        let origin = origin.iter().cloned();
        writer.write_record(figures.into_iter().chain(breakdown).chain(origin).chain(change))?;
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
        text(&share_of.map(|of| of.year)),
        share_of.map_or_else(String::new, |of| of.source.clone()),
        text(&share_of.map(|of| of.value)),
        text(&feature.density_km2),
        feature.rest.to_string(),
        feature.status.name().to_owned(),
    ]
}

fn told(compared: &Compared<'_>, index: usize) -> [String; CHANGE.len()] {
    let change = &compared.changes[index];
    let with = compared.with.to_string();
    [text(&change.previous), text(&change.change), text(&change.change_moe95), with]
}

fn text<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(String::new, T::to_string)
}

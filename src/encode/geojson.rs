//! A layer as GeoJSON (RFC 7946): features are written by all cores, and put out in their order.
//!
//! Geometries are the `geojson` crate's. Around them `serde` writes, so that a collection is never held
//! as a whole and properties keep the order of the documentation.

use std::io;

use rayon::prelude::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::outline::Outline;
use super::title::title;
use super::{Compared, Outlines, ReleaseLabel};
use crate::analyse::Change;
use crate::domain::code::RegionCode;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Bilingual, PovertyThreshold};
use crate::domain::person::Definition;
use crate::domain::position::Bounds;
use crate::domain::region::Slug;
use crate::protect::{Feature, Layer, PlaceCode, Protection, Totals};

/// Features that one thread writes before it looks for more work.
const FEATURES_AT_ONCE: usize = 16;
/// Features that are held before they are put out.
const FEATURES_HELD: usize = 4096;

/// Writes a layer as a `FeatureCollection`, one feature a line. Its foreign member `sebaran` says which
/// release, regions, theme and geography it is of, who may see it, and where the households are.
///
/// # Errors
/// Those of the writer alone.
pub fn write(
    layer: &Layer,
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    compared: Option<Compared<'_>>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"sebaran\":")?;
    serde_json::to_writer(&mut *out, &Head::new(layer, label, compared))?;
    if let Some(bounds) = collection_bounds(layer, outlines) {
        out.write_all(b",\"bbox\":")?;
        serde_json::to_writer(&mut *out, &bounds)?;
    }
    out.write_all(b",\"features\":[")?;
    let mut is_first = true;
    for (index, held) in layer.features().chunks(FEATURES_HELD).enumerate() {
        let parts = held.par_chunks(FEATURES_AT_ONCE).enumerate();
        let write = |(part, features): (usize, &[Feature])| {
            let first = index * FEATURES_HELD + part * FEATURES_AT_ONCE;
            let changes = compared.map(|compared| &compared.changes[first..]);
            write_features(layer, (features, changes), outlines)
        };
        let parts: Vec<_> = parts.map(write).collect();
        for part in parts {
            let part = part?;
            // No comma stands before the first feature.
            out.write_all(&part[usize::from(is_first)..])?;
            is_first = false;
        }
    }
    out.write_all(b"\n]}\n")
}

/// The features, each on a line of its own, a comma before each.
fn write_features(
    layer: &Layer,
    (features, changes): (&[Feature], Option<&[Change]>),
    outlines: Outlines<'_>,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (index, feature) in features.iter().enumerate() {
        bytes.extend_from_slice(b",\n");
        let outline = Outline::of(feature.place, outlines);
        let change = changes.map(|changes| &changes[index]);
        let properties = Properties { layer, feature, change };
        serde_json::to_writer(&mut bytes, &FeatureObject { feature, outline, properties })?;
    }
    Ok(bytes)
}

fn collection_bounds(layer: &Layer, outlines: Outlines<'_>) -> Option<Bounds> {
    let bounds = |feature: &Feature| Some(Outline::of(feature.place, outlines)?.bounds());
    layer.features().par_iter().filter_map(bounds).reduce_with(Bounds::join)
}

/// The foreign member of the collection.
#[derive(serde::Serialize)]
struct Head<'a> {
    release: &'a Slug,
    reference_date: &'a str,
    regions: &'a Slug,
    theme: &'a str,
    geography: Geography,
    within: Option<RegionCode>,
    protection: Protection,
    poverty_threshold: PovertyThreshold,
    title: Bilingual,
    unit: &'a Bilingual,
    definition: &'a Bilingual,
    disability_definition: Option<Definition>,
    matched: usize,
    totals: Totals,
    /// The release since which changes are told, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_with: Option<&'a Slug>,
}

impl<'a> Head<'a> {
    fn new(layer: &'a Layer, label: &'a ReleaseLabel, compared: Option<Compared<'a>>) -> Self {
        let theme = layer.theme();
        Self {
            release: &label.release,
            reference_date: &label.reference_date,
            regions: layer.regions(),
            theme: &theme.name,
            geography: layer.geography(),
            within: layer.within(),
            protection: layer.protection(),
            poverty_threshold: layer.threshold(),
            title: title(theme, layer.geography()),
            unit: &theme.unit,
            definition: &theme.definition,
            disability_definition: label.disability_definition,
            matched: layer.matched(),
            totals: layer.totals(),
            compared_with: compared.map(|compared| compared.with),
        }
    }
}

struct FeatureObject<'a> {
    feature: &'a Feature,
    outline: Option<Outline<'a>>,
    properties: Properties<'a>,
}

impl Serialize for FeatureObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("type", "Feature")?;
        object.serialize_entry("id", &self.feature.code)?;
        if let Some(outline) = &self.outline {
            object.serialize_entry("bbox", &outline.bounds())?;
        }
        object.serialize_entry("geometry", &self.outline.as_ref().map(Outline::geometry))?;
        object.serialize_entry("properties", &self.properties)?;
        object.end()
    }
}

struct Properties<'a> {
    layer: &'a Layer,
    feature: &'a Feature,
    change: Option<&'a Change>,
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { layer, feature, change } = *self;
        let parent: &Option<PlaceCode> = &feature.parent;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &feature.code)?;
        map.serialize_entry("name", &feature.name)?;
        map.serialize_entry("parent", parent)?;
        map.serialize_entry("level", layer.geography().name())?;
        map.serialize_entry("households", &feature.households)?;
        map.serialize_entry("count", &feature.count)?;
        map.serialize_entry("moe95", &feature.moe95)?;
        map.serialize_entry("share", &feature.share)?;
        map.serialize_entry("share_moe95", &feature.share_moe95)?;
        map.serialize_entry("share_of", &feature.share_of)?;
        map.serialize_entry("density_km2", &feature.density_km2)?;
        map.serialize_entry("rest", &feature.rest)?;
        map.serialize_entry("status", &feature.status)?;
        for (column, value) in layer.theme().breakdown.iter().zip(&feature.breakdown) {
            map.serialize_entry(column.name(), value)?;
        }
        if let Some(change) = change {
            map.serialize_entry("previous", &change.previous)?;
            map.serialize_entry("change", &change.change)?;
            map.serialize_entry("change_moe95", &change.change_moe95)?;
        }
        map.end()
    }
}

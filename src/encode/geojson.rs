//! A layer as GeoJSON (RFC 7946): features are written by all cores, and put out in their order.
//!
//! Geometries are the `geojson` crate's. Around them `serde` writes, so that a collection is never held
//! as a whole and properties keep the order of the documentation.

use std::io;

use rayon::prelude::*;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::outline::Outline;
use super::title::title;
use super::{Outlines, ReleaseLabel};
use crate::domain::code::RegionCode;
use crate::domain::geography::Geography;
use crate::domain::indicator::{Bilingual, PovertyThreshold};
use crate::domain::person::Definition;
use crate::domain::position::Bounds;
use crate::domain::programme::ProgrammeTerms;
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
    out: &mut impl io::Write,
) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"sebaran\":")?;
    serde_json::to_writer(&mut *out, &Head::new(layer, label))?;
    if let Some(bounds) = collection_bounds(layer, outlines) {
        out.write_all(b",\"bbox\":")?;
        serde_json::to_writer(&mut *out, &bounds)?;
    }
    out.write_all(b",\"features\":[")?;
    let mut is_first = true;
    for held in layer.features().chunks(FEATURES_HELD) {
        let parts = held.par_chunks(FEATURES_AT_ONCE);
        let parts: Vec<_> = parts.map(|part| write_features(layer, part, outlines)).collect();
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
    features: &[Feature],
    outlines: Outlines<'_>,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for feature in features {
        bytes.extend_from_slice(b",\n");
        let outline = Outline::of(feature.place, outlines);
        serde_json::to_writer(&mut bytes, &FeatureObject { layer, feature, outline })?;
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
    /// Of layers of programmes.
    #[serde(skip_serializing_if = "Option::is_none")]
    programmes: Option<&'a [ProgrammeTerms]>,
    matched: usize,
    totals: Totals,
}

impl<'a> Head<'a> {
    fn new(layer: &'a Layer, label: &'a ReleaseLabel) -> Self {
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
            programmes: (!theme.rates.is_empty()).then_some(&label.programmes),
            matched: layer.matched(),
            totals: layer.totals(),
        }
    }
}

struct FeatureObject<'a> {
    layer: &'a Layer,
    feature: &'a Feature,
    outline: Option<Outline<'a>>,
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
        object.serialize_entry("properties", &Properties(self.layer, self.feature))?;
        object.end()
    }
}

struct Properties<'a>(&'a Layer, &'a Feature);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(layer, feature) = *self;
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
        for (rate, value) in layer.theme().rates.iter().zip(&feature.rates) {
            map.serialize_entry(&rate.name, value)?;
        }
        map.end()
    }
}

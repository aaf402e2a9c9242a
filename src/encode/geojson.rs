//! A layer as GeoJSON (RFC 7946): features are written by all cores, and put out in their order.
//!
//! Geometries are the `geojson` crate's. Around them `serde` writes, so that a collection is never held
//! as a whole and properties keep the order of the documentation.

use std::io;

use rayon::prelude::*;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::head::Head;
use super::outline::{self, Outline};
use super::{Compared, Outlines, ReleaseLabel};
use crate::analyse::Change;
use crate::protect::{Feature, Layer, PlaceCode};

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
    write_all((layer, compared), label, outlines, &Map::new(), out)
}

/// As [`write`], with further foreign members, for example links.
///
/// # Errors
/// Those of the writer alone.
pub fn write_with(
    layer: &Layer,
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    members: &Map<String, Value>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    write_all((layer, None), label, outlines, members, out)
}

fn write_all(
    (layer, compared): (&Layer, Option<Compared<'_>>),
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    members: &Map<String, Value>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    out.write_all(b"{\"type\":\"FeatureCollection\",\"sebaran\":")?;
    serde_json::to_writer(&mut *out, &Head::new(layer, label, compared))?;
    for (name, value) in members {
        out.write_all(b",")?;
        serde_json::to_writer(&mut *out, name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, value)?;
    }
    if let Some(bounds) = outline::bounds(layer, outlines) {
        out.write_all(b",\"bbox\":")?;
        serde_json::to_writer(&mut *out, &bounds)?;
    }
    out.write_all(b",\"features\":[")?;
    each(layer, out, |index, feature, bytes| {
        // No comma stands before the first feature.
        let separator: &[u8] = if index == 0 { b"\n" } else { b",\n" };
        bytes.extend_from_slice(separator);
        let change = compared.map(|compared| &compared.changes[index]);
        let object = object((layer, feature, change), outlines, None);
        Ok(serde_json::to_writer(bytes, &object)?)
    })?;
    out.write_all(b"\n]}\n")
}

/// A single feature of a layer as a `Feature` with foreign members; `sebaran` among them is the layer's
/// head.
pub fn feature(
    layer: &Layer,
    feature: &Feature,
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    members: Map<String, Value>,
) -> Vec<u8> {
    let head = serde_json::to_value(Head::new(layer, label, None)).expect("its keys are texts");
    let mut all = Map::from_iter([("sebaran".to_owned(), head)]);
    all.extend(members);
    serde_json::to_vec(&object((layer, feature, None), outlines, Some(&all)))
        .expect("keys are texts, and coordinates are finite")
}

/// Writes every feature into bytes, by all cores, and puts them out in their order.
pub(super) fn each(
    layer: &Layer,
    out: &mut impl io::Write,
    write: impl Fn(usize, &Feature, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    for (chunk, held) in layer.features().chunks(FEATURES_HELD).enumerate() {
        let parts = held.par_chunks(FEATURES_AT_ONCE).enumerate().map(|(part, features)| {
            let first = chunk * FEATURES_HELD + part * FEATURES_AT_ONCE;
            let mut bytes = Vec::new();
            let mut features = (first..).zip(features);
            features.try_for_each(|(index, feature)| write(index, feature, &mut bytes))?;
            Ok(bytes)
        });
        let parts: Vec<io::Result<Vec<u8>>> = parts.collect();
        for part in parts {
            out.write_all(&part?)?;
        }
    }
    Ok(())
}

fn object<'a>(
    (layer, feature, change): (&'a Layer, &'a Feature, Option<&'a Change>),
    outlines: Outlines<'a>,
    members: Option<&'a Map<String, Value>>,
) -> FeatureObject<'a, Properties<'a>> {
    let outline = Outline::of(feature.place, outlines);
    FeatureObject { feature, outline, properties: Properties { layer, feature, change }, members }
}

/// A feature as it is written; its properties come from outside.
pub(super) struct FeatureObject<'a, P> {
    pub feature: &'a Feature,
    pub outline: Option<Outline<'a>>,
    pub properties: P,
    pub members: Option<&'a Map<String, Value>>,
}

impl<P: Serialize> Serialize for FeatureObject<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("type", "Feature")?;
        object.serialize_entry("id", &self.feature.code)?;
        for (name, value) in self.members.into_iter().flatten() {
            object.serialize_entry(name, value)?;
        }
        if let Some(outline) = &self.outline {
            object.serialize_entry("bbox", &outline.bounds())?;
        }
        object.serialize_entry("geometry", &self.outline.as_ref().map(Outline::geometry))?;
        object.serialize_entry("properties", &self.properties)?;
        object.end()
    }
}

/// What a feature tells.
pub(super) struct Properties<'a> {
    pub layer: &'a Layer,
    pub feature: &'a Feature,
    pub change: Option<&'a Change>,
}

impl Properties<'_> {
    pub fn add_to<S: Serializer>(&self, map: &mut S::SerializeMap) -> Result<(), S::Error> {
        let Self { layer, feature, change } = *self;
        let parent: &Option<PlaceCode> = &feature.parent;
        map.serialize_entry("code", &feature.code)?;
        map.serialize_entry("name", &feature.name)?;
        map.serialize_entry("parent", parent)?;
        map.serialize_entry("level", layer.geography().name())?;
        map.serialize_entry("households", &feature.households)?;
        let known = feature.known;
        map.serialize_entry("known_households", &known.map(|known| known.households))?;
        map.serialize_entry("known_of", &known.map(|known| known.of))?;
        map.serialize_entry("count", &feature.count)?;
        map.serialize_entry("moe95", &feature.moe95)?;
        map.serialize_entry("share", &feature.share)?;
        map.serialize_entry("share_moe95", &feature.share_moe95)?;
        map.serialize_entry("share_of", &feature.share_of)?;
        let shares = feature.other_shares;
        map.serialize_entry("share_low", &shares.low)?;
        map.serialize_entry("share_high", &shares.high)?;
        map.serialize_entry("share_estimate", &shares.estimate)?;
        map.serialize_entry("share_estimate_moe95", &shares.estimate_moe95)?;
        map.serialize_entry("share_surveyed", &shares.surveyed)?;
        map.serialize_entry("share_surveyed_moe95", &shares.surveyed_moe95)?;
        let coverage = feature.coverage;
        map.serialize_entry("coverage", &coverage.map(|coverage| coverage.share))?;
        map.serialize_entry("coverage_moe95", &coverage.and_then(|coverage| coverage.moe95))?;
        map.serialize_entry("coverage_of", &coverage.map(|coverage| coverage.of))?;
        map.serialize_entry("density_km2", &feature.density_km2)?;
        map.serialize_entry("rest", &feature.rest)?;
        map.serialize_entry("status", &feature.status)?;
        for (column, value) in layer.theme().breakdown.iter().zip(&feature.breakdown) {
            map.serialize_entry(column.name(), value)?;
        }
        for (rate, value) in layer.theme().rates.iter().zip(&feature.rates) {
            map.serialize_entry(&rate.name, value)?;
        }
        if let Some(change) = change {
            map.serialize_entry("previous", &change.previous)?;
            map.serialize_entry("change", &change.change)?;
            map.serialize_entry("change_moe95", &change.change_moe95)?;
            map.serialize_entry("coverage_change", &change.coverage_change)?;
        }
        Ok(())
    }
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.add_to::<S>(&mut map)?;
        map.end()
    }
}

//! A layer as GeoJSON, newline-delimited: a feature a line, and nothing around them.

use std::io;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::geojson::{FeatureObject, Properties, each};
use super::head::{ORIGIN, origin};
use super::outline::Outline;
use super::{Outlines, ReleaseLabel};
use crate::protect::Layer;

/// Writes a layer. There is no head, so each feature says in its properties whence it comes.
///
/// # Errors
/// Those of the writer alone.
pub fn write(
    layer: &Layer,
    label: &ReleaseLabel,
    outlines: Outlines<'_>,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let origin = origin(layer, label);
    each(layer, out, |_, feature, bytes| {
        let outline = Outline::of(feature.place, outlines);
        let properties =
            Told { properties: Properties { layer, feature, change: None }, origin: &origin };
        let object = FeatureObject { feature, outline, properties, members: None };
        serde_json::to_writer(&mut *bytes, &object)?;
        bytes.push(b'\n');
        Ok(())
    })
}

/// Properties that say whence they come.
struct Told<'a> {
    properties: Properties<'a>,
    origin: &'a [&'a str; 4],
}

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.properties.add_to::<S>(&mut map)?;
        for (name, value) in ORIGIN.iter().zip(self.origin) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

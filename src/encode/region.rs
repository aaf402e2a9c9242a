//! A region's outline as a GeoJSON feature (RFC 7946), without figures.

use geo::MultiPolygon;
use geojson::GeometryValue;
use serde::Serialize;

use super::Outlines;
use super::outline::Outline;
use crate::domain::code::RegionCode;
use crate::domain::position::Bounds;
use crate::domain::region::{Level, RegionId, RegionKind, RegionTree, Slug};
use crate::protect::Place;

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    is: &'static str,
    id: RegionCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<Bounds>,
    geometry: Option<GeometryValue>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Properties<'a> {
    code: RegionCode,
    name: &'a str,
    parent: Option<RegionCode>,
    level: Level,
    kind: RegionKind,
    area_km2: f64,
    release: &'a Slug,
    regions: &'a Slug,
}

/// Writes a region, its outline from `shapes`, which stand by [`RegionId`]; where there is none, the
/// geometry is null.
pub fn feature(
    tree: &RegionTree,
    id: RegionId,
    shapes: &[MultiPolygon],
    release: &Slug,
) -> Vec<u8> {
    let region = tree.get(id);
    let outline = Outline::of(Place::Region(id), Outlines::Regions(shapes));
    let feature = Feature {
        is: "Feature",
        id: region.code,
        bbox: outline.as_ref().map(Outline::bounds),
        geometry: outline.as_ref().map(Outline::geometry),
        properties: Properties {
            code: region.code,
            name: &region.name,
            parent: tree.parent(id).map(|parent| tree.get(parent).code),
            level: region.level,
            kind: region.kind,
            area_km2: region.area_km2,
            release,
            regions: tree.version(),
        },
    };
    serde_json::to_vec(&feature).expect("keys are texts, and coordinates are finite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::fixture::{code, shapes, tree};

    #[test]
    fn writes_a_feature_with_the_right_hand_rule() {
        let tree = tree();
        let release = "r1".parse().unwrap();
        let id = tree.find(code("0102")).unwrap();
        let text = String::from_utf8(feature(&tree, id, &shapes(&tree), &release)).unwrap();
        let read: geojson::Feature = text.parse().unwrap();
        assert_eq!(read.bbox, Some(vec![2.0, 0.0, 3.0, 1.0]));
        assert_eq!(read.property("parent").unwrap(), "01");
        assert!(text.contains("[[[2.0,0.0],[3.0,0.0],[3.0,1.0],[2.0,1.0],[2.0,0.0]]]"), "{text}");
        let without: geojson::Feature =
            String::from_utf8(feature(&tree, id, &[], &release)).unwrap().parse().unwrap();
        assert!(without.geometry.is_none() && without.bbox.is_none());
    }
}

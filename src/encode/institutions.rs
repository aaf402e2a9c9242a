//! Institutions as GeoJSON points (RFC 7946): what everybody may know of them.

use geojson::GeometryValue;
use serde::Serialize;

use super::outline::rounded;
use crate::domain::code::RegionCode;
use crate::domain::institution::PublicInstitution;
use crate::domain::position::{Bounds, Position};
use crate::domain::region::Slug;

#[derive(Serialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    is: &'static str,
    sebaran: Head<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<Bounds>,
    features: Vec<Feature<'a>>,
}

#[derive(Serialize)]
struct Head<'a> {
    release: &'a Slug,
    regions: &'a Slug,
    layer: &'static str,
    within: Option<RegionCode>,
    matched: usize,
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    is: &'static str,
    geometry: Option<GeometryValue>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Properties<'a> {
    name: &'a str,
    kind: &'static str,
    capacity: Option<u32>,
    region_code: Option<RegionCode>,
}

/// Writes institutions as a `FeatureCollection`; one whose place is not known has a null geometry.
pub fn write(
    institutions: &[&PublicInstitution],
    (release, regions): (&Slug, &Slug),
    within: Option<RegionCode>,
) -> Vec<u8> {
    let positions = institutions.iter().filter_map(|one| one.position);
    let bounds = positions.map(of_point).reduce(Bounds::join);
    let matched = institutions.len();
    let collection = Collection {
        is: "FeatureCollection",
        sebaran: Head { release, regions, layer: "institutions", within, matched },
        bbox: bounds,
        features: institutions.iter().map(|one| feature(one)).collect(),
    };
    serde_json::to_vec(&collection).expect("keys are texts, and coordinates are finite")
}

fn of_point(position: Position) -> Bounds {
    let at = rounded(position.coord());
    Bounds { west: at.x, south: at.y, east: at.x, north: at.y }
}

fn feature(institution: &PublicInstitution) -> Feature<'_> {
    let point = |position: Position| GeometryValue::from(&geo::Point(rounded(position.coord())));
    Feature {
        is: "Feature",
        geometry: institution.position.map(point),
        properties: Properties {
            name: &institution.name,
            kind: institution.kind.name(),
            capacity: institution.capacity,
            region_code: institution.region,
        },
    }
}

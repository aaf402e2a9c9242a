//! What a geography's tiles hold and where they are: TileJSON 3.0, and the metadata of an archive.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::mvt::{HEXAGONS, LABELS, PLACE_FIELDS, theme_fields};
use crate::domain::indicator::{Indicators, Theme};
use crate::domain::position::Bounds;
use crate::domain::region::{Level, Slug};
use crate::domain::zoom::Zooms;

/// The tiles of a level of region, or those of hexagons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tiled {
    Region(Level),
    /// Their size follows the zoom.
    Hexagons,
}

impl Tiled {
    /// As URLs and layers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Region(level) => level.name(),
            Self::Hexagons => HEXAGONS,
        }
    }

    /// The tiles of this name.
    pub fn find(name: &str) -> Option<Self> {
        let levels = Level::ALL.into_iter().map(Self::Region);
        levels.chain([Self::Hexagons]).find(|tiled| tiled.name() == name)
    }
}

/// A description of tiles.
#[derive(Debug, Clone, Serialize)]
pub struct TileJson {
    tilejson: &'static str,
    name: String,
    description: String,
    version: &'static str,
    scheme: &'static str,
    tiles: Vec<String>,
    minzoom: u8,
    maxzoom: u8,
    bounds: [f64; 4],
    vector_layers: Vec<VectorLayer>,
}

/// A layer of a tile and the fields that its features have.
#[derive(Debug, Clone, Serialize)]
struct VectorLayer {
    id: &'static str,
    description: &'static str,
    minzoom: u8,
    maxzoom: u8,
    fields: Map<String, Value>,
}

impl TileJson {
    /// Describes tiles: of which release, where an archive does not go by its own name; their zooms, where they are, and the URLs with `{z}`, `{x}` and `{y}` at which
    /// they are to be had.
    pub fn new(
        tiled: Tiled,
        zooms: Zooms,
        bounds: Bounds,
        (release, reference_date): (Option<&Slug>, impl fmt::Display),
        indicators: &Indicators,
        tiles: Vec<String>,
    ) -> Self {
        let layer = |id, description| VectorLayer {
            id,
            description,
            minzoom: zooms.least,
            maxzoom: zooms.most,
            fields: fields(tiled, indicators),
        };
        let mut vector_layers = vec![layer(tiled.name(), "Shapes with the figures of all themes")];
        if tiled != Tiled::Hexagons {
            vector_layers.push(layer(LABELS, "The points at which the shapes are labelled"));
        }
        Self {
            tilejson: "3.0.0",
            name: release.map_or_else(
                || tiled.name().to_owned(),
                |release| format!("{}-{release}", tiled.name()),
            ),
            description: format!("As of {reference_date}"),
            version: "1.0.0",
            scheme: "xyz",
            tiles,
            minzoom: zooms.least,
            maxzoom: zooms.most,
            bounds: bounds.into(),
            vector_layers,
        }
    }

    /// The metadata of an archive with these tiles, as the specification of PMTiles has it.
    pub fn metadata(&self) -> String {
        json!({
            "name": self.name,
            "description": self.description,
            "version": self.version,
            "type": "overlay",
            "vector_layers": self.vector_layers,
        })
        .to_string()
    }
}

fn fields(tiled: Tiled, indicators: &Indicators) -> Map<String, Value> {
    let of_place = PLACE_FIELDS.iter().map(|(name, kind)| ((*name).to_owned(), json!(kind)));
    let is_told = |theme: &&Theme| tiled != Tiled::Hexagons || !theme.regions_only;
    let of_theme = indicators.themes.iter().filter(is_told).flat_map(|theme| {
        let named = |(name, kind)| (format!("{}_{name}", theme.name), json!(kind));
        theme_fields(theme).map(named)
    });
    of_place.chain(of_theme).collect()
}

//! Tiles in the Mapbox Vector Tile format, version 2.1: shapes with the figures of all themes.

use fast_mvt::{MvtError, MvtGeomType, MvtLayerBuilder, MvtValue};
use geo::{Coord, LineString, MultiPolygon};

use crate::domain::geography::Geography;
use crate::domain::hexagon;
use crate::domain::indicator::Theme;
use crate::domain::position::Position;
use crate::domain::region::{RegionId, RegionTree};
use crate::domain::tile::{Tile, project};
use crate::domain::zoom::EXTENT;
use crate::protect::{Feature, Layer, Place, PlaceCode};

/// A tile as a file has it.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// The layer of a tile of hexagons, whatever their size.
pub const HEXAGONS: &str = "hexagon";

/// The layer of points at which regions are labelled.
pub const LABELS: &str = "label";

/// The fields that a theme may have in a tile: each is the theme's name, `_` and one of these.
const THEME_FIELDS: [(&str, &str); 9] = [
    ("count", "Number"),
    ("moe95", "Number"),
    ("share", "Number"),
    ("share_moe95", "Number"),
    ("share_estimate", "Number"),
    ("share_estimate_moe95", "Number"),
    ("share_surveyed", "Number"),
    ("density_km2", "Number"),
    ("status", "String"),
];

/// Those that a theme has: one that is told by region alone has what a map draws, so that tiles stay small.
pub fn theme_fields(theme: &Theme) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_told = |name| has_field(theme, name);
    THEME_FIELDS.into_iter().filter(move |(name, _)| is_told(name))
}

fn has_field(theme: &Theme, name: &str) -> bool {
    let of_poor = ["share_estimate", "share_estimate_moe95", "share_surveyed"];
    (!theme.regions_only || !["share_moe95", "density_km2"].contains(&name))
        && (theme.counts_poor_households() || !of_poor.contains(&name))
}

/// The fields that stand beside those of the themes.
pub const PLACE_FIELDS: [(&str, &str); 7] = [
    ("code", "String"),
    ("name", "String"),
    ("parent", "String"),
    ("households", "Number"),
    ("coverage", "Number"),
    ("coverage_moe95", "Number"),
    ("coverage_of", "String"),
];

/// The layer in which a geography stands in a tile.
pub const fn layer_name(geography: Geography) -> &'static str {
    match geography {
        Geography::Region(_) => geography.name(),
        Geography::Hexagon(_) => HEXAGONS,
    }
}

/// The figures of all themes in one geography, ready to be written into tiles.
pub struct TileFigures {
    geography: Geography,
    keys: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    place: Place,
    code: PlaceCode,
    /// By key; `None` where there is nothing to tell.
    values: Vec<Option<MvtValue>>,
}

impl TileFigures {
    /// Joins the layers of all themes in one geography, which have the same features in one order.
    pub fn new(layers: &[Layer]) -> Self {
        let Some(first) = layers.first() else {
            let geography = Geography::ALL[0];
            return Self { geography, keys: Vec::new(), rows: Vec::new() };
        };
        let mut keys: Vec<String> = PLACE_FIELDS.iter().map(|(name, _)| (*name).into()).collect();
        for layer in layers {
            let theme = &layer.theme().name;
            let fields = theme_fields(layer.theme());
            keys.extend(fields.map(|(name, _)| format!("{theme}_{name}")));
        }
        let mut rows: Vec<Row> = first
            .features()
            .iter()
            .map(|feature| Row {
                place: feature.place,
                code: feature.code,
                values: place_values(feature),
            })
            .collect();
        for layer in layers {
            for (row, feature) in rows.iter_mut().zip(layer.features()) {
                assert_eq!(row.code, feature.code, "all themes have the same features");
                row.values.extend(theme_values(layer.theme(), feature));
            }
        }
        Self { geography: first.geography(), keys, rows }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes a tile of regions.
    ///
    /// `pieces` are regions of the geography's level, by their number within it, with what the tile shows
    /// of them; `tree` is the one of the figures. Where a region's label lies in the tile it stands there
    /// once more as a point.
    ///
    /// # Errors
    /// [`MvtError`] where a shape is none that a tile can hold.
    pub fn regions(
        &self,
        tile: Tile,
        pieces: &[(u32, &MultiPolygon<i32>)],
        tree: &RegionTree,
    ) -> Result<Vec<u8>, MvtError> {
        let mut layer = MvtLayerBuilder::new(layer_name(self.geography))?;
        for &(number, shape) in pieces {
            let Some(row) = self.rows.get(number as usize) else { continue };
            let mut feature = layer.feature_of(MvtGeomType::Polygon);
            feature.id(row.id());
            for polygon in shape {
                feature.ring(open(polygon.exterior()), true)?;
                for hole in polygon.interiors() {
                    feature.ring(open(hole), false)?;
                }
            }
            for (key, value) in self.told(row) {
                feature.tag_ref(key, value.into())?;
            }
            layer = feature.end();
        }
        let mut labels = layer.layer(LABELS)?;
        for &(number, _) in pieces {
            let Some(row) = self.rows.get(number as usize) else { continue };
            let Place::Region(id) = row.place else { continue };
            let Some(at) = label_in(tile, id, tree) else { continue };
            let mut feature = labels.feature_of(MvtGeomType::Point);
            feature.id(row.id());
            feature.points([at])?;
            for (key, value) in self.told(row) {
                feature.tag_ref(key, value.into())?;
            }
            labels = feature.end();
        }
        Ok(labels.encode())
    }

    /// Writes a tile of hexagons: whole ones, also where they reach beyond the tile or the 180th meridian.
    ///
    /// # Errors
    /// [`MvtError`] where a shape is none that a tile can hold.
    pub fn hexagons(&self, tile: Tile) -> Result<Vec<u8>, MvtError> {
        let mut layer = MvtLayerBuilder::new(layer_name(self.geography))?;
        let seen = tile.bounds();
        for row in &self.rows {
            let Place::Hexagon(cell) = row.place else { continue };
            let mut feature = layer.feature_of(MvtGeomType::Polygon);
            feature.id(row.id());
            for ring in hexagon::copies(cell, seen) {
                feature.ring(ring.into_iter().map(|at| in_tile(tile, at)), true)?;
            }
            for (key, value) in self.told(row) {
                feature.tag_ref(key, value.into())?;
            }
            layer = feature.end();
        }
        Ok(layer.encode())
    }

    fn told<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a str, &'a MvtValue)> {
        let keys = self.keys.iter().map(String::as_str);
        keys.zip(&row.values).filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }
}

impl Row {
    /// A number that is the place's in every tile: a region's code, or a hexagon's index.
    fn id(&self) -> Option<u64> {
        Some(match self.code {
            PlaceCode::Region(code) => code.digits(),
            PlaceCode::Hexagon(cell) => cell.into(),
        })
    }
}

fn place_values(feature: &Feature) -> Vec<Option<MvtValue>> {
    vec![
        Some(MvtValue::String(feature.code.to_string())),
        feature.name.clone().map(MvtValue::String),
        feature.parent.map(|parent| MvtValue::String(parent.to_string())),
        Some(MvtValue::auto_int(feature.households)),
        feature.coverage.map(|coverage| MvtValue::Double(coverage.share)),
        feature.coverage.and_then(|coverage| coverage.moe95).map(MvtValue::Double),
        feature.coverage.map(|coverage| MvtValue::String(coverage.of.name().to_owned())),
    ]
}

/// In the order of [`theme_fields`].
fn theme_values(theme: &Theme, feature: &Feature) -> impl Iterator<Item = Option<MvtValue>> {
    let all: [Option<MvtValue>; THEME_FIELDS.len()] = [
        feature.count.map(MvtValue::auto_int),
        feature.moe95.map(MvtValue::Double),
        feature.share.map(MvtValue::Double),
        feature.share_moe95.map(MvtValue::Double),
        feature.other_shares.estimate.map(MvtValue::Double),
        feature.other_shares.estimate_moe95.map(MvtValue::Double),
        feature.other_shares.surveyed.map(MvtValue::Double),
        feature.density_km2.map(MvtValue::Double),
        Some(MvtValue::String(feature.status.name().to_owned())),
    ];
    let told = THEME_FIELDS.into_iter().zip(all);
    told.filter(|((name, _), _)| has_field(theme, name)).map(|(_, value)| value)
}

fn open(ring: &LineString<i32>) -> impl Iterator<Item = Coord<i32>> + '_ {
    ring.coords().copied()
}

/// Where a region's label stands in a tile, if it does.
fn label_in(tile: Tile, id: RegionId, tree: &RegionTree) -> Option<Coord<i32>> {
    let label: Position = tree.get(id).label;
    let at = in_tile(tile, label.coord());
    let inside = 0..EXTENT;
    (inside.contains(&at.x) && inside.contains(&at.y)).then_some(at)
}

/// A place in degrees in units of a tile.
fn in_tile(tile: Tile, at: Coord) -> Coord<i32> {
    let at = project(at);
    let across = f64::from(1_u32 << tile.zoom());
    let units = |share: f64, origin: u32| {
        ((share * across - f64::from(origin)) * f64::from(EXTENT)).round() as i32
    };
    Coord { x: units(at.x, tile.column()), y: units(at.y, tile.row()) }
}

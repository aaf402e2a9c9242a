//! A layer as bytes: the same layer, the same bytes.
//!
//! It can't name the cube: what it writes was made by `protect`.

pub mod csv;
pub mod geojson;
mod head;
pub mod institutions;
pub mod lines;
pub mod mvt;
pub mod outline;
pub mod parquet;
pub mod region;
pub mod table;
pub mod tilejson;
pub mod title;

use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;

use geo::MultiPolygon;
use serde::Serialize;

pub(crate) use csv::CHANGE;
pub(crate) use head::{ORIGIN, origin};

use crate::analyse::Change;
use crate::domain::code::RegionCode;
use crate::domain::licence::Licence;
use crate::domain::person::Definition;
use crate::domain::programme::ProgrammeTerms;
use crate::domain::region::Slug;
use crate::protect::Layer;
use crate::protect::carried_over::CarriedFrom;

/// The release that a layer was summed from, as every file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseLabel {
    pub release: Slug,
    /// The date at which ages are taken, ISO 8601.
    pub reference_date: String,
    /// By what it is told who is disabled; `None` where persons were not told of one by one.
    pub disability_definition: Option<Definition>,
    /// The programmes of which figures are told.
    pub programmes: Vec<ProgrammeTerms>,
    /// Under which the boundaries may be shown, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<Licence>,
    /// The regencies whose figures are those of an earlier release, because too little changed in them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub carried_over: BTreeMap<RegionCode, CarriedFrom>,
}

/// The outlines of regions, by [`crate::domain::region::RegionId`]. A hexagon's outline is its own.
#[derive(Debug, Clone, Copy)]
pub enum Outlines<'a> {
    /// Figures without geometry.
    None,
    /// Generalised per level, or as their source has them.
    Regions(&'a [MultiPolygon]),
}

/// What changed since another release, as a layer tells it beside its figures.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The other release.
    pub with: &'a Slug,
    /// By the place of a feature in its layer.
    pub changes: &'a [Change],
}

/// How a layer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    GeoJson,
    /// Newline-delimited GeoJSON.
    GeoJsonLines,
    Csv,
    GeoParquet,
    FlatGeobuf,
    GeoPackage,
    /// Office Open XML, for people: it is written in a language, by a later stage.
    Workbook,
}

impl Format {
    pub const ALL: [Self; 7] = [
        Self::GeoJson,
        Self::GeoJsonLines,
        Self::Csv,
        Self::GeoParquet,
        Self::FlatGeobuf,
        Self::GeoPackage,
        Self::Workbook,
    ];

    /// What a file's name ends in, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::GeoJsonLines => "geojsonl",
            Self::Csv => "csv",
            Self::GeoParquet => "parquet",
            Self::FlatGeobuf => "fgb",
            Self::GeoPackage => "gpkg",
            Self::Workbook => "xlsx",
        }
    }

    /// Registered ones where there are: RFC 7946, RFC 4180, Parquet's, `GeoPackage`'s (OGC 12-128), that of
    /// ISO/IEC 29500.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::GeoJson => "application/geo+json",
            Self::GeoJsonLines => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::GeoParquet => "application/vnd.apache.parquet",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Whether it holds shapes at all.
    pub const fn has_shapes(self) -> bool {
        !matches!(self, Self::Csv | Self::Workbook)
    }

    /// Whether it can hold these outlines: a CSV or a workbook holds none, and a file of shapes is nothing without.
    ///
    /// # Errors
    /// [`UnfitGeometry`], which says what to do.
    pub const fn check_geometry(self, geometry: Geometry) -> Result<(), UnfitGeometry> {
        match (self, geometry) {
            (Self::FlatGeobuf | Self::GeoPackage, Geometry::None) => Err(UnfitGeometry(self)),
            _ => Ok(()),
        }
    }

    /// Writes a layer into a stream.
    ///
    /// # Errors
    /// Those of the writer; [`io::ErrorKind::Unsupported`] for `FlatGeobuf` and `GeoPackage`, which are no
    /// streams: they are made of [`table::batches`]; and for a workbook, which needs a language.
    pub fn write(
        self,
        layer: &Layer,
        label: &ReleaseLabel,
        outlines: Outlines<'_>,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        match self {
            Self::GeoJson => geojson::write(layer, label, outlines, None, out),
            Self::GeoJsonLines => lines::write(layer, label, outlines, out),
            Self::Csv => csv::write(layer, label, None, out),
            Self::GeoParquet => parquet::write(layer, label, outlines, out),
            Self::FlatGeobuf | Self::GeoPackage | Self::Workbook => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }

    /// Writes a layer with what changed; `None` where the format does not tell of changes.
    ///
    /// # Errors
    /// Those of the writer alone.
    pub fn write_compared(
        self,
        layer: &Layer,
        (label, compared): (&ReleaseLabel, Compared<'_>),
        outlines: Outlines<'_>,
        out: &mut impl io::Write,
    ) -> Option<io::Result<()>> {
        match self {
            Self::GeoJson => Some(geojson::write(layer, label, outlines, Some(compared), out)),
            Self::Csv => Some(csv::write(layer, label, Some(compared), out)),
            _ => None,
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.extension() == text);
        found.ok_or_else(|| UnknownFormat(text.chars().take(40).collect()))
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no format is called `{0}`; there are geojson, geojsonl, csv, parquet, fgb, gpkg and xlsx")]
pub struct UnknownFormat(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "a .{} file holds shapes: ask for them as `general` or `full`, or for .csv, .parquet or .geojson \
     without", .0.extension()
)]
pub struct UnfitGeometry(Format);

/// Which outlines are written with the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Geometry {
    /// Generalised per level.
    #[default]
    General,
    /// As the source of the regions has them.
    Full,
    None,
}

impl Geometry {
    pub const fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Full => "full",
            Self::None => "none",
        }
    }
}

impl FromStr for Geometry {
    type Err = UnknownGeometry;

    fn from_str(text: &str) -> Result<Self, UnknownGeometry> {
        let found = [Self::General, Self::Full, Self::None].into_iter();
        let found = found.into_iter().find(|geometry| geometry.name() == text);
        found.ok_or_else(|| UnknownGeometry(text.chars().take(40).collect()))
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no geometry is called `{0}`; there are general, full and none")]
pub struct UnknownGeometry(String);

#[cfg(test)]
mod encode_tests;

//! Why boundaries can't be read: where the problem is, what it is, and what to do about it.

use std::fmt;
use std::path::PathBuf;

use crate::domain::code::{CodeSystem, RegionCode};
use crate::domain::region::Level;

/// A problem and its place, for example: `desa.gpkg`, layer `desa`, feature 12: no geometry; …
#[derive(Debug, thiserror::Error)]
#[error("cannot read regions from {place}: {problem}")]
pub struct RegionsError {
    pub place: Place,
    pub problem: Box<Problem>,
}

/// How near a problem could be located.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    pub layer: Option<String>,
    /// The feature's number in the source (FID), and its code where that was readable.
    pub feature: Option<(u64, Option<RegionCode>)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.file.display())?;
        if let Some(layer) = &self.layer {
            write!(f, ", layer `{layer}`")?;
        }
        match self.feature {
            Some((number, Some(code))) => write!(f, ", feature {number} (code {code})"),
            Some((number, None)) => write!(f, ", feature {number}"),
            None => Ok(()),
        }
    }
}

/// What is wrong, and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("there is no such file; check the path")]
    NoFile,
    #[error(
        "not vector data that GDAL opens ({reason}); give GeoJSON, GeoPackage, FlatGeobuf, a file \
         geodatabase or a Shapefile, also gzipped or zipped"
    )]
    Open { reason: String },
    #[error("it has no layer `{asked}`; name one of these with --layer: {}", .known.join(", "))]
    NoSuchLayer { asked: String, known: Vec<String> },
    #[error("it has several layers; name one of these with --layer: {}", .known.join(", "))]
    SeveralLayers { known: Vec<String> },
    #[error("it has several layers `{asked}`; name one of these with --layer: {}", .known.join(", "))]
    AmbiguousLayer { asked: String, known: Vec<String> },
    #[error("it has no layer; export the boundaries again")]
    NoLayer,
    #[error("it has no feature; export the boundaries again")]
    NoFeature,
    #[error(
        "it breaks off after {count} features ({reason}); the file is damaged: copy or export it \
         again"
    )]
    BreaksOff { count: u64, reason: String },
    #[error(
        "no field holds a region code; the canonical names are province_code, regency_code, \
         district_code and village_code, others are given by --mapping; there are: {}",
        .known.join(", ")
    )]
    NoCodeField { known: Vec<String> },
    #[error(
        "there is no field `{field}` for the {level}'s {what}; name the right one in a --mapping \
         file; there are: {}", .known.join(", ")
    )]
    MissingField { field: String, level: Level, what: &'static str, known: Vec<String> },
    #[error(
        "the mapping does not say which field holds the {level}'s {what}; add it under [{level}]; \
         there are: {}", .known.join(", ")
    )]
    UnmappedField { level: Level, what: &'static str, known: Vec<String> },
    #[error(
        "it does not say its coordinate reference system; give it as `crs` in a --mapping file, for \
         example crs = \"EPSG:4326\""
    )]
    NoCrs,
    #[error(
        "its coordinate reference system is not known ({reason}); give the right one as `crs` in a \
         --mapping file, for example crs = \"EPSG:4326\""
    )]
    UnknownCrs { reason: String },
    #[error(
        "--encoding is for Shapefiles, whose text may be in any encoding; {driver} says its own: leave \
         --encoding out, and `encoding` in the --mapping file"
    )]
    NoEncodingNeeded { driver: String },
    #[error(
        "the encoding `{label}` is not known; give another one by --encoding, for example UTF-8, \
         windows-1252 or CP850"
    )]
    UnknownEncoding { label: String },
    #[error(
        "the text in field `{field}`, about `{text}`, is not valid in {encoding}; give the right \
         encoding of a Shapefile by --encoding, for example --encoding windows-1252; convert any other \
         file to UTF-8"
    )]
    BadText { field: String, text: String, encoding: &'static str },
    #[error("field `{field}` holds no code; every feature needs its {level} code")]
    NoCode { field: String, level: Level },
    #[error(
        "`{text}` in field `{field}` is not a region code; codes are digits, or dotted as \
         31.71.01.1001; a fixed prefix is named by `code_prefix` in a --mapping file"
    )]
    BadCode { field: String, text: String },
    #[error(
        "`{text}` in field `{field}` is a number that is no region code; codes are whole numbers, better \
         text: export the field as text"
    )]
    BadNumber { field: String, text: String },
    #[error(
        "{level} code `{text}` has {found} digits where the system {system} has {expected}; {}",
        remedy_of_width(*system, *level, *found)
    )]
    Width { text: String, level: Level, system: CodeSystem, found: u8, expected: u8 },
    #[error(
        "code `{text}` is dotted, as only kemendagri codes are, but the system given is {system}; \
         use --system kemendagri"
    )]
    Dotted { text: String, system: CodeSystem },
    #[error(
        "its {level} code is `{found}`, but its own code begins with `{expected}`; correct one of \
         the two in the source, or leave the {level}'s code out of the mapping"
    )]
    NotNested { level: Level, found: RegionCode, expected: RegionCode },
    #[error(
        "code `{code}` stands at feature {first} already; keep one, or dissolve the two into one"
    )]
    Duplicate { code: RegionCode, first: u64 },
    #[error("field `{field}` is empty; every feature needs its {level}'s name")]
    NoName { field: String, level: Level },
    #[error(
        "`{text}` in field `{field}` is no kind of region; say what it means under [kind] in a \
         --mapping file"
    )]
    BadKind { field: String, text: String },
    #[error(
        "`{text}` in field `{field}` is no offset from UTC; it takes minutes between -720 and 840"
    )]
    BadOffset { field: String, text: String },
    #[error("it has no geometry; give the feature its outline, or remove it")]
    NoGeometry,
    #[error("its geometry is empty; give the feature its outline, or remove it")]
    EmptyGeometry,
    #[error("its geometry is a {found}, not a polygon; give the layer of areas with --layer")]
    NotPolygon { found: String },
    #[error(
        "it cannot be brought to WGS 84 ({reason}); check the source's CRS, or give it as `crs` \
             in a --mapping file"
    )]
    Transform { reason: String },
    #[error(
        "it reaches beyond longitude ±180 or latitude ±90; the source's CRS is wrong: give the right \
         one as `crs` in a --mapping file"
    )]
    OffEarth,
    #[error("its outline is not valid and cannot be repaired ({reason}); repair it in the source")]
    Unrepairable { reason: String },
}

fn remedy_of_width(system: CodeSystem, level: Level, found: u8) -> String {
    let other = [CodeSystem::Bps, CodeSystem::Kemendagri]
        .into_iter()
        .find(|&other| other != system && other.width(level) == found);
    match other {
        Some(other) => format!("if these are {other} codes, use --system {other}"),
        None => "check --system and the field, and keep leading zeros".to_owned(),
    }
}

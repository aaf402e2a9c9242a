//! Filters of features in CQL2 (OGC 21-065r2), as text or JSON: read at the door, bounded, then evaluated.
//!
//! The reader is our own: it knows the properties, and bounds a filter while it reads it.

mod checked;
mod condition;
mod json;
mod shape;
mod text;
mod words;

use geo::Geometry;

use condition::Condition;

use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::domain::position::Bounds;
use crate::protect::{Feature, Field};

/// Bytes of a filter.
const MOST_BYTES: usize = 8_192;
/// Conditions and values in one.
const MOST_PARTS: usize = 1_000;
/// Conditions within conditions.
const MOST_DEPTH: usize = 20;
/// Corners of the shapes in one: each is held against every border.
const MOST_CORNERS: usize = 200;

/// The name of the property that stands for a feature's shape.
pub const GEOMETRY: &str = "geometry";

/// Which features are meant, by what they tell.
#[derive(Debug, Clone)]
pub struct Filter(Condition);

impl Filter {
    /// Reads CQL2 text, for example `share >= 0.2 AND status = 'value'`, for features of a theme.
    ///
    /// # Errors
    /// [`FilterError`], which says what is wrong and what there is.
    pub fn from_text(text: &str, theme: &Theme) -> Result<Self, FilterError> {
        check_size(text)?;
        text::parse(text, &mut checked::Checked::new(theme)).map(Self)
    }

    /// Reads CQL2 JSON.
    ///
    /// # Errors
    /// [`FilterError`], which says what is wrong and what there is.
    pub fn from_json(text: &str, theme: &Theme) -> Result<Self, FilterError> {
        check_size(text)?;
        json::parse(text, &mut checked::Checked::new(theme)).map(Self)
    }

    /// Features whose property has this value, as a URL's parameter gives it; `None` where no property is
    /// called so.
    ///
    /// # Errors
    /// [`FilterError`] where the value is none of the property's kind.
    pub fn from_parameter(
        name: &str,
        value: &str,
        theme: &Theme,
    ) -> Option<Result<Self, FilterError>> {
        let field = Field::all(theme).into_iter().find(|field| field.name == name)?;
        Some(checked::Checked::equal(field, value).map(Self))
    }

    /// Features whose shape touches a box.
    pub fn touching(bounds: Bounds) -> Self {
        Self(Condition::Intersects(Box::new(Geometry::Rect(shape::rect(bounds)))))
    }

    /// Features that both take.
    pub fn and(self, other: Self) -> Self {
        Self(Condition::And(vec![self.0, other.0]))
    }

    /// Whether it takes a feature; `intersects` tells whether a feature's shape does.
    pub fn takes(
        &self,
        feature: &Feature,
        geography: Geography,
        intersects: impl Fn(&Feature, &Geometry) -> bool,
    ) -> bool {
        self.0.holds(feature, geography, &intersects) == Some(true)
    }
}

fn check_size(text: &str) -> Result<(), FilterError> {
    if text.len() > MOST_BYTES { Err(FilterError::TooLong) } else { Ok(()) }
}

/// Why a filter can't be understood.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FilterError {
    #[error("a filter has at most {MOST_BYTES} bytes")]
    TooLong,
    #[error(
        "a filter has at most {MOST_PARTS} conditions and values, {MOST_DEPTH} within each other, and \
         {MOST_CORNERS} corners of shapes"
    )]
    TooMuch,
    #[error("no property is called `{name}`; there are {}, geometry", .known.join(", "))]
    UnknownProperty { name: String, known: Vec<String> },
    #[error(
        "there is no operator `{name}`; there are =, <>, <, >, <=, >=, and, or, not, like, between, in, \
         isNull (IS NULL), casei and s_intersects"
    )]
    UnknownOperator { name: String },
    #[error("the filter has {found} where {expected} is expected")]
    Unexpected { found: String, expected: &'static str },
    #[error("`{one}` and `{other}` can't be compared: one is {one_is}, the other {other_is}")]
    Kinds { one: String, one_is: &'static str, other: String, other_is: &'static str },
    #[error(
        "the property `geometry` is a shape: ask for it with S_INTERSECTS(geometry, ...) alone"
    )]
    GeometryCompared,
    #[error(
        "a shape is BBOX(west, south, east, north), or POINT, LINESTRING, POLYGON, MULTIPOINT, \
         MULTILINESTRING, MULTIPOLYGON or GEOMETRYCOLLECTION in longitude and latitude, for example \
         POINT(110.4 -7.2); in JSON a `bbox` or a geometry of GeoJSON"
    )]
    Shape,
    #[error("the filter is no JSON")]
    Json,
}

#[cfg(test)]
mod filter_tests;
#[cfg(test)]
mod standard_tests;

//! What a URL asks for, parsed at the door.

use super::Limits;
use super::error::ApiError;
use super::filtered;
use super::served::Served;
use super::workbook::Told;
use crate::analyse::Filter;
use crate::domain::geography::{Geography, UnknownGeography};
use crate::domain::indicator::{NoLayer, Theme};
use crate::domain::position::Bounds;
use crate::domain::region::{RegionId, Slug};
use crate::encode::csv::{Dialect, Separators};
use crate::encode::{Format, Geometry};
use crate::protect::request::find_within;
use crate::protect::{LayerRequest, RequestError};
use crate::report::words::{Language, UnknownLanguage};

/// A layer as a URL asks for it.
#[derive(Debug, Clone)]
pub(super) struct LayerQuery {
    pub theme: Theme,
    pub geography: Geography,
    pub format: Format,
    within: Option<RegionId>,
    bounds: Option<Bounds>,
    limit: Option<usize>,
    pub geometry: Geometry,
    pub filter: Option<Filter>,
    /// The filter as it was written, and its language.
    filter_text: String,
    filter_given: Option<String>,
    /// The release since which changes are told.
    pub compare: Option<String>,
    /// Of a workbook, or of a CSV for a spreadsheet.
    language: Language,
    dialect: Dialect,
}

const PARAMETERS: &str =
    "within, bbox, limit, filter, filter-lang, geometry, compare, dialect, lang and release";

/// Whether a CSV is for a spreadsheet, by the parameter `dialect`.
fn parse_is_excel(value: &str) -> Result<bool, ApiError> {
    match value {
        "rfc4180" => Ok(false),
        "excel" => Ok(true),
        other => {
            let other = quoted(other);
            Err(ApiError::bad_request(format!("`dialect` is rfc4180 or excel, not {other}.")))
        }
    }
}

/// The dialect of a CSV that a spreadsheet in this language opens.
const fn spreadsheet(language: Language) -> Dialect {
    let separators = match language {
        Language::Id => Separators::SemicolonAndComma,
        Language::En => Separators::CommaAndPoint,
    };
    Dialect::Spreadsheet { separators }
}

/// The dialect of a CSV by the parameters `dialect` and `lang`.
///
/// # Errors
/// Where one is none, or a language is given for a CSV that is not for a spreadsheet.
pub(super) fn parse_dialect(
    dialect: Option<&str>,
    language: Option<&str>,
) -> Result<Dialect, ApiError> {
    let language = language.map(str::parse).transpose();
    let language = language.map_err(|error: UnknownLanguage| sentence(&error))?;
    let is_for_spreadsheet = dialect.map_or(Ok(false), parse_is_excel)?;
    match language {
        Some(_) if !is_for_spreadsheet => Err(ApiError::bad_request(
            "A CSV has a language with dialect=excel alone: leave the parameter `lang` out.",
        )),
        language if is_for_spreadsheet => Ok(spreadsheet(language.unwrap_or_default())),
        _ => Ok(Dialect::Rfc4180),
    }
}

impl LayerQuery {
    /// Parses `/layers/{theme}/{file}?{parameters}`.
    pub fn parse(
        served: &Served,
        limits: &Limits,
        (theme, file): (&str, &str),
        parameters: &[(String, String)],
    ) -> Result<Self, ApiError> {
        let (geography, format) = parse_file(file)?;
        let mut query = Self {
            theme: find_layer(served, theme, geography)?.clone(),
            geography,
            format,
            within: None,
            bounds: None,
            limit: None,
            geometry: Geometry::default(),
            filter: None,
            filter_text: String::new(),
            filter_given: None,
            compare: None,
            language: Language::default(),
            dialect: Dialect::default(),
        };
        for (index, (name, value)) in parameters.iter().enumerate() {
            if parameters[..index].iter().any(|(earlier, _)| earlier == name) {
                let name = quoted(name);
                return Err(ApiError::bad_request(format!("Give the parameter {name} once.")));
            }
            query.take(served, limits, name, value)?;
        }
        query.take_filter(parameters)?;
        query.take_dialect(parameters)?;
        Ok(query)
    }

    fn take_filter(&mut self, parameters: &[(String, String)]) -> Result<(), ApiError> {
        let given = |name: &str| {
            let mut pairs = parameters.iter();
            pairs.find(|(given, _)| given == name).map(|(_, value)| value.as_str())
        };
        let (text, language) = (given("filter"), given("filter-lang"));
        self.filter = filtered::parse(text, language, &self.theme)?;
        self.filter_text = format!("{language:?} {text:?}");
        self.filter_given = text.map(str::to_owned);
        Ok(())
    }

    /// How a CSV is written, and in which language that or a workbook is.
    fn take_dialect(&mut self, parameters: &[(String, String)]) -> Result<(), ApiError> {
        let mut is_for_spreadsheet = false;
        for (name, value) in parameters {
            match (name.as_str(), self.format) {
                ("dialect", Format::Csv) => is_for_spreadsheet = parse_is_excel(value)?,
                ("dialect", _) => {
                    return Err(ApiError::bad_request(
                        "Only .csv has a dialect: leave the parameter `dialect` out.",
                    ));
                }
                ("lang", _) => {
                    self.language =
                        value.parse().map_err(|error: UnknownLanguage| sentence(&error))?;
                }
                _ => {}
            }
        }
        let has_language = self.format == Format::Workbook || is_for_spreadsheet;
        if !has_language && parameters.iter().any(|(name, _)| name == "lang") {
            return Err(ApiError::bad_request(
                "Only .xlsx, and .csv with dialect=excel, is written in a language: leave the parameter \
                 `lang` out.",
            ));
        }
        if is_for_spreadsheet {
            self.dialect = spreadsheet(self.language);
        }
        Ok(())
    }

    fn take(
        &mut self,
        served: &Served,
        limits: &Limits,
        name: &str,
        value: &str,
    ) -> Result<(), ApiError> {
        match name {
            "within" => self.within = Some(parse_within(served, self.geography, value)?),
            "bbox" => self.bounds = Some(limits.check_box(parse_bounds(value)?)?),
            "limit" => self.limit = Some(parse_limit(value, limits.features)?),
            "geometry" if !self.format.has_shapes() => {
                return Err(ApiError::bad_request(
                    "A table has no geometry: leave the parameter `geometry` out, or ask for .geojson.",
                ));
            }
            "geometry" => {
                self.geometry = value.parse().map_err(|error| sentence(&error))?;
                let fit = self.format.check_geometry(self.geometry);
                fit.map_err(|error| sentence(&error))?;
            }
            "compare" => self.compare = Some(value.to_owned()),
            "release" => check_release(served, value)?,
            // They are taken together.
            "filter" | "filter-lang" | "dialect" | "lang" => {}
            _ => {
                return Err(ApiError::bad_request(format!(
                    "There is no parameter {}; there are {PARAMETERS}.",
                    quoted(name)
                )));
            }
        }
        Ok(())
    }

    /// What is asked of the leaves: with no limit given, one more feature than may be answered is not
    /// made either.
    pub fn request(&self, limits: &Limits) -> LayerRequest<'_> {
        LayerRequest {
            theme: &self.theme,
            geography: self.geography,
            within: self.within,
            bounds: self.bounds,
            limit: Some(self.limit.unwrap_or(limits.features)),
        }
    }

    /// The same of the release with which it is compared: all of it, since the first features of two
    /// releases may be others.
    pub fn request_of_other(&self) -> LayerRequest<'_> {
        LayerRequest {
            theme: &self.theme,
            geography: self.geography,
            within: self.within,
            bounds: self.bounds,
            limit: None,
        }
    }

    /// How a workbook tells what it holds.
    pub fn told(&self) -> Told<'_> {
        Told { language: self.language, filter: self.filter_given.as_deref() }
    }

    /// How a CSV is written.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether a limit was asked for, so that the rest may be left out.
    pub const fn has_limit(&self) -> bool {
        self.limit.is_some()
    }

    /// The layer's name, for the log: it holds no position.
    pub fn name(&self) -> String {
        format!("{}-{}.{}", self.theme.name, self.geography, self.format.extension())
    }

    /// Everything on which the answer depends, but the release.
    pub fn canonical(&self) -> String {
        let (name, geometry) = (self.name(), self.geometry.name());
        let bounds = self.bounds.map(<[f64; 4]>::from);
        let Self { within, limit, filter_text, language, dialect, .. } = self;
        let language = language.name();
        format!(
            "{name} {within:?} {bounds:?} {limit:?} {geometry} {language} {dialect:?} {filter_text}"
        )
    }
}

/// A client's text as a refusal repeats it.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", text.chars().take(40).collect::<String>())
}

/// A cause of the core's as a sentence to the client.
pub(super) fn sentence(cause: &dyn std::error::Error) -> ApiError {
    ApiError::bad_request(capital(&cause.to_string()))
}

pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}

fn find_theme<'a>(served: &'a Served, name: &str) -> Result<&'a Theme, ApiError> {
    let there_are = || {
        let names: Vec<&str> =
            served.indicators.themes.iter().map(|theme| theme.name.as_str()).collect();
        let name = quoted(name);
        ApiError::not_found(format!("There is no theme {name}; there are {}.", names.join(", ")))
    };
    served.indicators.theme(name).ok_or_else(there_are)
}

/// The theme of this name, which must have layers in this geography.
pub(super) fn find_layer<'a>(
    served: &'a Served,
    name: &str,
    geography: Geography,
) -> Result<&'a Theme, ApiError> {
    let theme = find_theme(served, name)?;
    let no_layer = |error: NoLayer| ApiError::not_found(capital(&error.to_string()));
    theme.check_geography(geography).map_err(no_layer)?;
    Ok(theme)
}

fn parse_file(file: &str) -> Result<(Geography, Format), ApiError> {
    let Some((geography, extension)) = file.rsplit_once('.') else {
        return Err(ApiError::not_found(
            "A layer's name ends in its format; there are .geojson, .geojsonl, .csv, .parquet, .fgb, \
             .gpkg and .xlsx.",
        ));
    };
    let geography = parse_geography(geography)?;
    let unknown = |text: String| ApiError::not_found(capital(&text));
    let format = extension.parse::<Format>().map_err(|error| unknown(error.to_string()))?;
    Ok((geography, format))
}

pub(super) fn parse_geography(text: &str) -> Result<Geography, ApiError> {
    text.parse().map_err(|error: UnknownGeography| ApiError::not_found(capital(&error.to_string())))
}

pub(super) fn parse_within(
    served: &Served,
    geography: Geography,
    code: &str,
) -> Result<RegionId, ApiError> {
    find_within(code, geography, &served.tree).map_err(|error| match error {
        RequestError::UnknownRegion { .. } => ApiError::not_found(capital(&error.to_string())),
        RequestError::Code(_) | RequestError::TooDeep { .. } => sentence(&error),
    })
}

pub(super) fn parse_bounds(text: &str) -> Result<Bounds, ApiError> {
    let refuse = || {
        ApiError::bad_request(
            "`bbox` is west,south,east,north in degrees, for example bbox=105,-8,109,-5, with west not \
             above east and south not above north.",
        )
    };
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|number| number.trim().parse().ok()).collect();
    let numbers: [f64; 4] =
        numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(refuse)?;
    let bounds = Bounds::from(numbers);
    let (longitudes, latitudes) = (-180.0..=180.0, -90.0..=90.0);
    let fits = longitudes.contains(&bounds.west)
        && longitudes.contains(&bounds.east)
        && latitudes.contains(&bounds.south)
        && latitudes.contains(&bounds.north)
        && bounds.west <= bounds.east
        && bounds.south <= bounds.north;
    fits.then_some(bounds).ok_or_else(refuse)
}

pub(super) fn parse_limit(text: &str, most: usize) -> Result<usize, ApiError> {
    let limit = text.parse().ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| {
        ApiError::bad_request(format!("`limit` is a whole number from 1 to {most}."))
    })
}

pub(super) fn check_release(served: &Served, text: &str) -> Result<(), ApiError> {
    let release: Slug = text.parse().map_err(|error| sentence(&error))?;
    if release == served.label.release {
        return Ok(());
    }
    let is = &served.label.release;
    Err(ApiError::not_found(format!("The release `{release}` is not served here; `{is}` is.")))
}

//! Maps as pictures: `/maps/{theme}/{geography}.svg` and `.png`.

use std::str::FromStr;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use tracing::error;

use super::answer;
use super::coding::Coding;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::profile::nation_figures;
use super::query::{capital, find_layer, parse_geography, parse_within, sentence};
use super::served::Served;
use super::{House, Limits};
use crate::analyse::{Figures, Measure};
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::domain::region::RegionId;
use crate::protect::{Layer, LayerRequest};
use crate::report::colours::Palette;
use crate::report::picture::{Picture, Sheet, png};
use crate::report::sentence::Told;
use crate::report::shown::Shown;
use crate::report::words::{Language, Words};

/// More areas than this are no map that can be read.
const MOST_AREAS: usize = 10_000;
const WIDTH: u32 = 1200;
const LEAST_WIDTH: u32 = 200;
/// A picture takes four bytes a dot while it is drawn.
const MOST_WIDTH: u32 = 2400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Svg,
    Png,
}

impl Form {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        match text {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            _ => Err(UnknownForm(text.chars().take(40).collect())),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no map is made as `{0}`; there are svg and png")]
struct UnknownForm(String);

/// A map as a URL asks for it.
struct MapQuery {
    theme: Theme,
    geography: Geography,
    form: Form,
    within: Option<RegionId>,
    measure: Measure,
    language: Language,
    palette: Palette,
    width: u32,
}

/// `/maps/{theme}/{geography}.{svg|png}`
pub(super) async fn map(
    State(house): State<House>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path((theme, file)) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let known = ["within", "measure", "lang", "palette", "width"];
    let parameters = Parameters::parse(asked, &house.served, &known)?;
    let query = MapQuery::parse(&house.served, (&theme, &file), &parameters)?;
    // A PNG is packed as it is.
    let coding = match query.form {
        Form::Svg => Coding::accepted(&headers),
        Form::Png => Coding::Identity,
    };
    let tag = answer::tag_of(&house.served, &query.canonical(), coding);
    let name = format!("map {}-{}", query.theme.name, query.geography);
    if answer::is_known(&headers, &tag) {
        return Ok(answer::not_modified(&tag, name));
    }
    let (form, limits) = (query.form, house.limits);
    let work = move |served: &Served| coding.pack(query.draw(served, &limits)?);
    let body = house.cached(&tag, work).await?;
    Ok(answer::typed(form.media_type(), coding, &tag, name, body))
}

impl MapQuery {
    fn parse(
        served: &Served,
        (theme, file): (&str, &str),
        parameters: &Parameters,
    ) -> Result<Self, ApiError> {
        let (geography, form) = file.rsplit_once('.').ok_or_else(|| {
            ApiError::not_found("A map's name ends in its form; there are .svg and .png.")
        })?;
        let geography = parse_geography(geography)?;
        let form: Result<Form, UnknownForm> = form.parse();
        let within = parameters.get("within").map(|code| parse_within(served, geography, code));
        Ok(Self {
            theme: find_layer(served, theme, geography)?.clone(),
            geography,
            form: form.map_err(|error| ApiError::not_found(capital(&error.to_string())))?,
            within: within.transpose()?,
            measure: parse_measure(parameters.get("measure"))?,
            language: parsed(parameters.get("lang"))?,
            palette: parsed(parameters.get("palette"))?,
            width: parse_width(parameters.get("width"))?,
        })
    }

    /// Everything on which the answer depends, but the release.
    fn canonical(&self) -> String {
        let Self { theme, geography, form, within, measure, language, palette, width } = self;
        let theme = &theme.name;
        format!(
            "map {theme} {geography} {form:?} {within:?} {measure} {language:?} {palette:?} {width}"
        )
    }

    fn draw(&self, served: &Served, limits: &Limits) -> Result<Vec<u8>, ApiError> {
        let layer = self.layer(served, limits)?;
        let nation = nation_figures(served, &self.theme);
        let shown = Shown::new(&layer, self.measure, nation.density_km2, self.palette);
        let words = Words::of(self.language);
        let picture = Picture { shown, tree: &served.tree, outlines: &served.general, words };
        let told =
            self.within.map_or(Some(nation.clone()), |id| figures_of(served, &self.theme, id));
        let told = Told::from(&told.unwrap_or(nation));
        let svg = Sheet { picture: &picture, told, label: &served.label }.svg(self.width);
        if self.form == Form::Svg {
            return Ok(svg.into_bytes());
        }
        png(&svg, self.width).map_err(|failure| {
            error!(error = &failure as &dyn std::error::Error, "Failed to draw a map");
            ApiError::internal()
        })
    }

    /// All areas, up to as many as a map may have.
    fn layer(&self, served: &Served, limits: &Limits) -> Result<Layer, ApiError> {
        let Self { theme, geography, within, .. } = self;
        let most = limits.features.min(MOST_AREAS);
        let (geography, within) = (*geography, *within);
        let request = LayerRequest { theme, geography, within, bounds: None, limit: Some(most) };
        let layer = served.layer(&request);
        if layer.matched() <= most {
            return Ok(layer);
        }
        Err(ApiError::too_large(format!(
            "The map would have {} areas and at most {most} are drawn: ask for a part with `within`, or for a \
             coarser geography.",
            layer.matched()
        )))
    }
}

/// The figures of the region that a map shows.
fn figures_of(served: &Served, theme: &Theme, id: RegionId) -> Option<Figures> {
    let geography = Geography::Region(served.tree.get(id).level);
    let request = LayerRequest { theme, geography, within: Some(id), bounds: None, limit: None };
    Figures::of_region(id, &served.layer(&request))
}

fn parse_measure(text: Option<&str>) -> Result<Measure, ApiError> {
    match text {
        None | Some("share") => Ok(Measure::Share),
        Some("count") => Ok(Measure::Count),
        Some(_) => Err(ApiError::bad_request("`measure` is share or count.")),
    }
}

/// A parameter of a few words, or its default.
fn parsed<T>(text: Option<&str>) -> Result<T, ApiError>
where
    T: FromStr<Err: std::error::Error> + Default,
{
    text.map_or(Ok(T::default()), str::parse).map_err(|error| sentence(&error))
}

fn parse_width(text: Option<&str>) -> Result<u32, ApiError> {
    let Some(text) = text else { return Ok(WIDTH) };
    let width = text.parse().ok().filter(|width| (LEAST_WIDTH..=MOST_WIDTH).contains(width));
    width.ok_or_else(|| {
        ApiError::bad_request(format!(
            "`width` is a whole number from {LEAST_WIDTH} to {MOST_WIDTH}."
        ))
    })
}

//! Maps as pictures: `/maps/{theme}/{geography}.svg`, `.png` and `.pdf`.

use std::str::FromStr;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use tracing::error;

use super::answer;
use super::cache::Keep;
use super::coding::Coding;
use super::error::ApiError;
use super::parameters::{Asked, Parameters};
use super::profile::{nation_figures, told};
use super::query::{capital, find_layer, parse_geography, parse_within, sentence};
use super::served::Served;
use super::shelf::Shelf;
use super::{House, Limits};
use super::{compare, met};
use crate::analyse::{Conditions, Difference, Measure, Order};
use crate::domain::geography::Geography;
use crate::domain::indicator::Theme;
use crate::domain::region::RegionId;
use crate::protect::{Layer, LayerRequest};
use crate::report::colours::Palette;
use crate::report::compared::Compared;
use crate::report::picture::{Imprint, Picture, Sheet, pdf, png};
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
    Pdf,
}

impl Form {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        match text {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            "pdf" => Ok(Self::Pdf),
            _ => Err(UnknownForm(text.chars().take(40).collect())),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no map is made as `{0}`; there are svg, png and pdf")]
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
    /// As they were written, and read.
    conditions: Option<(String, Conditions)>,
    width: u32,
}

/// `/maps/{theme}/{geography}.{svg|png|pdf}`
pub(super) async fn map(
    State(house): State<House>,
    Extension(shelf): Extension<Arc<Shelf>>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path((theme, file)) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let known = ["within", "measure", "lang", "palette", "compare", "classes", "filter", "width"];
    let parameters = Parameters::parse(asked, &house.served, &known)?;
    let query = MapQuery::parse(&house.served, (&theme, &file), &parameters)?;
    // PNG and PDF are packed as they are.
    let coding = match query.form {
        Form::Svg => Coding::accepted(&headers),
        Form::Png | Form::Pdf => Coding::accepted_of_packed(&headers),
    };
    let other =
        compare::other(&shelf, &house.served, ("compare", parameters.get("compare"))).await?;
    if let Some(other) = &other {
        compare::refuse_definitions(&query.theme, &house.served, other)?;
    }
    let classed = compare::classed(&shelf, &house.served, parameters.get("classes")).await?;
    let (since, like) = (answer::since(other.as_deref()), answer::since(classed.as_deref()));
    let canonical = format!("{}{since} like{like}", query.canonical());
    let tag = answer::tag_of(&house.served, &canonical, coding);
    let name = format!("map {}-{}", query.theme.name, query.geography);
    if answer::is_known(&headers, &tag) {
        return Ok(answer::not_modified(&tag, name));
    }
    let (form, limits) = (query.form, house.limits);
    let work = move |served: &Served| {
        let others = Others { compared: other.as_deref(), classed: classed.as_deref() };
        coding.pack(query.draw(served, others, &limits)?)
    };
    let body = house.heavy().cached(&tag, Keep::Quarter, work).await?;
    Ok(answer::as_file(answer::typed(form.media_type(), coding, &tag, name, body)))
}

/// Releases beside the one that is drawn.
#[derive(Clone, Copy)]
struct Others<'a> {
    /// Whose difference from it is drawn.
    compared: Option<&'a Served>,
    /// Whose classes it is drawn in.
    classed: Option<&'a Served>,
}

impl MapQuery {
    fn parse(
        served: &Served,
        (theme, file): (&str, &str),
        parameters: &Parameters,
    ) -> Result<Self, ApiError> {
        let (geography, form) = file.rsplit_once('.').ok_or_else(|| {
            ApiError::not_found("A map's name ends in its form; there are .svg, .png and .pdf.")
        })?;
        let geography = parse_geography(geography)?;
        let form: Result<Form, UnknownForm> = form.parse();
        let within = parameters.get("within").map(|code| parse_within(served, geography, code));
        let conditions = parameters
            .get("filter")
            .map(|text| Ok((text.to_owned(), met::parse(served, geography, text)?)));
        let query = Self {
            theme: find_layer(served, theme, geography)?.clone(),
            geography,
            form: form.map_err(|error| ApiError::not_found(capital(&error.to_string())))?,
            within: within.transpose()?,
            measure: parse_measure(parameters.get("measure"))?,
            language: parsed(parameters.get("lang"))?,
            palette: parsed(parameters.get("palette"))?,
            conditions: conditions.transpose()?,
            width: parse_width(parameters.get("width"))?,
        };
        if parameters.get("classes").and(parameters.get("compare")).is_some() {
            return Err(ApiError::bad_request(
                "The classes of a comparison are fixed: leave the parameter `classes` out.",
            ));
        }
        if query.form == Form::Pdf && parameters.get("width").is_some() {
            return Err(ApiError::bad_request(
                "A PDF is a page of A4: leave the parameter `width` out, or ask for .svg or .png.",
            ));
        }
        Ok(query)
    }

    /// Everything on which the answer depends, but the release.
    fn canonical(&self) -> String {
        let Self { geography, form, within, measure, language, palette, width, .. } = self;
        let theme = &self.theme.name;
        let filter = self.conditions.as_ref().map(|(text, _)| text);
        format!(
            "map {theme} {geography} {form:?} {within:?} {measure} {language:?} {palette:?} {width} {filter:?}"
        )
    }

    fn draw(
        &self,
        served: &Served,
        Others { compared, classed }: Others<'_>,
        limits: &Limits,
    ) -> Result<Vec<u8>, ApiError> {
        let layer = self.layer(served, limits)?;
        let nation = nation_figures(served, &self.theme);
        let mut shown = Shown::new(&layer, self.measure, nation.density_km2, self.palette);
        if let Some(other) = classed {
            let there = self.layer(other, limits)?;
            shown = shown.in_classes_of(&other.label.release, &there);
        }
        let words = Words::of(self.language);
        let compared = compared.map(|other| self.compared((served, other), &shown));
        let conditions = self.conditions.as_ref().map(|(_, conditions)| conditions);
        let met = conditions.map(|them| met::met(served, them, (&layer, &self.request(None))));
        let picture = Picture {
            shown,
            tree: &served.tree,
            outlines: &served.general,
            words,
            compared: compared.as_ref(),
            met: met.as_ref(),
        };
        let told = told(served, &self.theme, self.within);
        let conditions = conditions.map(|them| met::said(served, them, words));
        let conditions = conditions.unwrap_or_default();
        let (picture, label) = (&picture, &served.label);
        let sheet = Sheet { picture, told, label, conditions: &conditions };
        self.written(&sheet, served)
    }

    fn written(&self, sheet: &Sheet<'_>, served: &Served) -> Result<Vec<u8>, ApiError> {
        let svg = sheet.svg(self.width);
        let imprint = Imprint {
            title: &sheet.title(),
            language: self.language.name(),
            date: &served.label.reference_date,
        };
        let drawn = match self.form {
            Form::Svg => Ok(svg.into_bytes()),
            Form::Png => png(&svg, self.width),
            Form::Pdf => pdf(&svg, &imprint),
        };
        drawn.map_err(|failure| {
            error!(error = &failure as &dyn std::error::Error, "Failed to draw a map");
            ApiError::internal()
        })
    }

    /// What changed since the other release, or until it where it is the later one.
    fn compared<'a>(
        &'a self,
        (served, other): (&'a Served, &'a Served),
        shown: &Shown<'_>,
    ) -> Compared<'a> {
        let (own, theirs) = (&served.label, &other.label);
        let order = match theirs.reference_date > own.reference_date {
            true => Order::OtherIsLater,
            false => Order::OtherIsEarlier,
        };
        let (earlier, later) = match order {
            Order::OtherIsLater => (&own.release, &theirs.release),
            Order::OtherIsEarlier => (&theirs.release, &own.release),
        };
        let there = other.layer(&self.request(None));
        let differences = Difference::of_layer(shown.layer, &there, shown.by, order);
        Compared { earlier, later, differences, measure: shown.by, theme: &self.theme.name }
    }

    const fn request(&self, limit: Option<usize>) -> LayerRequest<'_> {
        let Self { theme, geography, within, .. } = self;
        LayerRequest { theme, geography: *geography, within: *within, bounds: None, limit }
    }

    /// All areas, up to as many as a map may have.
    fn layer(&self, served: &Served, limits: &Limits) -> Result<Layer, ApiError> {
        let most = limits.features.min(MOST_AREAS);
        let layer = served.layer(&self.request(Some(most)));
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

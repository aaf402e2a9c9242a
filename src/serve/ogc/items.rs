//! The features of a collection: by pages, filtered, or one by its code.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use h3o::CellIndex;
use serde_json::{Map, Value, json};

use super::collection::{CRS84, Collection};
use super::form::Form;
use super::html;
use super::link::Link;
use super::page::Page;
use crate::analyse::Filter;
use crate::domain::geography::Geography;
use crate::domain::hexagon;
use crate::domain::position::Bounds;
use crate::domain::region::RegionId;
use crate::encode::{Format, Geometry, Outlines, geojson};
use crate::protect::{Field, Layer, LayerRequest};
use crate::serve::error::{ApiError, ServeError};
use crate::serve::layers::bounded;
use crate::serve::parameters::{Asked, Parameters};
use crate::serve::query::{parse_bounds, parse_within, quoted, sentence};
use crate::serve::reached::Client;
use crate::serve::served::Served;
use crate::serve::{House, Limits, filtered};

/// Features of a page, where none are asked for.
const PAGE: usize = 100;
/// The most of a page; who asks for more gets these.
const MOST: usize = 10_000;

/// Says which reference system coordinates are in.
pub(in crate::serve) const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");
const CONTENT_CRS_VALUE: &str = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>";

const PARAMETERS: [&str; 11] = [
    "crs",
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "datetime",
    "within",
    "geometry",
    "filter",
    "filter-lang",
    "filter-crs",
];

/// Which features a URL asks for.
struct Items {
    collection: Collection,
    within: Option<RegionId>,
    bounds: Option<Bounds>,
    filter: Option<Filter>,
    offset: usize,
    limit: usize,
    geometry: Geometry,
}

/// `/ogc/collections/{collection}/items`
pub(super) async fn items(
    State(house): State<House>,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let collection = Collection::find(&house.served, path)?;
    let fields = Field::all(&collection.theme);
    let known: Vec<&str> =
        PARAMETERS.into_iter().chain(fields.iter().map(|field| field.name.as_str())).collect();
    let path = format!("{}/items", collection.path());
    let page = Page::asked(&house, path, asked, &known, &client)?;
    let items = Items::parse(&house.served, &house.limits, collection, &page.parameters)?;
    let limits = house.limits;
    let media_type = Format::GeoJson.media_type();
    let make = move |page: &Page, served: &Served| items.write(page, served, &limits);
    page.answer_bytes(&house, &client.headers, media_type, make).await.map(with_crs)
}

impl Items {
    fn parse(
        served: &Served,
        limits: &Limits,
        collection: Collection,
        parameters: &Parameters,
    ) -> Result<Self, ApiError> {
        check_crs(parameters, &["crs", "bbox-crs", "filter-crs"])?;
        let Collection { theme, geography } = &collection;
        let bounds = parameters.get("bbox").map(flat_bounds).transpose()?;
        let bounds = bounds.map(|bounds| limits.check_box(bounds)).transpose()?;
        let within = parameters.get("within").map(|code| parse_within(served, *geography, code));
        let text = parameters.get("filter");
        let filter = filtered::parse(text, parameters.get("filter-lang"), theme)?;
        let of_properties = parameters
            .pairs()
            .iter()
            .filter(|(name, _)| !PARAMETERS.contains(&name.as_str()))
            .filter_map(|(name, value)| Filter::from_parameter(name, value, theme));
        let mut all: Vec<Filter> =
            of_properties.collect::<Result<_, _>>().map_err(|error| sentence(&error))?;
        all.extend(filter);
        all.extend(bounds.map(Filter::touching));
        Ok(Self {
            within: within.transpose()?,
            bounds,
            filter: all.into_iter().reduce(Filter::and),
            offset: parameters.get("offset").map_or(Ok(0), parse_offset)?,
            limit: parameters.get("limit").map_or(Ok(PAGE), parse_page)?.min(limits.features),
            geometry: parse_geometry(parameters.get("geometry"))?,
            collection,
        })
    }

    fn layer(&self, served: &Served) -> Layer {
        let request = LayerRequest {
            theme: &self.collection.theme,
            geography: self.collection.geography,
            within: self.within,
            bounds: self.bounds,
            limit: Some(self.offset.saturating_add(self.limit)),
        };
        filtered::layer(served, &request, self.filter.as_ref()).page(self.offset, self.limit)
    }

    fn write(&self, page: &Page, served: &Served, limits: &Limits) -> Result<Vec<u8>, ApiError> {
        let layer = self.layer(served);
        let links = json!(self.links(page, served, &layer));
        if page.form == Form::Html {
            let title = self.collection.title();
            return Ok(html::of_layer((served, &page.base), &layer, &title, &links).into_bytes());
        }
        let members = Map::from_iter([
            ("numberMatched".to_owned(), json!(layer.matched())),
            ("numberReturned".to_owned(), json!(layer.features().len())),
            ("links".to_owned(), links),
        ]);
        let outlines = match self.geometry {
            Geometry::None => Outlines::None,
            Geometry::General | Geometry::Full => Outlines::Regions(&served.general),
        };
        bounded(limits, |out| {
            let written = geojson::write_with(&layer, &served.label, outlines, &members, out);
            written.map_err(ServeError::Write)
        })
    }

    /// The pages before and after it are those of this release, whatever is current when they are
    /// followed.
    fn links(&self, page: &Page, served: &Served, layer: &Layer) -> Vec<Link> {
        let geojson = Format::GeoJson.media_type();
        let media_type = page.form.media_type(geojson);
        let mut links = page.own_links(geojson);
        let release = Some(served.label.release.as_str());
        let at = |offset: usize| {
            let offset = (offset > 0).then(|| offset.to_string());
            page.again(&[("offset", offset.as_deref()), ("release", release)])
        };
        let end = self.offset.saturating_add(layer.features().len());
        if end < layer.matched() && !layer.features().is_empty() {
            links.push(Link::new(at(end), "next", media_type, "The next features"));
        }
        if self.offset > 0 {
            let before = self.offset.min(layer.matched()).saturating_sub(self.limit);
            links.push(Link::new(at(before), "prev", media_type, "The features before"));
        }
        let collection = page.url(&self.collection.path());
        links.push(Link::new(collection, "collection", "application/json", "The layer"));
        links
    }
}

/// `/ogc/collections/{collection}/items/{code}`
pub(super) async fn item(
    State(house): State<House>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Asked,
    client: Client,
) -> Result<Response, ApiError> {
    let Path((id, code)) = path.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let collection = Collection::named(&house.served, &id)?;
    let place = Item::find(&house.served, &collection, &code)?;
    let path = format!("{}/items/{code}", collection.path());
    let page = Page::asked(&house, path, asked, &["crs"], &client)?;
    check_crs(&page.parameters, &["crs"])?;
    let media_type = Format::GeoJson.media_type();
    let make = move |page: &Page, served: &Served| place.write(&collection, page, served);
    page.answer_bytes(&house, &client.headers, media_type, make).await.map(with_crs)
}

/// One place of a collection.
#[derive(Debug, Clone, Copy)]
enum Item {
    Region(RegionId),
    Hexagon(CellIndex),
}

impl Item {
    fn find(served: &Served, collection: &Collection, code: &str) -> Result<Self, ApiError> {
        let found = match collection.geography {
            Geography::Region(level) => {
                let id = code.parse().ok().and_then(|code| served.tree.find(code));
                id.filter(|id| served.tree.get(*id).level == level).map(Self::Region)
            }
            Geography::Hexagon(_) => code.parse().ok().map(Self::Hexagon),
        };
        found.ok_or_else(|| no_such_item(collection, code))
    }

    fn write(
        self,
        collection: &Collection,
        page: &Page,
        served: &Served,
    ) -> Result<Vec<u8>, ApiError> {
        let (within, bounds) = match self {
            Self::Region(id) => (Some(id), None),
            Self::Hexagon(cell) => (None, Some(hexagon::bounds(cell))),
        };
        let Collection { theme, geography } = collection;
        let request = LayerRequest { theme, geography: *geography, within, bounds, limit: None };
        let code = match self {
            Self::Region(id) => served.tree.get(id).code.to_string(),
            Self::Hexagon(cell) => cell.to_string(),
        };
        let layer = served.layer(&request).keeping(|feature| feature.code.to_string() == code);
        let Some(feature) = layer.features().first() else {
            return Err(no_such_item(collection, &code));
        };
        let geojson = Format::GeoJson.media_type();
        let mut links = page.own_links(geojson);
        let above = page.url(&collection.path());
        links.push(Link::new(above, "collection", "application/json", "The layer"));
        let links = json!(links);
        if page.form == Form::Html {
            return Ok(html::of_layer((served, &page.base), &layer, &code, &links).into_bytes());
        }
        let members: Map<String, Value> = Map::from_iter([("links".to_owned(), links)]);
        let outlines = Outlines::Regions(&served.general);
        Ok(geojson::feature(&layer, feature, &served.label, outlines, members))
    }
}

/// Refuses every reference system but the one that collections list (OGC API Features part 2, 6.2.2).
fn check_crs(parameters: &Parameters, names: &[&str]) -> Result<(), ApiError> {
    let is_other = |name: &&&str| parameters.get(name).is_some_and(|crs| crs != CRS84);
    match names.iter().find(is_other) {
        None => Ok(()),
        Some(name) => Err(ApiError::bad_request(format!(
            "`{name}` is {CRS84} alone, degrees with the longitude first: leave the parameter out, and \
             transform what you get."
        ))),
    }
}

/// Says in which reference system the coordinates are (OGC API Features part 2, 6.2.3).
fn with_crs(mut response: Response) -> Response {
    let value = HeaderValue::from_static(CONTENT_CRS_VALUE);
    response.headers_mut().insert(CONTENT_CRS, value);
    response
}

fn no_such_item(collection: &Collection, code: &str) -> ApiError {
    let (id, code) = (collection.id(), quoted(code));
    ApiError::not_found(format!(
        "There is no feature {code} in {id}; /ogc/collections/{id}/items lists those there are."
    ))
}

/// A box of four numbers, or of six, of which heights are passed over.
fn flat_bounds(text: &str) -> Result<Bounds, ApiError> {
    let numbers: Vec<&str> = text.split(',').collect();
    match numbers[..] {
        [west, south, _, east, north, _] => parse_bounds(&[west, south, east, north].join(",")),
        _ => parse_bounds(text),
    }
}

fn parse_offset(text: &str) -> Result<usize, ApiError> {
    text.parse().map_err(|_| ApiError::bad_request("`offset` is a whole number, 0 or more."))
}

fn parse_page(text: &str) -> Result<usize, ApiError> {
    let limit = text.parse::<usize>().ok().filter(|limit| *limit > 0);
    let refuse = || ApiError::bad_request("`limit` is a whole number, 1 or more.");
    limit.map(|limit| limit.min(MOST)).ok_or_else(refuse)
}

fn parse_geometry(text: Option<&str>) -> Result<Geometry, ApiError> {
    match text.map_or(Ok(Geometry::General), str::parse).map_err(|error| sentence(&error))? {
        Geometry::Full => Err(ApiError::bad_request(
            "Features are answered with geometry=general or geometry=none; full outlines are at \
             /layers/{theme}/{geography}.geojson?geometry=full.",
        )),
        geometry => Ok(geometry),
    }
}

//! The first page, made for what its address asks.

use std::sync::{Arc, OnceLock};

use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;

use super::ahead::ahead;
use super::error::ApiError;
use super::preference::weighed;
use super::profile::place_figures;
use super::reply::{HTML, Question, reply};
use super::served::Served;
use super::shelf::Shelf;
use super::{House, answer, compare, web};
use crate::analyse::RegionSearch;
use crate::domain::geography::{Geography, HexagonSize};
use crate::domain::indicator::Theme;
use crate::domain::position::Bounds;
use crate::domain::region::{RegionId, Slug};
use crate::protect::{Layer, LayerRequest, PlaceCode};
use crate::report::address::{Address, Areas};
use crate::report::first::First;
use crate::report::shown::Shown;
use crate::report::words::Language;

/// Areas on one page, and in one answer to its scripts.
const MOST_AREAS: usize = 4000;
/// Regions that a search finds.
const MOST_FOUND: usize = 20;
/// Letters of a question; no name has as many.
const MOST_LETTERS: usize = 100;

/// `/`, of the release that is asked for. Whatever else an address has wrong is the default.
pub(super) async fn first(
    State(house): State<House>,
    Extension(shelf): Extension<Arc<Shelf>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let parameters = Query::<Vec<(String, String)>>::try_from_uri(&uri);
    let parameters = parameters.map_or_else(|_| Vec::new(), |Query(given)| given);
    let served = &house.served;
    let preferred = preferred(&headers);
    let mut address = Address::parse(&parameters, preferred, &served.tree, &served.indicators);
    // Where classes can't be had the map has its own.
    let classes = address.classes.as_ref().map(Slug::as_str);
    let classed = compare::classed(&shelf, served, classes).await.ok().flatten();
    address.classes = classed.as_ref().map(|other| other.label.release.clone());
    let asked = parameters.iter().find(|(name, _)| name == "q").map(|(_, text)| text.trim());
    let asked: Option<String> =
        asked.map(|text| text.chars().filter(|c| !c.is_control()).take(MOST_LETTERS).collect());
    let releases = shelf.list();
    let most = house.limits.features.min(MOST_AREAS);
    let like = answer::since(classed.as_deref());
    let canonical =
        format!("{} {asked:?} {releases:?} {} {most}{like}", address.url(), web::page_digest());
    let question = Question { name: "first", canonical, media_type: HTML };
    let search = Arc::clone(&house.search);
    let mut response = reply(&house, &headers, question, move |served| {
        let found = asked.map(|text| {
            let found = find(served, &search, &text);
            (text, found)
        });
        Ok(page((served, classed.as_deref()), address, (found, releases), most))
    })
    .await?;
    let vary = HeaderValue::from_static("accept-encoding, accept-language");
    response.headers_mut().insert(header::VARY, vary);
    Ok(response)
}

/// The language that a client likes best, as the page's scripts take it: English where that weighs most, else
/// Indonesian.
pub(super) fn preferred(headers: &HeaderMap) -> Language {
    let accepted = weighed(headers, header::ACCEPT_LANGUAGE).into_iter();
    let best = accepted.filter(|(_, weight)| *weight > 0).reduce(|best, one| {
        // Of equally heavy ones the first.
        if one.1 > best.1 { one } else { best }
    });
    let is_english = best.is_some_and(|(name, _)| name == "en" || name.starts_with("en-"));
    if is_english { Language::En } else { Language::Id }
}

fn find(served: &Served, search: &OnceLock<RegionSearch>, text: &str) -> Vec<RegionId> {
    if text.is_empty() {
        return Vec::new();
    }
    let tree = &served.tree;
    search.get_or_init(|| RegionSearch::new(tree)).find(tree, text, MOST_FOUND)
}

fn page(
    (served, classed): (&Served, Option<&Served>),
    address: Address,
    (found, releases): (Option<(String, Vec<RegionId>)>, Vec<Slug>),
    most: usize,
) -> Vec<u8> {
    let (tree, indicators) = (&served.tree, &served.indicators);
    let theme = indicators.theme(&address.theme).expect("an address is parsed with these themes");
    let within = address.within.and_then(|code| tree.find(code));
    let layer = layer(served, &address, theme, within, most);
    let frame = place_figures(served, within);
    let nation = frame.themes.iter().find(|it| it.theme == theme.name).map(|it| &it.nation);
    let usual = nation.and_then(|nation| nation.density_km2);
    let mut shown = Shown::new(&layer, address.measure, usual, address.palette);
    if let Some(other) = classed {
        let there = self::layer(other, &address, theme, within, most);
        shown = shown.in_classes_of(&other.label.release, &there);
    }
    let area = address.area.and_then(|area| match area {
        PlaceCode::Region(code) => tree.find(code),
        PlaceCode::Hexagon(_) => None,
    });
    let chosen = area.filter(|id| Some(*id) != within).map(|id| place_figures(served, Some(id)));
    let themes = indicators.themes.iter();
    let first = First {
        held: themes.filter(|theme| served.leaves.holds(theme, indicators)).collect(),
        outlines: &served.general,
        address,
        shown,
        tree,
        indicators,
        label: &served.label,
        releases,
        frame,
        chosen,
        found,
    };
    let page = first.write();
    let ahead = ahead(&first.address, &first.label.release, tree, most).into_string();
    web::document(first.address.language, &page.title, &ahead, &page.body).into_bytes()
}

/// What is on the map. Hexagons are as small as can be told apart, and no more than fit on one page.
fn layer(
    served: &Served,
    address: &Address,
    theme: &Theme,
    within: Option<RegionId>,
    most: usize,
) -> Layer {
    let of = |geography| {
        served.layer(&LayerRequest { theme, geography, within, bounds: None, limit: Some(most) })
    };
    if let Areas::Regions(level) = address.areas {
        return of(Geography::Region(level));
    }
    let bounds = within.map_or(served.tree.bounds(), |id| served.tree.get(id).bounds);
    let sizes = HexagonSize::ALL.into_iter().rev().skip_while(|size| *size > size_at(zoom(bounds)));
    let mut layers = sizes.map(|size| of(Geography::Hexagon(size)));
    let first = layers.next().expect("the largest hexagons fit any map");
    if first.matched() <= most {
        return first;
    }
    layers.find(|layer| layer.matched() <= most).unwrap_or(first)
}

/// The zoom at which a box fills the map of a page of usual size, as `MapLibre` counts: the world is 512
/// pixels wide at 0.
fn zoom(bounds: Bounds) -> f64 {
    const MAP_PX: [f64; 2] = [760.0, 510.0];
    const WORLD_PX: f64 = 512.0;
    let northing = |latitude: f64| {
        let radians = latitude.clamp(-85.0, 85.0).to_radians();
        (std::f64::consts::FRAC_PI_4 + radians / 2.0).tan().ln() / std::f64::consts::TAU
    };
    let wide = (bounds.east - bounds.west) / 360.0;
    let high = northing(bounds.north) - northing(bounds.south);
    let fits = |px: f64, part: f64| (px / (WORLD_PX * part.max(1e-9))).log2();
    fits(MAP_PX[0], wide).min(fits(MAP_PX[1], high))
}

/// The hexagons that are shown at a zoom, as the page's scripts and the tiles have it.
fn size_at(zoom: f64) -> HexagonSize {
    let all = HexagonSize::ALL;
    let at = (zoom.floor() - 6.0).clamp(0.0, (all.len() - 1) as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 4")]
    all[at as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &'static str) -> Language {
        let value = HeaderValue::from_static(text);
        preferred(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]))
    }

    #[test]
    fn english_is_taken_where_it_is_liked_best() {
        assert_eq!(of("en-GB,en;q=0.9,id;q=0.8"), Language::En);
        assert_eq!(of("id,en;q=0.5"), Language::Id);
        assert_eq!(of("fr"), Language::Id);
        assert_eq!(of("en;q=0, id;q=0.1"), Language::Id);
        assert_eq!(of("id;q=0.3, en;q=0.8"), Language::En);
        assert_eq!(of("enm"), Language::Id);
        assert_eq!(preferred(&HeaderMap::new()), Language::Id);
    }

    #[test]
    fn hexagons_are_as_small_as_the_map_s_scale_lets_them_be() {
        let of = |width: f64| {
            size_at(zoom(Bounds { west: 100.0, east: 100.0 + width, south: -0.01, north: 0.01 }))
        };
        assert_eq!(of(45.0), HexagonSize::Hex4);
        assert_eq!([of(4.0), of(2.0)], [HexagonSize::Hex5, HexagonSize::Hex6]);
        assert_eq!(of(0.1), HexagonSize::Hex8);
    }
}

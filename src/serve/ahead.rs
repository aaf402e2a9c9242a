//! What the page's scripts will ask for, told in the page's head: a browser then asks for all of it at once, and
//! not for one after the other.

use maud::{Markup, html};

use super::web;
use crate::domain::region::{RegionTree, Slug};
use crate::protect::PlaceCode;
use crate::report::address::{Address, Areas, View};

/// The release that the page is of, how many areas its scripts may ask for at once, and links to what they need: an
/// address here is theirs to the letter, for another would be asked for twice.
pub(super) fn ahead(address: &Address, release: &Slug, tree: &RegionTree, most: usize) -> Markup {
    html! {
        meta name="release" content=(release);
        meta name="most" content=(most);
        @for url in figures(address, release, most).iter().chain(&tiles(address, release, tree)) {
            link rel="preload" as="fetch" crossorigin href=(url);
        }
        @if address.view == View::Map {
            @if let Some(program) = web::file("canvas-", ".js") {
                link rel="modulepreload" crossorigin href={ "/" (program) };
            }
        }
    }
}

/// The catalogue, the profiles and the layer. Which hexagons are asked for depends on the map's size.
fn figures(address: &Address, release: &Slug, most: usize) -> Vec<String> {
    let named = address.release.as_ref();
    let profile = |code: String| format!("/regions/{code}?release={release}");
    let mut urls = vec![
        named.map_or_else(|| "/layers".to_owned(), |named| format!("/layers?release={named}")),
        profile(address.within.map_or_else(|| "nation".to_owned(), |code| code.to_string())),
    ];
    let Areas::Regions(level) = address.areas else { return urls };
    let within = address.within.map(|code| format!("&within={code}")).unwrap_or_default();
    urls.push(format!(
        "/layers/{}/{level}.geojson?geometry=none&limit={most}{within}&release={release}",
        address.theme
    ));
    let chosen = address.area.filter(|code| address.within.map(PlaceCode::Region) != Some(*code));
    urls.extend(chosen.map(|code| profile(code.to_string())));
    urls
}

/// Where the tiles of what is drawn are: the land, the areas and the region around them.
fn tiles(address: &Address, release: &Slug, tree: &RegionTree) -> Vec<String> {
    if address.view != View::Map {
        return Vec::new();
    }
    let around = address.within.and_then(|code| tree.find(code));
    let around = around.map(|id| tree.get(id).level.name());
    let mut names = vec!["province"];
    for name in [Some(address.areas.name()), around].into_iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| format!("/tiles/{name}.json?release={release}")).collect()
}

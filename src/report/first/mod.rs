//! The first page: what an address shows, as HTML that can be read and walked without a script. The page's
//! scripts take it over in place, so parts, order and classes are those of `web/src/App.svelte`.

mod controls;
mod download;
mod found;
mod legend;
mod path;
mod profile;
mod ranking;
pub mod swatch;
mod table;

use geo::MultiPolygon;
use maud::{Markup, html};

use super::address::{Address, Areas, View};
use super::notes::licence;
use super::picture::{Picture, Plain};
use super::sentence::{Subject, Told, sentence, with_margin};
use super::shown::Shown;
use super::words::Words;
use crate::analyse::{Figures, Measure, ThemeFigures};
use crate::domain::indicator::{Indicators, Theme};
use crate::domain::region::{RegionId, RegionTree, Slug};
use crate::encode::ReleaseLabel;
use crate::protect::{Feature, PlaceCode, Protection};

/// The room that a map has on a desk.
const MAP_PX: [u32; 2] = [788, 534];

/// All that stands on the page.
pub struct First<'a> {
    pub address: Address,
    /// What is on the map.
    pub shown: Shown<'a>,
    pub tree: &'a RegionTree,
    pub indicators: &'a Indicators,
    pub label: &'a ReleaseLabel,
    /// All that may be asked for.
    pub releases: Vec<Slug>,
    /// Of what the release holds figures.
    pub held: Vec<&'a Theme>,
    /// The region whose parts are shown, or the nation.
    pub frame: PlaceFigures<'a>,
    /// The chosen area, where it is a region and another than the frame.
    pub chosen: Option<PlaceFigures<'a>>,
    /// Outlines, by [`RegionId`].
    pub outlines: &'a [MultiPolygon],
    /// What was searched for, and the regions that are called so.
    pub found: Option<(String, Vec<RegionId>)>,
}

/// A region, or the nation, with its figures in every theme.
pub struct PlaceFigures<'a> {
    pub region: Option<RegionId>,
    pub themes: Vec<ThemeFigures<'a>>,
}

/// A page in parts: what a document needs of it.
pub struct FirstPage {
    pub title: String,
    pub body: String,
}

impl First<'_> {
    /// Writes the page.
    pub fn write(&self) -> FirstPage {
        let words = Words::of(self.address.language);
        let place = self.name(self.frame.region);
        let theme = words.text(&self.shown.layer.theme().title).to_owned();
        FirstPage {
            title: format!("{theme} – {place} – Sebaran"),
            body: self.body(words).into_string(),
        }
    }

    fn body(&self, words: Words) -> Markup {
        html! {
            a.skip href="#shown" { (words.say("skip", &[])) }
            (note(self.shown.layer.protection(), words))
            header {
                h1 { (words.say("title", &[])) }
                (found::form(self, words))
                (controls::language(self, words))
            }
            (controls::controls(self, words))
            (controls::room_for_filter(words))
            (path::path(self, words))
            main #shown tabindex="-1" {
                @if let Some((asked, found)) = &self.found { (found::list(self, words, asked, found)) }
                section.shown aria-label=(words.say("control.view", &[])) {
                    @if self.address.view == View::Map {
                        div.map { div.standin { (self.map(words)) } }
                    }
                    (legend::legend(self, words))
                    @if self.address.view == View::Table { (table::table(self, words)) }
                }
                aside {
                    (profile::profile(self, words))
                    (ranking::ranking(self, words))
                    (download::download(self, words))
                }
                @if self.address.view == View::Map {
                    section.listed { (table::table(self, words)) }
                }
            }
            footer {
                (words.say("legend.period", &[
                    ("release", self.label.release.as_str()),
                    ("date", &words.date(&self.label.reference_date)),
                ]))
                " " (words.text(&self.shown.layer.theme().definition)) " "
                @if let Some(licence) = licence(self.label, words) { (licence) " " }
                a href="/plain" { (words.say("first.layers", &[])) }
            }
        }
    }

    /// The map. Each area leads where it would on the page that moves.
    fn map(&self, words: Words) -> Markup {
        let picture = Picture {
            shown: self.shown.clone(),
            tree: self.tree,
            outlines: self.outlines,
            words,
            compared: None,
            met: None,
        };
        let chosen = self.address.area.map(|code| code.to_string());
        picture.plain(&Plain {
            width_px: MAP_PX[0],
            most_height_px: MAP_PX[1],
            href: Some(&|feature| Some(self.choose(feature.code))),
            chosen: chosen.as_deref(),
            named: &[],
        })
    }

    /// What a region is called, or the nation.
    fn name(&self, region: Option<RegionId>) -> String {
        match region {
            Some(id) => self.tree.get(id).name.clone(),
            None => Words::of(self.address.language).say("nation", &[]),
        }
    }

    /// A theme's figures, in words.
    fn say(&self, words: Words, by: Measure, place: &str, figures: &Figures) -> String {
        let theme = &self.shown.layer.theme().name;
        let threshold = self.shown.layer.threshold().decile();
        sentence(words, Subject { theme, by, place, threshold }, Told::from(figures))
    }

    /// Where an area leads: to its profile, and where it is chosen already to its inside.
    fn choose(&self, code: PlaceCode) -> String {
        let region = match code {
            PlaceCode::Region(code) => self.tree.find(code),
            PlaceCode::Hexagon(_) => None,
        };
        if self.address.area == Some(code)
            && region.is_some()
            && self.address.areas != Areas::Hexagons
        {
            return self.address.inside(region, self.tree).url();
        }
        self.address.with(|address| address.area = Some(code)).url()
    }
}

/// Who may see the figures and what must be known of them.
pub fn note(protection: Protection, words: Words) -> Markup {
    let (class, key) = match protection {
        Protection::Restricted => ("restricted", "restricted"),
        Protection::Public => ("public", "public"),
    };
    html! { p class=(class) role="note" { (words.say(key, &[])) } }
}

/// What an area is called; a hexagon has no name.
fn feature_name(feature: &Feature, words: Words) -> String {
    let code = || words.say("profile.hexagon", &[("code", &feature.code.to_string())]);
    feature.name.clone().unwrap_or_else(code)
}

/// A count with its margin.
pub fn count_with_margin(words: Words, count: Option<i64>, moe95: Option<f64>) -> String {
    let count = count.map(|count| count as f64);
    with_margin(words.whole(count), moe95, |moe95| words.whole_margin(moe95))
}

/// A share with its margin.
pub fn share_with_margin(words: Words, share: Option<f64>, moe95: Option<f64>) -> String {
    with_margin(words.share(share, 1), moe95, |moe95| words.share_margin(moe95))
}

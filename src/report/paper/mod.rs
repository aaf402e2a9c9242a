//! A report of a region, or of the nation, for a leader's desk: two sides of A4 and no script.

mod cards;
mod most;
mod notes;
mod parts;

use geo::MultiPolygon;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::first::{PlaceFigures, note};
use super::notes::licence;
use super::sentence::{Subject, Told, sentence};
use super::shown::Shown;
use super::words::Words;
use crate::analyse::{Figures, Measure, ThemeFigures};
use crate::domain::indicator::{Indicators, PovertyThreshold};
use crate::domain::region::{Level, RegionId, RegionTree};
use crate::encode::ReleaseLabel;
use crate::protect::{Layer, Protection};

/// The themes of which the report tells, the one by which it ranks first.
pub const THEMES: [&str; 4] = ["poverty", "elderly", "children", "disability"];

const STYLE: &str = include_str!("paper.css");

/// All that a report is made of.
pub struct Paper<'a> {
    pub words: Words,
    pub tree: &'a RegionTree,
    pub indicators: &'a Indicators,
    pub label: &'a ReleaseLabel,
    pub protection: Protection,
    pub threshold: PovertyThreshold,
    pub place: PlaceFigures<'a>,
    pub parts: Parts<'a>,
    /// The layer of the first theme, as the map shows it.
    pub shown: Shown<'a>,
    /// Outlines, by [`RegionId`].
    pub outlines: &'a [MultiPolygon],
    /// The page's letters, so that it prints as it looks.
    pub fonts: Vec<Font>,
}

/// Where the letters of a weight are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Font {
    pub weight: u16,
    pub url: String,
}

impl Font {
    fn face(&self) -> String {
        let Self { weight, url } = self;
        format!(
            "@font-face {{ font-family: 'Noto Sans'; font-weight: {weight}; src: url('{url}') format('woff2'); }}\n"
        )
    }
}

/// What is drawn and listed: the areas in a region, or those among which it stands where it has none.
pub struct Parts<'a> {
    pub kin: Kin,
    /// The region that holds them; `None` for the nation.
    pub within: Option<RegionId>,
    pub level: Level,
    /// Their layers, in the order of [`THEMES`].
    pub layers: &'a [Layer],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    Children,
    Siblings,
}

impl Parts<'_> {
    /// Which areas are drawn in the report of a region: those of the level below it, or else those beside it.
    pub fn of(region: Option<RegionId>, tree: &RegionTree) -> (Kin, Option<RegionId>, Level) {
        match super::address::below(region.map(|id| tree.get(id).level), tree) {
            Some(level) => (Kin::Children, region, level),
            None => {
                let level = region.map_or(Level::Province, |id| tree.get(id).level);
                (Kin::Siblings, region.and_then(|id| tree.parent(id)), level)
            }
        }
    }
}

impl Paper<'_> {
    /// Writes the document.
    pub fn write(&self) -> String {
        let words = self.words;
        let title = words.say("paper.title", &[("place", &self.name(self.place.region))]);
        let page = html! {
            (DOCTYPE)
            html lang=(words.language().name()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    link rel="icon" href="data:,";
                    title { (title) " – Sebaran" }
                    style { (PreEscaped(self.style())) }
                }
                body {
                    p.screen {
                        (words.say("paper.print", &[])) " " a href=(self.page_url()) { (words.say("paper.page", &[])) }
                    }
                    main {
                        section.side { (self.front()) }
                        section.side { (self.back()) }
                    }
                }
            }
        };
        page.into_string()
    }

    fn style(&self) -> String {
        let faces: String = self.fonts.iter().map(Font::face).collect();
        faces + STYLE
    }

    fn front(&self) -> Markup {
        html! {
            (note(self.protection, self.words))
            h1 { (self.name(self.place.region)) }
            p.where { (self.whereabouts()) }
            @if let Some(poverty) = self.figures(THEMES[0]) {
                p.headline { (self.say(THEMES[0], &poverty.figures)) }
            }
            (cards::cards(self))
            (parts::parts(self))
            (self.foot(1))
        }
    }

    fn back(&self) -> Markup {
        html! {
            (most::most(self))
            (notes::notes(self))
            (self.foot(2))
        }
    }

    fn foot(&self, side: usize) -> Markup {
        let (words, label) = (self.words, self.label);
        let place = self.name(self.place.region);
        let (release, date) = (label.release.as_str(), words.date(&label.reference_date));
        html! {
            p.foot {
                (words.say("legend.period", &[("release", release), ("date", &date)])) " "
                (words.say("paper.regions", &[("regions", self.tree.version().as_str())])) " "
                @if let Some(licence) = licence(label, words) { (licence) " " }
                span.side-number { (place) " · " (side) "/2" }
            }
        }
    }

    /// What the region is and what holds it.
    fn whereabouts(&self) -> String {
        let Some(id) = self.place.region else {
            return self.words.say("paper.nation", &[]);
        };
        let region = self.tree.get(id);
        let level = self.words.say(&format!("level.{}", region.level), &[]);
        let area = self.words.whole(Some(region.area_km2));
        let area = self.words.say("profile.area", &[("area", &area)]);
        let above = std::iter::successors(self.tree.parent(id), |id| self.tree.parent(*id));
        let above = above.map(|id| self.tree.get(id).name.clone());
        let parts: Vec<String> = above.chain([level, region.code.to_string(), area]).collect();
        parts.join(" · ")
    }

    fn name(&self, region: Option<RegionId>) -> String {
        match region {
            Some(id) => self.tree.get(id).name.clone(),
            None => self.words.say("nation", &[]),
        }
    }

    fn figures(&self, theme: &str) -> Option<&ThemeFigures<'_>> {
        self.place.themes.iter().find(|it| it.theme == theme)
    }

    fn say(&self, theme: &str, figures: &Figures) -> String {
        let (place, threshold) = (self.name(self.place.region), self.threshold.decile());
        let subject = Subject { theme, by: Measure::Share, place: &place, threshold };
        sentence(self.words, subject, Told::from(figures))
    }

    /// The same place on the page that moves.
    fn page_url(&self) -> String {
        let code = self.place.region.map(|id| self.tree.get(id).code);
        let area = code.map_or_else(String::new, |code| format!("&area={code}"));
        let within = self.parts.within.map(|id| self.tree.get(id).code);
        let within = within.map_or_else(String::new, |code| format!("&within={code}"));
        let (language, level) = (self.words.language().name(), self.parts.level);
        let release = &self.label.release;
        format!("/?lang={language}&geography={level}{within}{area}&release={release}")
    }
}

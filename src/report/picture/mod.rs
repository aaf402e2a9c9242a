//! The map of a layer as an SVG: alone, for a page to hold, or as a sheet with all that explains it.
//!
//! It is a pure function of a layer and of the outlines of regions: the same ones, the same bytes.

mod areas;
mod clip;
mod frame;
mod labels;
mod marks;
mod path;
mod pdf;
mod png;
mod scale;
mod sheet;
mod text;
mod view;

use geo::MultiPolygon;
use maud::{Markup, PreEscaped, html};

pub use pdf::{Imprint, pdf};
pub use png::{PictureError, png};
pub use sheet::Sheet;

use self::view::View;
use super::compared::Compared;
use super::notes;
use super::sentence::{Subject, Told, sentence};
use super::shown::Shown;
use super::words::Words;
use crate::analyse::{Difference, Measure, Met};
use crate::domain::position::Bounds;
use crate::domain::region::{RegionId, RegionTree};
use crate::protect::Feature;

/// What a map is drawn of.
#[derive(Debug, Clone)]
pub struct Picture<'a> {
    pub shown: Shown<'a>,
    /// The regions that the layer stands on.
    pub tree: &'a RegionTree,
    /// Their generalised outlines, by [`RegionId`].
    pub outlines: &'a [MultiPolygon],
    pub words: Words,
    /// What changed, where two releases are compared: it is drawn in place of the figures.
    pub compared: Option<&'a Compared<'a>>,
    /// The areas that meet conditions, where there are some: the others fade.
    pub met: Option<&'a Met>,
}

/// Where an area leads, if anywhere.
pub type Href<'a> = dyn Fn(&Feature) -> Option<String> + 'a;

/// How a map stands alone in a page.
#[derive(Clone, Copy)]
pub struct Plain<'a> {
    pub width_px: u32,
    /// The picture is as high as what it shows, and no higher than this.
    pub most_height_px: u32,
    /// Where an area leads, if anywhere.
    pub href: Option<&'a Href<'a>>,
    /// The code of the area that has the class `chosen`.
    pub chosen: Option<&'a str>,
    /// Areas that are named before all others, even where a name is larger than its area.
    pub named: &'a [RegionId],
}

impl<'a> Picture<'a> {
    /// The map without title and legend, as an SVG element: each area a `path` with `data-code` and its
    /// sentence as `title`, within a link where it leads somewhere.
    pub fn plain(&self, plain: &Plain<'_>) -> Markup {
        let width = f64::from(plain.width_px);
        let view = self.view(width, f64::from(plain.most_height_px));
        let role = if plain.href.is_some() { "group" } else { "img" };
        finished(html! {
            svg xmlns="http://www.w3.org/2000/svg" class="picture" role=(role) aria-label=(self.caption())
                viewBox=(format!("0 0 {} {}", view.width_px, view.height_px)) {
                title { (self.caption()) }
                (self.map(&view, plain))
            }
        })
    }

    /// All that a map is made of.
    fn map(&self, view: &View, plain: &Plain<'_>) -> Markup {
        html! {
            (marks::patterns())
            rect width=(view.width_px) height=(view.height_px) fill=(super::colours::paper().sea) {}
            (areas::areas(self, view, plain))
            (areas::circles(self, view))
            (labels::labels(self, view, plain.named))
        }
    }

    fn view(&self, width_px: f64, most_height_px: f64) -> View {
        View::fit(self.bounds(), width_px, most_height_px)
    }

    /// The box of the region that is shown, or of all.
    fn bounds(&self) -> Bounds {
        self.within().map_or(self.tree.bounds(), |id| self.tree.get(id).bounds)
    }

    /// The region within which the layer lies.
    pub fn within(&self) -> Option<RegionId> {
        self.shown.layer.within().and_then(|code| self.tree.find(code))
    }

    /// The name of what the map shows.
    pub fn place(&self) -> String {
        let region = self.within().map(|id| self.tree.get(id).name.clone());
        region.unwrap_or_else(|| self.words.say("nation", &[]))
    }

    /// What the map is of: its theme, its geography, its place, and how many areas it shows.
    pub fn caption(&self) -> String {
        notes::caption(self.shown.layer, &self.place(), self.words)
    }

    /// Counts are circles. A change is a rate, so it is a fill, of a number too.
    fn has_circles(&self) -> bool {
        self.shown.by == Measure::Count && self.compared.is_none()
    }

    /// What changed in an area, by its place in the layer.
    fn difference(&self, index: usize) -> Option<&Difference> {
        self.compared.and_then(|compared| compared.differences.get(index))
    }

    /// What is said of an area, which has this place in the layer.
    pub fn sentence(&self, index: usize, feature: &Feature) -> String {
        let code = || self.words.say("profile.hexagon", &[("code", &feature.code.to_string())]);
        let place = feature.name.clone().unwrap_or_else(code);
        if let Some((compared, difference)) = self.compared.zip(self.difference(index)) {
            return compared.sentence(self.words, &place, difference);
        }
        sentence(self.words, self.subject(&place), Told::from(feature))
    }

    fn subject<'b>(&self, place: &'b str) -> Subject<'b>
    where
        'a: 'b,
    {
        let layer = self.shown.layer;
        Subject {
            theme: &layer.theme().name,
            by: self.shown.by,
            place,
            threshold: layer.threshold().decile(),
        }
    }
}

/// An SVG without the characters that XML does not have, whatever names hold: `Char` of XML 1.0.
fn finished(svg: Markup) -> Markup {
    let is_odd = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if svg.0.contains(is_odd) { PreEscaped(svg.0.replace(is_odd, "\u{fffd}")) } else { svg }
}

#[cfg(test)]
mod picture_tests;

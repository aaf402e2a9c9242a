//! A map with all that explains it: title, legend, scale, source, release and what its figures are.

use maud::{Markup, html};

use super::labels::tenth;
use super::text::{FAMILIES, balanced, lines, width_px};
use super::view::View;
use super::{Picture, Plain, finished, scale};
use crate::analyse::Measure;
use crate::domain::region::Slug;
use crate::encode::ReleaseLabel;
use crate::protect::Protection;
use crate::report::colours::paper;
use crate::report::legend::{Legend, areas};
use crate::report::notes::notes;
use crate::report::sentence::{Subject, Told, sentence};

/// A sheet is laid out so wide, and then made larger or smaller as a whole.
const WIDTH_PX: f64 = 1200.0;
const MARGIN_PX: f64 = 28.0;
const MOST_MAP_PX: f64 = 1000.0;
const TITLE_PX: f64 = 27.0;
const TEXT_PX: f64 = 15.0;
const NOTE_PX: f64 = 13.0;
const INK: &str = "#1a1a1a";
const PALE: &str = "#4d4d4d";
const WARNING: &str = "#8b1a1a";
/// Where the second column of the legend begins.
const COLUMN_PX: f64 = 640.0;
const ROW_PX: f64 = 24.0;

/// A map with all that explains it.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    pub picture: &'a Picture<'a>,
    /// The figures of the region that is shown, or of the nation.
    pub told: Told,
    pub label: &'a ReleaseLabel,
    /// The conditions that areas meet, in words; empty where there are none.
    pub conditions: &'a str,
}

impl Sheet<'_> {
    /// The sheet as an SVG, in so many dots across.
    pub fn svg(&self, width: u32) -> String {
        let picture = self.picture;
        let view = picture.view(WIDTH_PX - 2.0 * MARGIN_PX, MOST_MAP_PX);
        let legend = match picture.compared {
            Some(compared) => Legend::of_change(compared, picture.words),
            None => Legend::of(&picture.shown, picture.words),
        };
        let (head, map_top) = self.head();
        let legend_top = map_top + view.height_px + 16.0;
        let (rows, notes_top) = self.legend(&legend, &view, legend_top);
        let (notes, bottom) = self.notes(notes_top);
        let height = (f64::from(width) * bottom / WIDTH_PX).round();
        let plain = Plain { width_px: 0, most_height_px: 0, href: None, chosen: None, named: &[] };
        let markup = html! {
            svg xmlns="http://www.w3.org/2000/svg" role="img" lang=(picture.words.language().name())
                width=(width) height=(height) viewBox=(format!("0 0 {WIDTH_PX} {}", tenth(bottom)))
                font-family=(FAMILIES) font-size=(TEXT_PX) fill=(INK) {
                title { (self.title()) }
                desc { (picture.caption()) }
                rect width=(WIDTH_PX) height=(tenth(bottom)) fill="#ffffff" {}
                (head)
                svg x=(MARGIN_PX) y=(tenth(map_top)) width=(view.width_px) height=(view.height_px)
                    viewBox=(format!("0 0 {} {}", view.width_px, view.height_px)) {
                    (picture.map(&view, &plain))
                }
                rect x=(MARGIN_PX) y=(tenth(map_top)) width=(view.width_px) height=(view.height_px)
                    fill="none" stroke=(paper().border) {}
                (rows)
                (notes)
            }
        };
        finished(markup).into_string()
    }

    /// The sentence about all that is shown.
    pub fn title(&self) -> String {
        let picture = self.picture;
        let by = match picture.shown.by {
            Measure::Count => Measure::Count,
            Measure::Share | Measure::DensityKm2 => Measure::Share,
        };
        let place = picture.place();
        if let Some(compared) = picture.compared {
            let theme = picture.words.text(&picture.shown.layer.theme().title);
            return compared.headline(picture.words, (theme, &place));
        }
        let subject = Subject { by, ..picture.subject(&place) };
        sentence(picture.words, subject, self.told)
    }

    /// The conditions that areas meet, and how many do.
    fn filter(&self) -> Vec<String> {
        let words = self.picture.words;
        let Some(met) = self.picture.met else { return Vec::new() };
        let holes = [
            ("areas", &*areas(words, met.areas())),
            ("among", &*words.count(met.among)),
            ("households", &*words.whole(Some(met.households as f64))),
        ];
        let mut counted = words.say("filter.met", &holes);
        if met.unknown > 0 {
            counted.push(' ');
            counted
                .push_str(&words.say("filter.unknown", &[("areas", &areas(words, met.unknown))]));
        }
        vec![words.say("sheet.filter", &[("filter", self.conditions)]), counted]
    }

    /// The title and what stands below it, and where they end.
    fn head(&self) -> (Markup, f64) {
        let words = self.picture.words;
        let restricted = self.picture.shown.layer.protection() == Protection::Restricted;
        let top = if restricted { 36.0 } else { 0.0 };
        let room = WIDTH_PX - 2.0 * MARGIN_PX;
        let title = balanced(&self.title(), TITLE_PX, room);
        let first = top + MARGIN_PX + TITLE_PX * 0.8;
        let step = TITLE_PX * 1.25;
        let last = first + step * (title.len().max(1) - 1) as f64;
        let caption = [self.picture.caption()].into_iter().chain(self.filter());
        let caption: Vec<String> = caption.flat_map(|text| lines(&text, TEXT_PX, room)).collect();
        let captions = last + 26.0;
        let markup = html! {
            @if restricted {
                g class="restricted" {
                    rect width=(WIDTH_PX) height="36" fill=(WARNING) {}
                    (text(MARGIN_PX, 24.0, ("#ffffff", 17.0), &words.say("restricted", &[])))
                }
            }
            @for (at, line) in title.iter().enumerate() {
                (text(MARGIN_PX, first + step * at as f64, (INK, TITLE_PX), line))
            }
            @for (at, line) in caption.iter().enumerate() {
                (text(MARGIN_PX, captions + 20.0 * at as f64, (PALE, TEXT_PX), line))
            }
        };
        (markup, captions + 20.0 * (caption.len().max(1) - 1) as f64 + 14.0)
    }

    /// Classes or circles on the left, hatches and the scale on the right, and where they end.
    fn legend(&self, legend: &Legend, view: &View, top: f64) -> (Markup, f64) {
        let words = self.picture.words;
        let row = |at: usize| top + 26.0 + ROW_PX * at as f64;
        let scale_top = row(legend.untold.len()) + 8.0;
        let markup = html! {
            g class="legend" {
                (text(MARGIN_PX, top + 12.0, (INK, TEXT_PX), &legend.unit))
                @for (at, class) in legend.classes.iter().enumerate() {
                    rect x=(MARGIN_PX) y=(row(at)) width="26" height="16" fill=(class.colour) stroke=(paper().border) {}
                    (entry(MARGIN_PX + 36.0, row(at) + 13.0, &class.words, &areas(words, class.areas)))
                }
                (circles(legend, row(0)))
                @for (at, untold) in legend.untold.iter().enumerate() {
                    g transform=(format!("translate({COLUMN_PX} {}) scale(.1)", row(at))) {
                        rect width="260" height="160" fill=[super::marks::fill(untold.status)] stroke=(paper().border)
                            stroke-width="10" {}
                    }
                    (entry(COLUMN_PX + 36.0, row(at) + 13.0, &untold.words, &areas(words, untold.areas)))
                }
                g transform=(format!("translate({COLUMN_PX} {})", tenth(scale_top))) font-size=(NOTE_PX) {
                    (scale::bar(view, words))
                }
            }
        };
        (markup, row(legend.classes.len().max(legend.untold.len() + 2)) + 14.0)
    }

    /// Release, source and what the figures are, and where they end.
    fn notes(&self, top: f64) -> (Markup, f64) {
        let room = WIDTH_PX - 2.0 * MARGIN_PX;
        let Picture { shown, words, .. } = self.picture;
        let mut notes = notes(shown.layer, shown.by, self.label, *words);
        notes.extend(self.picture.compared.map(|_| words.say("change.note", &[])));
        let like = |release: &Slug| words.say("legend.like", &[("release", release.as_str())]);
        notes.extend(shown.like.map(like));
        let lines: Vec<String> = notes.iter().flat_map(|note| lines(note, NOTE_PX, room)).collect();
        let step = NOTE_PX * 1.4;
        let first = top + NOTE_PX;
        let markup = html! {
            g class="notes" {
                @for (at, line) in lines.iter().enumerate() {
                    (text(MARGIN_PX, first + step * at as f64, (PALE, NOTE_PX), line))
                }
            }
        };
        (markup, first + step * lines.len() as f64 + MARGIN_PX / 2.0)
    }
}

/// What a swatch stands for, and how many areas have it.
fn entry(x: f64, y: f64, words: &str, areas: &str) -> Markup {
    let gap = width_px(words, TEXT_PX) + 14.0;
    html! {
        (text(x, y, (INK, TEXT_PX), words))
        (text(x + gap, y, (PALE, NOTE_PX), areas))
    }
}

fn circles(legend: &Legend, top: f64) -> Markup {
    let widest = 2.0 * crate::report::legend::LARGEST_PX + 4.0;
    let places = legend.circles.iter().scan(MARGIN_PX, |x, circle| {
        let left = *x;
        *x += widest + width_px(&circle.words, TEXT_PX) + 40.0;
        Some((left, circle))
    });
    html! {
        @for (left, circle) in places {
            circle cx=(tenth(left + widest / 2.0)) cy=(tenth(top + widest / 2.0)) r=(tenth(circle.radius_px))
                fill=(paper().circle) fill-opacity=".7" {}
            (text(left + widest + 8.0, top + widest / 2.0 + 5.0, (INK, TEXT_PX), &circle.words))
        }
    }
}

fn text(x: f64, y: f64, (fill, size): (&str, f64), words: &str) -> Markup {
    html! { text x=(tenth(x)) y=(tenth(y)) fill=(fill) font-size=(size) { (words) } }
}

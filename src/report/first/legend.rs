//! The legend: a sentence, the classes with their areas, and what has no class.

use maud::{Markup, html};

use super::{First, feature_name, swatch};
use crate::analyse::{Figures, Measure};
use crate::report::legend::{Legend, areas, share_note};
use crate::report::words::Words;

pub fn legend(first: &First<'_>, words: Words) -> Markup {
    let legend = Legend::of(&first.shown, words);
    let is_empty = legend.classes.is_empty() && legend.circles.is_empty();
    let by_share = first.shown.by == Measure::Share;
    let note = by_share.then(|| share_note(first.shown.layer, words)).flatten();
    html! {
        section.legend aria-label=(words.say("legend.title", &[])) {
            p.headline { (headline(first, words)) }
            @if !is_empty { p.unit { (legend.unit) } }
            @if !legend.circles.is_empty() { (circles(&legend)) }
            @if !legend.classes.is_empty() { (ruler(&legend)) (classes(&legend, words)) }
            (untold(&legend, words))
            @if let Some(note) = note { p.small { (note) } }
            (source(first, words))
            @if let Some(release) = first.shown.like {
                @let own = first.address.with(|address| address.classes = None);
                p.like {
                    (words.say("legend.like", &[("release", release.as_str())])) " "
                    a.button href=(own.url()) { (words.say("legend.own", &[])) }
                }
            }
        }
    }
}

/// The sentence of the chosen area, or else of the region whose parts are shown.
fn headline(first: &First<'_>, words: Words) -> String {
    let (by, theme) = (first.shown.by, first.shown.layer.theme());
    let features = first.shown.layer.features();
    if let Some(chosen) = features.iter().find(|it| Some(it.code) == first.address.area) {
        let name = feature_name(chosen, words);
        return first.say(words, by, &name, &Figures::of(chosen, theme));
    }
    let frame = first.frame.themes.iter().find(|it| it.theme == theme.name);
    let by = if by == Measure::Count { by } else { Measure::Share };
    let name = first.name(first.frame.region);
    frame.map_or_else(String::new, |it| first.say(words, by, &name, &it.figures))
}

fn circles(legend: &Legend) -> Markup {
    let tenth = |px: f64| (px * 10.0).round() / 10.0;
    html! {
        ul.circles {
            @for circle in &legend.circles {
                @let (radius, side) = (tenth(circle.radius_px), tenth(2.0 * circle.radius_px + 2.0));
                li {
                    svg width=(side) height=(side) aria-hidden="true" {
                        circle cx=(radius + 1.0) cy=(radius + 1.0) r=(radius)
                            fill=(crate::report::colours::paper().circle) fill-opacity="0.7" {}
                    }
                    " " (circle.words)
                }
            }
        }
    }
}

fn ruler(legend: &Legend) -> Markup {
    let width = 100.0 / legend.classes.len() as f64;
    html! {
        svg.ruler viewBox="0 0 100 9" preserveAspectRatio="none" aria-hidden="true" {
            @for (at, class) in legend.classes.iter().enumerate() {
                rect x=(at as f64 * width) y="3" width=(width) height="6" fill=(class.colour) {}
            }
        }
    }
}

fn classes(legend: &Legend, words: Words) -> Markup {
    html! {
        ul.classes {
            @for class in &legend.classes {
                li data-count=(class.areas) {
                    (swatch::of_colour(class.colour)) " " (class.words) " "
                    span.areas { (areas(words, class.areas)) }
                }
            }
        }
    }
}

fn untold(legend: &Legend, words: Words) -> Markup {
    html! {
        ul.classes.untold {
            @for untold in &legend.untold {
                li data-status=(untold.status.name()) data-count=(untold.areas) {
                    (swatch::of_status(untold.status)) " " (untold.words) " "
                    span.areas { (areas(words, untold.areas)) }
                }
            }
        }
    }
}

fn source(first: &First<'_>, words: Words) -> Markup {
    let label = first.label;
    let date = words.date(&label.reference_date);
    let of = first.shown.layer.features().iter().find_map(|feature| feature.share_of.as_ref());
    let of = of.filter(|_| first.shown.by == Measure::Share);
    let year = of.and_then(|of| of.year).map(|year| year.to_string());
    html! {
        p.source {
            (words.say("legend.period", &[("release", label.release.as_str()), ("date", &date)]))
            @if let Some((of, year)) = of.zip(year) {
                " " (words.say("legend.of", &[("source", &of.source), ("year", &year)]))
            }
        }
    }
}

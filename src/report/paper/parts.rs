//! The map of a region's parts, its legend, and the three that are worst off.

use maud::{Markup, html};

use super::{Kin, Paper};
use crate::analyse::{Measure, Ranking};
use crate::domain::region::RegionId;
use crate::protect::{Feature, Place};
use crate::report::first::{count_with_margin, share_with_margin, swatch};
use crate::report::legend::Legend;
use crate::report::picture::{Picture, Plain};

/// Named beside the map.
pub const NAMED: usize = 3;

pub fn parts(paper: &Paper<'_>) -> Markup {
    let words = paper.words;
    let layer = paper.shown.layer;
    let areas = words.say(&format!("areas.{}", paper.parts.level), &[]);
    let title = words.say(
        "table.caption",
        &[
            ("theme", words.text(&layer.theme().title)),
            ("geography", &areas),
            ("place", &paper.name(paper.parts.within)),
            ("count", &words.count(layer.features().len())),
        ],
    );
    html! {
        section.parts {
            h2 { (title) }
            @if paper.parts.kin == Kin::Siblings { p { (alone(paper, &areas)) } }
            div.map { (map(paper)) }
            div.beside {
                (classes(paper))
                (worst(paper))
            }
        }
    }
}

/// Why its own parts are not there.
fn alone(paper: &Paper<'_>, areas: &str) -> String {
    let (place, parent) = (paper.name(paper.place.region), paper.name(paper.parts.within));
    let rank = paper.figures(super::THEMES[0]).and_then(|it| it.rank);
    let holes = [("place", place.as_str()), ("geography", areas), ("parent", parent.as_str())];
    let said = paper.words.say("paper.alone", &holes);
    let Some(rank) = rank else { return said };
    let (at, among) = (rank.place.to_string(), paper.words.count(rank.among));
    let rank =
        paper.words.say("paper.rank", &[("place", &place), ("rank", &at), ("among", &among)]);
    format!("{said} {rank}")
}

/// As wide as a side and as high as it has room for.
fn map(paper: &Paper<'_>) -> Markup {
    let own = paper.place.region.filter(|_| paper.parts.kin == Kin::Siblings);
    let own = own.map(|id| paper.tree.get(id).code.to_string());
    let picture = Picture {
        shown: paper.shown.clone(),
        tree: paper.tree,
        outlines: paper.outlines,
        words: paper.words,
        compared: None,
        met: None,
    };
    let worst = worst_first(paper, NAMED).into_iter().filter_map(|feature| match feature.place {
        Place::Region(id) => Some(id),
        Place::Hexagon(_) => None,
    });
    let named: Vec<RegionId> = worst.chain(paper.place.region).collect();
    picture.plain(&Plain {
        width_px: 680,
        most_height_px: 440,
        href: None,
        chosen: own.as_deref(),
        named: &named,
    })
}

fn classes(paper: &Paper<'_>) -> Markup {
    let legend = Legend::of(&paper.shown, paper.words);
    let untold = legend.untold.iter().filter(|untold| untold.areas > 0);
    html! {
        ul.classes {
            @if legend.classes.is_empty() { li { (legend.unit) } }
            @for class in &legend.classes { li { (swatch::of_colour(class.colour)) " " (class.words) } }
            @for untold in untold { li { (swatch::of_status(untold.status)) " " (untold.words) } }
        }
    }
}

/// The areas that are worst off, in that order.
pub fn worst_first<'a>(paper: &'a Paper<'_>, most: usize) -> Vec<&'a Feature> {
    let shown = &paper.shown;
    Ranking::new(shown.layer, shown.by, most).worst
}

fn worst(paper: &Paper<'_>) -> Markup {
    let words = paper.words;
    let told = |feature: &Feature| match paper.shown.by {
        Measure::Share => {
            share_with_margin(words, feature.shown_share(), feature.shown_share_moe95())
        }
        _ => count_with_margin(words, feature.count, feature.moe95),
    };
    let own = paper.place.region.filter(|_| paper.parts.kin == Kin::Siblings);
    let own = own.map(|id: RegionId| paper.tree.get(id).name.as_str());
    html! {
        div {
            h3 { (words.say("paper.worst", &[])) }
            ol.worst {
                @for feature in worst_first(paper, NAMED) {
                    @let name = feature.name.as_deref().unwrap_or_default();
                    li class=[(own == Some(name)).then_some("own")] { strong { (name) } " " (told(feature)) }
                }
            }
        }
    }
}

//! Theme, geography, measure, colours, view and language: a form that asks for another page.

use maud::{Markup, html};

use super::First;
use crate::analyse::Measure;
use crate::domain::region::{Level, Slug};
use crate::protect::PlaceCode;
use crate::report::address::{Address, Areas, View, view_name};
use crate::report::colours::Palette;
use crate::report::words::{Language, Words};

/// The same in the other language.
pub fn language(first: &First<'_>, words: Words) -> Markup {
    let other = match first.address.language {
        Language::En => Language::Id,
        Language::Id => Language::En,
    };
    let url = first.address.with(|address| address.language = other).url();
    html! {
        a.language.button lang=(other.name()) hreflang=(other.name()) href=(url) {
            (words.say("language", &[]))
        }
    }
}

pub fn controls(first: &First<'_>, words: Words) -> Markup {
    let address = &first.address;
    let several = if first.releases.len() > 1 { "release" } else { "" };
    let chosen_here = ["theme", "geography", "measure", "palette", several];
    html! {
        form.controls method="get" action="/" aria-label=(words.say("control.view", &[])) {
            (kept(&without_area(&in_classes(first)), &chosen_here))
            (select(words, "theme", &themes(first, words)))
            (select(words, "geography", &areas(first, words)))
            @if address.areas != Areas::Hexagons { (select(words, "measure", &measures(address, words))) }
            (select(words, "palette", &palettes(address, words)))
            @if first.releases.len() > 1 { (select(words, "release", &releases(first))) }
            noscript { button type="submit" { (words.say("first.show", &[])) } }
            (views(address, words))
        }
    }
}

/// Another release is shown in the classes of this one.
fn in_classes(first: &First<'_>) -> Address {
    first.address.with(|address| {
        if first.releases.len() > 1 {
            address.classes.get_or_insert_with(|| first.label.release.clone());
        }
    })
}

/// Another geography has other areas.
fn without_area(address: &Address) -> Address {
    address.with(|address| address.area = address.within.map(PlaceCode::Region))
}

/// The rest of what is shown, so that a form keeps it.
pub fn kept(address: &Address, but: &[&str]) -> Markup {
    let parameters = address.parameters();
    html! {
        @for (name, value) in parameters.iter().filter(|(name, _)| !but.contains(name)) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// A value, what it is called, and whether it is the one that is address.
type Choice = (String, String, bool);

fn select(words: Words, name: &str, choices: &[Choice]) -> Markup {
    html! {
        label {
            (words.say(&format!("control.{name}"), &[]))
            select id=(name) name=(name) {
                @for (value, text, is_shown) in choices {
                    option value=(value) selected[*is_shown] { (text) }
                }
            }
        }
    }
}

fn themes(first: &First<'_>, words: Words) -> Vec<Choice> {
    let choice = |theme: &&crate::domain::indicator::Theme| {
        let title = words.text(&theme.title).to_owned();
        (theme.name.clone(), title, theme.name == first.address.theme)
    };
    first.held.iter().map(choice).collect()
}

fn areas(first: &First<'_>, words: Words) -> Vec<Choice> {
    let level: Option<Level> = first.frame.region.map(|id| first.tree.get(id).level);
    let choice = |areas: Areas| {
        let text = words.say(&format!("level.{}", areas.name()), &[]);
        (areas.name().to_owned(), text, areas == first.address.areas)
    };
    Areas::offered(level, first.shown.layer.theme(), first.tree).into_iter().map(choice).collect()
}

fn measures(address: &Address, words: Words) -> Vec<Choice> {
    let choice = |measure: Measure| {
        let name = measure.name();
        (name.to_owned(), words.say(&format!("measure.{name}"), &[]), measure == address.measure)
    };
    [Measure::Share, Measure::Count].map(choice).into()
}

fn palettes(address: &Address, words: Words) -> Vec<Choice> {
    let choice = |palette: Palette| {
        let name = palette.name();
        (name.to_owned(), words.say(&format!("palette.{name}"), &[]), palette == address.palette)
    };
    Palette::ALL.map(choice).into()
}

fn releases(first: &First<'_>) -> Vec<Choice> {
    let choice = |release: &Slug| {
        (release.to_string(), release.to_string(), *release == first.label.release)
    };
    first.releases.iter().map(choice).collect()
}

/// Room for what only scripts can do, so that nothing moves when they take over.
pub fn room_for_filter(words: Words) -> Markup {
    html! { p.filter.absent aria-hidden="true" { span { (words.say("filter.title", &[])) } } }
}

fn views(address: &Address, words: Words) -> Markup {
    html! {
        div.views role="group" aria-label=(words.say("control.view", &[])) {
            @for view in [View::Map, View::Table] {
                a.button id=(format!("view-{}", view_name(view)))
                    aria-current=[(view == address.view).then_some("true")]
                    href=(address.with(|address| address.view = view).url()) {
                    (words.say(&format!("view.{}", view_name(view)), &[]))
                }
            }
        }
    }
}

//! How good the figures are, what they count, and how they may be read.

use maud::{Markup, html};

use super::{Paper, THEMES};
use crate::protect::{Protection, ShareOf, Status};
use crate::report::known::known;
use crate::report::surveyed::{bounds, surveyed};

pub fn notes(paper: &Paper<'_>) -> Markup {
    let words = paper.words;
    html! {
        section.notes {
            h2 { (words.say("paper.quality", &[])) }
            ul {
                @for theme in ["completion", "visits", "quality"] {
                    @if let Some(it) = paper.figures(theme).filter(|it| it.figures.status == Status::Value) {
                        li { (paper.say(theme, &it.figures)) }
                    }
                }
                @if let Some(it) = paper.figures(THEMES[0]) {
                    @let count = words.whole(Some(it.figures.households as f64));
                    li { (words.say("profile.households", &[("count", &count)])) }
                    @for said in [surveyed(words, &it.figures), bounds(words, &it.figures)] {
                        @if let Some(said) = said { li { (said) } }
                    }
                }
                @for (title, said) in known_of(paper) { li { (title) ": " (said) } }
                @if paper.protection == Protection::Public { li { (words.say("paper.margin", &[])) } }
            }
            h2 { (words.say("paper.definitions", &[])) }
            (definitions(paper))
            p {
                (words.say("download.note", &[("threshold", &paper.threshold.decile().to_string())])) " "
                (words.say(match paper.protection {
                    Protection::Public => "public",
                    Protection::Restricted => "restricted",
                }, &[]))
            }
        }
    }
}

/// The themes whose figure is not known of all households, with of how many it is.
fn known_of<'a>(paper: &'a Paper<'_>) -> Vec<(&'a str, String)> {
    let themes = THEMES.iter().filter_map(|name| paper.indicators.theme(name));
    let said = themes.filter_map(|theme| {
        let said = known(paper.words, theme, &paper.figures(&theme.name)?.figures)?;
        Some((paper.words.text(&theme.title), said))
    });
    said.collect()
}

fn definitions(paper: &Paper<'_>) -> Markup {
    let words = paper.words;
    let themes = THEMES.iter().filter_map(|name| paper.indicators.theme(name));
    html! {
        dl {
            @for theme in themes {
                dt { (words.text(&theme.title)) }
                dd {
                    (words.text(&theme.definition))
                    @if let Some(of) = share_of(paper, &theme.name) { " " (source(paper, of)) }
                }
            }
        }
    }
}

fn share_of<'a>(paper: &'a Paper<'_>, theme: &str) -> Option<&'a ShareOf> {
    paper.figures(theme).and_then(|it| it.figures.share_of.as_ref())
}

fn source(paper: &Paper<'_>, of: &ShareOf) -> String {
    let year = of.year.map(|year| year.to_string());
    year.map_or_else(String::new, |year| {
        paper.words.say("legend.of", &[("source", &of.source), ("year", &year)])
    })
}

//! The four figures, each beside those of the larger regions.

use maud::{Markup, html};

use super::{Paper, THEMES};
use crate::analyse::{Figures, Standing, ThemeFigures};
use crate::domain::region::RegionId;
use crate::protect::Status;
use crate::report::first::count_with_margin;

pub fn cards(paper: &Paper<'_>) -> Markup {
    html! {
        ul.cards {
            @for theme in THEMES.iter().filter_map(|theme| paper.figures(theme)) { (card(paper, theme)) }
        }
    }
}

fn card(paper: &Paper<'_>, it: &ThemeFigures<'_>) -> Markup {
    let (words, figures) = (paper.words, &it.figures);
    let theme = paper.indicators.theme(it.theme);
    let is_told = figures.status == Status::Value;
    html! {
        li data-theme=(it.theme) {
            @if let Some(theme) = theme { h2 { (words.text(&theme.title)) } }
            @if !is_told {
                p.large { (words.say(&format!("status.{}", figures.status.name()), &[])) }
            } @else if figures.shown().0.is_some() {
                p.large { (words.share(figures.shown().0, 1)) }
                @if let Some(moe95) = figures.shown().1.filter(|moe95| *moe95 > 0.0) {
                    p.unit { "±\u{a0}" (words.share_margin(moe95)) }
                }
            } @else {
                p.large { (words.whole(figures.count.map(|count| count as f64))) }
            }
            @if figures.count.is_some() {
                p {
                    (count_with_margin(words, figures.count, figures.moe95))
                    @if let Some(theme) = theme { " " (words.text(&theme.unit)) }
                }
            }
            (comparisons(paper, it))
        }
    }
}

fn comparisons(paper: &Paper<'_>, it: &ThemeFigures<'_>) -> Markup {
    let region = paper.place.region;
    let parent = region.and_then(|id| paper.tree.parent(id));
    let of_parent =
        parent.zip(it.parent.as_ref()).and_then(|(id, other)| compared(paper, it, other, Some(id)));
    let of_nation = region.and_then(|_| compared(paper, it, &it.nation, None));
    html! {
        @if region.is_some() && of_parent.is_none() && of_nation.is_none() {
            p { (paper.words.say("paper.compare.none", &[])) }
        }
        @for (class, text) in of_parent.iter().chain(&of_nation) { p class=(class) { (text) } }
    }
}

/// In words and a class, whether it is better or worse than in a larger region.
fn compared(
    paper: &Paper<'_>,
    it: &ThemeFigures<'_>,
    other: &Figures,
    place: Option<RegionId>,
) -> Option<(&'static str, String)> {
    let (class, key) = match Standing::of(&it.figures, other)? {
        Standing::Better => ("better", "paper.compare.better"),
        Standing::Worse => ("worse", "paper.compare.worse"),
        Standing::NoClearDifference => ("unclear", "paper.compare.unclear"),
    };
    let (place, share) = (paper.name(place), paper.words.share(other.shown().0, 1));
    Some((class, paper.words.say(key, &[("place", &place), ("share", &share)])))
}

//! The search: a form that asks for a page with the regions that somebody means.

use maud::{Markup, html};

use super::First;
use super::controls::kept;
use crate::domain::region::RegionId;
use crate::protect::PlaceCode;
use crate::report::address::{Areas, below};
use crate::report::words::Words;

pub fn form(first: &First<'_>, words: Words) -> Markup {
    let asked = first.found.as_ref().map(|(asked, _)| asked.as_str());
    html! {
        form.search role="search" method="get" action="/" {
            (kept(&first.address, &[]))
            label for="search" { (words.say("search.label", &[])) }
            input #search type="search" name="q" autocomplete="off" maxlength="100"
                placeholder=(words.say("search.hint", &[])) value=[asked];
            noscript { button type="submit" { (words.say("first.search", &[])) } }
        }
    }
}

pub fn list(first: &First<'_>, words: Words, asked: &str, found: &[RegionId]) -> Markup {
    let count = words.count(found.len());
    html! {
        section.found.notice aria-labelledby="found-title" {
            h2 #found-title { (words.say("search.label", &[])) ": " (asked) }
            @if found.is_empty() {
                p { (words.say("search.none", &[])) }
            } @else {
                p.small { (words.say("search.found", &[("count", &count)])) }
                ul { @for region in found { li { (link(first, words, *region)) } } }
            }
        }
    }
}

/// A region and what holds it. It leads into the region, and to a village among its neighbours.
fn link(first: &First<'_>, words: Words, id: RegionId) -> Markup {
    let (tree, region) = (first.tree, first.tree.get(id));
    let above = std::iter::successors(tree.parent(id), |id| tree.parent(*id));
    let above: Vec<&str> = above.map(|id| tree.get(id).name.as_str()).collect();
    let shown = if below(Some(region.level), tree).is_some() {
        first.address.inside(Some(id), tree)
    } else {
        let parent = tree.parent(id);
        first.address.inside(parent, tree).with(|address| {
            address.area = Some(PlaceCode::Region(region.code));
            address.areas = Areas::Regions(region.level);
        })
    };
    html! {
        a href=(shown.url()) { (region.name) }
        " " span.small {
            (words.say(&format!("level.{}", region.level), &[])) " · " (region.code)
            @for name in above { " · " (name) }
        }
    }
}

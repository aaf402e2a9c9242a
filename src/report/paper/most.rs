//! The ten areas most in need, with all four themes.

use maud::{Markup, html};

use super::parts::worst_first;
use super::{Kin, Paper};
use crate::protect::{Feature, Layer, Place, Status};
use crate::report::first::{count_with_margin, share_with_margin};
use crate::report::notes::remainder;

const MOST: usize = 10;

pub fn most(paper: &Paper<'_>) -> Markup {
    let words = paper.words;
    let rows = worst_first(paper, usize::MAX);
    let shown = rows.iter().take(MOST).enumerate();
    let own = rows.iter().enumerate().skip(MOST).find(|(_, feature)| is_own(paper, feature));
    let themes = paper.parts.layers.iter().map(Layer::theme).skip(1);
    html! {
        section.most {
            h2 { (words.say("paper.most", &[("place", &paper.name(paper.parts.within))])) }
            table {
                thead { tr {
                    th scope="col" { (words.say("profile.rank", &[])) }
                    th.name scope="col" { (words.say("table.name", &[])) }
                    th scope="col" { (words.say("paper.poor.share", &[])) }
                    th scope="col" { (words.say("paper.poor.count", &[])) }
                    @for theme in themes { th scope="col" { (words.text(&theme.title)) } }
                } }
                tbody {
                    @for (at, feature) in shown { (row(paper, at, feature)) }
                    @if let Some((at, feature)) = own { (row(paper, at, feature)) }
                    @if rows.is_empty() { tr { td colspan="7" { (words.say("ranking.empty", &[])) } } }
                }
            }
            p.small {
                (words.say("paper.most.order", &[]))
                @if let Some(remainder) = remainder(paper.shown.layer, &paper.name(paper.parts.within), words) {
                    " " (remainder)
                }
                @if untold(paper) > 0 {
                    " " (words.say("paper.most.note", &[("count", &words.count(untold(paper)))]))
                }
            }
        }
    }
}

/// Areas that have no rank.
fn untold(paper: &Paper<'_>) -> usize {
    paper.shown.layer.features().len() - worst_first(paper, usize::MAX).len()
}

/// Whether it is the region of which the report tells, among its siblings.
fn is_own(paper: &Paper<'_>, feature: &Feature) -> bool {
    let own = paper.place.region.map(Place::Region);
    paper.parts.kin == Kin::Siblings && own == Some(feature.place)
}

fn row(paper: &Paper<'_>, at: usize, feature: &Feature) -> Markup {
    let words = paper.words;
    let others = paper
        .parts
        .layers
        .iter()
        .skip(1)
        .map(|layer| layer.features().iter().find(|other| other.place == feature.place));
    html! {
        tr class=[is_own(paper, feature).then_some("own")] {
            td { (words.count(at + 1)) }
            th.name scope="row" { (feature.name.as_deref().unwrap_or_default()) }
            td { (share_with_margin(words, feature.shown_share(), feature.shown_share_moe95())) }
            td { (count_with_margin(words, feature.count, feature.moe95)) }
            @for other in others { td { (number(paper, other)) } }
        }
    }
}

fn number(paper: &Paper<'_>, feature: Option<&Feature>) -> String {
    let words = paper.words;
    match feature {
        Some(feature)
            if matches!(
                feature.status,
                Status::Value | Status::Below10 | Status::NotEnoughSurveyed
            ) =>
        {
            count_with_margin(words, feature.count, feature.moe95)
        }
        Some(feature) => words.say(&format!("status.{}", feature.status.name()), &[]),
        None => words.whole(None),
    }
}

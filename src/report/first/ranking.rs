//! The highest and the lowest ten of what is on the map.

use maud::{Markup, html};

use super::{First, feature_name};
use crate::analyse::Measure;
use crate::protect::Feature;
use crate::report::words::Words;

/// At each end.
const MOST: usize = 10;

pub fn ranking(first: &First<'_>, words: Words) -> Markup {
    let [worst, best] = extremes(first);
    html! {
        section.ranking aria-labelledby="ranking" {
            h2 #ranking { (words.say("ranking.title", &[])) }
            @if worst.is_empty() { p { (words.say(empty(first), &[])) } }
            div.ends {
                (end(first, words, "ranking.worst", &worst))
                (end(first, words, "ranking.best", &best))
            }
        }
    }
}

/// Why nothing is ranked.
fn empty(first: &First<'_>) -> &'static str {
    let is_ranked = first.shown.layer.shown_share().is_ranked();
    if is_ranked { "ranking.empty" } else { "ranking.unranked" }
}

/// No area stands in both.
fn extremes<'a>(first: &First<'a>) -> [Vec<&'a Feature>; 2] {
    let layer = first.shown.layer;
    let is_ranked = first.shown.by != Measure::Share || layer.shown_share().is_ranked();
    let valued = layer.features().iter().filter(|_| is_ranked);
    let valued = valued.filter_map(|feature| Some((first.shown.value(feature)?, feature)));
    let mut ranked: Vec<(f64, &Feature)> = valued.collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let half = MOST.min(ranked.len().div_ceil(2));
    let lowest = MOST.min(ranked.len() - half);
    let ranked: Vec<&Feature> = ranked.into_iter().map(|(_, feature)| feature).collect();
    let best = ranked.iter().rev().take(lowest).copied().collect();
    [ranked.into_iter().take(half).collect(), best]
}

fn end(first: &First<'_>, words: Words, title: &str, features: &[&Feature]) -> Markup {
    let write = |feature: &Feature| {
        let value = first.shown.value(feature);
        match first.shown.by {
            Measure::Share => words.share(value, 1),
            Measure::Count => words.whole(value),
            Measure::DensityKm2 => words.density(value),
        }
    };
    html! {
        @if !features.is_empty() {
            div {
                h3 { (words.say(title, &[])) }
                ol {
                    @for feature in features {
                        li class=[(first.address.area == Some(feature.code)).then_some("selected")] {
                            a data-code=(feature.code) href=(first.choose(feature.code)) {
                                span { (feature_name(feature, words)) } " "
                                span.value { (write(feature)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

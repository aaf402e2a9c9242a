//! All there is to tell of the chosen area, or of the region whose parts are shown.

use maud::{Markup, html};

use super::{First, PlaceFigures, count_with_margin, feature_name, share_with_margin};
use crate::analyse::{Figures, Measure, Standing, ThemeFigures};
use crate::domain::indicator::Theme;
use crate::domain::region::RegionId;
use crate::protect::{Feature, PlaceCode, Status};
use crate::report::address::{Areas, below};
use crate::report::known::known;
use crate::report::surveyed::{bounds, surveyed};
use crate::report::words::Words;

/// Below this margin a tenth of a point says too little.
const FINE: f64 = 0.005;
/// The themes of which more is better; of every other more is worse.
const MORE_IS_BETTER: [&str; 2] = ["visits", "completion"];

pub fn profile(first: &First<'_>, words: Words) -> Markup {
    let hexagon = first.shown.layer.features().iter().find(|feature| {
        matches!(feature.code, PlaceCode::Hexagon(_)) && Some(feature.code) == first.address.area
    });
    let place = first.chosen.as_ref().unwrap_or(&first.frame);
    let code = hexagon
        .map(|feature| feature.code.to_string())
        .or_else(|| place.region.map(|id| first.tree.get(id).code.to_string()));
    html! {
        section.profile aria-label=(words.say("profile.label", &[])) data-code=[code] {
            @match hexagon {
                Some(hexagon) => (of_hexagon(first, words, hexagon)),
                None => (of_place(first, words, place)),
            }
        }
    }
}

fn of_hexagon(first: &First<'_>, words: Words, hexagon: &Feature) -> Markup {
    let name = feature_name(hexagon, words);
    let figures = Figures::of(hexagon, first.shown.layer.theme());
    html! {
        h2 { (name) }
        p { (first.say(words, Measure::DensityKm2, &name, &figures)) }
        (households(words, hexagon.households))
        p.small { (words.say("profile.hexagon.note", &[])) }
    }
}

fn households(words: Words, households: i64) -> Markup {
    let count = words.whole(Some(households as f64));
    html! { p { (words.say("profile.households", &[("count", &count)])) } }
}

fn of_place(first: &First<'_>, words: Words, place: &PlaceFigures<'_>) -> Markup {
    let current = place.themes.iter().find(|it| it.theme == first.address.theme);
    html! {
        h2 { (first.name(place.region)) }
        @if let Some(id) = place.region { (position(first, words, id)) }
        @if let Some(current) = current { (told(first, words, place.region, current)) }
        @if let Some(id) = place.region { (inside(first, words, id)) }
        (themes(first, words, place))
        @if let Some(id) = place.region {
            p.small { (words.say("profile.rankNote", &[("parent", &parent_name(first, id))])) }
        }
        @if let Some(current) = current { (breakdown(first, words, current)) }
        @if place.region.is_none() { p.small { (words.say("profile.hint", &[])) } }
    }
}

/// Its level, its code and how large it is.
fn position(first: &First<'_>, words: Words, id: RegionId) -> Markup {
    let region = first.tree.get(id);
    let area = words.whole(Some(region.area_km2));
    html! {
        p.small {
            (words.say(&format!("level.{}", region.level), &[])) " · " (region.code) " · "
            (words.say("profile.area", &[("area", &area)]))
        }
    }
}

/// The figure of the theme that is shown, and whether it is more than elsewhere.
fn told(
    first: &First<'_>,
    words: Words,
    region: Option<RegionId>,
    current: &ThemeFigures<'_>,
) -> Markup {
    let by = first.address.measure;
    let parent = region.and_then(|id| first.tree.parent(id));
    let of_parent = parent.zip(current.parent.as_ref());
    let of_parent =
        of_parent.and_then(|(id, other)| against(first, words, current, other, Some(id)));
    let of_nation = region.and_then(|_| against(first, words, current, &current.nation, None));
    html! {
        p.headline { (first.say(words, by, &first.name(region), &current.figures)) }
        @for comparison in of_parent.iter().chain(&of_nation) { p.comparison { (comparison) } }
        (households(words, current.figures.households))
        @for said in [surveyed(words, &current.figures), bounds(words, &current.figures)] {
            @if let Some(said) = said { p.surveyed { (said) } }
        }
        @if let Some(known) = known(words, first.shown.layer.theme(), &current.figures) {
            p.known { (known) }
        }
    }
}

/// In words, whether it is better or worse than a larger region: what `web/src/words/against.ts` says.
fn against(
    first: &First<'_>,
    words: Words,
    own: &ThemeFigures<'_>,
    other: &Figures,
    place: Option<RegionId>,
) -> Option<String> {
    let standing = Standing::of(&own.figures, other)?;
    let [(ours, our_moe95), (theirs, their_moe95)] = [own.figures.shown(), other.shown()];
    let apart = ours? - theirs?;
    let [ours, theirs] = [our_moe95, their_moe95].map(Option::unwrap_or_default);
    let margin = ours.hypot(theirs);
    let decimals = if margin < FINE { 2 } else { 1 };
    let points = |apart: f64| {
        let share = words.share(Some(apart.abs()), decimals);
        share.trim_end_matches(['%', '\u{a0}']).to_owned()
    };
    let is_better = (standing == Standing::Better) != MORE_IS_BETTER.contains(&own.theme);
    let key = match (standing, is_better, apart > 0.0) {
        (Standing::NoClearDifference, ..) => "against.same",
        (_, true, true) => "against.better.above",
        (_, true, false) => "against.better.below",
        (_, false, true) => "against.worse.above",
        (_, false, false) => "against.worse.below",
    };
    let (place, there) = (first.name(place), words.share(other.shown().0, 1));
    let (points, margin) = (points(apart), words.points_margin(margin, decimals as u32));
    Some(words.say(
        key,
        &[("place", &place), ("there", &there), ("points", &points), ("margin", &margin)],
    ))
}

fn parent_name(first: &First<'_>, id: RegionId) -> String {
    first.name(first.tree.parent(id))
}

/// The way into a chosen region.
fn inside(first: &First<'_>, words: Words, id: RegionId) -> Markup {
    let region = first.tree.get(id);
    let is_chosen = first.frame.region != Some(id);
    let child = below(Some(region.level), first.tree).filter(|_| is_chosen);
    html! {
        @if let Some(child) = child {
            @let geography = words.say(&format!("areas.{}", Areas::Regions(child).name()), &[]);
            a.inside.button href=(first.address.inside(Some(id), first.tree).url()) {
                (words.say("profile.inside", &[("geography", &geography)]))
            }
        }
    }
}

fn themes(first: &First<'_>, words: Words, place: &PlaceFigures<'_>) -> Markup {
    let is_told = |it: &&ThemeFigures<'_>| {
        let figures = &it.figures;
        figures.status != Status::NoData || figures.known_of.is_some_and(|of| of > 0)
    };
    let has_rank = place.region.is_some();
    html! {
        table.themes {
            thead { tr {
                th scope="col" { (words.say("profile.theme", &[])) }
                th scope="col" { (words.say("table.count", &[])) }
                th scope="col" { (words.say("table.share", &[])) }
                @if has_rank { th scope="col" { (words.say("profile.rank", &[])) } }
            } }
            tbody {
                @for it in place.themes.iter().filter(is_told) { (theme(first, words, it, has_rank)) }
            }
        }
    }
}

fn theme(first: &First<'_>, words: Words, it: &ThemeFigures<'_>, has_rank: bool) -> Markup {
    let figures = &it.figures;
    let rank = it.rank.map(|rank| {
        let (place, among) = (rank.place.to_string(), words.whole(Some(rank.among as f64)));
        words.say("profile.rankOf", &[("place", &place), ("among", &among)])
    });
    html! {
        tr data-theme=(it.theme) {
            th scope="row" { (title(first, words, it.theme)) }
            td {
                (count_with_margin(words, figures.count, figures.moe95))
                @if figures.status != Status::Value {
                    br; (words.say(&format!("status.{}", figures.status.name()), &[]))
                }
            }
            td { (share_with_margin(words, figures.shown().0, figures.shown().1)) }
            @if has_rank { td { (rank.unwrap_or_else(|| "–".to_owned())) } }
        }
    }
}

fn title<'a>(first: &First<'a>, words: Words, theme: &str) -> &'a str {
    let found = first.indicators.theme(theme);
    found.map_or("", |theme: &Theme| words.text(&theme.title))
}

fn breakdown(first: &First<'_>, words: Words, current: &ThemeFigures<'_>) -> Markup {
    let theme = first.shown.layer.theme();
    let title = title(first, words, &theme.name);
    html! {
        @if !current.figures.breakdown.is_empty() {
            details {
                summary { (words.say("profile.breakdown", &[("theme", title)])) }
                dl {
                    @for column in &theme.breakdown {
                        @let count = current.figures.breakdown.get(column).copied().flatten();
                        dt { (words.say(&format!("column.{}", column.name()), &[])) }
                        dd { (words.whole(count.map(|count| count as f64))) }
                    }
                    @for rate in &theme.rates {
                        @let rated = current.figures.rates.get(&rate.name).copied().flatten();
                        dt { (words.text(&rate.title)) }
                        dd { (words.share(rated, 1)) }
                    }
                }
                @if !theme.rates.is_empty() { (programmes(first, words)) }
            }
        }
    }
}

fn programmes(first: &First<'_>, words: Words) -> Markup {
    html! {
        @for terms in &first.label.programmes {
            p.small {
                (words.say("profile.programme", &[
                    ("programme", terms.programme.name()),
                    ("threshold", &terms.threshold.to_string()),
                    ("period", &terms.period.map_or_else(|| "–".to_owned(), |it| it.to_string())),
                ]))
            }
        }
    }
}

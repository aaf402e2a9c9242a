//! Exactly what is on the map, as a table that other addresses sort otherwise.

use std::cmp::Ordering;

use maud::{Markup, html};

use super::{First, count_with_margin, feature_name, share_with_margin, swatch};
use crate::analyse::Measure;
use crate::protect::{Feature, Remainder, Status};
use crate::report::address::{Column, Order};
use crate::report::words::Words;

const COLUMNS: [Column; 6] = [
    Column::Name,
    Column::Households,
    Column::Coverage,
    Column::Count,
    Column::Share,
    Column::Density,
];

pub fn table(first: &First<'_>, words: Words) -> Markup {
    let has_shares =
        first.shown.layer.features().iter().any(|feature| feature.shown_share().is_some());
    let columns = COLUMNS.into_iter().filter(|column| has_shares || *column != Column::Share);
    let columns: Vec<Column> = columns.collect();
    let caption = caption(first, words);
    let rows = sorted(first);
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr {
                    @for column in &columns { (head(first, words, *column)) }
                    th scope="col" { (words.say("table.status", &[])) }
                } }
                tbody {
                    @for feature in &rows { (row(first, words, feature, has_shares)) }
                    @if rows.is_empty() {
                        tr { td colspan=(columns.len() + 1) { (words.say("table.empty", &[])) } }
                    }
                }
                @if let Some(remainder) = first.shown.layer.remainder().filter(|it| !it.is_nothing()) {
                    tfoot { (remainder_row(words, remainder, has_shares)) }
                }
            }
        }
        @if first.shown.layer.matched() > rows.len() {
            p.notice role="status" {
                (words.say("table.more", &[
                    ("count", &words.count(rows.len())),
                    ("all", &words.whole(Some(first.shown.layer.matched() as f64))),
                ]))
            }
        }
    }
}

fn caption(first: &First<'_>, words: Words) -> String {
    let geography = words.say(&format!("areas.{}", first.address.areas.name()), &[]);
    words.say(
        "table.caption",
        &[
            ("theme", words.text(&first.shown.layer.theme().title)),
            ("geography", &geography),
            ("place", &first.name(first.frame.region)),
            ("count", &words.whole(Some(first.shown.layer.features().len() as f64))),
        ],
    )
}

/// A column's name, which leads to the table in its order: the largest first, or names from A on.
fn head(first: &First<'_>, words: Words, column: Column) -> Markup {
    let (by, order) = (sort_column(first), first.address.sort.1);
    let now = (by == column).then_some(order);
    let usual = if column == Column::Name { Order::SmallestFirst } else { Order::LargestFirst };
    let other = match usual {
        Order::SmallestFirst => Order::LargestFirst,
        Order::LargestFirst => Order::SmallestFirst,
    };
    let next = if now == Some(usual) { other } else { usual };
    let (spoken, mark) = match now {
        Some(Order::SmallestFirst) => ("ascending", "▲"),
        Some(Order::LargestFirst) => ("descending", "▼"),
        None => ("none", ""),
    };
    html! {
        th.(column.name()) scope="col" aria-sort=(spoken) {
            a href=(first.address.with(|address| address.sort = (column, next)).url()) {
                (words.say(&format!("table.{}", column.name()), &[]))
                span aria-hidden="true" { " " (mark) }
            }
        }
    }
}

fn row(first: &First<'_>, words: Words, feature: &Feature, has_shares: bool) -> Markup {
    let is_chosen = first.address.area == Some(feature.code);
    html! {
        tr class=[is_chosen.then_some("selected")] data-code=(feature.code) {
            th scope="row" { a href=(first.choose(feature.code)) { (feature_name(feature, words)) } }
            td { (words.whole(Some(feature.households as f64))) }
            td { (words.share(feature.coverage.map(|coverage| coverage.share), 0)) }
            td { (count_with_margin(words, feature.count, feature.moe95)) }
            @if has_shares {
                td { (share_with_margin(words, feature.shown_share(), feature.shown_share_moe95())) }
            }
            td { (words.density(feature.density_km2)) }
            td.note {
                @if feature.status != Status::Value {
                    (swatch::of_status(feature.status)) " "
                    (words.say(&format!("status.{}", feature.status.name()), &[]))
                }
            }
        }
    }
}

/// What the areas listed leave over of the area in which they lie.
fn remainder_row(words: Words, remainder: Remainder, has_shares: bool) -> Markup {
    html! {
        tr {
            th scope="row" { (words.say("table.remainder", &[])) }
            td { (words.whole(Some(remainder.households as f64))) }
            td {}
            td { (count_with_margin(words, remainder.count, remainder.moe95)) }
            @if has_shares { td {} }
            td {}
            td.note { @if remainder.may_be_nothing() { (words.say("table.remainder.none", &[])) } }
        }
    }
}

/// The column by which rows stand in order.
fn sort_column(first: &First<'_>) -> Column {
    match (first.address.sort.0, first.shown.by) {
        (Column::Figure, Measure::Share) => Column::Share,
        (Column::Figure, Measure::Count) => Column::Count,
        (Column::Figure, Measure::DensityKm2) => Column::Density,
        (column, _) => column,
    }
}

/// The features in the order that is asked for. What is not known comes last either way.
fn sorted<'a>(first: &First<'a>) -> Vec<&'a Feature> {
    let order = first.address.sort.1;
    let turned = |ordering: Ordering| match order {
        Order::SmallestFirst => ordering,
        Order::LargestFirst => ordering.reverse(),
    };
    let value = |feature: &Feature| value(feature, first);
    let mut features: Vec<&Feature> = first.shown.layer.features().iter().collect();
    let name = |feature: &Feature| feature.name.as_deref().unwrap_or_default().to_lowercase();
    if sort_column(first) == Column::Name {
        // The sort is stable, and features stand in the order of their codes.
        features.sort_by(|one, other| turned(name(one).cmp(&name(other))));
        return features;
    }
    features.sort_by(|one, other| match (value(one), value(other)) {
        (Some(one), Some(other)) => turned(one.total_cmp(&other)),
        (one, other) => one.is_none().cmp(&other.is_none()),
    });
    features
}

fn value(feature: &Feature, first: &First<'_>) -> Option<f64> {
    match first.address.sort.0 {
        Column::Figure => first.shown.value(feature),
        Column::Households => Some(feature.households as f64),
        Column::Coverage => feature.coverage.map(|coverage| coverage.share),
        // What was not enough surveyed comes last.
        _ if feature.status == Status::NotEnoughSurveyed => None,
        Column::Count => feature.count.map(|count| count as f64),
        Column::Share => feature.shown_share(),
        Column::Density | Column::Name => feature.density_km2,
    }
}

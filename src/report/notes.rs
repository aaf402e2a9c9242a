//! What stands below figures wherever they are taken home: release, source, definition, and what they are.

use super::legend::share_note;
use super::sentence::with_margin;
use super::words::Words;
use crate::analyse::Measure;
use crate::domain::code::RegionCode;
use crate::domain::geography::Geography;
use crate::encode::ReleaseLabel;
use crate::protect::{Layer, Protection, ShareOf};

/// The notes, a paragraph each.
pub fn notes(layer: &Layer, by: Measure, label: &ReleaseLabel, words: Words) -> Vec<String> {
    let threshold = layer.threshold().decile().to_string();
    let share = (by == Measure::Share).then(|| share_note(layer, words)).flatten();
    let notes = [
        source(layer, by, label, words),
        words.text(&layer.theme().definition).to_owned(),
        words.say("download.note", &[("threshold", &threshold)]),
        words.say(about(layer.protection()), &[]),
    ];
    notes.into_iter().chain(share).collect()
}

/// What a layer is of: its theme, its geography, its place, and how many areas it has.
pub fn caption(layer: &Layer, place: &str, words: Words) -> String {
    let areas = match layer.geography() {
        Geography::Region(level) => level.name(),
        Geography::Hexagon(_) => "hexagon",
    };
    let holes = [
        ("theme", words.text(&layer.theme().title)),
        ("geography", &words.say(&format!("areas.{areas}"), &[])),
        ("place", place),
        ("count", &words.count(layer.features().len())),
    ];
    words.say("table.caption", &holes)
}

/// What the areas of a layer leave over of the place in which they lie; `None` where that is surely nothing.
pub fn remainder(layer: &Layer, place: &str, words: Words) -> Option<String> {
    let remainder = layer.remainder().filter(|remainder| !remainder.is_nothing())?;
    let count = words.whole(Some(remainder.count? as f64));
    let count = with_margin(count, remainder.moe95, |moe95| words.whole_margin(moe95));
    let unit = words.text(&layer.theme().unit);
    let holes = [("count", count.as_str()), ("unit", unit), ("place", place)];
    Some(words.say("table.remainder.sentence", &holes))
}

/// The sentence of who may see figures, and what must be known of them.
pub const fn about(protection: Protection) -> &'static str {
    match protection {
        Protection::Public => "public",
        Protection::Restricted => "restricted",
    }
}

/// Release, reference date, denominators and boundaries.
fn source(layer: &Layer, by: Measure, label: &ReleaseLabel, words: Words) -> String {
    let date = words.date(&label.reference_date);
    let release = label.release.as_str();
    let mut said = vec![words.say("legend.period", &[("release", release), ("date", &date)])];
    let of = (by == Measure::Share).then(|| share_of(layer)).flatten();
    said.extend(of.map(|(of, year)| {
        let year = year.to_string();
        words.say("legend.of", &[("source", &of.source), ("year", &year)])
    }));
    said.push(words.say("picture.boundaries", &[("regions", layer.regions().as_str())]));
    said.extend(licence(label, words));
    said.extend(carried_over(layer, label, words));
    said.join(" ")
}

/// How many regencies of the layer's area have the figures of an earlier release, and of which date the oldest are.
fn carried_over(layer: &Layer, label: &ReleaseLabel, words: Words) -> Option<String> {
    let is_within = |code: &RegionCode| {
        layer.within().is_none_or(|area| {
            let width = area.width().min(code.width());
            area.prefix(width) == code.prefix(width)
        })
    };
    let found = label.carried_over.iter().filter(|(code, _)| is_within(code));
    let dates: Vec<_> = found.map(|(_, from)| from.reference_date).collect();
    let oldest = words.date(&dates.iter().min()?.to_string());
    let count = words.count(dates.len());
    Some(words.say("picture.carried_over", &[("count", &count), ("date", &oldest)]))
}

/// Under which licence the boundaries are shown, where it is known.
pub fn licence(label: &ReleaseLabel, words: Words) -> Option<String> {
    let licence = label.licence.as_ref()?;
    Some(words.say("picture.licence", &[("licence", licence.as_str())]))
}

/// The denominator of the shares that has a year, of the first area that has one.
fn share_of(layer: &Layer) -> Option<(&ShareOf, u16)> {
    let shares = layer.features().iter().filter_map(|feature| feature.share_of.as_ref());
    shares.into_iter().find_map(|of| Some((of, of.year?)))
}

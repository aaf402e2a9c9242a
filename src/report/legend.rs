//! What a legend says: classes with their bounds and numbers of areas, hatches, circles.

use super::compared::{ChangeClass, Compared};
use super::shown::Shown;
use super::words::Words;
use crate::analyse::Measure;
use crate::domain::decimal::Decimal;
use crate::protect::{Layer, ShownShare, Status};

/// The radius of the largest circle.
pub const LARGEST_PX: f64 = 20.0;

/// The statuses of areas without a class, as legends list them.
pub const UNTOLD: [Status; 4] =
    [Status::Below10, Status::NotEnoughSurveyed, Status::NotVisited, Status::NoData];

/// A legend in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Legend {
    /// What the classes or circles measure.
    pub unit: String,
    /// From the lowest; none where counts are shown, or no area has a value.
    pub classes: Vec<Class>,
    /// Of counts, the largest first.
    pub circles: Vec<Circle>,
    /// Areas without a class, in the order of [`UNTOLD`].
    pub untold: Vec<Untold>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    pub colour: &'static str,
    /// Its bounds.
    pub words: String,
    pub areas: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Circle {
    pub words: String,
    pub radius_px: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Untold {
    pub status: Status,
    pub words: String,
    pub areas: usize,
}

impl Legend {
    pub fn of(shown: &Shown<'_>, words: Words) -> Self {
        let unit = match shown.by {
            Measure::Share => share_key(shown.layer),
            Measure::Count => "legend.count",
            Measure::DensityKm2 => "legend.density",
        };
        let untold = UNTOLD.map(|status| Untold {
            status,
            words: words.say(&format!("status.{}", status.name()), &[]),
            areas: shown.count_of(status),
        });
        Self {
            unit: words.say(unit, &[]),
            classes: classes(shown, words),
            circles: circles(shown, words),
            untold: untold.to_vec(),
        }
    }

    /// The legend of what changed.
    pub fn of_change(compared: &Compared<'_>, words: Words) -> Self {
        let class = |of: ChangeClass| Class { colour: of.colour, words: of.words, areas: of.areas };
        let count = |status| compared.differences.iter().filter(|one| one.status == status).count();
        let untold = UNTOLD.map(|status| Untold {
            status,
            words: words.say(&format!("status.{}", status.name()), &[]),
            areas: count(status),
        });
        Self {
            unit: compared.unit(words),
            classes: compared.classes(words).into_iter().map(class).collect(),
            circles: Vec::new(),
            untold: untold.to_vec(),
        }
    }
}

/// What must be known of the share that a layer shows, where it is one of poor households.
pub fn share_note(layer: &Layer, words: Words) -> Option<String> {
    let key = share_key(layer);
    layer.theme().counts_poor_households().then(|| words.say(&format!("{key}.note"), &[]))
}

/// What a share is: of poor households it may be a lower bound, an estimate, or one of those surveyed.
fn share_key(layer: &Layer) -> &'static str {
    match layer.shown_share() {
        _ if !layer.theme().counts_poor_households() => "legend.share",
        ShownShare::Estimate => "legend.share.estimate",
        ShownShare::Surveyed => "legend.share.surveyed",
        ShownShare::Found | ShownShare::None => "legend.share.found",
    }
}

/// The number of areas in words.
pub fn areas(words: Words, count: usize) -> String {
    let key = if count == 1 { "legend.area" } else { "legend.areas" };
    words.say(key, &[("count", &words.count(count))])
}

/// The radius of a count's circle, whose area is the count.
pub fn radius_px(count: f64, most: f64) -> f64 {
    (LARGEST_PX * (count.max(0.0) / most).sqrt()).max(1.5)
}

fn classes(shown: &Shown<'_>, words: Words) -> Vec<Class> {
    let values = shown.values();
    if shown.by == Measure::Count || values.is_empty() {
        return Vec::new();
    }
    let inner = shown.classes.inner();
    let least = decimals(inner);
    let write = |edge: f64| match shown.by {
        Measure::Share => words.share(Some(edge), least),
        _ => words.density(Some(edge)),
    };
    let counts = shown.classes.counted(&values).into_iter().enumerate();
    let class = |(at, areas): (usize, usize)| {
        let from = at.checked_sub(1).map(|below| write(inner[below]));
        let to = inner.get(at).copied().map(write);
        Class { colour: shown.colours[at], words: bounds(words, from, to), areas }
    };
    counts.map(class).collect()
}

fn bounds(words: Words, from: Option<String>, to: Option<String>) -> String {
    match (from, to) {
        (None, None) => words.say("legend.all", &[]),
        (None, Some(to)) => words.say("legend.less", &[("to", &to)]),
        (Some(from), None) => words.say("legend.more", &[("from", &from)]),
        (Some(from), Some(to)) => words.say("legend.from", &[("from", &from), ("to", &to)]),
    }
}

/// The decimals of a per cent that tell these edges apart.
fn decimals(inner: &[f64]) -> usize {
    let are_whole =
        |steps: f64| inner.iter().all(|edge| (edge * steps - (edge * steps).round()).abs() <= 1e-9);
    match () {
        () if are_whole(100.0) => 0,
        () if are_whole(1000.0) => 1,
        () => 2,
    }
}

fn circles(shown: &Shown<'_>, words: Words) -> Vec<Circle> {
    if shown.by != Measure::Count {
        return Vec::new();
    }
    let round = |count: f64| Decimal::exact(count).map_or(count, |it| it.to_digits(1).number());
    let counts =
        [shown.most, shown.most / 4.0].map(round).into_iter().filter(|count| *count >= 1.0);
    let circle = |count: f64| Circle {
        words: words.whole(Some(count)),
        radius_px: LARGEST_PX * (count / shown.most).sqrt(),
    };
    counts.map(circle).collect()
}

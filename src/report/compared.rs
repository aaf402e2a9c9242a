//! A map of what changed between two releases, in fixed classes and words: the page's `web/src/map/diverging.ts`
//! and `web/src/words/change.ts`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::words::Words;
use crate::analyse::{Difference, Measure};
use crate::domain::region::Slug;

/// The class of no clear change.
const UNCLEAR: usize = 3;
const CLASSES: usize = 7;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Diverging {
    colours: [String; CLASSES],
    relative: [f64; 2],
    points: BTreeMap<String, [f64; 2]>,
}

static DIVERGING: LazyLock<Diverging> = LazyLock::new(|| {
    let text = include_str!("../../web/src/map/change.json");
    serde_json::from_str(text).expect("a test reads the classes of changes")
});

/// What changed in the areas of a layer.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    pub earlier: &'a Slug,
    pub later: &'a Slug,
    /// By the place of a feature in its layer.
    pub differences: Vec<Difference>,
    pub measure: Measure,
    /// The name of the theme, which has classes of its own.
    pub theme: &'a str,
}

/// A class of changes: its colour, and what it holds in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeClass {
    pub colour: &'static str,
    pub words: String,
    pub areas: usize,
}

impl Compared<'_> {
    /// The colour of the class of a difference; `None` where there is nothing to compare.
    pub fn colour(&self, difference: &Difference) -> Option<&'static str> {
        self.class_of(difference).map(|at| DIVERGING.colours[at].as_str())
    }

    /// The classes, from much less to much more.
    pub fn classes(&self, words: Words) -> Vec<ChangeClass> {
        let mut areas = [0; CLASSES];
        for at in self.differences.iter().filter_map(|difference| self.class_of(difference)) {
            areas[at] += 1;
        }
        let class = |(at, colour): (usize, &'static String)| ChangeClass {
            colour,
            words: self.bounds(at, words),
            areas: areas[at],
        };
        DIVERGING.colours.iter().enumerate().map(class).collect()
    }

    /// What the classes measure.
    pub fn unit(&self, words: Words) -> String {
        let key = match self.measure {
            Measure::Share => "change.legend.share",
            Measure::Count | Measure::DensityKm2 => "change.legend.count",
        };
        words.say(key, &self.releases())
    }

    /// What is said of all that is shown.
    pub fn headline(&self, words: Words, (theme, place): (&str, &str)) -> String {
        let [earlier, later] = self.releases();
        words.say("change.headline", &[("theme", theme), ("place", place), earlier, later])
    }

    /// What is said of an area.
    pub fn sentence(&self, words: Words, place: &str, difference: &Difference) -> String {
        let (Some(apart), Some(now), Some(before)) =
            (difference.apart, difference.now, difference.before)
        else {
            return words.say("change.none", &[("place", place)]);
        };
        let way = match apart.by {
            _ if !apart.is_clear() => "unclear",
            by if by > 0.0 => "up",
            _ => "down",
        };
        let figure = |value: f64| match self.measure {
            Measure::Share => words.share(Some(value), 1),
            _ => words.whole(Some(value)),
        };
        let size = |value: f64| match self.measure {
            Measure::Share => words.say("change.points", &[("points", &words.points(value))]),
            _ => words.whole(Some(value.abs())),
        };
        let [earlier, later] = self.releases();
        let (before, now) = (figure(before), figure(now));
        let margin = match self.measure {
            Measure::Share => {
                words.say("change.points", &[("points", &words.points_margin(apart.margin, 1))])
            }
            _ => words.whole_margin(apart.margin),
        };
        let by = size(apart.by);
        let holes = [("place", place), earlier, later, ("before", &before), ("now", &now)];
        let holes = [&holes[..], &[("size", &by), ("margin", &margin)]].concat();
        let said = words.say(&format!("change.{way}"), &holes);
        match difference.coverage {
            None => said,
            Some(coverage) => format!("{} {said}", self.coverage(words, place, coverage)),
        }
    }

    /// That the coverage changed by more than the share did.
    fn coverage(&self, words: Words, place: &str, coverage: [f64; 2]) -> String {
        let [earlier, later] = self.releases();
        let [before, now] = coverage.map(|share| words.share(Some(share), 1));
        let holes = [("place", place), earlier, later, ("before", &*before), ("now", &*now)];
        words.say("change.coverage", &holes)
    }

    fn releases(&self) -> [(&'static str, &str); 2] {
        [("earlier", self.earlier.as_str()), ("later", self.later.as_str())]
    }

    /// The sizes at which a change is larger, then largest.
    fn steps(&self) -> [f64; 2] {
        match self.measure {
            Measure::Share => {
                let points = &DIVERGING.points;
                points
                    .get(self.theme)
                    .or_else(|| points.get("poverty"))
                    .copied()
                    .unwrap_or_default()
            }
            Measure::Count | Measure::DensityKm2 => DIVERGING.relative,
        }
    }

    fn class_of(&self, difference: &Difference) -> Option<usize> {
        let apart = difference.apart?;
        if !apart.is_clear() || apart.classed == 0.0 {
            return Some(UNCLEAR);
        }
        let [large, largest] = self.steps();
        let size = match apart.classed.abs() {
            size if size >= largest => 3,
            size if size >= large => 2,
            _ => 1,
        };
        Some(if apart.classed > 0.0 { UNCLEAR + size } else { UNCLEAR - size })
    }

    fn bounds(&self, at: usize, words: Words) -> String {
        let way = if at < UNCLEAR { "down" } else { "up" };
        let [large, largest] = self.steps().map(|step| match self.measure {
            Measure::Share => words.say("change.points", &[("points", &words.step(step))]),
            _ => words.share(Some(step), 0),
        });
        let (from, to) = (("from", &*large), ("to", &*largest));
        match at.abs_diff(UNCLEAR) {
            0 => words.say("change.class.unclear", &[]),
            1 => words.say(&format!("change.class.{way}.small"), &[("to", &large)]),
            2 => words.say(&format!("change.class.{way}.large"), &[from, to]),
            _ => words.say(&format!("change.class.{way}.largest"), &[("from", &largest)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::Apart;
    use crate::domain::indicator::Indicators;
    use crate::protect::Status;
    use crate::report::words::Language;

    fn difference(classed: f64, margin: f64) -> Difference {
        let apart = Some(Apart { by: classed, margin, classed });
        let (status, before, now) = (Status::Value, Some(0.2), Some(0.2 + classed));
        Difference { status, before, now, apart, coverage: None }
    }

    fn compared<'a>(
        (earlier, later): (&'a Slug, &'a Slug),
        measure: Measure,
        of: &[(f64, f64)],
    ) -> Compared<'a> {
        let differences =
            of.iter().map(|(classed, margin)| difference(*classed, *margin)).collect();
        Compared { earlier, later, differences, measure, theme: "poverty" }
    }

    #[test]
    fn a_change_is_classed_by_its_size_where_it_is_beyond_its_margin() {
        let (earlier, later) = ("r1".parse().unwrap(), "r2".parse().unwrap());
        let sizes =
            [(-0.06, 0.0), (-0.03, 0.0), (-0.01, 0.0), (0.04, 0.05), (0.02, 0.01), (0.0, 0.0)];
        let compared = compared((&earlier, &later), Measure::Share, &sizes);
        let words = Words::of(Language::En);
        let areas: Vec<usize> = compared.classes(words).iter().map(|class| class.areas).collect();
        assert_eq!(areas, [1, 1, 1, 2, 0, 1, 0]);
        let said: Vec<String> =
            compared.classes(words).into_iter().map(|class| class.words).collect();
        assert_eq!(said[..2], ["down by 5 points or more", "down by 2 points to below 5 points"]);
        let colours = compared.differences.iter().map(|one| compared.colour(one).unwrap());
        assert_eq!(
            colours.take(4).collect::<Vec<_>>(),
            ["#542788", "#998ec3", "#d8daeb", "#f7f7f7"]
        );
    }

    #[test]
    fn a_change_is_told_with_both_releases_and_its_margin() {
        let (earlier, later) = ("r1".parse().unwrap(), "r2".parse().unwrap());
        let compared = compared((&earlier, &later), Measure::Share, &[(0.1, 0.01), (0.1, 0.2)]);
        let words = Words::of(Language::En);
        let said = |at: usize| compared.sentence(words, "X", &compared.differences[at]);
        assert_eq!(said(0), "X: 20.0% in r1, 30.0% in r2: up by 10.0 points (±\u{a0}1.0 points).");
        assert!(said(1).contains("no clear change"), "{}", said(1));
        let lower = Difference { coverage: Some([0.346, 0.2]), ..difference(-0.1, 0.01) };
        let said = compared.sentence(words, "X", &lower);
        let first = "Surveyed in X: 34.6% of the prelist in r1, 20.0% in r2. X: 20.0% in r1";
        assert!(said.starts_with(first), "{said}");
    }

    #[test]
    fn every_theme_has_its_steps() {
        for theme in Indicators::embedded().themes {
            let steps = DIVERGING.points.get(&theme.name).copied().unwrap();
            assert!(0.0 < steps[0] && steps[0] < steps[1], "{}", theme.name);
        }
    }
}

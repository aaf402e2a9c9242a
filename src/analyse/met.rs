//! Which areas meet conditions over several themes.
//!
//! The page says the same: `web/src/data/met.json` holds cases that both are held to.

use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;

use super::Measure;
use super::change::{Key, by_place, key};
use crate::protect::{Feature, Layer, Status};

/// So many conditions can be read at once.
const MOST: usize = 5;

/// What is asked of a theme's figure, written `poverty.share.least.0.2`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub theme: String,
    /// [`Measure::Share`] or [`Measure::Count`].
    pub of: Measure,
    pub way: Way,
    /// A share is a fraction 0 to 1.
    pub value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Least,
    Most,
}

impl Way {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Least => "least",
            Self::Most => "most",
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is no list of conditions; write up to {MOST} of them as theme.share.least.0.2 or theme.count.most.50, \
     with commas between"
)]
pub struct ConditionError(String);

/// Conditions, of which an area meets all.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions(Vec<Condition>);

impl Conditions {
    pub fn all(&self) -> &[Condition] {
        &self.0
    }
}

impl FromStr for Conditions {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let read: Option<Vec<Condition>> = text.split(',').map(condition).collect();
        let fits = read.filter(|read| read.len() <= MOST);
        fits.map(Self).ok_or_else(|| ConditionError(text.chars().take(60).collect()))
    }
}

fn condition(text: &str) -> Option<Condition> {
    let mut parts = text.splitn(4, '.');
    let theme = parts.next().filter(|theme| !theme.is_empty())?.to_owned();
    let of = match parts.next()? {
        "share" => Measure::Share,
        "count" => Measure::Count,
        _ => return None,
    };
    let way = match parts.next()? {
        "least" => Way::Least,
        "most" => Way::Most,
        _ => return None,
    };
    let value = parts.next()?;
    let is_plain = value.chars().all(|c| c.is_ascii_digit() || c == '.') && value.len() <= 19;
    let value = value.parse().ok().filter(|_| is_plain)?;
    Some(Condition { theme, of, way, value })
}

/// What meets the conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met {
    places: HashSet<Key>,
    /// The households that were visited there.
    pub households: i64,
    /// Areas of which it can't be said, because a figure is missing and nothing else rules them out.
    pub unknown: usize,
    pub among: usize,
}

impl Met {
    /// The areas of a layer that meet all conditions; `themes` has the layer of each theme that they name,
    /// of the same areas.
    pub fn of(shown: &Layer, conditions: &Conditions, themes: &BTreeMap<String, Layer>) -> Self {
        let figures: BTreeMap<&str, _> =
            themes.iter().map(|(name, layer)| (name.as_str(), by_place(layer))).collect();
        let mut found = Self { among: shown.features().len(), ..Self::default() };
        for feature in shown.features() {
            let place = key(feature);
            let answers = conditions.0.iter().map(|condition| {
                let of_theme = figures.get(condition.theme.as_str())?;
                meets(of_theme.get(&place)?, condition)
            });
            let answers: Vec<Option<bool>> = answers.collect();
            if answers.contains(&Some(false)) {
                continue;
            }
            if answers.contains(&None) {
                found.unknown += 1;
            } else {
                found.places.insert(place);
                found.households += feature.households;
            }
        }
        found
    }

    /// Whether an area meets them.
    pub fn holds(&self, feature: &Feature) -> bool {
        self.places.contains(&key(feature))
    }

    /// How many areas meet them.
    pub fn areas(&self) -> usize {
        self.places.len()
    }
}

/// Below 10, not enough surveyed, not visited or without data meets nothing.
fn meets(feature: &Feature, condition: &Condition) -> Option<bool> {
    #[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
    let told = match condition.of {
        Measure::Share => feature.shown_share(),
        Measure::Count | Measure::DensityKm2 => feature.count.map(|count| count as f64),
    };
    let told = told.filter(|_| feature.status == Status::Value)?;
    Some(match condition.way {
        Way::Least => told >= condition.value,
        Way::Most => told <= condition.value,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::protect::fixture::{denominators, leaves, tree};
    use crate::protect::{LayerRequest, ShownShare};

    fn layer(theme: &str) -> Layer {
        let (tree, indicators) = (tree(), Indicators::embedded());
        let request = LayerRequest {
            theme: indicators.theme(theme).unwrap(),
            geography: "village".parse().unwrap(),
            within: None,
            bounds: None,
            limit: None,
        };
        leaves(&tree).layer(&request, &tree, &indicators, &denominators())
    }

    #[test]
    fn conditions_are_read_as_the_page_writes_them() {
        let read: Conditions = "poverty.share.least.0.2,elderly.count.most.50".parse().unwrap();
        let expected =
            |theme: &str, of, way, value| Condition { theme: theme.to_owned(), of, way, value };
        assert_eq!(
            read.all(),
            [
                expected("poverty", Measure::Share, Way::Least, 0.2),
                expected("elderly", Measure::Count, Way::Most, 50.0)
            ]
        );
        for wrong in [
            "",
            "poverty",
            "poverty.share.least",
            "poverty.share.least.-1",
            "a.share.over.1",
            "a.share.least.1e9",
        ] {
            assert!(
                wrong
                    .parse::<Conditions>()
                    .unwrap_err()
                    .to_string()
                    .contains("theme.share.least.0.2"),
                "{wrong}"
            );
        }
        let many = ["poverty.count.least.1"; MOST + 1].join(",");
        assert!(many.parse::<Conditions>().is_err());
    }

    #[derive(Deserialize)]
    struct Case {
        asked: String,
        share: Option<f64>,
        count: Option<i64>,
        status: Status,
        meets: Option<bool>,
    }

    #[test]
    fn a_figure_meets_what_it_meets_on_the_page() {
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../web/src/data/met.json")).unwrap();
        assert!(cases.len() > 5);
        let template = layer("poverty").features()[0].clone();
        for Case { asked, share, count, status, meets: expected } in cases {
            let conditions: Conditions = asked.parse().unwrap();
            let shown = ShownShare::Found;
            let feature = Feature { share, count, status, shown, ..template.clone() };
            assert_eq!(
                meets(&feature, &conditions.all()[0]),
                expected,
                "{asked} {share:?} {count:?}"
            );
        }
    }

    #[test]
    fn an_area_meets_all_conditions_and_one_without_a_figure_is_counted_apart() {
        let shown = layer("poverty");
        let themes = BTreeMap::from([("poverty".to_owned(), layer("poverty"))]);
        let met = |text: &str| Met::of(&shown, &text.parse().unwrap(), &themes);
        let told: Vec<i64> = shown
            .features()
            .iter()
            .filter(|feature| feature.status == Status::Value)
            .filter_map(|feature| feature.count)
            .collect();
        let all = met("poverty.count.least.0");
        assert_eq!((all.areas(), all.among), (told.len(), shown.features().len()));
        assert_eq!(all.areas() + all.unknown, all.among);
        let none = met("poverty.count.least.0,poverty.count.most.1");
        assert_eq!((none.areas(), none.households), (0, 0));
        assert!(
            shown.features().iter().filter(|feature| all.holds(feature)).count() == all.areas()
        );
    }
}

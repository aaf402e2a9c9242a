//! Colours and hatches, light for low, as the page has them: from `ColorBrewer` (Brewer 2003) and viridis
//! (van der Walt and Smith 2015).

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::protect::Status;

/// Which colours are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Palette {
    /// Those of the theme.
    #[default]
    Theme,
    /// Those that are told apart best.
    Contrast,
}

impl Palette {
    pub const ALL: [Self; 2] = [Self::Theme, Self::Contrast];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Contrast => "contrast",
        }
    }

    /// As many colours as there are classes, from the lightest to the darkest.
    pub fn colours(self, theme: &str, classes: usize) -> Vec<&'static str> {
        let of_theme =
            || PALETTES.sequential.get(theme).or_else(|| PALETTES.sequential.get("poverty"));
        let five = match self {
            Self::Theme => of_theme().unwrap_or(&PALETTES.contrast),
            Self::Contrast => &PALETTES.contrast,
        };
        if classes <= 1 {
            return vec![&five[2]];
        }
        let steps = classes - 1;
        (0..classes).map(|at| five[(at * 8 + steps) / (2 * steps)].as_str()).collect()
    }
}

impl FromStr for Palette {
    type Err = UnknownPalette;

    fn from_str(text: &str) -> Result<Self, UnknownPalette> {
        let found = Self::ALL.into_iter().find(|palette| palette.name() == text);
        found.ok_or_else(|| UnknownPalette(text.chars().take(40).collect()))
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no palette is called `{0}`; there are theme and contrast")]
pub struct UnknownPalette(String);

/// What is no figure: sea, land, lines, circles.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub sea: String,
    pub land: String,
    pub border: String,
    pub coast: String,
    pub untold: String,
    pub circle: String,
}

/// How an area without a class is hatched: marks in this ink on this ground.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hatch {
    pub ground: String,
    pub ink: String,
    pub marks: Marks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marks {
    Dots,
    Lines,
    Crosses,
    Bars,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hatches {
    below_10: Hatch,
    not_enough_surveyed: Hatch,
    not_visited: Hatch,
    no_data: Hatch,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Palettes {
    sequential: BTreeMap<String, [String; 5]>,
    contrast: [String; 5],
    paper: Paper,
    hatches: Hatches,
}

static PALETTES: LazyLock<Palettes> = LazyLock::new(|| {
    let text = include_str!("../../web/src/map/palette.json");
    serde_json::from_str(text).expect("a test reads the palettes")
});

/// The colours of sea, land, lines and circles.
pub fn paper() -> &'static Paper {
    &PALETTES.paper
}

/// How areas of a status are hatched; `None` of those that have a figure.
pub fn hatch(status: Status) -> Option<&'static Hatch> {
    match status {
        Status::Value => None,
        Status::Below10 => Some(&PALETTES.hatches.below_10),
        Status::NotEnoughSurveyed => Some(&PALETTES.hatches.not_enough_surveyed),
        Status::NotVisited => Some(&PALETTES.hatches.not_visited),
        Status::NoData => Some(&PALETTES.hatches.no_data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Indicators;

    #[test]
    fn every_theme_has_five_colours_and_every_status_its_hatch() {
        for theme in Indicators::embedded().themes {
            assert!(PALETTES.sequential.contains_key(&theme.name), "{}", theme.name);
        }
        let untold =
            [Status::Below10, Status::NotEnoughSurveyed, Status::NotVisited, Status::NoData];
        let marks = untold.map(|status| hatch(status).unwrap().marks);
        assert_eq!(marks, [Marks::Dots, Marks::Bars, Marks::Lines, Marks::Crosses]);
        assert_eq!(paper().sea.len(), 7);
    }

    #[test]
    fn fewer_classes_take_colours_that_lie_as_far_apart() {
        let [a, _, c, _, e] = Palette::Theme.colours("poverty", 5)[..] else { panic!() };
        assert_eq!(Palette::Theme.colours("poverty", 3), [a, c, e]);
        assert_eq!(Palette::Theme.colours("poverty", 2), [a, e]);
        assert_eq!(Palette::Theme.colours("no such theme", 1), [c]);
        let four = Palette::Contrast.colours("poverty", 4);
        assert_eq!(four, ["#fde725", "#5ec962", "#3b528b", "#440154"]);
    }
}

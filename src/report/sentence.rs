//! What is said of an area, in one sentence with its margin: the page's `web/src/words/sentence.ts`.

use super::words::Words;
use crate::analyse::{Figures, Measure};
use crate::protect::{Feature, ShownShare, Status};

/// Of what the sentence is.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The theme's name.
    pub theme: &'a str,
    pub by: Measure,
    pub place: &'a str,
    /// The highest decile that counts as poor.
    pub threshold: u8,
}

/// The figures that a sentence tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    pub count: Option<i64>,
    pub moe95: Option<f64>,
    /// The one that maps show.
    pub share: Option<f64>,
    pub share_moe95: Option<f64>,
    pub shown: ShownShare,
    pub coverage: Option<f64>,
    pub density_km2: Option<f64>,
    pub status: Status,
}

impl From<&Feature> for Told {
    fn from(feature: &Feature) -> Self {
        let Feature { count, moe95, shown, density_km2, status, .. } = *feature;
        let (share, share_moe95) = (feature.shown_share(), feature.shown_share_moe95());
        let coverage = feature.coverage.map(|coverage| coverage.share);
        Self { count, moe95, share, share_moe95, shown, coverage, density_km2, status }
    }
}

impl From<&Figures> for Told {
    fn from(figures: &Figures) -> Self {
        let Figures { count, moe95, shown_share: shown, coverage, density_km2, status, .. } =
            *figures;
        let (share, share_moe95) = figures.shown();
        Self { count, moe95, share, share_moe95, shown, coverage, density_km2, status }
    }
}

/// The sentence.
pub fn sentence(words: Words, subject: Subject<'_>, told: Told) -> String {
    let Subject { theme, by, place, threshold } = subject;
    let count =
        with_margin(words.whole(number(told.count)), told.moe95, |it| words.whole_margin(it));
    if told.status != Status::Value {
        let coverage = words.share(told.coverage, 0);
        let holes = [("place", place), ("count", &*count), ("coverage", &*coverage)];
        return words.say(&format!("sentence.{}", told.status.name()), &holes);
    }
    if by == Measure::DensityKm2 {
        let density = words.density(told.density_km2);
        let holes = [("place", place), ("count", count.as_str()), ("density", density.as_str())];
        return words.say("sentence.density", &holes);
    }
    let share =
        with_margin(words.share(told.share, 1), told.share_moe95, |it| words.share_margin(it));
    let form = match told.shown {
        _ if by != Measure::Share || told.share.is_none() => "count",
        ShownShare::Estimate => "estimate",
        ShownShare::Surveyed => "surveyed",
        ShownShare::Found | ShownShare::None => "share",
    };
    let threshold = threshold.to_string();
    let holes =
        [("share", &*share), ("count", &*count), ("place", place), ("threshold", &*threshold)];
    words.say(&format!("sentence.{theme}.{form}"), &holes)
}

/// A figure with its margin of error, where it has one.
pub fn with_margin(figure: String, moe95: Option<f64>, write: impl Fn(f64) -> String) -> String {
    match moe95.filter(|moe95| *moe95 != 0.0) {
        // A margin is not parted from its sign at the end of a line.
        Some(moe95) => format!("{figure} (±\u{a0}{})", write(moe95)),
        None => figure,
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are fewer than 2^52")]
fn number(count: Option<i64>) -> Option<f64> {
    count.map(|count| count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::report::words::Language;

    const TOLD: Told = Told {
        count: Some(12),
        moe95: Some(3.0),
        share: Some(0.124),
        share_moe95: Some(0.012),
        shown: ShownShare::Found,
        coverage: Some(0.34),
        density_km2: Some(1.0),
        status: Status::Value,
    };

    fn say(language: Language, theme: &str, by: Measure, told: Told) -> String {
        sentence(Words::of(language), Subject { theme, by, place: "X", threshold: 4 }, told)
    }

    #[test]
    fn carries_its_margin_and_tells_an_area_without_a_figure_in_words() {
        let of = |status| Told { status, ..TOLD };
        assert_eq!(
            say(Language::En, "poverty", Measure::Share, TOLD),
            "12.4% (±\u{a0}1.2%) of resident households in X were found poor (deciles 1 to 4)."
        );
        assert_eq!(
            say(Language::Id, "poverty", Measure::Count, TOLD),
            "12 (±\u{a0}3) rumah tangga di X terdata miskin (desil 1 sampai 4)."
        );
        assert_eq!(
            say(Language::En, "poverty", Measure::Share, of(Status::Below10)),
            "X: below 10, too few to tell a share of."
        );
        assert_eq!(
            say(Language::En, "poverty", Measure::Share, of(Status::NotEnoughSurveyed)),
            "X: not enough surveyed (34% of the prelist). Found so far: 12 (±\u{a0}3)."
        );
    }

    #[test]
    fn a_share_says_whether_it_was_found_is_an_estimate_or_of_the_surveyed() {
        let of = |shown| say(Language::En, "poverty", Measure::Share, Told { shown, ..TOLD });
        assert_eq!(
            of(ShownShare::Estimate),
            "An estimated 12.4% (±\u{a0}1.2%) of resident households in X are in deciles 1 to 4."
        );
        assert_eq!(
            of(ShownShare::Surveyed),
            "12.4% (±\u{a0}1.2%) of the surveyed households in X were found poor (deciles 1 to 4)."
        );
    }

    #[test]
    fn every_theme_has_its_words() {
        for theme in Indicators::embedded().themes {
            for by in Measure::ALL {
                for language in Language::ALL {
                    let said = say(language, &theme.name, by, TOLD);
                    assert!(said.contains('X') && !said.contains("sentence."), "{said}");
                    assert!(!said.contains('{'), "{said}");
                }
            }
        }
    }
}

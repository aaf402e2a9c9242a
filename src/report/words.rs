//! Sentences and numbers in a language, as the page writes them. No visible word stands outside the
//! catalogues.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::domain::decimal::Decimal;
use crate::domain::indicator::Bilingual;

/// The languages of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Language {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    /// Its code (ISO 639-1), as HTML's `lang` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        let found = Self::ALL.into_iter().find(|language| language.name() == text);
        found.ok_or_else(|| UnknownLanguage(text.chars().take(40).collect()))
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("nothing is written in the language `{0}`; there are id and en")]
pub struct UnknownLanguage(String);

type Catalogue = BTreeMap<String, String>;

/// In the order of [`Language::ALL`].
static CATALOGUES: LazyLock<[Catalogue; 2]> = LazyLock::new(|| {
    let texts = [
        include_str!("../../web/src/messages/id.json"),
        include_str!("../../web/src/messages/en.json"),
    ];
    texts.map(|text| serde_json::from_str(text).expect("a test reads the catalogues"))
});

/// What is not known.
const DASH: &str = "–";

/// The sentences and numbers of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    language: Language,
}

impl Words {
    pub const fn of(language: Language) -> Self {
        Self { language }
    }

    pub const fn language(self) -> Language {
        self.language
    }

    /// The sentence of a key, its `{holes}` filled. An unknown key stands for itself, and a hole that is not
    /// filled stays: either is seen at once.
    pub fn say(self, key: &str, holes: &[(&str, &str)]) -> String {
        let text = CATALOGUES[self.language as usize].get(key).map_or(key, String::as_str);
        let (mut said, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, hole, after)) = next_hole(rest) {
            said.push_str(before);
            match holes.iter().find(|(name, _)| *name == hole) {
                Some((_, value)) => said.push_str(value),
                None => said.extend(["{", hole, "}"]),
            }
            rest = after;
        }
        said + rest
    }

    /// The text of this language.
    pub fn text(self, both: &Bilingual) -> &str {
        match self.language {
            Language::Id => &both.id,
            Language::En => &both.en,
        }
    }

    /// A whole number, thousands apart.
    pub fn whole(self, number: Option<f64>) -> String {
        self.places(number, 0, 0)
    }

    /// A count, thousands apart.
    pub fn count(self, count: usize) -> String {
        self.whole(Some(count as f64))
    }

    /// A fraction 0 to 1 as per cent, with at least so many decimals and at least room for one.
    pub fn share(self, share: Option<f64>, least: usize) -> String {
        let Some(share) = share else { return DASH.to_owned() };
        let most = u32::try_from(least.max(1)).unwrap_or(u32::MAX);
        let sign = if self.language == Language::Id { "\u{a0}%" } else { "%" };
        self.places(Some(share * 100.0), most, least) + sign
    }

    /// The size of a difference of two fractions, in points of a per cent.
    pub fn points(self, difference: f64) -> String {
        self.places(Some(difference.abs() * 100.0), 1, 1)
    }

    /// The edge of a class of points, from a fraction.
    pub fn step(self, edge: f64) -> String {
        self.places(Some(edge * 100.0), 1, 0)
    }

    /// A margin of a share: one that is too small to be written is less than the least that is, and not nothing.
    pub fn share_margin(self, margin: f64) -> String {
        at_least(margin, 0.001, |it| self.share(Some(it), 1))
    }

    /// As [`Self::share_margin`], of a count.
    pub fn whole_margin(self, margin: f64) -> String {
        at_least(margin, 1.0, |it| self.whole(Some(it)))
    }

    /// As [`Self::share_margin`], of a difference in points, with so many decimals.
    pub fn points_margin(self, margin: f64, decimals: u32) -> String {
        let least = 0.1_f64.powi(2 + decimals.cast_signed());
        at_least(margin, least, |it| self.places(Some(it * 100.0), decimals, decimals as usize))
    }

    /// A number with three digits that count.
    pub fn density(self, density: Option<f64>) -> String {
        let decimal = density.and_then(Decimal::shortest);
        decimal.map_or_else(|| DASH.to_owned(), |decimal| self.write(&decimal.to_digits(3), 0))
    }

    /// A day as `2024-12-31` in words; what is no day stays as it is.
    pub fn date(self, iso: &str) -> String {
        let parts: Vec<&str> = iso.split('-').collect();
        let &[year, month, day] = parts.as_slice() else { return iso.to_owned() };
        let months = self.say("months", &[]);
        let month = month.parse::<usize>().ok().and_then(|month| month.checked_sub(1));
        match month.and_then(|month| months.split(' ').nth(month)) {
            Some(month) => format!("{} {month} {year}", day.trim_start_matches('0')),
            None => iso.to_owned(),
        }
    }

    fn places(self, number: Option<f64>, most: u32, least: usize) -> String {
        let decimal = number.and_then(Decimal::shortest);
        decimal
            .map_or_else(|| DASH.to_owned(), |decimal| self.write(&decimal.to_places(most), least))
    }

    fn write(self, decimal: &Decimal, least: usize) -> String {
        match self.language {
            Language::Id => decimal.text('.', ',', least),
            Language::En => decimal.text(',', '.', least),
        }
    }
}

fn at_least(margin: f64, least: f64, write: impl Fn(f64) -> String) -> String {
    let written = write(margin);
    match margin > 0.0 && written == write(0.0) {
        true => format!("<\u{a0}{}", write(least)),
        false => written,
    }
}

/// What stands before the next `{hole}`, its name, and what stands after it.
fn next_hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (hole, after) = rest.split_once('}')?;
    Some((before, hole, after))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::Deserialize;

    use super::*;

    #[test]
    fn both_languages_say_the_same_with_the_same_holes() {
        let [id, en] = &*CATALOGUES;
        assert!(id.keys().eq(en.keys()));
        for (key, text) in en {
            assert_eq!(holes(text), holes(&id[key]), "{key}");
        }
    }

    fn holes(text: &str) -> BTreeSet<String> {
        let (mut holes, mut rest) = (BTreeSet::new(), text);
        while let Some((_, hole, after)) = next_hole(rest) {
            holes.insert(hole.to_owned());
            rest = after;
        }
        holes
    }

    #[derive(Deserialize)]
    struct Case<T> {
        value: T,
        #[serde(default)]
        least: usize,
        id: String,
        en: String,
    }

    #[derive(Deserialize)]
    struct Cases {
        whole: Vec<Case<Option<f64>>>,
        share: Vec<Case<Option<f64>>>,
        points: Vec<Case<f64>>,
        share_margin: Vec<Case<f64>>,
        whole_margin: Vec<Case<f64>>,
        points_margin: Vec<Case<f64>>,
        density: Vec<Case<Option<f64>>>,
        date: Vec<Case<String>>,
    }

    fn check<T: std::fmt::Debug>(cases: &[Case<T>], write: impl Fn(Words, &T, usize) -> String) {
        for Case { value, least, id, en } in cases {
            let ours = Language::ALL.map(|language| write(Words::of(language), value, *least));
            assert_eq!(ours, [id.as_str(), en.as_str()], "{value:?}");
        }
    }

    #[test]
    fn numbers_are_written_as_the_page_writes_them() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../web/src/words/numbers.json")).unwrap();
        check(&cases.whole, |words, value, _| words.whole(*value));
        check(&cases.share, |words, value, least| words.share(*value, least));
        check(&cases.points, |words, value, _| words.points(*value));
        check(&cases.share_margin, |words, value, _| words.share_margin(*value));
        check(&cases.whole_margin, |words, value, _| words.whole_margin(*value));
        check(&cases.points_margin, |words, value, _| words.points_margin(*value, 1));
        check(&cases.density, |words, value, _| words.density(*value));
        check(&cases.date, |words, value, _| words.date(value));
    }

    #[test]
    fn a_hole_is_filled_once_and_what_fills_it_has_none() {
        let said = Words::of(Language::En).say("legend.from", &[("from", "{to}"), ("to", "9")]);
        assert_eq!(said, "{to} to below 9");
        assert_eq!(Words::of(Language::Id).say("no.such.key", &[]), "no.such.key");
    }

    #[test]
    fn refuses_another_language() {
        assert_eq!("en".parse(), Ok(Language::En));
        assert!("de".parse::<Language>().unwrap_err().to_string().contains("id and en"));
    }
}

//! Of how many households a figure is known, in words: the page's `web/src/words/known.ts`.

use super::words::Words;
use crate::analyse::Figures;
use crate::domain::indicator::{KnownOf, Theme};

/// A figure that is known of more percent of its households is said without that.
const NEARLY_ALL_PERCENT: i64 = 95;

/// Nothing where it is known of nearly all, or is not told.
pub fn known(words: Words, theme: &Theme, figures: &Figures) -> Option<String> {
    let spec = theme.known?;
    let (known, of) = figures.known_households.zip(figures.known_of)?;
    if 100 * known >= NEARLY_ALL_PERCENT * of {
        return None;
    }
    let key = match spec.of {
        KnownOf::Households => "known.households",
        KnownOf::Poor => "known.poor",
    };
    #[expect(clippy::cast_precision_loss, reason = "households are fewer than 2^52")]
    let [known, of] = [known, of].map(|count| words.whole(Some(count as f64)));
    Some(words.say(key, &[("known", &known), ("of", &of)]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::indicator::Indicators;
    use crate::protect::{OtherShares, ShownShare, Status};
    use crate::report::words::Language;

    fn said(theme: &str, parts: Option<(i64, i64)>) -> Option<[String; 2]> {
        let figures = Figures {
            households: 2_000,
            known_households: parts.map(|(known, _)| known),
            known_of: parts.map(|(_, of)| of),
            count: Some(5),
            moe95: None,
            share: None,
            share_moe95: None,
            share_of: None,
            other_shares: OtherShares::default(),
            shown_share: ShownShare::Found,
            coverage: None,
            coverage_moe95: None,
            coverage_of: None,
            density_km2: None,
            status: Status::Below10,
            breakdown: BTreeMap::new(),
            rates: BTreeMap::new(),
        };
        let indicators = Indicators::embedded();
        let theme = indicators.theme(theme).unwrap();
        let [en, id] = [Language::En, Language::Id]
            .map(|language| known(Words::of(language), theme, &figures));
        en.zip(id).map(<[String; 2]>::from)
    }

    #[test]
    fn what_is_known_of_a_part_is_said_in_both_languages() {
        let of_poor = said("elderly", Some((940, 1_000))).unwrap();
        assert_eq!(of_poor[0], "Known of 940 of 1,000 poor households.");
        assert_eq!(of_poor[1], "Diketahui untuk 940 dari 1.000 rumah tangga miskin.");
        let of_all = said("poverty", Some((940, 1_000))).unwrap();
        assert_eq!(of_all[0], "Known of 940 of 1,000 visited households.");
        for known in [None, Some((950, 1_000)), Some((0, 0))] {
            assert_eq!(said("elderly", known), None, "{known:?}");
        }
        assert_eq!(said("visits", Some((1, 2))), None);
    }
}

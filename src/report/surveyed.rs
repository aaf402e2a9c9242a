//! How much of an area was surveyed, in words: the page's `web/src/words/surveyed.ts`.

use super::sentence::with_margin;
use super::words::Words;
use crate::analyse::Figures;
use crate::protect::CoverageOf;

/// How much was surveyed, and of what; nothing where that is not known.
pub fn surveyed(words: Words, figures: &Figures) -> Option<String> {
    let key = match figures.coverage_of? {
        CoverageOf::Prelist => "surveyed.prelist",
        CoverageOf::Residents => "surveyed.residents",
    };
    let coverage = with_margin(words.share(figures.coverage, 0), figures.coverage_moe95, |moe95| {
        words.share_margin(moe95)
    });
    Some(words.say(key, &[("coverage", &coverage)]))
}

/// Between which shares the poor of the residents lie; nothing where that is not known.
pub fn bounds(words: Words, figures: &Figures) -> Option<String> {
    let shares = figures.other_shares;
    let (low, high) = shares.low.zip(shares.high)?;
    let [low, high] = [low, high].map(|share| words.share(Some(share), 1));
    Some(words.say("surveyed.bounds", &[("low", &low), ("high", &high)]))
}

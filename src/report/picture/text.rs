//! How wide a text is, and where its lines break: by the font that pictures are drawn with.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// Noto Sans with the Latin letters alone (SIL Open Font License 1.1, which lies beside it).
pub(super) const FONT: &[u8] = include_bytes!("../../../data/fonts/NotoSans-Latin.ttf");

/// Its family's name.
pub(super) const FAMILY: &str = "Noto Sans";

/// As `font-family` names it.
pub(super) const FAMILIES: &str = "'Noto Sans', sans-serif";

pub(super) static FACE: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::new(FONT).expect("a test reads the font"));

/// The width of a text in a size. A letter that the font does not have is as wide as the size.
pub(super) fn width_px(text: &str, size_px: f64) -> f64 {
    let metrics = FACE.glyph_metrics(Size::unscaled(), LocationRef::default());
    let units = f64::from(FACE.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    let charmap = FACE.charmap();
    let advance = |letter: char| charmap.map(letter).and_then(|glyph| metrics.advance_width(glyph));
    let advances = text.chars().map(|letter| advance(letter).map_or(units, f64::from));
    advances.sum::<f64>() / units * size_px
}

/// The lines of a text that are no wider than this, broken at spaces; a word that is wider stands alone.
pub(super) fn lines(text: &str, size_px: f64, most_px: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width_px(&format!("{line} {word}"), size_px) <= most_px => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// As [`lines`], with lines about as long as each other.
pub(super) fn balanced(text: &str, size_px: f64, most_px: f64) -> Vec<String> {
    let widest = lines(text, size_px, most_px);
    let narrower = [0.5, 0.6, 0.7, 0.8, 0.9].map(|share| lines(text, size_px, most_px * share));
    narrower.into_iter().find(|lines| lines.len() == widest.len()).unwrap_or(widest)
}

/// A name in one line, or in two that are about as long where it is long.
pub(super) fn halves(name: &str) -> Vec<&str> {
    const LONG: usize = 13;
    let middle = name.len() / 2;
    let spaces = name.match_indices(' ').map(|(at, _)| at);
    let nearest = spaces.min_by_key(|at| at.abs_diff(middle));
    match nearest.filter(|_| name.chars().count() >= LONG) {
        Some(at) => vec![&name[..at], &name[at + 1..]],
        None => vec![name],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_letters_of_both_languages() {
        let charmap = FACE.charmap();
        for letter in ('!'..='~').chain("±–²éñü\u{a0}’−\u{fffd}".chars()) {
            assert!(charmap.map(letter).is_some(), "{letter}");
        }
        assert!(FONT.len() < 200_000);
    }

    #[test]
    fn a_text_breaks_where_it_is_too_wide() {
        assert!((width_px("nn", 10.0) - 2.0 * width_px("n", 10.0)).abs() < 1e-9);
        let most = width_px("two words", 10.0);
        assert_eq!(lines("two words and one", 10.0, most), ["two words", "and one"]);
        assert_eq!(lines("", 10.0, most), [""; 0]);
        let most = width_px("two words and", 10.0);
        assert_eq!(balanced("two words and one", 10.0, most), ["two words", "and one"]);
    }

    #[test]
    fn a_long_name_stands_in_two_lines() {
        assert_eq!(halves("Nusa Xavo Timur"), ["Nusa Xavo", "Timur"]);
        assert_eq!(halves("Xavo Timur"), ["Xavo Timur"]);
        assert_eq!(halves("Xavoxavoxavoxavo"), ["Xavoxavoxavoxavo"]);
    }
}

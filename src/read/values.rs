//! Reading the text of one value: what can't be seen is taken off, and numbers and codes are read in the
//! forms in which spreadsheets write them.

use crate::domain::code::{CodeForm, RegionCode};

/// Texts of messages are cut at this many characters.
const SHOWN: usize = 40;

/// Whether a letter shows nothing: spaces, spaces of no width, marks of direction, byte-order marks, NUL.
pub const fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '\0' | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// The text without what can't be seen at either end. This is also the canonical form of an id, by which
/// tables are joined.
pub fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [one] if one.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(is_unseen),
    }
}

/// The first letters of a text, for messages.
pub fn shorten(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A whole number, also with zeros behind a point or a comma (`3.0`, `3,0`). Three zeros behind up to
/// three digits may mean thousands, so those are none.
pub fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| before_zeros(text)?.parse().ok())
}

/// What stands before a point or a comma and zeros.
fn before_zeros(text: &str) -> Option<&str> {
    let (whole, zeros) = text.split_once(['.', ','])?;
    let may_be_thousands = zeros.len() == 3 && whole.trim_start_matches(['-', '+']).len() <= 3;
    let is_whole = !may_be_thousands && zeros.bytes().all(|byte| byte == b'0');
    is_whole.then_some(whole)
}

/// A finite number with a decimal point or a decimal comma, also with the minus of typesetters.
pub fn real(text: &str) -> Option<f64> {
    let number = text.parse::<f64>().ok().or_else(|| {
        let plain = text.replacen(',', ".", 1);
        let plain =
            plain.strip_prefix('\u{2212}').map(|digits| format!("-{digits}")).unwrap_or(plain);
        plain.parse().ok()
    });
    number.filter(|number: &f64| number.is_finite())
}

/// True or false: `1`, `true`, `t`, `0`, `false`, `f`, also as `1.0`.
pub fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "True" | "TRUE" | "t" => Some(true),
        "0" | "false" | "False" | "FALSE" | "f" => Some(false),
        _ => match before_zeros(text)? {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        },
    }
}

/// What the text of a region code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeText {
    Code(RegionCode, CodeForm),
    /// A code that a spreadsheet has rewritten as a number, a formula or a text with a mark before it:
    /// its digits may not be what they were.
    Rewritten,
    /// No code at all.
    Unreadable,
}

/// Reads a region code: digits, digits with zeros behind a point or a comma, or the dotted form.
pub fn code(text: &str) -> CodeText {
    let digits = before_zeros(text).filter(|whole| {
        let is_digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        is_digits && !text.ends_with(['.', ','])
    });
    match RegionCode::parse_form(digits.unwrap_or(text)) {
        Ok((code, form)) => CodeText::Code(code, form),
        Err(_) if is_rewritten(text) => CodeText::Rewritten,
        Err(_) => CodeText::Unreadable,
    }
}

/// Whether a text is digits among the marks of numbers, formulas and texts of spreadsheets.
fn is_rewritten(text: &str) -> bool {
    let is_mark = |letter: char| {
        matches!(letter, '.' | ',' | '\'' | '\u{2019}' | '"' | '=' | '+' | 'E' | 'e' | '_')
            || letter.is_whitespace()
    };
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits > 0
        && text.chars().any(is_mark)
        && text.chars().all(|letter| letter.is_ascii_digit() || is_mark(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_taken_off() {
        for text in ["a b", " a b", "a b\u{a0}", "\u{200e}a b", "\u{feff}a b\0", "\u{200b}a b\t"] {
            assert_eq!(trim(text), "a b", "{text:?}");
        }
        assert_eq!((trim(""), trim("\u{2060} "), trim("x")), ("", "", "x"));
    }

    #[test]
    fn a_whole_number_may_have_zeros_behind_a_point_or_a_comma() {
        for text in ["3", "3.0", "3,0", "3.00", "+3"] {
            assert_eq!(whole(text), Some(3), "{text}");
        }
        assert_eq!((whole("1234.000"), whole("-2,0")), (Some(1234), Some(-2)));
        for text in ["3.5", "x", "", ".0", "1 orang", "1.000", "12,000", "1.0.0", "1e3"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_in_the_usual_forms() {
        assert_eq!(
            (real("1,5"), real("\u{2212}1.5"), real("1.5")),
            (Some(1.5), Some(-1.5), Some(1.5))
        );
        assert_eq!((real("NaN"), real("x"), real("1,5,5")), (None, None, None));
        assert_eq!((flag("0.0"), flag("1,0"), flag("t")), (Some(false), Some(true), Some(true)));
        assert_eq!((flag("2.0"), flag("ya"), flag("")), (None, None, None));
    }

    #[test]
    fn a_code_is_digits_and_nothing_that_a_spreadsheet_made_of_them() {
        let digits = |text: &str| match code(text) {
            CodeText::Code(code, form) => Some((code.to_string(), form)),
            _ => None,
        };
        let plain = Some(("0102030004".to_owned(), CodeForm::Digits));
        for text in ["0102030004", "0102030004.0", "0102030004,0", "0102030004.000"] {
            assert_eq!(digits(text), plain, "{text}");
        }
        assert_eq!(digits("31.71.01.1001").unwrap().1, CodeForm::Dotted);
        for text in [
            "1.02030E+09",
            "1,0203E+09",
            "'0102030004",
            "=\"0102030004\"",
            "1.020.300.004",
            "12.5",
            "01 02",
        ] {
            assert_eq!(code(text), CodeText::Rewritten, "{text}");
        }
        for text in ["", "31x", "n/a", "-9", "E", "123456789012", "desa 3"] {
            assert_eq!(code(text), CodeText::Unreadable, "{text}");
        }
    }
}

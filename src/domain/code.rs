//! Region codes and the systems that give them out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::region::Level;

/// Who gave the codes out. Two systems look alike and collide: only 315 of Indonesia's 514 regency
/// codes are equal in both, so a code is never read without its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeSystem {
    /// Statistics Indonesia: 2-2-3-3 digits, cumulative widths 2, 4, 7, 10.
    Bps,
    /// Ministry of Home Affairs: 2-2-2-4 digits, cumulative widths 2, 4, 6, 10, often dotted.
    Kemendagri,
    /// The invented country's, in the widths of BPS.
    Invented,
}

impl CodeSystem {
    /// The number of digits of a code at `level`.
    pub const fn width(self, level: Level) -> u8 {
        match (self, level) {
            (_, Level::Province) => 2,
            (_, Level::Regency) => 4,
            (Self::Kemendagri, Level::District) => 6,
            (_, Level::District) => 7,
            (_, Level::Village) => 10,
        }
    }

    /// The level whose codes have `width` digits.
    pub fn level(self, width: u8) -> Option<Level> {
        Level::ALL.into_iter().find(|&level| self.width(level) == width)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Bps => "bps",
            Self::Kemendagri => "kemendagri",
            Self::Invented => "invented",
        }
    }
}

impl fmt::Display for CodeSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CodeSystem {
    type Err = UnknownSystem;

    fn from_str(text: &str) -> Result<Self, UnknownSystem> {
        match text {
            "bps" => Ok(Self::Bps),
            "kemendagri" => Ok(Self::Kemendagri),
            "invented" => Ok(Self::Invented),
            _ => Err(UnknownSystem(text.to_owned())),
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no system of region codes is called `{0}`; there are bps, kemendagri and invented")]
pub struct UnknownSystem(String);

/// A region code: 1 to 10 digits, leading zeros kept. Ordered as text is, so a region stands before
/// its children.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegionCode {
    digits: u64,
    width: u8,
}

/// The most digits that a code has.
pub const MAX_WIDTH: u8 = 10;

impl RegionCode {
    /// Makes a code of `width` digits from their number, or `None` where it has more digits.
    pub fn new(digits: u64, width: u8) -> Option<Self> {
        let fits = (1..=MAX_WIDTH).contains(&width) && digits < 10_u64.pow(u32::from(width));
        fits.then_some(Self { digits, width })
    }

    pub const fn digits(self) -> u64 {
        self.digits
    }

    pub const fn width(self) -> u8 {
        self.width
    }

    /// The code's first `width` digits; the code itself where it has no more.
    pub fn prefix(self, width: u8) -> Self {
        if width >= self.width {
            return self;
        }
        let cut = u32::from(self.width - width);
        Self { digits: self.digits / 10_u64.pow(cut), width }
    }

    /// The code of the region that holds this one, or `None` for a province or for a width that the
    /// system does not know.
    pub fn parent(self, system: CodeSystem) -> Option<Self> {
        let above = system.level(self.width)?.above()?;
        Some(self.prefix(system.width(above)))
    }

    /// Reads digits, or the dotted form of Kemendagri (`31.71.01.1001`), and says which it was.
    ///
    /// # Errors
    /// [`CodeError`] where the text is empty, too long, or has other characters.
    pub fn parse_form(text: &str) -> Result<(Self, CodeForm), CodeError> {
        let refuse = || CodeError(text.chars().take(40).collect());
        let dotted = text.contains('.');
        if dotted && !dots_are_in_place(text) {
            return Err(refuse());
        }
        let (mut digits, mut width) = (0_u64, 0_u8);
        for byte in text.bytes().filter(|&byte| byte != b'.') {
            if !byte.is_ascii_digit() || width == MAX_WIDTH {
                return Err(refuse());
            }
            digits = digits * 10 + u64::from(byte - b'0');
            width += 1;
        }
        let form = if dotted { CodeForm::Dotted } else { CodeForm::Digits };
        Self::new(digits, width).map(|code| (code, form)).ok_or_else(refuse)
    }
}

fn dots_are_in_place(text: &str) -> bool {
    let widths: Vec<usize> = text.split('.').map(str::len).collect();
    matches!(widths.as_slice(), [2, 2] | [2, 2, 2] | [2, 2, 2, 4])
}

/// How a code was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeForm {
    Digits,
    /// With dots, as only Kemendagri writes them.
    Dotted,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a region code: 2 to 10 digits, or the dotted form 31.71.01.1001")]
pub struct CodeError(String);

impl FromStr for RegionCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse_form(text).map(|(code, _)| code)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.digits, width = usize::from(self.width))
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for RegionCode {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let aligned = |code: &Self| code.digits * 10_u64.pow(u32::from(MAX_WIDTH - code.width));
        aligned(self).cmp(&aligned(other)).then(self.width.cmp(&other.width))
    }
}

impl PartialOrd for RegionCode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for RegionCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[test]
    fn keeps_leading_zeros() {
        assert_eq!(code("0102").to_string(), "0102");
        assert_ne!(code("0102"), code("102"));
    }

    #[test]
    fn reads_the_dotted_form() {
        let (read, form) = RegionCode::parse_form("31.71.01.1001").unwrap();
        assert_eq!((read, form), (code("3171011001"), CodeForm::Dotted));
    }

    #[test]
    fn refuses_what_is_no_code() {
        for text in ["", "31.7", "31.71.1", "3171o1", "31710110011", "-3", "31..71", "１２"] {
            assert!(text.parse::<RegionCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn finds_parents_in_either_system() {
        assert_eq!(code("3171010001").parent(CodeSystem::Bps), Some(code("3171010")));
        assert_eq!(code("3171011001").parent(CodeSystem::Kemendagri), Some(code("317101")));
        assert_eq!(code("31").parent(CodeSystem::Bps), None);
    }

    #[test]
    fn orders_as_text_does() {
        let mut codes = ["32", "3171010", "31", "3171", "3171010001"].map(code);
        codes.sort();
        assert_eq!(
            codes.map(|code| code.to_string()),
            ["31", "3171", "3171010", "3171010001", "32"]
        );
    }

    /// What codes are written with, and what gets between.
    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "[0-9]{1,4}",
            2 => Just(".".to_owned()),
            1 => "[-+ _oO１٣eE]",
            1 => "\\PC",
        ];
        proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_code_is_what_its_digits_say(text in text()) {
            match RegionCode::parse_form(&text) {
                Ok((code, form)) => {
                    prop_assert_eq!(code.to_string(), text.replace('.', ""));
                    prop_assert_eq!(form == CodeForm::Dotted, text.contains('.'));
                    prop_assert_eq!(RegionCode::new(code.digits(), code.width()), Some(code));
                    prop_assert!(code.prefix(4) <= code);
                }
                Err(error) => prop_assert!(error.to_string().chars().count() < 140),
            }
        }

        #[test]
        fn codes_are_ordered_as_their_texts(one in "[0-9]{1,10}", other in "[0-9]{1,10}") {
            prop_assert_eq!(code(&one).cmp(&code(&other)), one.cmp(&other));
        }
    }
}

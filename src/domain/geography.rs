//! The geographies in which a layer is drawn: levels of region and sizes of hexagon.

use std::fmt;
use std::str::FromStr;

use h3o::Resolution;
use serde::{Deserialize, Serialize};

use super::region::Level;

/// Where a layer's figures stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Geography {
    Region(Level),
    Hexagon(HexagonSize),
}

/// The H3 resolutions that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HexagonSize {
    Hex4,
    Hex5,
    Hex6,
    Hex7,
    Hex8,
}

impl HexagonSize {
    pub const ALL: [Self; 5] = [Self::Hex4, Self::Hex5, Self::Hex6, Self::Hex7, Self::Hex8];

    pub const fn resolution(self) -> Resolution {
        match self {
            Self::Hex4 => Resolution::Four,
            Self::Hex5 => Resolution::Five,
            Self::Hex6 => Resolution::Six,
            Self::Hex7 => Resolution::Seven,
            Self::Hex8 => Resolution::Eight,
        }
    }
}

impl Geography {
    /// All geographies, the coarsest first.
    pub const ALL: [Self; 9] = [
        Self::Region(Level::Province),
        Self::Region(Level::Regency),
        Self::Region(Level::District),
        Self::Region(Level::Village),
        Self::Hexagon(HexagonSize::Hex4),
        Self::Hexagon(HexagonSize::Hex5),
        Self::Hexagon(HexagonSize::Hex6),
        Self::Hexagon(HexagonSize::Hex7),
        Self::Hexagon(HexagonSize::Hex8),
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Region(level) => level.name(),
            Self::Hexagon(HexagonSize::Hex4) => "hex4",
            Self::Hexagon(HexagonSize::Hex5) => "hex5",
            Self::Hexagon(HexagonSize::Hex6) => "hex6",
            Self::Hexagon(HexagonSize::Hex7) => "hex7",
            Self::Hexagon(HexagonSize::Hex8) => "hex8",
        }
    }
}

impl fmt::Display for Geography {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Geography {
    type Err = UnknownGeography;

    fn from_str(text: &str) -> Result<Self, UnknownGeography> {
        Self::ALL
            .into_iter()
            .find(|geography| geography.name() == text)
            .ok_or_else(|| UnknownGeography(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Geography {
    type Error = UnknownGeography;

    fn try_from(text: String) -> Result<Self, UnknownGeography> {
        text.parse()
    }
}

impl From<Geography> for String {
    fn from(geography: Geography) -> Self {
        geography.name().to_owned()
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "no geography is called `{0}`; there are province, regency, district, village and hex4 to hex8"
)]
pub struct UnknownGeography(String);

//! What a figure says, and which share of it a map shows.

use serde::{Deserialize, Serialize};

/// What a figure says, decided by protected values alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Value,
    #[serde(rename = "below_10")]
    Below10,
    /// Less of the prelist was surveyed than the release asks for: the figures stand with their coverage, and
    /// are neither ranked, compared nor classed.
    NotEnoughSurveyed,
    /// No household was counted here; of visits, there was none.
    NotVisited,
    /// The input does not hold what the theme needs, or it could be read of fewer than half of the
    /// households.
    NoData,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Below10 => "below_10",
            Self::NotEnoughSurveyed => "not_enough_surveyed",
            Self::NotVisited => "not_visited",
            Self::NoData => "no_data",
        }
    }

    /// From what is published of households, or of visits where they are what is counted, and of the theme.
    pub const fn of(visited: i64, count: Option<i64>) -> Status {
        match count {
            _ if visited == 0 => Self::NotVisited,
            None => Self::NoData,
            Some(..10) => Self::Below10,
            Some(_) => Self::Value,
        }
    }

    /// The same of an area of which too little was surveyed.
    #[must_use]
    pub const fn at_low_coverage(self) -> Self {
        match self {
            Self::Value | Self::Below10 => Self::NotEnoughSurveyed,
            other => other,
        }
    }
}

/// Which share of an area a map shows, ranks and classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownShare {
    /// What was found, of all residents or of what the release counts itself.
    #[default]
    Found,
    /// What was found and what is estimated of the prelist that was not surveyed, of all residents.
    Estimate,
    /// What was found, of the households surveyed: without a prelist nothing says how much was looked at.
    Surveyed,
    /// None: without a prelist a share of residents says nothing.
    None,
}

impl ShownShare {
    /// Whether areas are ranked and compared by it.
    pub const fn is_ranked(self) -> bool {
        matches!(self, Self::Found | Self::Estimate)
    }
}

/// What `[publish] share` asks for: what maps show of the poor where there is a prelist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareAsked {
    Found,
    #[default]
    Estimate,
}

/// How a release speaks of areas of which little was surveyed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CoverageTerms {
    /// The least coverage of the prelist, from 0 to 1; below it an area is not enough surveyed; 0.5.
    pub least_coverage: f64,
    /// What maps show of the poor where there is a prelist; `estimate`.
    pub share: ShareAsked,
}

impl Default for CoverageTerms {
    fn default() -> Self {
        Self { least_coverage: 0.5, share: ShareAsked::default() }
    }
}

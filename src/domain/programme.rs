//! Programmes of social aid: for whom they are, and whom they reach.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::region::RegionId;

/// A programme of which it is known for whom it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Programme {
    #[serde(rename = "PKH")]
    Pkh,
    #[serde(rename = "SEMBAKO")]
    Sembako,
    #[serde(rename = "PBI_JK")]
    PbiJk,
}

impl Programme {
    pub const ALL: [Self; 3] = [Self::Pkh, Self::Sembako, Self::PbiJk];

    /// As lists of recipients call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pkh => "PKH",
            Self::Sembako => "SEMBAKO",
            Self::PbiJk => "PBI_JK",
        }
    }

    /// The programme of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|programme| programme.name() == name)
    }
}

/// What is told of a programme beside its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeTerms {
    pub programme: Programme,
    /// The highest welfare decile that it is for.
    pub threshold: u8,
    /// The last month of the latest period of its lists; `None` where visits alone tell whom it reaches.
    pub period: Option<Period>,
}

/// The highest welfare decile that each programme is for; of others it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProgrammeSettings {
    /// PKH; decile 4.
    pub pkh: u8,
    /// SEMBAKO; decile 5.
    pub sembako: u8,
    /// PBI_JK; decile 5.
    pub pbi_jk: u8,
}

impl Default for ProgrammeSettings {
    fn default() -> Self {
        Self { pkh: 4, sembako: 5, pbi_jk: 5 }
    }
}

impl ProgrammeSettings {
    /// The highest decile that a programme is for, where that is known.
    pub fn threshold(&self, programme: &str) -> Option<u8> {
        Programme::find(programme).map(|programme| self.decile(programme))
    }

    /// The highest decile that a programme is for.
    pub const fn decile(&self, programme: Programme) -> u8 {
        match programme {
            Programme::Pkh => self.pkh,
            Programme::Sembako => self.sembako,
            Programme::PbiJk => self.pbi_jk,
        }
    }

    /// The settings by their names.
    pub const fn fields(&self) -> [(&'static str, u8); 3] {
        [("pkh", self.pkh), ("sembako", self.sembako), ("pbi_jk", self.pbi_jk)]
    }
}

/// How it stands between a recipient and a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientStatus {
    Eligible,
    Listed,
    Paid,
    Failed,
    Graduated,
    Stopped,
}

impl RecipientStatus {
    /// Whether the programme reaches the recipient: on its list, or paid. A payment that failed did not
    /// reach anybody.
    pub const fn receives(self) -> bool {
        matches!(self, Self::Listed | Self::Paid)
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is none of ELIGIBLE, LISTED, PAID, FAILED, GRADUATED, STOPPED")]
pub struct UnknownStatus(String);

impl FromStr for RecipientStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Ok(match text {
            "ELIGIBLE" => Self::Eligible,
            "LISTED" => Self::Listed,
            "PAID" => Self::Paid,
            "FAILED" => Self::Failed,
            "GRADUATED" => Self::Graduated,
            "STOPPED" => Self::Stopped,
            _ => return Err(UnknownStatus(text.chars().take(40).collect())),
        })
    }
}

/// A year, a quarter or a month by its last month, counted from January of year 0. It is written as that
/// month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(pub u16);

impl Period {
    /// Reads `2021`, `2021-Q3` or `2021-07`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_at_checked(4)?;
        let is_year = year.bytes().all(|byte| byte.is_ascii_digit());
        let year: u16 = year.parse().ok().filter(|year| is_year && *year < 5_000)?;
        let last_month = match rest.as_bytes() {
            [] => 12,
            [b'-', b'Q', quarter @ b'1'..=b'4'] => u16::from(quarter - b'0') * 3,
            [b'-', tens @ b'0'..=b'1', ones @ b'0'..=b'9'] => {
                u16::from(tens - b'0') * 10 + u16::from(ones - b'0')
            }
            _ => return None,
        };
        (1..=12).contains(&last_month).then_some(Self(year * 12 + last_month - 1))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is not a period"))
    }
}

/// Where a household stands that a programme is for or reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    EligibleReceives,
    EligibleOnly,
    /// Reached, and in a decile above the programme's.
    ReceivesOnly,
    /// Reached, and not known whether the programme is for it.
    ReceivesUnknown,
}

impl Reach {
    /// Of a household of a decile; `None` where the programme neither is known to be for it nor reaches it.
    pub fn of(decile: Option<u8>, threshold: Option<u8>, receives: bool) -> Option<Self> {
        let is_eligible = decile.zip(threshold).map(|(decile, threshold)| decile <= threshold);
        match (is_eligible, receives) {
            (Some(true), true) => Some(Self::EligibleReceives),
            (Some(true), false) => Some(Self::EligibleOnly),
            (Some(false), true) => Some(Self::ReceivesOnly),
            (None, true) => Some(Self::ReceivesUnknown),
            (Some(false) | None, false) => None,
        }
    }

    /// The number of its class in a programme's table; `None` of who is in none.
    pub const fn class(self) -> Option<usize> {
        match self {
            Self::EligibleReceives => Some(0),
            Self::EligibleOnly => Some(1),
            Self::ReceivesOnly => Some(2),
            Self::ReceivesUnknown => None,
        }
    }
}

/// The households of a region by whether a programme is for them and reaches them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Targeting {
    /// All that count.
    pub households: u64,
    pub eligible_receives: u64,
    pub eligible_only: u64,
    /// Reached, and in a decile above the programme's.
    pub receives_only: u64,
    /// Reached, and not known whether the programme is for them: they have no decile, or the programme's
    /// is not known.
    pub receives_unknown: u64,
    /// The digest of the households in the first three.
    pub digest: u64,
}

impl Targeting {
    /// Adds a household.
    pub const fn add(&mut self, reach: Option<Reach>) {
        self.households += 1;
        let count = match reach {
            Some(Reach::EligibleReceives) => &mut self.eligible_receives,
            Some(Reach::EligibleOnly) => &mut self.eligible_only,
            Some(Reach::ReceivesOnly) => &mut self.receives_only,
            Some(Reach::ReceivesUnknown) => &mut self.receives_unknown,
            None => return,
        };
        *count += 1;
    }

    /// The disjoint classes of those of whom it is known whether the programme is for them.
    pub const fn classes(&self) -> [u64; 3] {
        [self.eligible_receives, self.eligible_only, self.receives_only]
    }

    pub const fn merge(&mut self, other: &Self) {
        self.households += other.households;
        self.eligible_receives += other.eligible_receives;
        self.eligible_only += other.eligible_only;
        self.receives_only += other.receives_only;
        self.receives_unknown += other.receives_unknown;
        self.digest = self.digest.wrapping_add(other.digest);
    }
}

/// Targeting by the region in which households count, `None` for the nation alone, and the programme by
/// its number.
pub type TargetingTable = BTreeMap<(Option<RegionId>, usize), Targeting>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_ordered_by_their_ends() {
        let period = |text: &str| Period::parse(text).unwrap();
        assert!(period("2021-06") < period("2021-Q3"));
        assert_eq!(period("2021-Q4"), period("2021"));
        assert!(period("2021") < period("2022-01"));
        assert_eq!(period("2021-Q3").to_string(), "2021-09");
        for text in ["21", "2021-13", "2021-00", "2021-Q5", "2021-7", "2021-7x", "Q3-2021", "２021"]
        {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_household_is_of_one_kind() {
        let mut sums = Targeting::default();
        for (decile, receives) in [
            (Some(4), true),
            (Some(4), false),
            (Some(5), true),
            (Some(5), false),
            (None, true),
            (None, false),
        ] {
            sums.add(Reach::of(decile, Some(4), receives));
        }
        let expected = Targeting {
            households: 6,
            eligible_receives: 1,
            eligible_only: 1,
            receives_only: 1,
            receives_unknown: 1,
            digest: 0,
        };
        assert_eq!(sums, expected);
        sums.add(Reach::of(Some(1), None, true));
        assert_eq!(sums.receives_unknown, 2);
    }
}

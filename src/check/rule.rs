//! The rules by number and name, and what they say to people.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a rule says to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleText {
    /// The problem, as code and tables name it.
    pub name: &'static str,
    /// The unit of the measured value; empty where it is a bare number.
    pub unit: &'static str,
    /// What a field supervisor reads, in English; `{}` stands for the value with its unit.
    pub en: &'static str,
    /// The same in Indonesian.
    pub id: &'static str,
    /// What to do, in English.
    pub advice_en: &'static str,
    /// The same in Indonesian.
    pub advice_id: &'static str,
    /// What it says of a batch that it holds, where that is something else.
    pub held: Option<HeldText>,
}

/// What a rule says of a held batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldText {
    pub unit: &'static str,
    pub en: &'static str,
    pub id: &'static str,
}

/// Which rules look at the visits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesUsed {
    #[default]
    All,
    /// Those that look at one visit alone.
    Single,
}

/// Whose findings keep a visit's position from being used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacementRules {
    /// Those of every rule.
    #[default]
    All,
    /// Those of rules that look at one household's visits alone, and those that a person confirmed. One household then
    /// never decides about the position of another.
    Single,
}

/// A language of reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Indonesian,
}

macro_rules! rules {
    ($($variant:ident $number:literal $module:ident,)*) => {
        /// One kind of doubt.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Rule { $(#[doc = concat!("`", stringify!($module), "`")] $variant = $number,)* }

        impl Rule {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub const fn text(self) -> RuleText {
                match self { $(Self::$variant => super::$module::TEXT,)* }
            }

            /// The rule of this number.
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

// A number stands in files of findings at work and in the order of tables: it is given once.
rules! {
    MissingPosition 1 missing_position,
    UnreadablePosition 2 unreadable_position,
    NullIsland 3 null_island,
    SwappedAxes 4 swapped_axes,
    OutsideCountry 5 outside_country,
    OutsideVillage 6 outside_village,
    InaccurateFix 7 inaccurate_fix,
    UnknownRegion 8 unknown_region,
    DoubtfulValue 9 doubtful_value,
    WrongSign 10 wrong_sign,
    OtherRegion 11 other_region,
    MockPosition 12 mock_position,
    RoundedPosition 13 rounded_position,
    SharedPosition 14 shared_position,
    CrowdedPosition 15 crowded_position,
    OfficePosition 16 office_position,
    DeskCapture 17 desk_capture,
    SharedDevice 18 shared_device,
    ImplausibleTravel 19 implausible_travel,
    OverlappingVisits 20 overlapping_visits,
    ImplausibleDuration 21 implausible_duration,
    ImplausibleProductivity 22 implausible_productivity,
    WrongClock 23 wrong_clock,
    OddHours 24 odd_hours,
    DuplicateHousehold 25 duplicate_household,
    MovedSince 26 moved_since,
    FabricatedPattern 27 fabricated_pattern,
    LowCoverage 28 low_coverage,
    PersonsDisagree 29 persons_disagree,
    NoPersons 30 no_persons,
    DoubtfulPersons 31 doubtful_persons,
}

impl Rule {
    pub const fn name(self) -> &'static str {
        self.text().name
    }

    /// The rule of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// Where it stands in [`Self::ALL`].
    pub const fn index(self) -> usize {
        self as usize - 1
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

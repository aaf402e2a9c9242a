//! The additive columns of the cube.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::visit::Outcome;

/// An additive column of the cube, in the order of `data/indicators.toml`.
///
/// The household columns count households, ages and disabilities persons of poor households. Visits,
/// positions, programmes, what is unknown and the prelist are counted by region alone, never by hexagon.
///
/// Numbers are kept for good: digests are made over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CubeColumn {
    #[serde(rename = "decile_1")]
    Decile1,
    #[serde(rename = "decile_2")]
    Decile2,
    #[serde(rename = "decile_3")]
    Decile3,
    #[serde(rename = "decile_4")]
    Decile4,
    #[serde(rename = "decile_5_6")]
    Decile5To6,
    #[serde(rename = "decile_7_10")]
    Decile7To10,
    Unranked,
    #[serde(rename = "age_0_4")]
    Age0To4,
    #[serde(rename = "age_5_17")]
    Age5To17,
    /// Children of households that don't tell how many of them are under 5.
    #[serde(rename = "age_0_17")]
    Age0To17,
    #[serde(rename = "age_18_59")]
    Age18To59,
    #[serde(rename = "age_60_69")]
    Age60To69,
    #[serde(rename = "age_70_plus")]
    Age70Plus,
    /// Elderly of households that don't tell how many of them are 70 or over.
    #[serde(rename = "age_60_plus")]
    Age60Plus,
    Physical,
    Intellectual,
    Mental,
    Sensory,
    Multiple,
    Unspecified,
    /// Visits by outcome, whatever became of them; a row that stands in the input once more is none.
    VisitCompleted,
    VisitNotFound,
    VisitMovedOrGone,
    VisitPartOfAnother,
    VisitRefused,
    VisitDuplicate,
    /// Households that may be shown in a hexagon, and those that may not.
    Positioned,
    NotPositioned,
    /// Households in the deciles that a programme is for, which it reaches; the same, which it does not
    /// reach; and households in other deciles, which it reaches.
    PkhEligibleReceives,
    PkhEligibleOnly,
    PkhReceivesOnly,
    SembakoEligibleReceives,
    SembakoEligibleOnly,
    SembakoReceivesOnly,
    PbiJkEligibleReceives,
    PbiJkEligibleOnly,
    PbiJkReceivesOnly,
    /// Poor households of which it is not known how many children they have.
    ChildrenUnknown,
    /// The same of elderly persons.
    ElderlyUnknown,
    /// The same of disabled persons.
    DisabilityUnknown,
    /// Households of the prelist that are there to be surveyed, by whether they were counted.
    PrelistCounted,
    PrelistNotCounted,
}

impl CubeColumn {
    /// How many are counted in each cell of the cube: the first ones, all but those of programmes, of what
    /// is unknown and of the prelist.
    pub const COUNT: usize = 28;

    pub const ALL: [Self; 42] = [
        Self::Decile1,
        Self::Decile2,
        Self::Decile3,
        Self::Decile4,
        Self::Decile5To6,
        Self::Decile7To10,
        Self::Unranked,
        Self::Age0To4,
        Self::Age5To17,
        Self::Age0To17,
        Self::Age18To59,
        Self::Age60To69,
        Self::Age70Plus,
        Self::Age60Plus,
        Self::Physical,
        Self::Intellectual,
        Self::Mental,
        Self::Sensory,
        Self::Multiple,
        Self::Unspecified,
        Self::VisitCompleted,
        Self::VisitNotFound,
        Self::VisitMovedOrGone,
        Self::VisitPartOfAnother,
        Self::VisitRefused,
        Self::VisitDuplicate,
        Self::Positioned,
        Self::NotPositioned,
        Self::PkhEligibleReceives,
        Self::PkhEligibleOnly,
        Self::PkhReceivesOnly,
        Self::SembakoEligibleReceives,
        Self::SembakoEligibleOnly,
        Self::SembakoReceivesOnly,
        Self::PbiJkEligibleReceives,
        Self::PbiJkEligibleOnly,
        Self::PbiJkReceivesOnly,
        Self::ChildrenUnknown,
        Self::ElderlyUnknown,
        Self::DisabilityUnknown,
        Self::PrelistCounted,
        Self::PrelistNotCounted,
    ];

    /// The columns that together count each household once.
    pub const HOUSEHOLDS: [Self; 7] = [
        Self::Decile1,
        Self::Decile2,
        Self::Decile3,
        Self::Decile4,
        Self::Decile5To6,
        Self::Decile7To10,
        Self::Unranked,
    ];

    /// Persons of poor households by age.
    pub const AGES: [Self; 7] = [
        Self::Age0To4,
        Self::Age5To17,
        Self::Age0To17,
        Self::Age18To59,
        Self::Age60To69,
        Self::Age70Plus,
        Self::Age60Plus,
    ];

    /// Persons of poor households by disability.
    pub const DISABILITIES: [Self; 6] = [
        Self::Physical,
        Self::Intellectual,
        Self::Mental,
        Self::Sensory,
        Self::Multiple,
        Self::Unspecified,
    ];

    /// Visits by outcome.
    pub const VISITS: [Self; 6] = [
        Self::VisitCompleted,
        Self::VisitNotFound,
        Self::VisitMovedOrGone,
        Self::VisitPartOfAnother,
        Self::VisitRefused,
        Self::VisitDuplicate,
    ];

    /// Households by whether a hexagon may show them.
    pub const POSITIONS: [Self; 2] = [Self::Positioned, Self::NotPositioned];

    /// Households by whether PKH is for them and reaches them.
    pub const PKH: [Self; 3] =
        [Self::PkhEligibleReceives, Self::PkhEligibleOnly, Self::PkhReceivesOnly];

    /// The same of SEMBAKO.
    pub const SEMBAKO: [Self; 3] =
        [Self::SembakoEligibleReceives, Self::SembakoEligibleOnly, Self::SembakoReceivesOnly];

    /// The same of PBI_JK.
    pub const PBI_JK: [Self; 3] =
        [Self::PbiJkEligibleReceives, Self::PbiJkEligibleOnly, Self::PbiJkReceivesOnly];

    /// Poor households whose figure of a theme is unknown, one column a theme: a household may stand in
    /// several.
    pub const UNKNOWN: [Self; 3] =
        [Self::ChildrenUnknown, Self::ElderlyUnknown, Self::DisabilityUnknown];

    /// Households of the prelist by whether they were counted, without those that were resolved to be no
    /// household.
    pub const PRELIST: [Self; 2] = [Self::PrelistCounted, Self::PrelistNotCounted];

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn bit(self) -> u64 {
        1 << self.index()
    }

    /// The column of visits with this outcome.
    pub const fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::VisitCompleted,
            Outcome::NotFound => Self::VisitNotFound,
            Outcome::MovedOrGone => Self::VisitMovedOrGone,
            Outcome::PartOfAnother => Self::VisitPartOfAnother,
            Outcome::Refused => Self::VisitRefused,
            Outcome::Duplicate => Self::VisitDuplicate,
        }
    }

    /// The household column of a welfare decile, 1 to 10.
    pub const fn of_decile(decile: u8) -> Self {
        match decile {
            1 => Self::Decile1,
            2 => Self::Decile2,
            3 => Self::Decile3,
            4 => Self::Decile4,
            5 | 6 => Self::Decile5To6,
            _ => Self::Decile7To10,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Decile1 => "decile_1",
            Self::Decile2 => "decile_2",
            Self::Decile3 => "decile_3",
            Self::Decile4 => "decile_4",
            Self::Decile5To6 => "decile_5_6",
            Self::Decile7To10 => "decile_7_10",
            Self::Unranked => "unranked",
            Self::Age0To4 => "age_0_4",
            Self::Age5To17 => "age_5_17",
            Self::Age0To17 => "age_0_17",
            Self::Age18To59 => "age_18_59",
            Self::Age60To69 => "age_60_69",
            Self::Age70Plus => "age_70_plus",
            Self::Age60Plus => "age_60_plus",
            Self::Physical => "physical",
            Self::Intellectual => "intellectual",
            Self::Mental => "mental",
            Self::Sensory => "sensory",
            Self::Multiple => "multiple",
            Self::Unspecified => "unspecified",
            Self::VisitCompleted => "visit_completed",
            Self::VisitNotFound => "visit_not_found",
            Self::VisitMovedOrGone => "visit_moved_or_gone",
            Self::VisitPartOfAnother => "visit_part_of_another",
            Self::VisitRefused => "visit_refused",
            Self::VisitDuplicate => "visit_duplicate",
            Self::Positioned => "positioned",
            Self::NotPositioned => "not_positioned",
            Self::PkhEligibleReceives => "pkh_eligible_receives",
            Self::PkhEligibleOnly => "pkh_eligible_only",
            Self::PkhReceivesOnly => "pkh_receives_only",
            Self::SembakoEligibleReceives => "sembako_eligible_receives",
            Self::SembakoEligibleOnly => "sembako_eligible_only",
            Self::SembakoReceivesOnly => "sembako_receives_only",
            Self::PbiJkEligibleReceives => "pbi_jk_eligible_receives",
            Self::PbiJkEligibleOnly => "pbi_jk_eligible_only",
            Self::PbiJkReceivesOnly => "pbi_jk_receives_only",
            Self::ChildrenUnknown => "children_unknown",
            Self::ElderlyUnknown => "elderly_unknown",
            Self::DisabilityUnknown => "disability_unknown",
            Self::PrelistCounted => "prelist_counted",
            Self::PrelistNotCounted => "prelist_not_counted",
        }
    }
}

impl fmt::Display for CubeColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The columns that are counted in each cell of the cube, by [`CubeColumn::index`].
pub type Counts = [i64; CubeColumn::COUNT];

/// One row of all columns, by [`CubeColumn::index`].
pub type AllCounts = [i64; CubeColumn::ALL.len()];

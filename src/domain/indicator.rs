//! What is counted and what is shown of it: `data/indicators.toml`, parsed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::visit::{Outcome, VisitField};

/// An additive column of the cube, in the order of `data/indicators.toml`.
///
/// The household columns count households, ages and disabilities persons of poor households. Visits and
/// positions are counted by region alone, never by hexagon.
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
}

impl CubeColumn {
    pub const COUNT: usize = 28;

    pub const ALL: [Self; Self::COUNT] = [
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

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn bit(self) -> u32 {
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
        }
    }
}

impl fmt::Display for CubeColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One row of cube columns, by [`CubeColumn::index`].
pub type Counts = [i64; CubeColumn::COUNT];

/// The deciles that count as poor: 1 to 1, 2, 3, 4 or 6, the bounds at which decile classes end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct PovertyThreshold(u8);

impl PovertyThreshold {
    /// Whether a household of this decile is poor.
    pub const fn includes(self, decile: u8) -> bool {
        decile <= self.0
    }

    /// The household columns that make up the poor.
    pub fn columns(self) -> &'static [CubeColumn] {
        let classes = if self.0 == 6 { 5 } else { usize::from(self.0) };
        &CubeColumn::HOUSEHOLDS[..classes]
    }

    pub const fn decile(self) -> u8 {
        self.0
    }
}

impl Default for PovertyThreshold {
    fn default() -> Self {
        Self(4)
    }
}

impl TryFrom<u8> for PovertyThreshold {
    type Error = ThresholdError;

    fn try_from(decile: u8) -> Result<Self, ThresholdError> {
        match decile {
            1..=4 | 6 => Ok(Self(decile)),
            _ => Err(ThresholdError(decile)),
        }
    }
}

impl From<PovertyThreshold> for u8 {
    fn from(threshold: PovertyThreshold) -> Self {
        threshold.0
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the poverty threshold can't be decile {0}; it is one of 1, 2, 3, 4 and 6")]
pub struct ThresholdError(u8);

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    pub en: String,
    pub id: String,
}

/// A column of the cube, described.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    pub name: CubeColumn,
    /// The table of disjoint classes to which it belongs.
    pub table: String,
    pub needs: Needs,
    pub title: Bilingual,
}

/// The sets of visit fields of which one must be in the input, as bits ([`VisitField::bit`]); with no
/// set, nothing is needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<Vec<String>>")]
pub struct Needs(Vec<u32>);

impl Needs {
    /// Whether an input with these fields suffices.
    pub fn are_met_by(&self, fields: u32) -> bool {
        self.0.is_empty() || self.0.iter().any(|set| fields & set == *set)
    }
}

impl TryFrom<Vec<Vec<String>>> for Needs {
    type Error = String;

    fn try_from(sets: Vec<Vec<String>>) -> Result<Self, String> {
        let bit = |name: &String| {
            let field = VisitField::find(name);
            field.map(VisitField::bit).ok_or_else(|| format!("no visit field is called `{name}`"))
        };
        let bits = |set: &Vec<String>| set.iter().try_fold(0, |bits, name| Ok(bits | bit(name)?));
        sets.iter().map(bits).collect::<Result<_, String>>().map(Self)
    }
}

/// What a theme counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum CountSpec {
    /// `"poor"`: the household columns up to the release's threshold.
    Named(NamedCount),
    /// The sum of these columns.
    Sum(Vec<CubeColumn>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedCount {
    Poor,
}

/// The resident units of which a theme's share is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenominatorColumn {
    Population,
    Households,
}

impl DenominatorColumn {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Households => "households",
        }
    }
}

/// A theme of layers, described.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    pub name: String,
    /// The visit fields without which its count is null.
    pub needs: Needs,
    pub title: Bilingual,
    pub unit: Bilingual,
    pub definition: Bilingual,
    pub count: CountSpec,
    pub breakdown: Vec<CubeColumn>,
    pub share_of: DenominatorColumn,
}

impl Theme {
    /// The columns whose sum is the theme's count.
    pub fn count_columns(&self, threshold: PovertyThreshold) -> &[CubeColumn] {
        match &self.count {
            CountSpec::Named(NamedCount::Poor) => threshold.columns(),
            CountSpec::Sum(columns) => columns,
        }
    }
}

/// All columns and themes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicators {
    #[serde(rename = "column")]
    pub columns: Vec<ColumnSpec>,
    #[serde(rename = "theme")]
    pub themes: Vec<Theme>,
}

#[derive(Debug, thiserror::Error)]
pub enum IndicatorsError {
    #[error("cannot read the description of indicators")]
    Parse(#[from] toml::de::Error),
    #[error("the description of indicators must list every cube column once, in order")]
    Columns,
}

impl Indicators {
    /// Reads the text of an `indicators.toml`.
    ///
    /// # Errors
    /// [`IndicatorsError`] where it is not as its types say, or does not list each column once.
    pub fn parse(text: &str) -> Result<Self, IndicatorsError> {
        let indicators: Self = toml::from_str(text)?;
        if !indicators.columns.iter().map(|column| column.name).eq(CubeColumn::ALL) {
            return Err(IndicatorsError::Columns);
        }
        Ok(indicators)
    }

    /// The indicators of this program.
    pub fn embedded() -> Self {
        Self::parse(include_str!("../../data/indicators.toml"))
            .expect("the embedded description was read by a test")
    }

    pub fn theme(&self, name: &str) -> Option<&Theme> {
        self.themes.iter().find(|theme| theme.name == name)
    }

    /// The columns that an input with these fields holds, as bits ([`CubeColumn::bit`]).
    pub fn held(&self, fields: u32) -> u32 {
        let held = self.columns.iter().filter(|column| column.needs.are_met_by(fields));
        held.fold(0, |bits, column| bits | column.name.bit())
    }
}

/// Resident households and persons of one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Denominator {
    pub year: u16,
    pub population: Option<u64>,
    pub households: Option<u64>,
    pub source: String,
}

impl Denominator {
    pub const fn get(&self, column: DenominatorColumn) -> Option<u64> {
        match column {
            DenominatorColumn::Population => self.population,
            DenominatorColumn::Households => self.households,
        }
    }
}

/// Denominators by region code, as given: a level that is not given is summed from its children.
pub type Denominators = BTreeMap<super::code::RegionCode, Denominator>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_description_lists_every_column_once() {
        let indicators = Indicators::embedded();
        for (column, spec) in CubeColumn::ALL.into_iter().zip(&indicators.columns) {
            assert_eq!(spec.name, column);
            assert_eq!(serde_json::to_value(column).unwrap(), column.name());
        }
        assert_eq!(indicators.themes.len(), 4);
    }

    #[test]
    fn a_column_is_held_where_its_field_is_in_the_input() {
        let held = Indicators::embedded().held(VisitField::Decile.bit());
        assert_ne!(held & CubeColumn::Decile1.bit(), 0);
        assert_ne!(held & CubeColumn::Unranked.bit(), 0);
        assert_eq!(held & CubeColumn::Age0To4.bit(), 0);
    }

    #[test]
    fn the_poor_end_where_a_class_of_deciles_ends() {
        assert!(PovertyThreshold::try_from(5).is_err());
        let widened = PovertyThreshold::try_from(6).unwrap();
        assert_eq!(widened.columns().last(), Some(&CubeColumn::Decile5To6));
        assert_eq!(PovertyThreshold::default().columns().len(), 4);
    }
}

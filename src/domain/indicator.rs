//! What is counted and what is shown of it: `data/indicators.toml`, parsed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::column::{AllCounts, Counts, CubeColumn};
use super::geography::Geography;
use super::programme::Programme;
pub use super::threshold::{PovertyThreshold, ThresholdError};
use super::visit::VisitField;

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
    /// The programme of which it must be known whom it reaches.
    #[serde(default)]
    pub programme: Option<Programme>,
    /// Whether a prelist must have been given.
    #[serde(default)]
    pub prelist: bool,
    pub title: Bilingual,
}

/// What an input holds, by which it is known which columns are.
#[derive(Debug, Clone, Copy)]
pub struct InputHeld<'a> {
    /// The visit fields, as bits.
    pub fields: u32,
    /// The programmes of which it is known whom they reach.
    pub programmes: &'a [Programme],
    /// Whether a prelist was given.
    pub has_prelist: bool,
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

/// The units of which a theme's share is taken: residents, who are given by region, or units that the
/// release counts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenominatorColumn {
    Population,
    Households,
    Visits,
    CountedHouseholds,
    /// The households that PKH is for.
    PkhEligible,
    /// The households of the prelist, without those that were resolved to be none.
    Prelist,
}

impl DenominatorColumn {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Population => "population",
            Self::Households => "households",
            Self::Visits => "visits",
            Self::CountedHouseholds => "counted_households",
            Self::PkhEligible => "pkh_eligible",
            Self::Prelist => "prelist",
        }
    }

    /// The columns of the release whose sum it is; `None` of residents.
    pub const fn counted(self) -> Option<&'static [CubeColumn]> {
        match self {
            Self::Population | Self::Households => None,
            Self::Visits => Some(&CubeColumn::VISITS),
            Self::CountedHouseholds => Some(&CubeColumn::POSITIONS),
            Self::PkhEligible => {
                Some(&[CubeColumn::PkhEligibleReceives, CubeColumn::PkhEligibleOnly])
            }
            Self::Prelist => Some(&CubeColumn::PRELIST),
        }
    }
}

/// The households of which a theme's figure should be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownOf {
    /// All counted ones.
    Households,
    /// The poor ones.
    Poor,
}

/// Of which households a theme's figure is known: of all that it is out of, but those that a column
/// counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownSpec {
    pub of: KnownOf,
    pub unknown: CubeColumn,
}

/// A quotient of sums of columns, told beside a theme's breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub name: String,
    pub title: Bilingual,
    pub numerator: Vec<CubeColumn>,
    pub denominator: Vec<CubeColumn>,
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
    /// Of which households its figure is known; without, it is known of all.
    #[serde(default)]
    pub known: Option<KnownSpec>,
    /// Whether it is counted by region alone, and in no hexagon.
    #[serde(default)]
    pub regions_only: bool,
    /// Whether there is nothing of it without a prelist.
    #[serde(default)]
    pub prelist: bool,
    /// Whether it describes the survey itself, so that its figures mean the same at any coverage.
    #[serde(default)]
    pub of_survey: bool,
    #[serde(default, rename = "rate")]
    pub rates: Vec<Rate>,
}

impl Theme {
    /// The geographies in which it has layers, the coarsest first.
    pub fn geographies(&self) -> impl Iterator<Item = Geography> + use<> {
        let regions_only = self.regions_only;
        Geography::ALL
            .into_iter()
            .filter(move |geography| !regions_only || matches!(geography, Geography::Region(_)))
    }

    /// Refuses a geography in which it has no layer.
    ///
    /// # Errors
    /// [`NoLayer`], which says where there are some.
    pub fn check_geography(&self, geography: Geography) -> Result<(), NoLayer> {
        if self.geographies().any(|there| there == geography) {
            return Ok(());
        }
        Err(NoLayer { theme: self.name.clone(), geography })
    }

    /// Whether it counts poor households, of resident ones.
    pub fn counts_poor_households(&self) -> bool {
        let is_poor = matches!(self.count, CountSpec::Named(NamedCount::Poor));
        is_poor && self.share_of == DenominatorColumn::Households
    }

    /// The columns whose sum is the theme's count.
    pub fn count_columns(&self, threshold: PovertyThreshold) -> &[CubeColumn] {
        match &self.count {
            CountSpec::Named(NamedCount::Poor) => threshold.columns(),
            CountSpec::Sum(columns) => columns,
        }
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "there is no layer of {theme} by {geography}: it is counted by region alone, and never by hexagon; \
     there are province, regency, district and village"
)]
pub struct NoLayer {
    theme: String,
    geography: Geography,
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

    /// The columns that an input holds, as bits ([`CubeColumn::bit`]).
    pub fn held(&self, input: InputHeld<'_>) -> u64 {
        let InputHeld { fields, programmes, has_prelist } = input;
        let is_held = |column: &&ColumnSpec| {
            column.needs.are_met_by(fields)
                && column.programme.is_none_or(|programme| programmes.contains(&programme))
                && (has_prelist || !column.prelist)
        };
        let held = self.columns.iter().filter(is_held);
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
    /// The residents of a column; `None` of units that releases count themselves.
    pub const fn get(&self, column: DenominatorColumn) -> Option<u64> {
        match column {
            DenominatorColumn::Population => self.population,
            DenominatorColumn::Households => self.households,
            DenominatorColumn::Visits
            | DenominatorColumn::CountedHouseholds
            | DenominatorColumn::PkhEligible
            | DenominatorColumn::Prelist => None,
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
        assert_eq!(indicators.themes.len(), 8);
    }

    #[test]
    fn a_column_is_held_where_its_field_is_in_the_input() {
        let held = |fields, programmes, has_prelist| {
            Indicators::embedded().held(InputHeld { fields, programmes, has_prelist })
        };
        let without_decile = held(0, &Programme::ALL, true);
        let held = held(VisitField::Decile.bit(), &[Programme::Pkh], false);
        assert_ne!(held & CubeColumn::Decile1.bit(), 0);
        assert_ne!(held & CubeColumn::Unranked.bit(), 0);
        assert_eq!(held & CubeColumn::Age0To4.bit(), 0);
        assert_ne!(held & CubeColumn::PkhEligibleOnly.bit(), 0);
        assert_eq!(held & CubeColumn::SembakoEligibleOnly.bit(), 0);
        assert_eq!(held & CubeColumn::PrelistCounted.bit(), 0);
        assert_eq!(without_decile & CubeColumn::PkhEligibleOnly.bit(), 0);
        assert_ne!(without_decile & CubeColumn::PrelistCounted.bit(), 0);
    }

    #[test]
    fn what_is_counted_by_region_alone_has_no_layer_of_hexagons() {
        let indicators = Indicators::embedded();
        let visits = indicators.theme("visits").unwrap();
        assert_eq!(visits.geographies().count(), 4);
        let refused = visits.check_geography("hex7".parse().unwrap()).unwrap_err().to_string();
        assert!(refused.contains("visits by hex7") && refused.contains("village"), "{refused}");
        assert_eq!(indicators.theme("poverty").unwrap().geographies().count(), 9);
    }
}

//! The tables of disjoint classes by which figures are protected: each unit stands once in each.

use serde::{Deserialize, Serialize};

use super::indicator::{CubeColumn, PovertyThreshold};
use super::programme::Programme;

/// A table of disjoint classes. The unit of [`Table::Ages`] and [`Table::Disabilities`] is a person of a
/// poor household, that of [`Table::Visits`] a visit, that of [`Table::Coverage`] a household of the prelist,
/// that of all others a household.
///
/// Numbers are kept for good: digests and noise are made over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Households that count, one class: it is never published and decides what may be shown.
    Counted = 0,
    /// Households that are poor, not poor, not ranked: the number of households is their sum.
    Welfare = 1,
    /// Ranked households by class of welfare decile, within [`Table::Welfare`].
    Deciles = 2,
    Ages = 3,
    Disabilities = 4,
    /// Visits by outcome.
    Visits = 5,
    /// Households by whether a hexagon may show them.
    Positions = 6,
    /// Households by whether PKH is for them and reaches them.
    Pkh = 7,
    /// The same of SEMBAKO.
    Sembako = 8,
    /// The same of PBI_JK.
    PbiJk = 9,
    /// Poor households of which it is not known how many children they have, one class.
    ChildrenUnknown = 10,
    /// The same of elderly persons.
    ElderlyUnknown = 11,
    /// The same of disabled persons.
    DisabilityUnknown = 12,
    /// Households of the prelist by whether they were counted.
    Coverage = 13,
}

/// The household columns that have a decile.
const RANKED: &[CubeColumn] = CubeColumn::HOUSEHOLDS.split_at(CubeColumn::HOUSEHOLDS.len() - 1).0;

impl Table {
    /// How many are counted in each cell of the cube.
    pub const COUNT: usize = 7;

    pub const ALL: [Self; 14] = [
        Self::Counted,
        Self::Welfare,
        Self::Deciles,
        Self::Ages,
        Self::Disabilities,
        Self::Visits,
        Self::Positions,
        Self::Pkh,
        Self::Sembako,
        Self::PbiJk,
        Self::ChildrenUnknown,
        Self::ElderlyUnknown,
        Self::DisabilityUnknown,
        Self::Coverage,
    ];

    /// Households whose figure is unknown, in the order of [`CubeColumn::UNKNOWN`].
    pub const UNKNOWN: [Self; 3] =
        [Self::ChildrenUnknown, Self::ElderlyUnknown, Self::DisabilityUnknown];

    /// Those that are counted in each cell of the cube: all but those of programmes, of what is unknown and
    /// of the prelist.
    pub const OF_CELLS: [Self; Self::COUNT] = [
        Self::Counted,
        Self::Welfare,
        Self::Deciles,
        Self::Ages,
        Self::Disabilities,
        Self::Visits,
        Self::Positions,
    ];

    pub const fn index(self) -> usize {
        self as usize
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Welfare => "welfare",
            Self::Deciles => "deciles",
            Self::Ages => "ages",
            Self::Disabilities => "disabilities",
            Self::Visits => "visits",
            Self::Positions => "positions",
            Self::Pkh => "pkh",
            Self::Sembako => "sembako",
            Self::PbiJk => "pbi_jk",
            Self::ChildrenUnknown => "children_unknown",
            Self::ElderlyUnknown => "elderly_unknown",
            Self::DisabilityUnknown => "disability_unknown",
            Self::Coverage => "coverage",
        }
    }

    /// The cube columns that it covers.
    pub const fn columns(self) -> &'static [CubeColumn] {
        match self {
            Self::Counted | Self::Welfare => &CubeColumn::HOUSEHOLDS,
            Self::Deciles => RANKED,
            Self::Ages => &CubeColumn::AGES,
            Self::Disabilities => &CubeColumn::DISABILITIES,
            Self::Visits => &CubeColumn::VISITS,
            Self::Positions => &CubeColumn::POSITIONS,
            Self::Pkh => &CubeColumn::PKH,
            Self::Sembako => &CubeColumn::SEMBAKO,
            Self::PbiJk => &CubeColumn::PBI_JK,
            Self::ChildrenUnknown => &[CubeColumn::ChildrenUnknown],
            Self::ElderlyUnknown => &[CubeColumn::ElderlyUnknown],
            Self::DisabilityUnknown => &[CubeColumn::DisabilityUnknown],
            Self::Coverage => &CubeColumn::PRELIST,
        }
    }

    /// The table that tells of a programme.
    pub const fn of_programme(programme: Programme) -> Self {
        match programme {
            Programme::Pkh => Self::Pkh,
            Programme::Sembako => Self::Sembako,
            Programme::PbiJk => Self::PbiJk,
        }
    }

    /// The programme of which it tells.
    pub const fn programme(self) -> Option<Programme> {
        match self {
            Self::Pkh => Some(Programme::Pkh),
            Self::Sembako => Some(Programme::Sembako),
            Self::PbiJk => Some(Programme::PbiJk),
            _ => None,
        }
    }

    /// Its classes, each the sum of cube columns, with the poor up to this threshold.
    pub fn classes(self, threshold: PovertyThreshold) -> Vec<&'static [CubeColumn]> {
        match self {
            Self::Counted => vec![&CubeColumn::HOUSEHOLDS],
            Self::Welfare => {
                let poor = threshold.columns();
                vec![poor, &RANKED[poor.len()..], &[CubeColumn::Unranked]]
            }
            _ => self.columns().chunks(1).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_in_one_class_of_a_published_table() {
        for decile in [1, 2, 3, 4, 6] {
            let threshold = PovertyThreshold::try_from(decile).unwrap();
            let published = Table::ALL[2..].iter().flat_map(|table| table.classes(threshold));
            let mut columns: Vec<CubeColumn> = published.flatten().copied().collect();
            columns.push(CubeColumn::Unranked);
            columns.sort_unstable();
            assert_eq!(columns, CubeColumn::ALL);
            assert_eq!(Table::Welfare.classes(threshold).concat(), CubeColumn::HOUSEHOLDS);
        }
    }
}

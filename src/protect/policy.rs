//! What may be told: how much of each table, from which size on, and what the noise is bound to.

use serde::{Deserialize, Serialize};

use super::epsilon::Epsilon;
use crate::domain::person::PersonBounds;
use crate::domain::region::Level;
use crate::domain::table::Table;

/// The levels of the protected tree, from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreeLevel {
    Nation,
    Region(Level),
    /// A village's part of a hexagon of resolution 7.
    Hexagon7,
    /// The same of resolution 8.
    Hexagon8,
}

impl TreeLevel {
    pub const ALL: [Self; 7] = [
        Self::Nation,
        Self::Region(Level::Province),
        Self::Region(Level::Regency),
        Self::Region(Level::District),
        Self::Region(Level::Village),
        Self::Hexagon7,
        Self::Hexagon8,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Nation => "nation",
            Self::Region(level) => level.name(),
            Self::Hexagon7 => "hex7",
            Self::Hexagon8 => "hex8",
        }
    }

    /// The share of a table's epsilon that the level takes, by weight. Villages take most, because aid is aimed by
    /// them, and what is above them is known from them. Hexagons take more of the households by welfare than of other
    /// tables: a household is one unit there whatever its size, while each person spends a table of persons anew.
    const fn weight(self, table: Table) -> u32 {
        match self {
            Self::Nation | Self::Region(Level::Province | Level::Regency) => 4,
            Self::Region(Level::District) => 8,
            Self::Region(Level::Village) => 34,
            Self::Hexagon7 | Self::Hexagon8 => match table {
                Table::Welfare => 22,
                _ => 12,
            },
        }
    }
}

/// The deepest level of the tree in which a table is published.
pub const fn deepest(table: Table) -> TreeLevel {
    match table {
        Table::Counted | Table::Welfare | Table::Deciles | Table::Ages => TreeLevel::Hexagon8,
        Table::Disabilities => TreeLevel::Hexagon7,
        Table::Visits | Table::Positions | Table::Pkh | Table::Sembako | Table::PbiJk => {
            TreeLevel::Region(Level::Village)
        }
        Table::ChildrenUnknown | Table::ElderlyUnknown | Table::DisabilityUnknown => {
            TreeLevel::Region(Level::Village)
        }
        Table::Coverage => TreeLevel::Region(Level::Village),
    }
}

/// The columns that are told down to a level, as bits
/// ([`crate::domain::indicator::CubeColumn::bit`]).
pub fn told_at(level: TreeLevel) -> u64 {
    let tables = Table::ALL[1..].iter().filter(|table| level <= deepest(**table));
    tables.flat_map(|table| table.columns()).fold(0, |bits, column| bits | column.bit())
}

/// What the noise of a figure is bound to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseMode {
    /// To the content: the same content has the same noise in every release. An equal figure in two
    /// releases tells that nothing changed there.
    #[default]
    Keyed,
    /// To the release too: every release has fresh noise, and all of them add up.
    Epoch,
}

/// What may be told. An epsilon is of a whole table and shared out over the levels of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Of the number of households that decides which part of a hexagon 7 is shown; 1.
    pub epsilon_gate_hex7: Epsilon,
    /// The same of hexagon 8; 0.6.
    pub epsilon_gate_hex8: Epsilon,
    /// Of households by poor, not poor, not ranked; 1.
    pub epsilon_welfare: Epsilon,
    /// Of ranked households by decile; 0.2.
    pub epsilon_deciles: Epsilon,
    /// Of persons of poor households by age; 0.38.
    pub epsilon_ages: Epsilon,
    /// Of persons of poor households by disability; 0.26.
    pub epsilon_disabilities: Epsilon,
    /// Of visits by outcome; 1.
    pub epsilon_visits: Epsilon,
    /// Of households by whether a hexagon may show them; 1.
    pub epsilon_positions: Epsilon,
    /// Of households by whether a programme is for them and reaches them, for each programme; 0.4.
    pub epsilon_programmes: Epsilon,
    /// Of poor households whose figure is unknown, for each of children, elderly and disabled persons;
    /// 0.45.
    pub epsilon_unknown: Epsilon,
    /// Of households of the prelist by whether they were counted; 1.
    pub epsilon_coverage: Epsilon,
    /// The persons of a poor household that count by age at most; 10. Those beyond count in exact figures alone.
    pub most_persons: u8,
    /// The same of one class of age; 5.
    pub most_persons_of_age: u8,
    /// The disabled persons of a poor household that count at most; 2.
    pub most_disabled: u8,
    /// The per cent of right guesses that the attack `poor_or_not` may reach, where 50 is chance; 80.
    pub most_accuracy: u8,
    /// The noisy number of households from which on a village's part of a hexagon 7 is shown; 12.
    pub least_hex7: u16,
    /// The same of a hexagon 8; 20.
    pub least_hex8: u16,
    /// What the noise is bound to; `keyed`.
    pub noise: NoiseMode,
    /// That every household and visit is known to a village; false. Then what a higher region has beside
    /// its parts is exactly 0, and a build in which one household or visit is known to less stops.
    pub every_household_has_village: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self::named(PolicyName::Standard)
    }
}

/// A policy by its name. They differ in how well an attacker tells whether a family is poor, and so in the noise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyName {
    /// At most 70 % of guesses are right; hexagons and persons by village say little.
    Strict,
    /// At most 80 %.
    #[default]
    Standard,
    /// At most 95 %: where figures of persons matter more than what a neighbour may find out.
    Loose,
}

impl PolicyName {
    pub const ALL: [Self; 3] = [Self::Strict, Self::Standard, Self::Loose];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Standard => "standard",
            Self::Loose => "loose",
        }
    }
}

/// What is wrong with a policy; `field` names the setting.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum PolicyError {
    #[error(
        "`{field}` is {least}: with an epsilon of {epsilon} a single household would be shown with \
         a chance of {chance:.1e}, over {MOST_CHANCE:.0e}; take a larger one"
    )]
    Least { field: &'static str, least: u16, epsilon: Epsilon, chance: f64 },
    #[error("`{field}` is {value}, but it is a number from {least} to {most}")]
    Range { field: &'static str, value: u8, least: u8, most: u8 },
}

impl PolicyError {
    /// The name of the field to change.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Least { field, .. } | Self::Range { field, .. } => field,
        }
    }
}

/// The most that the chance may be that a place is shown where a single household is.
const MOST_CHANCE: f64 = 1e-3;

impl Policy {
    /// The policy of a name.
    pub const fn named(name: PolicyName) -> Self {
        const fn of(hundredths: u32) -> Epsilon {
            Epsilon::of_millionths(hundredths * 10_000)
        }
        let standard = Self {
            epsilon_gate_hex7: of(100),
            epsilon_gate_hex8: of(60),
            epsilon_welfare: of(100),
            epsilon_deciles: of(20),
            epsilon_ages: of(38),
            epsilon_disabilities: of(26),
            epsilon_visits: of(100),
            epsilon_positions: of(100),
            epsilon_programmes: of(40),
            epsilon_unknown: of(45),
            epsilon_coverage: of(100),
            most_persons: 10,
            most_persons_of_age: 5,
            most_disabled: 2,
            most_accuracy: 80,
            least_hex7: 12,
            least_hex8: 20,
            noise: NoiseMode::Keyed,
            every_household_has_village: false,
        };
        match name {
            PolicyName::Standard => standard,
            PolicyName::Strict => Self {
                epsilon_welfare: of(60),
                epsilon_deciles: of(10),
                epsilon_ages: of(19),
                epsilon_disabilities: of(16),
                epsilon_programmes: of(20),
                most_accuracy: 70,
                ..standard
            },
            PolicyName::Loose => Self {
                epsilon_welfare: of(170),
                epsilon_deciles: of(60),
                epsilon_ages: of(80),
                epsilon_disabilities: of(70),
                epsilon_programmes: of(80),
                most_accuracy: 95,
                ..standard
            },
        }
    }

    /// How many persons of a household count at most.
    pub const fn person_bounds(&self) -> PersonBounds {
        let Self { most_persons, most_persons_of_age, most_disabled, .. } = *self;
        PersonBounds { persons: most_persons, of_age: most_persons_of_age, disabled: most_disabled }
    }

    /// Refuses a policy under which places of a single household would be shown, and numbers out of range.
    ///
    /// # Errors
    /// [`PolicyError`], the first.
    pub fn validate(&self) -> Result<(), PolicyError> {
        for (field, value, least, most) in [
            ("most_persons", self.most_persons, 1, u8::MAX),
            ("most_persons_of_age", self.most_persons_of_age, 1, u8::MAX),
            ("most_disabled", self.most_disabled, 1, u8::MAX),
            ("most_accuracy", self.most_accuracy, 50, 100),
        ] {
            if !(least..=most).contains(&value) {
                return Err(PolicyError::Range { field, value, least, most });
            }
        }
        for (field, level) in
            [("least_hex7", TreeLevel::Hexagon7), ("least_hex8", TreeLevel::Hexagon8)]
        {
            let Some((epsilon, least)) = self.gate(level) else { continue };
            let chance = self.chance_alone(level);
            if chance > MOST_CHANCE {
                return Err(PolicyError::Least { field, least, epsilon, chance });
            }
        }
        Ok(())
    }

    /// The epsilon and the least noisy number of households by which a level's nodes are shown; `None`
    /// where all are.
    pub(super) const fn gate(&self, level: TreeLevel) -> Option<(Epsilon, u16)> {
        match level {
            TreeLevel::Hexagon7 => Some((self.epsilon_gate_hex7, self.least_hex7)),
            TreeLevel::Hexagon8 => Some((self.epsilon_gate_hex8, self.least_hex8)),
            TreeLevel::Nation | TreeLevel::Region(_) => None,
        }
    }

    /// The chance that a level shows a node where a single household is, by which it tells that there is
    /// one: P(1 + N >= least). It is the delta of differential privacy.
    pub fn chance_alone(&self, level: TreeLevel) -> f64 {
        let Some((epsilon, least)) = self.gate(level) else { return 0.0 };
        let power = |number: f64| (-epsilon.to_float() * number).exp();
        if least == 0 { 1.0 } else { power(f64::from(least) - 1.0) / (1.0 + power(1.0)) }
    }

    /// The epsilon of a whole table.
    pub fn total(&self, table: Table) -> Epsilon {
        match table {
            Table::Counted => [self.epsilon_gate_hex7, self.epsilon_gate_hex8].into_iter().sum(),
            Table::Welfare => self.epsilon_welfare,
            Table::Deciles => self.epsilon_deciles,
            Table::Ages => self.epsilon_ages,
            Table::Disabilities => self.epsilon_disabilities,
            Table::Visits => self.epsilon_visits,
            Table::Positions => self.epsilon_positions,
            Table::Pkh | Table::Sembako | Table::PbiJk => self.epsilon_programmes,
            Table::ChildrenUnknown | Table::ElderlyUnknown | Table::DisabilityUnknown => {
                self.epsilon_unknown
            }
            Table::Coverage => self.epsilon_coverage,
        }
    }

    /// A level's part of a table's epsilon; `None` where the table is not told there.
    pub fn epsilon(&self, table: Table, level: TreeLevel) -> Option<Epsilon> {
        if table == Table::Counted {
            return self.gate(level).map(|(epsilon, _)| epsilon);
        }
        let is_told = |level: &TreeLevel| *level <= deepest(table);
        let levels = TreeLevel::ALL.into_iter().filter(is_told);
        let all = levels.map(|level| level.weight(table)).sum();
        is_told(&level).then(|| self.total(table).part(level.weight(table), all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_shared_out_over_its_levels() {
        let policy = Policy::default();
        let shares = |table| {
            let epsilon = |level| policy.epsilon(table, level).map_or(0, Epsilon::millionths);
            TreeLevel::ALL.map(epsilon)
        };
        let ages = [19_487, 19_487, 19_487, 38_974, 165_641, 58_461, 58_461];
        assert_eq!(shares(Table::Ages), ages);
        let disabilities = [15_757, 15_757, 15_757, 31_515, 133_939, 47_272, 0];
        assert_eq!(shares(Table::Disabilities), disabilities);
        let welfare = [40_816, 40_816, 40_816, 81_632, 346_938, 224_489, 224_489];
        assert_eq!(shares(Table::Welfare), welfare);
        assert_eq!(shares(Table::Counted), [0, 0, 0, 0, 0, 1_000_000, 600_000]);
        for table in Table::ALL {
            let sum: u32 = shares(table).iter().sum();
            let total = policy.total(table).millionths();
            assert!(sum <= total && sum + 7 >= total, "{table:?} shares out {sum} of {total}");
        }
    }

    #[test]
    fn a_single_household_is_hardly_ever_shown() {
        let chance = Policy::default().chance_alone(TreeLevel::Hexagon7);
        assert!((chance - 1.22e-5).abs() < 1e-7, "{chance}");
        assert_eq!(Policy::default().validate(), Ok(()));
        let low = Policy { least_hex8: 5, ..Policy::default() };
        assert_eq!(low.validate().unwrap_err().field(), "least_hex8");
    }

    #[test]
    fn settings_are_read_with_the_defaults_and_what_can_not_be_is_refused() {
        let policy: Policy = toml::from_str("epsilon_ages = 3\nnoise = \"epoch\"").unwrap();
        assert_eq!(policy.epsilon_ages, Epsilon::of_millionths(3_000_000));
        assert_eq!(
            policy,
            Policy {
                noise: NoiseMode::Epoch,
                epsilon_ages: policy.epsilon_ages,
                ..Policy::default()
            }
        );
        let written = toml::to_string(&policy).unwrap();
        assert_eq!(toml::from_str::<Policy>(&written).unwrap(), policy);
        for text in ["epsilon_ages = 0.01", "epsilon_ages = nan", "noise = \"none\"", "gate = 3"] {
            assert!(toml::from_str::<Policy>(text).is_err(), "{text}");
        }
    }
}

//! The settings of `[protect]`: a policy by its name, and values that go over those of the name.

use serde::{Deserialize, Deserializer};

use super::epsilon::Epsilon;
use super::policy::{NoiseMode, Policy, PolicyName};

/// Makes the settings that may stand beside the name, each a field of [`Policy`].
macro_rules! settings {
    ($($field:ident: $type:ty,)*) => {
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct Given {
            policy: PolicyName,
            $($field: Option<$type>,)*
        }

        impl From<Given> for Policy {
            fn from(given: Given) -> Self {
                let mut policy = Self::named(given.policy);
                $(if let Some(value) = given.$field { policy.$field = value; })*
                policy
            }
        }
    };
}

settings! {
    epsilon_gate_hex7: Epsilon,
    epsilon_gate_hex8: Epsilon,
    epsilon_welfare: Epsilon,
    epsilon_deciles: Epsilon,
    epsilon_ages: Epsilon,
    epsilon_disabilities: Epsilon,
    epsilon_visits: Epsilon,
    epsilon_positions: Epsilon,
    epsilon_programmes: Epsilon,
    epsilon_unknown: Epsilon,
    epsilon_coverage: Epsilon,
    most_persons: u8,
    most_persons_of_age: u8,
    most_disabled: u8,
    most_accuracy: u8,
    least_hex7: u16,
    least_hex8: u16,
    noise: NoiseMode,
    every_household_has_village: bool,
}

/// Reads the settings of `[protect]`.
///
/// # Errors
/// Those of the deserializer: a name that is none, a value that can't be, a setting that does not exist.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Policy, D::Error> {
    Given::deserialize(deserializer).map(Policy::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Policy, toml::de::Error> {
        toml::from_str::<Given>(text).map(Policy::from)
    }

    #[test]
    fn a_policy_is_named_and_what_is_set_beside_the_name_goes_over_it() {
        assert_eq!(read("").unwrap(), Policy::default());
        for name in PolicyName::ALL {
            let policy = read(&format!("policy = \"{}\"", name.name())).unwrap();
            assert_eq!((policy, policy.validate()), (Policy::named(name), Ok(())));
        }
        let loose = Policy::named(PolicyName::Loose);
        let own = read("most_disabled = 3\npolicy = \"loose\"").unwrap();
        assert_eq!(own, Policy { most_disabled: 3, ..loose });
        assert!(read("policy = \"lax\"").is_err());
        let none = Policy { most_persons: 0, ..loose };
        assert_eq!(none.validate().unwrap_err().field(), "most_persons");
    }

    #[test]
    fn every_field_of_a_policy_can_be_set() {
        let written = toml::to_string(&Policy::named(PolicyName::Strict)).unwrap();
        assert_eq!(read(&written).unwrap(), Policy::named(PolicyName::Strict));
    }
}

//! The thresholds of the quality rules.

use serde::{Deserialize, Serialize};

/// From where on a rule speaks. Every field is a distance on the ground in metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckSettings {
    /// `null_island`: a position this near to 0,0 is none; 1000.
    pub null_island_radius_m: f64,
    /// `outside_country`: a position further than this from every region is doubted; 2000.
    pub outside_country_m: f64,
    /// `outside_village`: a distance from the declared village, less the accuracy, beyond which a
    /// note is made; 50.
    pub outside_village_note_m: f64,
    /// `outside_village`: the same distance, beyond which the position is doubted; 500.
    pub outside_village_doubt_m: f64,
    /// `inaccurate_fix`: a position less accurate than this gets a note; 20.
    pub inaccurate_note_m: f64,
    /// `inaccurate_fix`: a position less accurate than this is shown in a hexagon of resolution 7
    /// and not of 8; 50.
    pub inaccurate_hex7_m: f64,
    /// `inaccurate_fix`: a position less accurate than this is doubted; 100.
    pub inaccurate_doubt_m: f64,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self {
            null_island_radius_m: 1000.0,
            outside_country_m: 2000.0,
            outside_village_note_m: 50.0,
            outside_village_doubt_m: 500.0,
            inaccurate_note_m: 20.0,
            inaccurate_hex7_m: 50.0,
            inaccurate_doubt_m: 100.0,
        }
    }
}

/// What is wrong with a threshold; `field` names it.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SettingError {
    #[error("`{field}` is {value}, but a distance in metres is a number from 0 to 20,000,000")]
    Distance { field: &'static str, value: f64 },
    #[error("`{field}` is {value} and must be less than `{above}`, which is {limit}")]
    Order { field: &'static str, value: f64, above: &'static str, limit: f64 },
}

impl SettingError {
    /// The name of the field to change.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Distance { field, .. } | Self::Order { field, .. } => field,
        }
    }
}

/// Half of the Earth's circumference, rounded down: nothing is further away.
const FURTHEST_M: f64 = 20_000_000.0;

impl CheckSettings {
    /// Every threshold with its name, in the order of the fields.
    pub const fn named(&self) -> [(&'static str, f64); 7] {
        [
            ("null_island_radius_m", self.null_island_radius_m),
            ("outside_country_m", self.outside_country_m),
            ("outside_village_note_m", self.outside_village_note_m),
            ("outside_village_doubt_m", self.outside_village_doubt_m),
            ("inaccurate_note_m", self.inaccurate_note_m),
            ("inaccurate_hex7_m", self.inaccurate_hex7_m),
            ("inaccurate_doubt_m", self.inaccurate_doubt_m),
        ]
    }

    /// Checks each threshold, and that a note comes before a doubt.
    ///
    /// # Errors
    /// The first field that is no distance or out of order.
    pub fn validate(&self) -> Result<(), SettingError> {
        let named = self.named();
        for (field, value) in named {
            if !(0.0..=FURTHEST_M).contains(&value) {
                return Err(SettingError::Distance { field, value });
            }
        }
        for [lower, upper] in [[2, 3], [4, 5], [5, 6]] {
            let ((field, value), (above, limit)) = (named[lower], named[upper]);
            if value >= limit {
                return Err(SettingError::Order { field, value, above, limit });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_order() {
        assert_eq!(CheckSettings::default().validate(), Ok(()));
    }

    #[test]
    fn a_note_comes_before_a_doubt() {
        let settings = CheckSettings { outside_village_note_m: 500.0, ..Default::default() };
        assert_eq!(settings.validate().unwrap_err().field(), "outside_village_note_m");
        let settings = CheckSettings { inaccurate_hex7_m: 101.0, ..Default::default() };
        assert_eq!(settings.validate().unwrap_err().field(), "inaccurate_hex7_m");
    }

    #[test]
    fn refuses_what_is_no_distance() {
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            let settings = CheckSettings { outside_country_m: value, ..Default::default() };
            assert_eq!(settings.validate().unwrap_err().field(), "outside_country_m");
        }
    }
}

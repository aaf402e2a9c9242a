//! The thresholds of the quality rules.

use serde::{Deserialize, Serialize};

use crate::domain::date::Date;

/// What a threshold is a number of, and so what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Metres,
    /// Metres of a neighbourhood: whoever stands so near is looked for one by one.
    MetresNear,
    Share,
    Minutes,
    Count,
    Kmh,
    Decimals,
    Hour,
}

impl Unit {
    /// The least and the most, whether it is whole, and all that in words.
    const fn range(self) -> (f64, f64, bool, &'static str) {
        match self {
            // Half of the Earth's circumference, rounded down: nothing is further away.
            Self::Metres => {
                (0.0, 2e7, false, "a distance in metres is a number from 0 to 20,000,000")
            }
            Self::MetresNear => (1.0, 100.0, false, "a neighbourhood is from 1 to 100 metres wide"),
            Self::Share => (0.0, 1.0, false, "a share is a number from 0 to 1"),
            Self::Minutes => (0.0, 525_600.0, false, "minutes are a number from 0 to 525,600"),
            Self::Count => (1.0, 1e6, true, "a count is a whole number from 1 to 1,000,000"),
            Self::Kmh => (1.0, 1e5, false, "a speed in km/h is a number from 1 to 100,000"),
            Self::Decimals => (0.0, 15.0, true, "decimals are a whole number from 0 to 15"),
            Self::Hour => (0.0, 24.0, false, "an hour of the day is a number from 0 to 24"),
        }
    }
}

macro_rules! check_settings {
    ($($(#[$doc:meta])* $name:ident: $unit:ident = $default:expr;)*) => {
        /// From where on a rule speaks. The name of a field tells its unit.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct CheckSettings {
            $($(#[$doc])* pub $name: f64,)*
            /// `wrong_clock`: the first day of the fieldwork; 2000-01-01, which devices without a clock
            /// lie before.
            pub fieldwork_from: Date,
            /// `wrong_clock`: its last day; 2999-12-31.
            pub fieldwork_until: Date,
        }

        impl Default for CheckSettings {
            fn default() -> Self {
                let day = |text: &str| text.parse().expect("it is a day");
                Self {
                    $($name: $default,)*
                    fieldwork_from: day("2000-01-01"),
                    fieldwork_until: day("2999-12-31"),
                }
            }
        }

        impl CheckSettings {
            /// Every number with its name and unit, in the order of the fields.
            fn numbers(&self) -> Vec<(&'static str, f64, Unit)> {
                vec![$((stringify!($name), self.$name, Unit::$unit),)*]
            }
        }
    };
}

check_settings! {
    /// `null_island`: a position this near to 0,0 is none.
    null_island_radius_m: Metres = 1000.0;
    /// `outside_country`: a position further than this from every region is doubted.
    outside_country_m: Metres = 2000.0;
    /// `outside_village`: a distance from the declared village, less the accuracy, from which on a
    /// note is made.
    outside_village_note_m: Metres = 50.0;
    /// `outside_village`, `other_region`: the same distance, beyond which the position is doubted.
    outside_village_doubt_m: Metres = 500.0;
    /// `inaccurate_fix`: a position less accurate than this gets a note.
    inaccurate_note_m: Metres = 20.0;
    /// `inaccurate_fix`: a position less accurate than this is shown in a hexagon of resolution 7
    /// and not of 8.
    inaccurate_hex7_m: Metres = 50.0;
    /// `inaccurate_fix`: a position less accurate than this is doubted.
    inaccurate_doubt_m: Metres = 100.0;
    /// A build stops where more than this share of a column's values can't be read.
    doubtful_stop_share: Share = 0.05;
    /// `missing_position`: a day with more than this share of its visits without one is held.
    missing_hold_share: Share = 0.05;
    /// `wrong_sign`: with another sign, the position lies this near to the declared village.
    wrong_sign_m: Metres = 1000.0;
    /// `other_region`: a day with this share of its visits in other regions is held.
    other_region_hold_share: Share = 0.333;
    /// `rounded_position`: a position with so many decimals or fewer gets a note.
    rounded_note_decimals: Decimals = 4.0;
    /// `rounded_position`: a position with so many decimals or fewer is doubted.
    rounded_doubt_decimals: Decimals = 3.0;
    /// `shared_position`: so many households in one position get a note.
    shared_note_households: Count = 2.0;
    /// `shared_position`: so many are doubted.
    shared_doubt_households: Count = 5.0;
    /// `crowded_position`: how near neighbours are.
    crowded_radius_m: MetresNear = 10.0;
    /// `crowded_position`: so many households so near get a note.
    crowded_note_households: Count = 10.0;
    /// `crowded_position`: so many are doubted.
    crowded_doubt_households: Count = 25.0;
    /// `office_position`: a position is at an office within this distance.
    office_radius_m: Metres = 30.0;
    /// `office_position`: so many of one enumerator there are doubted.
    office_households: Count = 5.0;
    /// `office_position`: the same within one day.
    office_day_radius_m: Metres = 100.0;
    /// `office_position`: so many of one day are doubted.
    office_day_households: Count = 10.0;
    /// `desk_capture`: the radius of a circle that gets a note.
    desk_note_radius_m: Metres = 20.0;
    /// `desk_capture`: with this share of a day in it.
    desk_note_share: Share = 0.6;
    /// `desk_capture`: and so many visits.
    desk_note_visits: Count = 6.0;
    /// `desk_capture`: the radius of a circle that holds a day.
    desk_hold_radius_m: Metres = 10.0;
    /// `desk_capture`: with this share of it.
    desk_hold_share: Share = 0.8;
    /// `desk_capture`: and so many visits.
    desk_hold_visits: Count = 8.0;
    /// `shared_device`: visits of two enumerators overlap by more than this.
    shared_device_overlap_min: Minutes = 2.0;
    /// `shared_device`: and lie further apart than this.
    shared_device_apart_m: Metres = 200.0;
    /// `implausible_travel`: a faster way gets a note.
    travel_note_kmh: Kmh = 60.0;
    /// `implausible_travel`: a faster way is doubted.
    travel_doubt_kmh: Kmh = 120.0;
    /// `implausible_travel`: a shorter way is not looked at, since fixes stray.
    travel_least_m: Metres = 200.0;
    /// `overlapping_visits`: an overlap of more than this is doubted.
    overlap_doubt_min: Minutes = 2.0;
    /// `overlapping_visits`: visits that start within this are doubted.
    starts_doubt_min: Minutes = 2.0;
    /// `overlapping_visits`: visits that start within this get a note.
    starts_note_min: Minutes = 5.0;
    /// `implausible_duration`: a shorter visit is doubted.
    duration_doubt_min: Minutes = 4.0;
    /// `implausible_duration`: a shorter visit gets a note.
    duration_note_min: Minutes = 8.0;
    /// `implausible_duration`: a longer visit gets a note.
    duration_long_min: Minutes = 180.0;
    /// `implausible_productivity`: a day of more completed visits gets a note.
    productivity_note_visits: Count = 20.0;
    /// `implausible_productivity`: a day of more is doubted.
    productivity_doubt_visits: Count = 35.0;
    /// `wrong_clock`: how far ahead of the end of the fieldwork, or of its receipt, a visit may start.
    clock_future_min: Minutes = 10.0;
    /// `wrong_clock`: how long before its end a visit may be received: servers round times too.
    clock_received_min: Minutes = 1.0;
    /// `odd_hours`: the hour of the day from which on visits start, in local time.
    hours_from_h: Hour = 6.0;
    /// `odd_hours`: the hour until which they start.
    hours_until_h: Hour = 21.0;
    /// `moved_since`: a household further than this from its position before gets a note.
    moved_m: Metres = 1000.0;
    /// `fabricated_pattern`: a day with so many points in a pattern is held.
    pattern_points: Count = 8.0;
    /// `fabricated_pattern`: how far from the pattern a point may lie.
    pattern_tolerance_m: Metres = 1.5;
    /// `low_coverage`: a closed village with less of its prelist visited gets a note.
    coverage_note_share: Share = 0.8;
    /// `low_coverage`: one with less is held.
    coverage_hold_share: Share = 0.5;
}

/// Settings of which the first must be less than the second.
const ORDERED: [[&str; 2]; 13] = [
    ["outside_village_note_m", "outside_village_doubt_m"],
    ["inaccurate_note_m", "inaccurate_hex7_m"],
    ["inaccurate_hex7_m", "inaccurate_doubt_m"],
    ["rounded_doubt_decimals", "rounded_note_decimals"],
    ["shared_note_households", "shared_doubt_households"],
    ["crowded_note_households", "crowded_doubt_households"],
    ["desk_note_share", "desk_hold_share"],
    ["travel_note_kmh", "travel_doubt_kmh"],
    ["starts_doubt_min", "starts_note_min"],
    ["duration_doubt_min", "duration_note_min"],
    ["productivity_note_visits", "productivity_doubt_visits"],
    ["hours_from_h", "hours_until_h"],
    ["coverage_hold_share", "coverage_note_share"],
];

/// What is wrong with a threshold; `field` names it.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum SettingError {
    #[error("`{field}` is {value}, but {range}")]
    Range { field: &'static str, value: f64, range: &'static str },
    #[error("`{field}` is {value} and must be less than `{above}`, which is {limit}")]
    Order { field: &'static str, value: f64, above: &'static str, limit: f64 },
    #[error("`fieldwork_from` is {from} and must not be after `fieldwork_until`, which is {until}")]
    Fieldwork { from: Date, until: Date },
}

impl SettingError {
    /// The name of the field to change.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Range { field, .. } | Self::Order { field, .. } => field,
            Self::Fieldwork { .. } => "fieldwork_from",
        }
    }
}

impl CheckSettings {
    /// Checks each threshold, and that a note comes before a doubt.
    ///
    /// # Errors
    /// The first field that is out of its range or out of order.
    pub fn validate(&self) -> Result<(), SettingError> {
        let numbers = self.numbers();
        for &(field, value, unit) in &numbers {
            let (least, most, is_whole, range) = unit.range();
            if !(least..=most).contains(&value) || (is_whole && value.fract() != 0.0) {
                return Err(SettingError::Range { field, value, range });
            }
        }
        let value_of = |name: &str| {
            let found = numbers.iter().find(|(field, ..)| *field == name);
            found.expect("settings in order are settings").1
        };
        for [field, above] in ORDERED {
            let (value, limit) = (value_of(field), value_of(above));
            if value >= limit {
                return Err(SettingError::Order { field, value, above, limit });
            }
        }
        let (from, until) = (self.fieldwork_from, self.fieldwork_until);
        if from > until { Err(SettingError::Fieldwork { from, until }) } else { Ok(()) }
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
        let settings = CheckSettings { rounded_doubt_decimals: 4.0, ..Default::default() };
        assert_eq!(settings.validate().unwrap_err().field(), "rounded_doubt_decimals");
    }

    #[test]
    fn refuses_what_is_no_distance_no_share_and_no_count() {
        for value in [-1.0, f64::NAN, f64::INFINITY] {
            let settings = CheckSettings { outside_country_m: value, ..Default::default() };
            assert_eq!(settings.validate().unwrap_err().field(), "outside_country_m");
        }
        let settings = CheckSettings { missing_hold_share: 5.0, ..Default::default() };
        assert_eq!(settings.validate().unwrap_err().field(), "missing_hold_share");
        let settings = CheckSettings { pattern_points: 8.5, ..Default::default() };
        assert_eq!(settings.validate().unwrap_err().field(), "pattern_points");
    }

    #[test]
    fn the_fieldwork_ends_after_it_began() {
        let fieldwork_from = "2022-01-01".parse().unwrap();
        let fieldwork_until = "2021-01-01".parse().unwrap();
        let settings = CheckSettings { fieldwork_from, fieldwork_until, ..Default::default() };
        assert_eq!(settings.validate().unwrap_err().field(), "fieldwork_from");
    }
}

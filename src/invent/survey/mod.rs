//! An invented survey of any set of regions: who lives where, who visited them and when, and the
//! registers around them.
//!
//! The survey is made group by group (the villages of a district), each from the seed and its own
//! codes alone, so groups can be made in any order, on any thread, and in bounded memory. A wave is
//! wave 0 with so many years passed over it: households keep their ids and, unless they move, their
//! homes.

mod allocate;
mod calendar;
mod coast;
mod denominators;
mod dice;
mod facts;
mod fault;
mod fieldwork;
mod fix;
mod household;
mod id;
mod institution;
mod person;
mod plan;
mod population;
mod registers;
mod schedule;
mod settlement;
mod table;
mod terrain;
mod visit;

#[cfg(test)]
pub(crate) mod squares;
#[cfg(test)]
mod survey_tests;

use chrono::NaiveDate;

pub use calendar::reference_date;
pub use facts::{Fact, Facts};
pub use table::{TableKind, Tables, kinds};

use crate::domain::region::{RegionTree, Shapes};
use coast::Coast;
use plan::Group;

/// What survey to invent.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Households of wave 0.
    pub households: u64,
    pub seed: u64,
    /// Years after wave 0.
    pub wave: u16,
    /// The share of completed visits into which one fault is injected, 0 to 1; without it no faults
    /// and no table of them.
    pub faults: Option<f64>,
    /// The date at which the visits count children and elderly.
    pub reference_date: NaiveDate,
    pub persons: Persons,
    pub positions: Positions,
    pub fieldwork: Fieldwork,
    pub facts: Facts,
}

/// Whether the persons table is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persons {
    Listed,
    Omitted,
}

/// How far the fieldwork has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fieldwork {
    /// Every household was visited.
    #[default]
    Complete,
    /// Some regencies lag, some villages were never visited, some districts are not ranked.
    Lagging,
}

/// How the visits table writes longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positions {
    /// As numbers; faults of writing (`abc`, doubled minus signs) can't occur.
    Numbers,
    /// As text.
    Text,
}

/// A survey, planned: where how many households live and how many officers visit them.
pub struct Survey<'a> {
    tree: &'a RegionTree,
    shapes: &'a Shapes,
    coast: Coast<'a>,
    settings: Settings,
    groups: Vec<Group>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SurveyError {
    #[error(
        "the regions `{version}` have no place where anyone could live: each {level} is a lake or a \
         forest; choose another version of regions"
    )]
    Uninhabitable { version: String, level: &'static str },
    #[error(
        "none of the codes in the facts is one of the regions `{version}` ({system}); take facts with \
         codes of the same system, or other regions"
    )]
    OtherCodes { version: String, system: &'static str },
}

impl<'a> Survey<'a> {
    /// Plans a survey.
    ///
    /// # Errors
    /// [`SurveyError`] where nobody can live anywhere, or where the facts are about other regions.
    pub fn plan(
        tree: &'a RegionTree,
        shapes: &'a Shapes,
        settings: Settings,
    ) -> Result<Self, SurveyError> {
        let version = || tree.version().to_string();
        if !settings.facts.is_empty() && settings.facts.known_in(tree) == 0 {
            return Err(SurveyError::OtherCodes {
                version: version(),
                system: tree.system().name(),
            });
        }
        let households =
            allocate::households(tree, &settings.facts, settings.households, settings.seed);
        if households.iter().sum::<u64>() != settings.households {
            let level = tree.deepest().name();
            return Err(SurveyError::Uninhabitable { version: version(), level });
        }
        let groups = plan::groups(tree, &settings.facts, &households);
        Ok(Self { tree, shapes, coast: Coast::new(tree, shapes), settings, groups })
    }

    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The number of groups of villages.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// The households of wave 0 in one group.
    pub fn households_of(&self, group: usize) -> u64 {
        self.groups[group].households()
    }

    /// Invents one group: the same tables whenever and wherever it is called.
    pub fn invent(&self, group: usize) -> Tables {
        table::tables(self, &self.groups[group])
    }
}

//! The households of a group as one wave finds them: wave 0 with so many years passed over it.

use super::Survey;
use super::calendar::fieldwork_starts;
use super::dice::{Dice, Purpose};
use super::household::{Home, Household, HouseholdId};
use super::person::{self, Person};
use super::plan::Group;
use super::settlement::Settlements;
use super::terrain::Terrain;
use crate::domain::region::Region;

/// Shares of households a year.
const LEAVING: f64 = 0.012;
const MOVING: f64 = 0.008;
const NEW: f64 = 0.02;

/// The households of a group in the order in which officers walk, with their members.
pub struct Population {
    pub households: Vec<Household>,
    persons: Vec<Person>,
    /// By village of the group; none where nobody is visited.
    pub settlements: Vec<Option<Settlements>>,
}

impl Population {
    /// Invents the households of a group at the survey's wave.
    pub fn invent(survey: &Survey<'_>, group: &Group) -> Self {
        let mut population = Self {
            households: Vec::with_capacity(group.households() as usize),
            persons: Vec::with_capacity(group.households() as usize * 4),
            settlements: group.villages.iter().map(|village| found(survey, *village)).collect(),
        };
        for (index, village) in group.villages.iter().enumerate() {
            let code = survey.tree.get(village.region).code;
            for wave in 0..=survey.settings.wave {
                let share = if wave == 0 { 1.0 } else { NEW };
                let count = (f64::from(village.households) * share).round() as u32;
                for number in 0..count {
                    let id = HouseholdId { village: code, wave, number };
                    population.add(survey, group, index as u32, id);
                }
            }
        }
        population.households.sort_unstable_by_key(|one| (one.village, one.home.order, one.id));
        population
    }

    /// Adds a household, unless it left before this wave or has died out.
    fn add(&mut self, survey: &Survey<'_>, group: &Group, village: u32, id: HouseholdId) {
        let (seed, wave) = (survey.settings.seed, survey.settings.wave);
        let first = self.persons.len();
        let mut dice = Dice::new(seed, Purpose::Household, id.key(), 0);
        let mut life = Life { village, since: id.wave, welfare: dice.normal(), is_gone: false };
        person::draw_members(&mut dice, fieldwork_starts(id.wave), &mut self.persons);
        for year in id.wave + 1..=wave {
            let mut dice = Dice::new(seed, Purpose::Year, id.key(), u64::from(year));
            life.pass(&mut dice, group, year);
            person::age_by_a_year(&mut dice, fieldwork_starts(year), &mut self.persons, first);
            let died_out = self.persons.len() == first;
            if died_out || (life.is_gone && year < wave) {
                self.persons.truncate(first);
                return;
            }
        }
        let settlements = self.settlements[life.village as usize]
            .as_ref()
            .expect("households live where there are settlements");
        let home: Home = if life.since == 0 {
            settlements.home_of_number(id, seed)
        } else {
            settlements.home_of_newcomer(id, life.since, seed)
        };
        let persons = first as u32..self.persons.len() as u32;
        let Life { village, since, welfare, is_gone } = life;
        self.households.push(Household { id, village, since, is_gone, welfare, persons, home });
    }

    pub fn members(&self, household: &Household) -> &[Person] {
        &self.persons[household.persons.start as usize..household.persons.end as usize]
    }
}

fn found(survey: &Survey<'_>, village: super::plan::Village) -> Option<Settlements> {
    if village.households == 0 {
        return None;
    }
    let region: &Region = survey.tree.get(village.region);
    let terrain = Terrain::new(&survey.shapes.full[village.region.index()], region.label.coord());
    let seed = survey.settings.seed;
    Some(Settlements::found(region, terrain, village.households, &survey.coast, seed))
}

/// What years change of a household beside its members.
struct Life {
    village: u32,
    since: u16,
    welfare: f64,
    is_gone: bool,
}

impl Life {
    fn pass(&mut self, dice: &mut Dice, group: &Group, year: u16) {
        // Keeps the variance at 1.
        self.welfare = 0.98 * self.welfare + 0.2 * dice.normal();
        let (luck, target) = (dice.unit(), dice.below(group.villages.len()));
        self.is_gone = luck < LEAVING;
        let moves = luck > 1.0 - MOVING && group.villages[target].households > 0;
        if moves && target as u32 != self.village {
            (self.village, self.since) = (target as u32, year);
        }
    }
}

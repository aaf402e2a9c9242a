//! How far the fieldwork has come: whom officers have reached, and whom the deciles were computed of.
//!
//! A complete survey reaches every household. A lagging one is as fieldwork is halfway: most regencies are nearly
//! done, some have hardly begun, each wave a few fall behind, here and there a village was never visited, and in some
//! districts most households are not yet ranked.

use super::dice::{Dice, Purpose};
use super::household::Household;
use super::plan::Group;
use super::{Fieldwork, Survey};

/// One regency in so many lags, and one more with each wave.
const LAGGING_ONE_IN: f64 = 6.0;
/// One village in so many was never visited.
const UNVISITED_ONE_IN: f64 = 60.0;
/// In one district in so many most households are not yet ranked.
const UNRANKED_ONE_IN: f64 = 25.0;

/// What was done in a group.
pub struct Progress {
    seed: u64,
    wave: u64,
    /// By village: the share of households that officers have reached.
    reached: Vec<f64>,
    /// The share of households that are not ranked, beside those that never are.
    unranked: f64,
}

impl Progress {
    pub fn of(survey: &Survey<'_>, group: &Group) -> Self {
        let (seed, wave) = (survey.settings.seed, u64::from(survey.settings.wave));
        let villages = group.villages.len();
        if survey.settings.fieldwork == Fieldwork::Complete {
            return Self { seed, wave, reached: vec![1.0; villages], unranked: 0.0 };
        }
        let draw = |code: u64, part: u64| Dice::new(seed, Purpose::Fieldwork, code, part);
        // A regency that lagged in a wave may be done in the next.
        let mut dice = draw(group.office.digits(), wave);
        let is_lagging = dice.chance((1.0 + wave as f64) / LAGGING_ONE_IN);
        let of_office = if is_lagging { dice.between(0.1, 0.45) } else { dice.between(0.9, 1.0) };
        let of_village = |code: u64| {
            let mut dice = draw(code, 1 << 32 | wave);
            let is_visited = !dice.chance(1.0 / UNVISITED_ONE_IN);
            if is_visited { (of_office + dice.between(-0.05, 0.05)).clamp(0.02, 1.0) } else { 0.0 }
        };
        let codes = group.villages.iter().map(|village| survey.tree.get(village.region).code);
        let reached = codes.map(|code| of_village(code.digits())).collect();
        let parent = survey.tree.get(group.parent).code.digits();
        let is_unranked = draw(parent, 2 << 32 | wave).chance(1.0 / UNRANKED_ONE_IN);
        Self { seed, wave, reached, unranked: if is_unranked { 0.7 } else { 0.0 } }
    }

    /// Whether officers have reached a household.
    pub fn reaches(&self, household: &Household) -> bool {
        self.draw(household, 3).chance(self.reached[household.village as usize])
    }

    /// Whether a household is ranked, where it is to be.
    pub fn ranks(&self, household: &Household) -> bool {
        !self.draw(household, 4).chance(self.unranked)
    }

    fn draw(&self, household: &Household, what: u64) -> Dice {
        Dice::new(self.seed, Purpose::Fieldwork, household.id.key(), what << 32 | self.wave)
    }
}

//! Who lives in each village, whether visited or not: the register covers a part of them.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt16Array, UInt32Array};

use super::Survey;
use super::calendar::year_of;
use super::dice::{Dice, Purpose};
use super::plan::Group;
use super::population::Population;
use super::registers::Assessed;
use crate::domain::region::{Region, RegionKind};

/// Who says so.
const SOURCE: &str = "INVENTED";

/// Persons of one village.
#[derive(Debug, Clone, Copy, Default)]
struct Residents {
    households: u32,
    population: u32,
    children: u32,
    elderly: u32,
    disabled: u32,
}

/// The columns of the denominators table: one row for each village, at the survey's year.
pub fn columns(
    survey: &Survey<'_>,
    group: &Group,
    population: &Population,
    assessed: &[Assessed],
) -> Vec<ArrayRef> {
    let mut visited = vec![Residents::default(); group.villages.len()];
    let present = population.households.iter().zip(assessed).filter(|(one, _)| !one.is_gone);
    for (household, assessed) in present {
        visited[household.village as usize].add(assessed);
    }
    let regions: Vec<&Region> =
        group.villages.iter().map(|village| survey.tree.get(village.region)).collect();
    let widen = |(visited, region): (Residents, &&Region)| {
        let seed = survey.settings.seed;
        let mut dice = Dice::new(seed, Purpose::Residents, region.code.digits(), 1 << 40);
        match (visited.households, region.kind) {
            (0, RegionKind::LakeOrForest) => visited,
            (0, RegionKind::Region) => Residents::of_unvisited(&mut dice),
            _ => visited.widen(&mut dice),
        }
    };
    let residents: Vec<Residents> = visited.into_iter().zip(&regions).map(widen).collect();
    let column = |of: fn(&Residents) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(residents.iter().map(of)))
    };
    let year = u16::try_from(year_of(survey.settings.wave)).unwrap_or(u16::MAX);
    vec![
        Arc::new(StringArray::from_iter_values(
            regions.iter().map(|region| region.code.to_string()),
        )),
        Arc::new(UInt16Array::from_value(year, residents.len())),
        column(|one| one.population),
        column(|one| one.households),
        column(|one| one.children),
        column(|one| one.elderly),
        column(|one| one.disabled),
        Arc::new(StringArray::from_iter_values(residents.iter().map(|_| SOURCE))),
    ]
}

impl Residents {
    fn add(&mut self, assessed: &Assessed) {
        let counts = &assessed.counts;
        self.households += 1;
        self.population += u32::from(counts.members);
        self.children += u32::from(counts.children);
        self.elderly += u32::from(counts.elderly);
        self.disabled += u32::from(counts.all_disabled());
    }

    /// People live in a village that nobody visits, too.
    fn of_unvisited(dice: &mut Dice) -> Self {
        let households = 40 + dice.below(300) as u32;
        Self {
            households,
            population: households * 37 / 10,
            children: households * 11 / 10,
            elderly: households * 4 / 10,
            disabled: households / 12,
        }
    }

    /// Adds those who are not in the register: 40 to 60 % of households are. They are better off,
    /// with somewhat fewer children and fewer disabled persons.
    fn widen(self, dice: &mut Dice) -> Self {
        let covered = dice.between(0.4, 0.6);
        let others = 1.0 / covered - 1.0;
        let more =
            |count: u32, factor: f64| count + (f64::from(count) * others * factor).round() as u32;
        Self {
            households: more(self.households, 1.0),
            population: more(self.population, 0.95),
            children: more(self.children, 0.85),
            elderly: more(self.elderly, 0.9),
            disabled: more(self.disabled, 0.7),
        }
    }
}

//! The groups in which a survey is made: the villages of a district and their officers.

use std::ops::Range;

use super::facts::Facts;
use crate::domain::code::RegionCode;
use crate::domain::region::{Level, RegionId, RegionTree};

/// Households of one enumerator in the update of 2021 (41,697,344 over 83,395).
const HOUSEHOLDS_OF_ENUMERATOR: u64 = 500;
/// Enumerators of one supervisor in the same update (83,395 over 16,679).
pub const ENUMERATORS_OF_SUPERVISOR: u32 = 5;

/// The villages of a district, or the regions of the deepest level under the same parent.
pub struct Group {
    /// The region above the villages, or the only region where there is none above.
    pub parent: RegionId,
    pub villages: Vec<Village>,
    /// The area whose officers are numbered through: the regency, where there is one.
    pub office: RegionCode,
    /// Whether it is the first group of its office.
    pub opens_office: bool,
    /// The number of its first enumerator.
    pub first_officer: u32,
    pub officers: u32,
    /// How much poorer than the mean, in log odds.
    pub poverty_shift: f64,
}

#[derive(Debug, Clone, Copy)]
pub struct Village {
    pub region: RegionId,
    /// Of wave 0.
    pub households: u32,
}

impl Group {
    pub fn households(&self) -> u64 {
        self.villages.iter().map(|village| u64::from(village.households)).sum()
    }

    /// The households, of so many in all, that one of the group's enumerators visits.
    pub const fn run_of(&self, officer: u32, total: usize) -> Range<usize> {
        let (officer, officers) = (officer as usize, self.officers as usize);
        officer * total / officers..(officer + 1) * total / officers
    }

    /// The enumerator whose [run](Self::run_of) holds a household.
    pub const fn officer_of(&self, household: usize, total: usize) -> u32 {
        (((household + 1) * self.officers as usize - 1) / total) as u32
    }

    /// Minutes ahead of UTC; the same in a whole province.
    pub fn offset_min(&self, tree: &RegionTree) -> i64 {
        i64::from(tree.get(self.parent).utc_offset_min)
    }
}

/// Divides the regions of the deepest level, in the order of their codes, into groups.
pub fn groups(tree: &RegionTree, facts: &Facts, households: &[u64]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for ((region, _), &count) in tree.level(tree.deepest()).zip(households) {
        let village = Village { region, households: u32::try_from(count).unwrap_or(u32::MAX) };
        let parent = tree.parent(region).unwrap_or(region);
        match groups.last_mut() {
            Some(group) if group.parent == parent => group.villages.push(village),
            _ => groups.push(open(tree, facts, parent, village)),
        }
    }
    number_officers(&mut groups);
    groups
}

fn open(tree: &RegionTree, facts: &Facts, parent: RegionId, village: Village) -> Group {
    let office = tree.ancestor(parent, Level::Regency).unwrap_or(parent);
    Group {
        parent,
        villages: vec![village],
        office: tree.get(office).code,
        opens_office: false,
        first_officer: 0,
        officers: 0,
        poverty_shift: facts.poverty_shift(tree, parent),
    }
}

fn number_officers(groups: &mut [Group]) {
    let (mut office, mut next) = (None, 0);
    for group in groups {
        if office != Some(group.office) {
            (office, next) = (Some(group.office), 0);
            group.opens_office = true;
        }
        let officers = group.households().div_ceil(HOUSEHOLDS_OF_ENUMERATOR);
        group.officers = u32::try_from(officers).unwrap_or(u32::MAX);
        group.first_officer = next;
        next += group.officers;
    }
}

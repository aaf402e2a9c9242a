//! What is known of regions, so that an invented survey looks like a real country.

use std::collections::BTreeMap;

use crate::domain::code::RegionCode;
use crate::domain::region::{RegionId, RegionTree};

/// One region's figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fact {
    /// Resident persons.
    pub population: f64,
    /// The share of them that is poor, 0 to 1.
    pub poverty_share: f64,
}

/// Figures by region, of any level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(BTreeMap<RegionCode, Fact>);

impl Facts {
    pub const fn new(facts: BTreeMap<RegionCode, Fact>) -> Self {
        Self(facts)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of(&self, code: RegionCode) -> Option<Fact> {
        self.0.get(&code).copied()
    }

    /// The number of regions of the tree that have figures.
    pub fn known_in(&self, tree: &RegionTree) -> usize {
        self.0.keys().filter(|&&code| tree.find(code).is_some()).count()
    }

    /// The nearest region above `id`, or itself, that has figures.
    pub fn owner(&self, tree: &RegionTree, id: RegionId) -> Option<RegionId> {
        let mut at = Some(id);
        while let Some(region) = at {
            if self.0.contains_key(&tree.get(region).code) {
                return Some(region);
            }
            at = tree.parent(region);
        }
        None
    }

    /// How much poorer than the mean of all regions with figures this one is, as a difference of
    /// log odds; 0 where nothing is known.
    pub fn poverty_shift(&self, tree: &RegionTree, id: RegionId) -> f64 {
        let Some(fact) = self.owner(tree, id).and_then(|owner| self.of(tree.get(owner).code))
        else {
            return 0.0;
        };
        let people: f64 = self.0.values().map(|fact| fact.population).sum();
        let poor: f64 = self.0.values().map(|fact| fact.population * fact.poverty_share).sum();
        log_odds(fact.poverty_share) - log_odds(poor / people.max(1.0))
    }
}

fn log_odds(share: f64) -> f64 {
    let share = share.clamp(0.001, 0.999);
    (share / (1.0 - share)).ln()
}

//! Attacks on a release: what somebody finds out from its public figures, held against the exact ones.
//!
//! Every attacker here is given more than the public has: the public leaves themselves, which no server
//! hands out. What an attack finds is compared with what the policy allows, and a release that gives more
//! away does not hold.

mod case;
mod differences;
mod figures;
mod noise;
mod paths;
pub mod poor_or_not;
mod program;
mod recompute;
mod remake;
mod rival;
mod successive;
pub mod utility;

use serde::Serialize;

pub use case::Case;
pub use remake::attack as remake;
pub use successive::successive;

/// What was tried on a release, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attack {
    pub name: &'static str,
    /// What the attacker does.
    pub tried: &'static str,
    /// Numbers, each with what it is of.
    pub found: Vec<(String, f64)>,
    /// Where the bound lies.
    pub allowed: &'static str,
    /// What lies beyond it, in words; empty where the release holds.
    pub faults: Vec<String>,
    /// Why it can't be told, in words: a small release has too few figures to judge by.
    pub doubts: Vec<String>,
}

/// What came of an attack, or of all: the later, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Holds,
    /// It found no fault, but was too weak to find one.
    Inconclusive,
    Fails,
}

impl Outcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Inconclusive => "inconclusive",
            Self::Fails => "fails",
        }
    }

    /// The outcome of all attacks together.
    pub fn of(attacks: &[Attack]) -> Self {
        attacks.iter().map(Attack::outcome).max().unwrap_or(Self::Inconclusive)
    }
}

impl Attack {
    pub const fn outcome(&self) -> Outcome {
        if !self.faults.is_empty() {
            Outcome::Fails
        } else if !self.doubts.is_empty() {
            Outcome::Inconclusive
        } else {
            Outcome::Holds
        }
    }
}

/// Tries every attack on one release.
pub fn attacks(case: &Case<'_>) -> Vec<Attack> {
    vec![
        noise::attack(case),
        recompute::attack(case),
        differences::attack(case),
        program::attack(case),
        paths::attack(case),
    ]
}

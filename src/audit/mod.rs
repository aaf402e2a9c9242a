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
mod program;
mod recompute;
mod rival;
mod successive;
pub mod utility;

use serde::Serialize;

pub use case::Case;
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
}

impl Attack {
    pub const fn is_held(&self) -> bool {
        self.faults.is_empty()
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

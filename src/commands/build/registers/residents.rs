//! Regencies in which more households were counted than live there.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::check::register::{RegisterFinding, RegisterRule};
use crate::count::{Cube, cube::households};
use crate::domain::indicator::Denominators;
use crate::domain::region::{Level, RegionId, RegionTree};
use crate::protect::completed_denominators;
use crate::store::register_findings::RegisterFindings;

/// The regencies with more households than residents, and by how many.
pub fn overcounted(
    given: &Denominators,
    cube: &Cube,
    tree: &RegionTree,
) -> BTreeMap<RegionId, i64> {
    let residents = completed_denominators(given.clone(), tree);
    let mut counted: BTreeMap<RegionId, i64> = BTreeMap::new();
    for (key, counts) in cube.iter() {
        let regency = key.region.and_then(|id| tree.ancestor(id, Level::Regency));
        if let Some(regency) = regency {
            *counted.entry(regency).or_default() += households(counts);
        }
    }
    let over = |(regency, counted): (RegionId, i64)| {
        let living = residents.get(&tree.get(regency).code)?.households?;
        let living = i64::try_from(living).unwrap_or(i64::MAX);
        (counted > living).then(|| (regency, counted - living))
    };
    counted.into_iter().filter_map(over).collect()
}

/// Notes them as findings of the release.
///
/// # Errors
/// Where they can't be written.
pub fn keep(
    over: &BTreeMap<RegionId, i64>,
    tree: &RegionTree,
    findings: &mut RegisterFindings,
) -> Result<()> {
    for (regency, more) in over {
        let id = tree.get(*regency).code.to_string();
        let rule = RegisterRule::HouseholdsOverResidents;
        #[expect(clippy::cast_precision_loss, reason = "households are fewer than 2^52")]
        let value = *more as f64;
        findings.put(&RegisterFinding { rule, id: &id, value })?;
    }
    Ok(())
}

//! Institutions and resources: looked over and written into the release.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::check::institution::check_institution;
use crate::check::register::{RegisterFinding, RegisterRule};
use crate::domain::institution::{Institution, Resource};
use crate::domain::person::PersonCounts;
use crate::engine::Ground;
use crate::read::institutions::ReadTable;
use crate::store::Draft;
use crate::store::institutions::{PlacedInstitution, write_institutions, write_resources};
use crate::store::register_findings::RegisterFindings;

/// Writes institutions with the persons who live there, `None` where no persons were given.
pub fn keep_institutions(
    draft: &Draft,
    table: &ReadTable<Institution>,
    mut residents: Option<BTreeMap<String, PersonCounts>>,
    ground: &Ground,
    findings: &mut RegisterFindings,
) -> Result<()> {
    let locator = ground.locator();
    let mut placed = Vec::with_capacity(table.rows.len());
    for institution in &table.rows {
        let id = &institution.id;
        let (region, found) = check_institution(institution, &locator);
        for (rule, value) in found {
            findings.put(&RegisterFinding { rule, id, value })?;
        }
        let persons = residents.as_mut().map(|residents| residents.remove(id).unwrap_or_default());
        placed.push(PlacedInstitution { institution: institution.clone(), region, persons });
    }
    for (id, persons) in residents.into_iter().flatten() {
        let (rule, value) = (RegisterRule::UnknownInstitution, f64::from(persons.members()));
        findings.put(&RegisterFinding { rule, id: &id, value })?;
    }
    Ok(write_institutions(draft.path(), &placed, &ground.tree)?)
}

/// Writes resources by region and kind.
pub fn keep_resources(
    draft: &Draft,
    table: &ReadTable<Resource>,
    ground: &Ground,
    findings: &mut RegisterFindings,
) -> Result<()> {
    let is_unknown = |one: &&Resource| ground.tree.find(one.region).is_none();
    for resource in table.rows.iter().filter(is_unknown) {
        let rule = RegisterRule::ResourceUnknownRegion;
        findings.put(&RegisterFinding { rule, id: &resource.id, value: 1.0 })?;
    }
    Ok(write_resources(draft.path(), &table.rows)?)
}

//! Refusing a build in which a register has nothing in common with the visits: its ids are written in
//! another way, and every figure of it would be wrong.

use std::ops::ControlFlow;

use anyhow::{Result, bail};

use super::build::Registers;
use crate::domain::visit::{VisitBatch, VisitField};
use crate::engine::{Built, Ground};
use crate::read::visits::VisitFiles;

/// Refuses persons, a prelist and recipients of which nothing meets a visit, and shows an id of either
/// side.
///
/// # Errors
/// Where there is such a register, and where the files can't be read again.
pub fn refuse(
    built: &Built,
    (files, registers): (&VisitFiles, &Registers),
    ground: &Ground,
) -> Result<()> {
    let joined = &built.registers;
    let mut strange: Vec<(&str, String)> = Vec::new();
    if let Some(persons) = &joined.persons {
        let met = persons.accounts.in_counted_households + persons.accounts.in_other_households;
        if let (0, Some(id)) = (met, persons.orphans.first_id()) {
            strange.push(("persons", id.to_owned()));
        }
    }
    let compared = joined.prelist.as_ref();
    if compared.is_some_and(|compared| compared.coverage.total().visited == 0)
        && let Some(id) = registers.first_of_prelist()?
    {
        strange.push(("prelist", id));
    }
    if let Some(benefits) = &joined.recipients {
        let met = benefits.accounts.of_visited_households;
        if let (0, Some(id)) = (met, benefits.unknown_households.first_id()) {
            strange.push(("recipients", id.to_owned()));
        }
    }
    let Some((register, theirs)) = strange.first() else { return Ok(()) };
    let ours = first_household(files, ground)?;
    bail!(
        "none of the {register} belongs to a visited household: their household_id is written as \
         `{theirs}`, that of the visits as `{ours}`; write ids alike in both, or leave the {register} out"
    );
}

fn first_household(files: &VisitFiles, ground: &Ground) -> Result<String> {
    let mut first = None;
    let wanted = VisitField::HouseholdId.bit();
    for portion in files.portions(1).concat() {
        files.read(&portion, &ground.locale(), wanted, &mut |batch| {
            let visits = VisitBatch::new(&batch);
            first = (!visits.is_empty())
                .then(|| visits.text(VisitField::HouseholdId).value(0).to_owned());
            ControlFlow::Break(())
        })?;
        if first.is_some() {
            break;
        }
    }
    Ok(first.unwrap_or_default())
}

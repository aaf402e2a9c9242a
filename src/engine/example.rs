//! The first row in which a rule finds something, so that a message can show one.

use std::ops::ControlFlow;

use super::error::EngineError;
use super::ground::Ground;
use super::latest::places_of;
use crate::check::{Rule, check};
use crate::domain::visit::VisitBatch;
use crate::locate::Hexagons;
use crate::read::visits::{ALL_FIELDS, VisitFiles};

/// Reads the files again for the first row with a finding of one of these rules: its place in words.
///
/// # Errors
/// [`EngineError`] where the files can't be read again.
pub fn first_with(
    rules: &[Rule],
    files: &VisitFiles,
    ground: &Ground,
) -> Result<Option<String>, EngineError> {
    let names = files.names();
    let (locator, mut hexagons) = (ground.locator(), Hexagons::new());
    let mut found = None;
    for portion in files.portions(1).concat() {
        files.read(&portion, &ground.locale(), ALL_FIELDS, &mut |batch| {
            let visits = VisitBatch::new(&batch);
            let located = locator.locate(&visits, &mut hexagons);
            let has_finding = |row: &usize| {
                let checked = check(located.visit(*row), &ground.rules(&locator));
                checked.findings().iter().any(|finding| rules.contains(&finding.rule))
            };
            let Some(row) = (0..visits.len()).find(has_finding) else {
                return ControlFlow::Continue(());
            };
            let (file, number) = places_of(&batch)(row);
            found = Some(format!("row {number} of `{}`", names[usize::from(file)]));
            ControlFlow::Break(())
        })?;
        if found.is_some() {
            break;
        }
    }
    Ok(found)
}

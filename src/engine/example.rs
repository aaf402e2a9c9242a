//! The first row of the visits files that is as a message says, so that the message can show it.

use std::ops::ControlFlow;

use super::error::EngineError;
use super::ground::Ground;
use super::latest::places_of;
use crate::check::{CheckedVisit, Rule, check};
use crate::domain::visit::VisitBatch;
use crate::locate::Hexagons;
use crate::place::place;
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
    first(files, ground, |visit| {
        visit.findings().iter().any(|finding| rules.contains(&finding.rule))
    })
}

/// Reads the files again for the first visit that is placed in no region of the deepest level by itself: its
/// place in words.
///
/// # Errors
/// [`EngineError`] where the files can't be read again.
pub fn first_without_village(
    files: &VisitFiles,
    ground: &Ground,
) -> Result<Option<String>, EngineError> {
    let (tree, locator) = (&ground.tree, ground.locator());
    let rules = ground.rules(&locator);
    first(files, ground, |visit| {
        let region = place(visit, &rules).region();
        region.is_none_or(|id| tree.get(id).level != tree.deepest())
    })
}

/// The first row that is as asked, in the order of the files: its place in words.
fn first(
    files: &VisitFiles,
    ground: &Ground,
    is_asked: impl Fn(&CheckedVisit<'_>) -> bool,
) -> Result<Option<String>, EngineError> {
    let names = files.names();
    let (locator, mut hexagons) = (ground.locator(), Hexagons::new());
    let mut found = None;
    for portion in files.portions(1).concat() {
        files.read(&portion, &ground.locale(), ALL_FIELDS, &mut |batch| {
            let visits = VisitBatch::new(&batch);
            let located = locator.locate(&visits, &mut hexagons);
            let is_asked =
                |row: &usize| is_asked(&check(located.visit(*row), &ground.rules(&locator)));
            let Some(row) = (0..visits.len()).find(is_asked) else {
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

//! A person who stands in the input more than once, in rows that differ, is an error with both places.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

use crate::engine::error::EngineError;
use crate::engine::hashes::Hashes;
use crate::engine::twice::{Twice, find_twice};
use crate::read::persons::PersonFiles;

/// Refuses persons who were noted more than once: rows that are equal were left out before, and who left
/// is not looked at.
///
/// # Errors
/// [`EngineError::RepeatedPerson`] of the first such person, in the order of the files.
pub fn refuse_repeated(ids: &Hashes, files: &PersonFiles) -> Result<(), EngineError> {
    let names: Vec<String> = files.paths().map(|path| path.display().to_string()).collect();
    let twice = find_twice(ids, |look| {
        let mut flow = ControlFlow::Continue(());
        for portion in files.portions(1).concat() {
            let name = &names[portion.file()];
            files.read(&portion, &mut |batch, row_number| {
                for row in (0..batch.len()).filter(|&row| batch.rows[row].is_present) {
                    let place = || format!("row {} of `{name}`", row_number(row));
                    let mut content = DefaultHasher::new();
                    batch.household(row).hash(&mut content);
                    batch.institution(row).hash(&mut content);
                    content.write_u64(batch.rows[row].content);
                    flow = look(batch.person_ids.value(row), content.finish(), &place);
                    if flow.is_break() {
                        break;
                    }
                }
                flow
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    })?;
    match twice {
        None => Ok(()),
        Some(Twice { id, first, second }) => {
            Err(EngineError::RepeatedPerson { person_id: id, first, second })
        }
    }
}

//! A person who stands in the input more than once, in rows that differ, is an error with both places.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::engine::error::EngineError;
use crate::engine::hashes::{Hashes, hash_of};
use crate::read::persons::PersonFiles;

/// The ids that are looked for at a time; so many hashes can't all collide by chance.
const MOST: usize = 1 << 16;

/// Where a person's row stands, and what it says.
struct Seen {
    place: String,
    household: String,
    institution: Option<String>,
    content: u64,
}

/// Refuses persons who were noted more than once: rows that are equal were left out before.
///
/// Equal hashes are looked up in the files again, so nobody is refused for a collision.
///
/// # Errors
/// [`EngineError::RepeatedPerson`] of the first such person, in the order of the files.
pub fn refuse_repeated(ids: &Hashes, files: &PersonFiles) -> Result<(), EngineError> {
    let mut repeated = ids.repeated()?;
    if repeated.is_empty() {
        return Ok(());
    }
    repeated.truncate(MOST);
    let names: Vec<String> = files.paths().map(|path| path.display().to_string()).collect();
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for portion in files.portions(1).concat() {
        let name = &names[portion.file()];
        let mut found = None;
        files.read(&portion, &mut |batch, row_number| {
            for row in 0..batch.len() {
                let id = batch.person_ids.value(row);
                if !batch.rows[row].is_present || repeated.binary_search(&hash_of(id)).is_err() {
                    continue;
                }
                let this = Seen {
                    place: format!("row {} of `{name}`", row_number(row)),
                    household: batch.household(row).to_owned(),
                    institution: batch.institution(row).map(str::to_owned),
                    content: batch.rows[row].content,
                };
                let Some(first) = seen.get(id) else {
                    seen.insert(id.to_owned(), this);
                    continue;
                };
                if !first.is_same(&this) {
                    let (person_id, first, second) =
                        (id.to_owned(), first.place.clone(), this.place);
                    found = Some(EngineError::RepeatedPerson { person_id, first, second });
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = found {
            return Err(error);
        }
    }
    Ok(())
}

impl Seen {
    fn is_same(&self, other: &Self) -> bool {
        (&self.household, &self.institution, self.content)
            == (&other.household, &other.institution, other.content)
    }
}

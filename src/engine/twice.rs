//! Finding where an id stands twice, in rows that differ: hashes that are equal are looked up in the
//! files again.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::error::EngineError;
use super::hashes::{Hashes, hash_of};

/// The ids that are looked for at a time; so many hashes can't all collide by chance.
const MOST: usize = 1 << 16;

/// An id with the places of two rows that differ.
#[derive(Debug)]
pub struct Twice {
    pub id: String,
    pub first: String,
    pub second: String,
}

/// Takes a row: its id, a hash of all else, and how to say where it stands.
pub type Look<'a> = dyn FnMut(&str, u64, &dyn Fn() -> String) -> ControlFlow<()> + 'a;

/// The first id, in the order of `read`, of which two rows differ. `read` goes through all rows.
///
/// # Errors
/// Those of the hashes and of `read`.
pub fn find_twice(
    ids: &Hashes,
    read: impl FnOnce(&mut Look<'_>) -> Result<(), EngineError>,
) -> Result<Option<Twice>, EngineError> {
    let mut repeated = ids.repeated()?;
    if repeated.is_empty() {
        return Ok(None);
    }
    repeated.truncate(MOST);
    let mut seen: BTreeMap<String, (u64, String)> = BTreeMap::new();
    let mut found = None;
    read(&mut |id, content, place| {
        if repeated.binary_search(&hash_of(id)).is_err() {
            return ControlFlow::Continue(());
        }
        match seen.get(id) {
            None => {
                seen.insert(id.to_owned(), (content, place()));
            }
            Some((first, _)) if *first == content => {}
            Some((_, first)) => {
                found = Some(Twice { id: id.to_owned(), first: first.clone(), second: place() });
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

//! Households in the same place or near each other, tile by tile.

use super::super::error::EngineError;
use super::super::notes::{Noting, RowKey};
use super::super::sorter::Merge;
use super::note::GroupNote;
use super::record::{NO_ROW, PlacedHousehold};
use crate::check::CheckSettings;
use crate::check::group::{Housed, PLACE_RULES};
use crate::domain::position::Position;

/// Households of a tile that are looked at together. A fuller tile is cut: no city is so dense, but one
/// place may be that of the whole input.
const MOST_TOGETHER: usize = 1 << 17;
/// Rows before a cut that are looked at again with those behind it.
const AGAIN: usize = 1 << 10;

/// Looks at the households of each tile.
///
/// # Errors
/// Where records can't be read, or notes not be kept.
pub fn find(
    mut households: Merge<PlacedHousehold>,
    settings: &CheckSettings,
    mut noting: Noting<GroupNote>,
) -> Result<(), EngineError> {
    let mut tile = Tile::default();
    while let Some(next) = households.next().map_err(EngineError::Spill)? {
        if tile.number != Some(next.tile) {
            tile.end(settings, &mut noting)?;
            tile = Tile { number: Some(next.tile), ..Tile::default() };
        } else if tile.rows.len() == MOST_TOGETHER {
            tile.end(settings, &mut noting)?;
            tile.keep_last(AGAIN);
        }
        tile.put(&next);
    }
    tile.end(settings, &mut noting)
}

#[derive(Default)]
struct Tile {
    number: Option<u64>,
    /// Each household once in a place.
    housed: Vec<Housed>,
    last: Option<(u64, [i32; 2])>,
    /// Rows with the index of their household.
    rows: Vec<(u64, usize)>,
}

impl Tile {
    fn put(&mut self, next: &PlacedHousehold) {
        let [north, east] = next.place.map(|fixed| f64::from(fixed) / 1e6);
        let Some(position) = Position::new(east, north) else { return };
        if self.last != Some((next.household, next.place)) {
            self.last = Some((next.household, next.place));
            self.housed.push(Housed { household: next.household, position });
        }
        self.rows.push((next.row, self.housed.len() - 1));
    }

    fn end(
        &mut self,
        settings: &CheckSettings,
        noting: &mut Noting<GroupNote>,
    ) -> Result<(), EngineError> {
        for rule in PLACE_RULES {
            let mut found = rule(&self.housed, settings);
            found.sort_unstable_by_key(|(at, _)| *at);
            for &(row, at) in
                self.rows.iter().filter(|(row, _)| *row != NO_ROW && !found.is_empty())
            {
                if let Ok(which) = found.binary_search_by_key(&at, |(at, _)| *at) {
                    noting.note(RowKey::from_number(row), GroupNote::of(&found[which].1))?;
                }
            }
        }
        Ok(())
    }

    /// Keeps the last rows and their households.
    fn keep_last(&mut self, rows: usize) {
        self.rows.drain(..self.rows.len().saturating_sub(rows));
        let first = self.rows.first().map_or(0, |(_, at)| *at);
        self.housed.drain(..first);
        self.rows.iter_mut().for_each(|(_, at)| *at -= first);
    }
}

//! Each row's standing, by its file and its number: what the first pass over the visits finds out for
//! the second.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use arrow::array::RecordBatch;

use super::error::EngineError;
use crate::place::Standing;

/// Whoever knows the standings of rows, once they are told.
pub trait KnowsStandings: Send + Sync {
    /// The standing of each row of a batch of visits, or `None` where its file has grown since.
    ///
    /// # Errors
    /// Where they can't be looked up.
    fn standings_of(&self, batch: &RecordBatch) -> Result<Vec<Option<Standing>>, EngineError>;
}

/// A byte for each row of each file, made when the first standing is told: by then every row was read.
#[derive(Default)]
pub struct Standings(OnceLock<Vec<Box<[AtomicU8]>>>);

impl Standings {
    /// Tells a row's standing. `rows` are the numbers of rows of all files.
    pub fn set(&self, rows: &[AtomicU64], (file, row): (u16, u64), standing: Standing) {
        let all = self.0.get_or_init(|| rows.iter().map(unset).collect());
        if let Some(told) = all.get(usize::from(file)).and_then(|file| file.get(row as usize)) {
            told.store(standing as u8, Ordering::Relaxed);
        }
    }

    /// A row's standing, or `None` where the file has grown since.
    pub fn get(&self, (file, row): (u16, u64)) -> Option<Standing> {
        let told = self.0.get()?.get(usize::from(file))?.get(row as usize)?;
        Standing::from_number(told.load(Ordering::Relaxed))
    }
}

/// Rows are numbered from 1 or, behind a header, from 2.
fn unset(rows: &AtomicU64) -> Box<[AtomicU8]> {
    let rows = rows.load(Ordering::Relaxed) + 2;
    (0..rows).map(|_| AtomicU8::new(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_was_not_there_has_no_standing() {
        let standings = Standings::default();
        assert_eq!(standings.get((0, 1)), None);
        standings.set(&[AtomicU64::new(2)], (0, 2), Standing::Superseded);
        assert_eq!(standings.get((0, 2)), Some(Standing::Superseded));
        assert_eq!(
            (standings.get((0, 1)), standings.get((0, 9)), standings.get((1, 1))),
            (None, None, None)
        );
    }
}

//! How many values of a column can't be read, while a file is being read.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Cell;

/// Values that are shown of a column at most.
const SHOWN: usize = 5;

/// The values of one column of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnValues {
    /// Values that are not empty.
    pub given: u64,
    /// Those of them that can't be read.
    pub unreadable: u64,
    /// The first of these, with their rows as messages call them.
    pub shown: Vec<(u64, String)>,
}

/// The values of the columns of one file, by the places of the register's columns.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<Vec<ColumnValues>>);

impl Doubts {
    /// Adds the cells of a batch. `show` gives the row and the text of one of them.
    pub fn add<T>(&self, column: usize, cells: &[Cell<T>], show: impl Fn(usize) -> (u64, String)) {
        let given = cells.iter().filter(|cell| !matches!(cell, Cell::Empty)).count() as u64;
        let unreadable = (0..cells.len()).filter(|at| cells[*at].is_unreadable());
        self.count(column, given, unreadable, show);
    }

    /// Counts cells that were added as readable among those that are not.
    pub fn refuse(
        &self,
        column: usize,
        rows: impl Iterator<Item = usize> + Clone,
        show: impl Fn(usize) -> (u64, String),
    ) {
        self.count(column, 0, rows, show);
    }

    fn count(
        &self,
        column: usize,
        given: u64,
        unreadable: impl Iterator<Item = usize> + Clone,
        show: impl Fn(usize) -> (u64, String),
    ) {
        let shown: Vec<_> = unreadable.clone().take(SHOWN).map(show).collect();
        let mut columns = self.lock();
        if columns.len() <= column {
            columns.resize_with(column + 1, ColumnValues::default);
        }
        let values = &mut columns[column];
        values.given += given;
        values.unreadable += unreadable.count() as u64;
        values.shown.extend(shown);
        values.shown.sort();
        values.shown.truncate(SHOWN);
    }

    pub fn columns(&self) -> Vec<ColumnValues> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ColumnValues>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

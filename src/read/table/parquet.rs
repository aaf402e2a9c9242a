//! A register's table from Parquet: its columns as they are.

use std::ops::Range;
use std::path::Path;

use super::{Numbers, Put, Reading, TableBatch, TableError, TableSpec};
use crate::read::row_groups::{RowGroups, Unread};

/// A Parquet file whose footer has been read.
pub(super) struct ParquetTable {
    groups: RowGroups,
}

impl ParquetTable {
    /// Reads the footer, and gives the columns' names.
    pub fn open(path: &Path, spec: &'static TableSpec) -> Result<(Self, Vec<String>), TableError> {
        let groups = RowGroups::open(path).map_err(|unread| refuse(spec.register, path, unread))?;
        let names = groups.names();
        Ok((Self { groups }, names))
    }

    pub fn row_groups(&self) -> usize {
        self.groups.count()
    }

    /// Reads the rows of some row groups, in batches, until `put` breaks.
    pub fn read(
        &self,
        reading: &Reading<'_>,
        row_groups: Range<usize>,
        put: &mut Put<'_>,
    ) -> Result<(), TableError> {
        let (path, register) = (reading.path, reading.spec.register);
        let used = reading.found.columns.iter().flatten().copied();
        let refuse = |unread| refuse(register, path, unread);
        self.groups.read(path, used, row_groups, refuse, &mut |rows| {
            let column = |place: &Option<usize>| rows.column((*place)?).cloned();
            put(&TableBatch {
                path,
                file: reading.number,
                spec: reading.spec,
                columns: reading.found.columns.iter().map(column).collect(),
                rows: rows.len(),
                numbers: Numbers::From(rows.first),
                doubts: reading.doubts,
            })
        })
    }
}

fn refuse(register: &'static str, path: &Path, unread: Unread) -> TableError {
    let path = path.to_owned();
    match unread {
        Unread::Open(source) => TableError::Open { register, path, source },
        Unread::Parquet(source) => TableError::Parquet { register, path, source },
        Unread::Fault(fault) => TableError::RowGroups { register, path, fault },
    }
}

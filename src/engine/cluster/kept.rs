//! Each row's standing on the shared path: a file of a byte for each row, for each visits file.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{UInt16Type, UInt64Type};

use super::error::ClusterError;
use crate::domain::visit::{SOURCE, SOURCE_ROW};
use crate::engine::error::EngineError;
use crate::engine::standings::KnowsStandings;
use crate::place::Standing;

/// Standings that are being told, in memory: a byte for each row of each file.
#[derive(Debug, Default)]
pub struct Telling(Vec<Vec<u8>>);

/// Standings that were told and kept.
#[derive(Debug)]
pub struct KeptStandings {
    folder: PathBuf,
    files: Mutex<Vec<(u16, std::sync::Arc<File>)>>,
}

impl Telling {
    pub fn set(&mut self, (file, row): (u16, u64), standing: u8) {
        let (file, row) = (usize::from(file), row as usize);
        if self.0.len() <= file {
            self.0.resize_with(file + 1, Vec::new);
        }
        let rows = &mut self.0[file];
        if rows.len() <= row {
            rows.resize(row + 1, 0);
        }
        rows[row] = standing;
    }

    /// Writes them to a folder that all hosts share.
    ///
    /// # Errors
    /// [`ClusterError::Shared`].
    pub fn keep(&self, folder: &Path) -> Result<(), ClusterError> {
        for (file, rows) in self.0.iter().enumerate() {
            fs::write(path(folder, file), rows).map_err(ClusterError::Shared)?;
        }
        Ok(())
    }
}

fn path(folder: &Path, file: usize) -> PathBuf {
    folder.join(format!("standings-{file}"))
}

impl KeptStandings {
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), files: Mutex::default() }
    }

    fn file(&self, number: u16) -> io::Result<std::sync::Arc<File>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = files.iter().find(|(known, _)| *known == number) {
            return Ok(file.clone());
        }
        let file = std::sync::Arc::new(File::open(path(&self.folder, number.into()))?);
        files.push((number, file.clone()));
        Ok(file)
    }

    /// The bytes of the rows from `first` to `last`; those beyond the file's end are 0.
    fn bytes(&self, file: u16, first: u64, last: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; (last - first + 1) as usize];
        let mut read = 0;
        while read < bytes.len() {
            match self.file(file)?.read_at(&mut bytes[read..], first + read as u64)? {
                0 => break,
                more => read += more,
            }
        }
        Ok(bytes)
    }
}

impl KnowsStandings for KeptStandings {
    fn standings_of(&self, batch: &RecordBatch) -> Result<Vec<Option<Standing>>, EngineError> {
        let column = |name| batch.column_by_name(name).expect("the reader makes the column");
        let sources = column(SOURCE).as_primitive::<UInt16Type>().values();
        let rows = column(SOURCE_ROW).as_primitive::<UInt64Type>().values();
        let (Some(&first), Some(&last)) = (rows.iter().min(), rows.iter().max()) else {
            return Ok(Vec::new());
        };
        // A batch comes from one portion of one file, so its rows stand side by side.
        let bytes = self.bytes(sources[0], first, last).map_err(ClusterError::Shared)?;
        let standing = |row: &u64| Standing::from_number(bytes[(row - first) as usize]);
        Ok(rows.iter().map(standing).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, UInt16Array, UInt64Array};

    use super::*;

    fn batch(file: u16, rows: Vec<u64>) -> RecordBatch {
        let sources: ArrayRef = Arc::new(UInt16Array::from(vec![file; rows.len()]));
        let rows: ArrayRef = Arc::new(UInt64Array::from(rows));
        RecordBatch::try_from_iter([(SOURCE, sources), (SOURCE_ROW, rows)]).unwrap()
    }

    #[test]
    fn standings_are_read_as_they_were_told_and_a_new_row_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut telling = Telling::default();
        for (row, standing) in [(3, Standing::Repeated), (1, Standing::Counted)] {
            telling.set((1, row), standing as u8);
        }
        telling.keep(folder.path()).unwrap();
        let kept = KeptStandings::in_folder(folder.path());
        assert_eq!(
            kept.standings_of(&batch(1, vec![1, 2, 3, 4])).unwrap(),
            [Some(Standing::Counted), None, Some(Standing::Repeated), None]
        );
        assert_eq!(kept.standings_of(&batch(0, vec![1])).unwrap(), [None]);
        assert!(kept.standings_of(&batch(2, vec![1])).is_err());
    }
}

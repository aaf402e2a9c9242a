//! Rows by household, institution or person on the disk, in the order of their ids.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::EngineError;

const BUFFER: usize = 1 << 17;

/// Rows being written, in the order of their ids.
pub struct Keeping(BufWriter<File>);

/// Rows that were written.
pub struct Kept(File);

/// Reads rows in the order of their ids.
#[derive(Debug)]
pub struct KeptReader {
    file: BufReader<File>,
    id: String,
    row: Vec<u8>,
    is_at_end: bool,
}

/// Rows of several partitions in the order of their ids; the rows of one id are in one partition.
#[derive(Debug)]
pub struct Merged(Vec<KeptReader>);

impl Keeping {
    /// Writes to a temporary file of this folder.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn in_folder(folder: &Path) -> Result<Self, EngineError> {
        let file = tempfile::tempfile_in(folder).map_err(EngineError::Spill)?;
        Ok(Self(BufWriter::with_capacity(BUFFER, file)))
    }

    /// Writes the next row.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn put(&mut self, id: &str, row: &[u8]) -> Result<(), EngineError> {
        let len = |bytes: usize| u32::try_from(bytes).map_err(io::Error::other);
        let mut write = || {
            self.0.write_all(&len(id.len())?.to_ne_bytes())?;
            self.0.write_all(&len(row.len())?.to_ne_bytes())?;
            self.0.write_all(id.as_bytes())?;
            self.0.write_all(row)
        };
        write().map_err(EngineError::Spill)
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn finish(self) -> Result<Kept, EngineError> {
        let file = self.0.into_inner().map_err(io::IntoInnerError::into_error);
        file.map(Kept).map_err(EngineError::Spill)
    }
}

impl Kept {
    /// Reads from the first on.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn read(mut self) -> Result<KeptReader, EngineError> {
        self.0.seek(SeekFrom::Start(0)).map_err(EngineError::Spill)?;
        let file = BufReader::with_capacity(BUFFER, self.0);
        let mut reader = KeptReader { file, id: String::new(), row: Vec::new(), is_at_end: false };
        reader.advance()?;
        Ok(reader)
    }
}

impl KeptReader {
    /// The row at hand with its id, `None` at the end.
    pub fn get(&self) -> Option<(&str, &[u8])> {
        (!self.is_at_end).then_some((&self.id, &self.row))
    }

    /// Goes on to the next.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn advance(&mut self) -> Result<(), EngineError> {
        self.read_next().map_err(EngineError::Spill)
    }

    fn read_next(&mut self) -> io::Result<()> {
        let mut lens = [[0; 4]; 2];
        match self.file.read_exact(lens.as_flattened_mut()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.is_at_end = true;
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let [id_len, row_len] = lens.map(|len| u32::from_ne_bytes(len) as usize);
        let mut id = std::mem::take(&mut self.id).into_bytes();
        id.resize(id_len, 0);
        self.file.read_exact(&mut id)?;
        self.id = String::from_utf8(id).map_err(io::Error::other)?;
        self.row.resize(row_len, 0);
        self.file.read_exact(&mut self.row)
    }
}

impl Merged {
    /// Merges what partitions kept.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn of(parts: Vec<Kept>) -> Result<Self, EngineError> {
        parts.into_iter().map(Kept::read).collect::<Result<_, _>>().map(Self)
    }

    /// The first id of all.
    pub fn first_id(&self) -> Option<&str> {
        self.0.iter().filter_map(|reader| Some(reader.get()?.0)).min()
    }

    /// Goes through all, in the order of their ids.
    ///
    /// # Errors
    /// [`EngineError::Spill`], and those of `take`.
    pub fn each<E: From<EngineError>>(
        mut self,
        mut take: impl FnMut(&str, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let order =
                |one: &&mut KeptReader, other: &&mut KeptReader| match (one.get(), other.get()) {
                    (Some((one, _)), Some((other, _))) => one.cmp(other),
                    (None, Some(_)) => Ordering::Greater,
                    (Some(_), None) => Ordering::Less,
                    (None, None) => Ordering::Equal,
                };
            let Some(least) = self.0.iter_mut().min_by(order) else { return Ok(()) };
            let Some((id, row)) = least.get() else { return Ok(()) };
            take(id, row)?;
            least.advance()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_partitions_come_back_in_one_order() {
        let folder = tempfile::tempdir().unwrap();
        let keep = |ids: &[&str]| {
            let mut keeping = Keeping::in_folder(folder.path()).unwrap();
            for id in ids {
                keeping.put(id, &id.as_bytes()[1..]).unwrap();
            }
            keeping.finish().unwrap()
        };
        let parts = vec![keep(&["a", "ccc", "ccc"]), keep(&[]), keep(&["bb", "é"])];
        let mut all = Vec::new();
        let take = |id: &str, row: &[u8]| {
            all.push(format!("{id} {}", row.len()));
            Ok::<_, EngineError>(())
        };
        Merged::of(parts).unwrap().each(take).unwrap();
        assert_eq!(all, ["a 0", "bb 1", "ccc 2", "ccc 2", "é 1"]);
    }
}

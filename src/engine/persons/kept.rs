//! Counts by household or institution on the disk, in the order of their ids.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::temporary;
use crate::domain::person::PersonCounts;
use crate::engine::error::EngineError;

const BUFFER: usize = 1 << 17;

/// Counts being written, in the order of their ids.
pub struct KeepingCounts(BufWriter<File>);

/// Counts that were written.
pub struct KeptCounts(File);

/// Reads counts in the order of their ids.
#[derive(Debug)]
pub struct CountsReader {
    file: BufReader<File>,
    id: String,
    counts: PersonCounts,
    is_at_end: bool,
}

/// Counts of several partitions in the order of their ids, each id in one partition.
#[derive(Debug)]
pub struct MergedCounts(Vec<CountsReader>);

impl KeepingCounts {
    pub fn in_folder(folder: &Path) -> Result<Self, EngineError> {
        Ok(Self(BufWriter::with_capacity(BUFFER, temporary(folder)?)))
    }

    /// Writes the next counts.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn put(&mut self, id: &str, counts: &PersonCounts) -> Result<(), EngineError> {
        let len = u32::try_from(id.len()).map_err(io::Error::other).map_err(EngineError::Spill)?;
        let mut write = || {
            self.0.write_all(&len.to_ne_bytes())?;
            self.0.write_all(id.as_bytes())?;
            self.0.write_all(bytemuck::bytes_of(counts))
        };
        write().map_err(EngineError::Spill)
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn finish(self) -> Result<KeptCounts, EngineError> {
        let file = self.0.into_inner().map_err(io::IntoInnerError::into_error);
        file.map(KeptCounts).map_err(EngineError::Spill)
    }
}

impl KeptCounts {
    /// Reads from the first on.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn read(mut self) -> Result<CountsReader, EngineError> {
        self.0.seek(SeekFrom::Start(0)).map_err(EngineError::Spill)?;
        let mut reader = CountsReader {
            file: BufReader::with_capacity(BUFFER, self.0),
            id: String::new(),
            counts: PersonCounts::default(),
            is_at_end: false,
        };
        reader.advance()?;
        Ok(reader)
    }

    /// The same once more; only one of them is read at a time.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn again(&self) -> Result<Self, EngineError> {
        self.0.try_clone().map(Self).map_err(EngineError::Spill)
    }
}

impl CountsReader {
    /// The counts at hand, `None` at the end.
    pub fn get(&self) -> Option<(&str, &PersonCounts)> {
        (!self.is_at_end).then_some((&self.id, &self.counts))
    }

    /// Goes on to the next.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn advance(&mut self) -> Result<(), EngineError> {
        self.read_next().map_err(EngineError::Spill)
    }

    fn read_next(&mut self) -> io::Result<()> {
        let mut len = [0; 4];
        match self.file.read_exact(&mut len) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.is_at_end = true;
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let mut id = std::mem::take(&mut self.id).into_bytes();
        id.resize(u32::from_ne_bytes(len) as usize, 0);
        self.file.read_exact(&mut id)?;
        self.id = String::from_utf8(id).map_err(io::Error::other)?;
        self.file.read_exact(bytemuck::bytes_of_mut(&mut self.counts))
    }
}

impl MergedCounts {
    /// Merges what partitions kept.
    ///
    /// # Errors
    /// [`EngineError::Spill`].
    pub fn of(parts: Vec<KeptCounts>) -> Result<Self, EngineError> {
        parts.into_iter().map(KeptCounts::read).collect::<Result<_, _>>().map(Self)
    }

    /// Goes through all, in the order of their ids.
    ///
    /// # Errors
    /// [`EngineError::Spill`], and those of `take`.
    pub fn each<E: From<EngineError>>(
        mut self,
        mut take: impl FnMut(&str, &PersonCounts) -> Result<(), E>,
    ) -> Result<(), E> {
        loop {
            let order =
                |one: &&mut CountsReader, other: &&mut CountsReader| match (one.get(), other.get())
                {
                    (Some((one, _)), Some((other, _))) => one.cmp(other),
                    (None, Some(_)) => Ordering::Greater,
                    (Some(_), None) => Ordering::Less,
                    (None, None) => Ordering::Equal,
                };
            let Some(least) = self.0.iter_mut().min_by(order) else { return Ok(()) };
            let Some((id, counts)) = least.get() else { return Ok(()) };
            take(id, counts)?;
            least.advance()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person::{AgeClass, Person};

    #[test]
    fn counts_of_partitions_come_back_in_one_order() {
        let folder = tempfile::tempdir().unwrap();
        let keep = |ids: &[&str]| {
            let mut keeping = KeepingCounts::in_folder(folder.path()).unwrap();
            for id in ids {
                let mut counts = PersonCounts::default();
                for _ in 0..id.len() {
                    let age = AgeClass::From70;
                    counts.add(Person { age, disability: None, is_doubtful: false });
                }
                keeping.put(id, &counts).unwrap();
            }
            keeping.finish().unwrap()
        };
        let parts = vec![keep(&["a", "ccc"]), keep(&[]), keep(&["bb", "é"])];
        let mut all = Vec::new();
        let merged = MergedCounts::of(parts).unwrap();
        let take = |id: &str, counts: &PersonCounts| {
            all.push(format!("{id} {}", counts.members()));
            Ok::<_, EngineError>(())
        };
        merged.each(take).unwrap();
        assert_eq!(all, ["a 1", "bb 2", "ccc 3", "é 2"]);
    }
}

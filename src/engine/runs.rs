//! Rows of bytes in their order: held in memory as far as they may be, in sorted runs on the disk beyond.
//!
//! Sorting moves no rows, only what points to them. Each row is copied once into what holds it, once into
//! a run, and once out of it.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;

use tempfile::NamedTempFile;
use tokio::runtime::Handle;

/// Bytes that are taken at a time.
pub const BLOCK: usize = 1 << 16;
/// Runs that are merged at once; beyond that, some are merged into one first.
const MOST_RUNS: usize = 64;
/// What is read or written of a run at a time, in bytes.
const BUFFER: usize = 1 << 16;

/// Rows in any order.
#[derive(Default)]
pub struct Held {
    blocks: Vec<Vec<u8>>,
    /// Blocks that have rows.
    used: usize,
    rows: Vec<Place>,
}

/// Where a row lies.
#[derive(Clone, Copy)]
struct Place {
    /// Its first bytes behind those that all rows have in common, so that most rows are compared here.
    head: u128,
    block: u32,
    start: u32,
    len: u32,
}

impl Held {
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a row of so many bytes needs memory that is not there yet.
    pub fn is_full(&self, len: usize) -> bool {
        let has_room = |block: &Vec<u8>| block.capacity() - block.len() >= len;
        let current = self.used.checked_sub(1).map(|at| &self.blocks[at]);
        !current.is_some_and(has_room) && !self.blocks.get(self.used).is_some_and(has_room)
    }

    /// Makes room for a row of so many bytes.
    pub fn grow(&mut self, len: usize) {
        self.blocks.insert(self.used, Vec::with_capacity(len.max(BLOCK)));
    }

    /// Takes a row, for which there is room.
    pub fn push(&mut self, row: &[u8]) {
        let has_room = |block: &Vec<u8>| block.capacity() - block.len() >= row.len();
        if self.used == 0 || !has_room(&self.blocks[self.used - 1]) {
            self.used += 1;
        }
        let block = &mut self.blocks[self.used - 1];
        let (start, len) = (block.len() as u32, row.len() as u32);
        self.rows.push(Place { head: 0, block: self.used as u32 - 1, start, len });
        block.extend_from_slice(row);
    }

    fn row(&self, place: &Place) -> &[u8] {
        let start = place.start as usize;
        &self.blocks[place.block as usize][start..start + place.len as usize]
    }

    /// Brings the rows into their order.
    pub fn sort(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        let Some(first) = rows.first().map(|place| self.row(place)) else { return };
        let common = rows.iter().fold(first.len(), |common, place| {
            let pairs = first[..common].iter().zip(self.row(place));
            pairs.take_while(|(one, other)| one == other).count()
        });
        for place in &mut rows {
            let row = &self.row(place)[common..];
            let mut head = [0; 16];
            let len = row.len().min(head.len());
            head[..len].copy_from_slice(&row[..len]);
            place.head = u128::from_be_bytes(head);
        }
        rows.sort_unstable_by(|one, other| {
            let by_head = one.head.cmp(&other.head);
            by_head.then_with(|| self.row(one).cmp(self.row(other)))
        });
        self.rows = rows;
    }

    /// The rows from this one on, after [`Self::sort`] in their order.
    pub fn from(&self, first: usize) -> impl Iterator<Item = &[u8]> {
        self.rows[first.min(self.rows.len())..].iter().map(|place| self.row(place))
    }

    /// Lets go of all rows, and keeps their memory.
    fn clear(&mut self) {
        self.rows.clear();
        self.blocks.iter_mut().for_each(Vec::clear);
        self.used = 0;
    }
}

/// Runs on the disk.
pub struct Runs {
    folder: PathBuf,
    /// Those of the first level are written from memory, those of the next are merged from others.
    levels: Vec<Vec<NamedTempFile>>,
}

impl Runs {
    /// Keeps runs in files of this folder.
    pub const fn in_folder(folder: PathBuf) -> Self {
        Self { folder, levels: Vec::new() }
    }

    pub const fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }

    /// Writes a run of what is held, which is held no more.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn write(&mut self, held: &mut Held) -> io::Result<()> {
        held.sort();
        let mut run = self.create()?;
        held.from(0).try_for_each(|row| run.put(row))?;
        held.clear();
        self.add(0, run.finish()?)
    }

    fn add(&mut self, level: usize, run: NamedTempFile) -> io::Result<()> {
        if level == self.levels.len() {
            self.levels.push(Vec::new());
        }
        self.levels[level].push(run);
        if self.levels[level].len() < MOST_RUNS {
            return Ok(());
        }
        let mut merged = self.create()?;
        let mut rows = Merge::of(std::mem::take(&mut self.levels[level]))?;
        while let Some(row) = rows.next()? {
            merged.put(row)?;
        }
        self.add(level + 1, merged.finish()?)
    }

    fn create(&self) -> io::Result<Writing> {
        let file = NamedTempFile::new_in(&self.folder)?;
        Ok(Writing(BufWriter::with_capacity(BUFFER, file)))
    }

    /// All rows of all runs, in their order.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn merge(self) -> io::Result<Merge> {
        Merge::of(self.levels.into_iter().flatten().collect())
    }
}

struct Writing(BufWriter<NamedTempFile>);

impl Writing {
    fn put(&mut self, row: &[u8]) -> io::Result<()> {
        self.0.write_all(&(row.len() as u32).to_ne_bytes())?;
        self.0.write_all(row)
    }

    fn finish(self) -> io::Result<NamedTempFile> {
        self.0.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// Rows of several runs, in their order.
pub struct Merge {
    runs: BinaryHeap<Run>,
    /// Whether the first run's row was given out.
    is_given: bool,
}

impl Merge {
    fn of(files: Vec<NamedTempFile>) -> io::Result<Self> {
        let mut runs = BinaryHeap::with_capacity(files.len());
        for file in files {
            let reader = BufReader::with_capacity(BUFFER, file.reopen()?);
            let mut run = Run { reader, row: Vec::new(), file };
            if run.read()? {
                runs.push(run);
            }
        }
        Ok(Self { runs, is_given: false })
    }

    /// The next row.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if std::mem::replace(&mut self.is_given, true)
            && let Some(mut first) = self.runs.peek_mut()
            && !first.read()?
        {
            remove(PeekMut::pop(first).file);
        }
        Ok(self.runs.peek().map(|run| run.row.as_slice()))
    }
}

/// Removes a file that was read to its end. That may take the disk seconds, so another thread waits for
/// it; the engine's threads end after it.
fn remove(file: NamedTempFile) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn_blocking(|| drop(file));
    }
}

/// A run at its next row. The least row is the greatest run, because a heap gives the greatest.
struct Run {
    reader: BufReader<File>,
    row: Vec<u8>,
    file: NamedTempFile,
}

impl Run {
    /// Reads the next row: whether there is one.
    fn read(&mut self) -> io::Result<bool> {
        let mut len = [0; 4];
        match self.reader.read_exact(&mut len) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        self.row.resize(u32::from_ne_bytes(len) as usize, 0);
        self.reader.read_exact(&mut self.row)?;
        Ok(true)
    }
}

impl Ord for Run {
    fn cmp(&self, other: &Self) -> Ordering {
        other.row.cmp(&self.row)
    }
}

impl PartialOrd for Run {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Run {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sorts rows, of which at most so many are held.
    fn sorted(rows: &[Vec<u8>], most: usize) -> Vec<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let (mut held, mut runs) = (Held::default(), Runs::in_folder(folder.path().to_owned()));
        for row in rows {
            if held.rows.len() == most {
                runs.write(&mut held).unwrap();
            }
            if held.is_full(row.len()) {
                held.grow(row.len());
            }
            held.push(row);
        }
        if runs.is_empty() {
            held.sort();
            return held.from(0).map(<[u8]>::to_vec).collect();
        }
        runs.write(&mut held).unwrap();
        let (mut merge, mut merged) = (runs.merge().unwrap(), Vec::new());
        while let Some(row) = merge.next().unwrap() {
            merged.push(row.to_vec());
        }
        merged
    }

    proptest! {
        #[test]
        fn rows_come_in_the_order_of_their_bytes(
            rows in prop::collection::vec(prop::collection::vec(0..3_u8, 0..40), 1..300),
            most in 1..400_usize,
        ) {
            let mut expected = rows.clone();
            expected.sort();
            prop_assert_eq!(sorted(&rows, most), expected);
        }
    }

    #[test]
    fn rows_that_are_longer_than_a_block_are_sorted_too() {
        let long = |last: u8| [vec![7; 3 * BLOCK], vec![last]].concat();
        let rows = [long(2), vec![7], long(1), vec![8; BLOCK]];
        let expected = vec![vec![7], long(1), long(2), vec![8; BLOCK]];
        assert_eq!(sorted(&rows, 2), expected);
        assert_eq!(sorted(&rows, 9), expected);
    }
}

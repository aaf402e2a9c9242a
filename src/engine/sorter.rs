//! Records sorted on the disk: fixed in size, in whatever order they come, in bounded memory.
//!
//! A record starts with the number of its group. Threads write sorted runs, one file each; the runs are
//! merged in parts that cut no group in two. So a few bytes a record move once, and one group may be the
//! whole input.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::mem::size_of;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytemuck::Pod;

/// A record that is sorted: its order begins with its group.
pub trait Record: Pod + Ord + Send + Sync {
    fn group(&self) -> u64;
}

/// Records that a run's reader holds, in bytes.
const READ_AHEAD: usize = 1 << 15;
/// Records of each run that are looked at to find where to cut.
const SAMPLES: u64 = 64;

/// Takes records from several threads.
pub struct Sorter<R> {
    folder: PathBuf,
    /// Records that a thread holds before it writes a run.
    run: usize,
    made: Mutex<Vec<Run>>,
    record: PhantomData<fn() -> R>,
}

/// One thread's part of it.
pub struct Sorting<R: Record> {
    sorter: Arc<Sorter<R>>,
    held: Vec<R>,
    file: Option<(Arc<File>, u64)>,
}

/// A sorted run: some records of a file.
#[derive(Clone)]
struct Run {
    file: Arc<File>,
    records: Range<u64>,
}

/// All records, to be read in order.
pub struct Sorted<R> {
    runs: Vec<Run>,
    record: PhantomData<fn() -> R>,
}

impl<R: Record> Sorter<R> {
    /// Keeps runs of so many records in temporary files of this folder.
    pub fn in_folder(folder: &Path, run: usize) -> Arc<Self> {
        let folder = folder.to_owned();
        Arc::new(Self { folder, run, made: Mutex::default(), record: PhantomData })
    }

    pub fn sorting(self: &Arc<Self>) -> Sorting<R> {
        Sorting { sorter: Arc::clone(self), held: Vec::new(), file: None }
    }

    /// The records of all threads, which have finished.
    pub fn sorted(&self) -> Sorted<R> {
        Sorted { runs: std::mem::take(&mut *self.lock()), record: PhantomData }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Run>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Record> Sorting<R> {
    /// Takes a record.
    ///
    /// # Errors
    /// Where a run can't be written.
    pub fn put(&mut self, record: R) -> io::Result<()> {
        if self.held.len() == self.sorter.run {
            self.write_run()?;
        }
        self.held.push(record);
        Ok(())
    }

    /// Writes what is held.
    ///
    /// # Errors
    /// Where a run can't be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.write_run()
    }

    fn write_run(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        self.held.sort_unstable();
        let (file, start) = match self.file.take() {
            Some(open) => open,
            None => (Arc::new(tempfile::tempfile_in(&self.sorter.folder)?), 0),
        };
        let mut to: &File = &file;
        to.write_all(bytemuck::cast_slice(&self.held))?;
        let end = start + self.held.len() as u64;
        self.held.clear();
        self.sorter.lock().push(Run { file: Arc::clone(&file), records: start..end });
        self.file = Some((file, end));
        Ok(())
    }
}

impl<R: Record> Sorted<R> {
    /// Cuts the records into at most so many parts, each with whole groups, in order.
    ///
    /// # Errors
    /// Where a run can't be read.
    pub fn parts(&self, count: usize) -> io::Result<Vec<Merge<R>>> {
        let mut cuts = self.cuts(count)?;
        cuts.push(u64::MAX);
        let mut starts: Vec<u64> = self.runs.iter().map(|run| run.records.start).collect();
        let last = cuts.len() - 1;
        let mut parts = Vec::with_capacity(cuts.len());
        for (number, cut) in cuts.into_iter().enumerate() {
            let mut runs = Vec::with_capacity(self.runs.len());
            for (run, start) in self.runs.iter().zip(&mut starts) {
                let all = run.records.end;
                let end = if number == last { all } else { run.first_from::<R>(cut)? };
                runs.push(Run { file: Arc::clone(&run.file), records: *start..end });
                *start = end;
            }
            parts.push(Merge::new(runs)?);
        }
        Ok(parts)
    }

    /// Groups at which to cut: those of even steps through a sample.
    fn cuts(&self, count: usize) -> io::Result<Vec<u64>> {
        let mut sample = Vec::new();
        for run in &self.runs {
            let records = run.records.end - run.records.start;
            for at in 0..SAMPLES.min(records) {
                sample.push(
                    run.get::<R>(run.records.start + at * records / SAMPLES.min(records))?.group(),
                );
            }
        }
        sample.sort_unstable();
        let mut cuts: Vec<u64> = (1..count)
            .filter_map(|part| sample.get(part * sample.len() / count).copied())
            .collect();
        cuts.dedup();
        Ok(cuts)
    }
}

impl Run {
    fn get<R: Record>(&self, at: u64) -> io::Result<R> {
        let mut record = R::zeroed();
        self.file.read_exact_at(bytemuck::bytes_of_mut(&mut record), at * size_of::<R>() as u64)?;
        Ok(record)
    }

    /// The first record whose group is this one or a later one.
    fn first_from<R: Record>(&self, group: u64) -> io::Result<u64> {
        let (mut low, mut high) = (self.records.start, self.records.end);
        while low < high {
            let middle = u64::midpoint(low, high);
            if self.get::<R>(middle)?.group() < group {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// Records of several runs in order.
pub struct Merge<R> {
    readers: Vec<RunReader<R>>,
    next: BinaryHeap<Reverse<(R, usize)>>,
}

impl<R: Record> Merge<R> {
    fn new(runs: Vec<Run>) -> io::Result<Self> {
        let mut readers: Vec<RunReader<R>> = runs.into_iter().map(RunReader::new).collect();
        let mut next = BinaryHeap::with_capacity(readers.len());
        for (number, reader) in readers.iter_mut().enumerate() {
            next.extend(reader.next()?.map(|record| Reverse((record, number))));
        }
        Ok(Self { readers, next })
    }

    /// The next record.
    ///
    /// # Errors
    /// Where a run can't be read.
    pub fn next(&mut self) -> io::Result<Option<R>> {
        let Some(mut top) = self.next.peek_mut() else { return Ok(None) };
        let Reverse((record, run)) = *top;
        match self.readers[run].next()? {
            Some(after) => *top = Reverse((after, run)),
            None => drop(PeekMut::pop(top)),
        }
        Ok(Some(record))
    }
}

struct RunReader<R> {
    run: Run,
    held: Vec<R>,
    at: usize,
}

impl<R: Record> RunReader<R> {
    const fn new(run: Run) -> Self {
        Self { run, held: Vec::new(), at: 0 }
    }

    fn next(&mut self) -> io::Result<Option<R>> {
        if self.at == self.held.len() {
            self.fill()?;
        }
        let record = self.held.get(self.at).copied();
        self.at += 1;
        Ok(record)
    }

    fn fill(&mut self) -> io::Result<()> {
        let left = self.run.records.end - self.run.records.start;
        let count = left.min((READ_AHEAD / size_of::<R>()) as u64);
        self.held.clear();
        self.held.resize(count as usize, R::zeroed());
        let start = self.run.records.start;
        let bytes = bytemuck::cast_slice_mut(&mut self.held);
        self.run.file.read_exact_at(bytes, start * size_of::<R>() as u64)?;
        self.run.records.start += count;
        self.at = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
    #[repr(C)]
    struct Pair(u64, u64);

    impl Record for Pair {
        fn group(&self) -> u64 {
            self.0
        }
    }

    /// The parts of what two threads put, each in order.
    fn parts(pairs: &[Pair], count: usize) -> Vec<Vec<Pair>> {
        let folder = tempfile::tempdir().unwrap();
        let sorter = Sorter::in_folder(folder.path(), 7);
        for half in pairs.chunks(pairs.len().div_ceil(2).max(1)) {
            let mut sorting = sorter.sorting();
            half.iter().for_each(|pair| sorting.put(*pair).unwrap());
            sorting.finish().unwrap();
        }
        let read = |mut merge: Merge<Pair>| {
            std::iter::from_fn(|| merge.next().unwrap()).collect::<Vec<_>>()
        };
        sorter.sorted().parts(count).unwrap().into_iter().map(read).collect()
    }

    #[test]
    fn parts_together_are_all_records_in_order_and_cut_no_group() {
        let pairs: Vec<Pair> = (0..500).map(|n: u64| Pair(n * 7919 % 31, n)).collect();
        let mut expected = pairs.clone();
        expected.sort_unstable();
        for count in [1, 2, 5] {
            let parts = parts(&pairs, count);
            assert!(parts.len() == count && parts.iter().all(|part| !part.is_empty()));
            assert_eq!(parts.concat(), expected);
            for pair in parts.windows(2) {
                assert!(pair[0].last().unwrap().0 < pair[1][0].0);
            }
        }
    }

    #[test]
    fn one_group_stays_in_one_part() {
        let pairs: Vec<Pair> = (0..100).map(|n| Pair(3, n)).collect();
        let parts = parts(&pairs, 4);
        assert_eq!(parts.iter().filter(|part| !part.is_empty()).count(), 1);
        assert_eq!(parts.concat(), pairs);
    }

    #[test]
    fn nothing_is_sorted_too() {
        assert_eq!(parts(&[], 3).concat(), []);
    }
}
